package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/bowsprit-ci/bowsprit/pipelines/uploadspec"
)

const (
	markerPoll = 200 * time.Millisecond
	// afterInterrupt is how long we go on waiting for the processes once a first upload is made: they were told to stop, too, and
	// what they leave behind then is stored again.
	afterInterrupt = time.Minute
)

// uploader stores one run.
type uploader struct {
	opts   uploadspec.Options
	store  *store
	censor *censor
	// logs is the folder that the job's steps share with us.
	logs folder
	// log is for people; one that cannot be written stops nothing.
	log io.Writer
	now func() time.Time
	// started is when the run began, as far as we know.
	started time.Time
	// patience is afterInterrupt.
	patience time.Duration
}

func newUploader(ctx context.Context, opts uploadspec.Options, logs folder, log io.Writer) (*uploader, error) {
	bucket, err := openBucket(ctx, opts)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", address(opts), err)
	}
	c, err := loadCensor(opts)
	if err != nil {
		// Storing what may hold a secret is worse than storing nothing.
		return nil, fmt.Errorf("read the secrets that must not be stored: %w", err)
	}
	return &uploader{
		opts: opts, store: &store{bucket: bucket, log: log, delays: retryDelays}, censor: c, logs: logs, log: log,
		now: time.Now, started: time.Now(), patience: afterInterrupt,
	}, nil
}

// address is where the run is stored, for people.
func address(opts uploadspec.Options) string {
	root := opts.LocalDir
	if root == "" {
		root = opts.Bucket
	}
	return strings.TrimSuffix(root, "/") + "/" + opts.Dir
}

// work stores the beginning, waits for the end, and stores it.
func (u *uploader) work(ctx context.Context, interrupted <-chan os.Signal) {
	u.report(u.store.all(ctx, u.beginning(nil)))
	end := u.wait(interrupted)
	u.finish(ctx, end)
	if !end.interrupted {
		return
	}
	after := time.After(u.patience)
	if end, ended := u.waitUntil(nil, after); ended {
		u.finish(ctx, end)
	}
}

// finish stores what is there. The beginning is stored again once the clone has told the commit.
func (u *uploader) finish(ctx context.Context, end ending) {
	start := u.now()
	_, _ = fmt.Fprintf(u.log, "upload: the job has ended (%s); storing it at %s\n", end.result(), address(u.opts))
	u.report(errors.Join(end.problems...))
	objects := append(u.beginning(end.records), u.buildLogs(end)...)
	artifacts, err := u.artifacts()
	u.report(err)
	u.report(u.store.all(ctx, append(objects, artifacts...)))
	u.report(u.store.all(ctx, []object{u.finished(end)}))
	_, _ = fmt.Fprintf(u.log, "upload: %d objects, %d bytes in %s\n", u.store.count.Load(), u.store.bytes.Load(), u.now().Sub(start).Round(time.Millisecond))
}

// report tells about errors, one in a line.
func (u *uploader) report(err error) {
	var several interface{ Unwrap() []error }
	if errors.As(err, &several) {
		for _, one := range several.Unwrap() {
			u.report(one)
		}
		return
	}
	if err != nil {
		_, _ = fmt.Fprintln(u.log, "upload: ERROR:", err)
	}
}

// wait waits until the processes have ended, the clone has failed, or we are told to stop.
func (u *uploader) wait(interrupted <-chan os.Signal) ending {
	if u.opts.IgnoreInterrupts {
		interrupted = nil
	}
	end, _ := u.waitUntil(interrupted, nil)
	return end
}

// waitUntil is wait with a limit; ended is false if it was reached.
func (u *uploader) waitUntil(interrupted <-chan os.Signal, limit <-chan time.Time) (end ending, ended bool) {
	tick := time.NewTicker(markerPoll)
	defer tick.Stop()
	for {
		if end, ended := readEnding(u.opts, u.logs); ended {
			return end, true
		}
		select {
		case <-tick.C:
		case <-limit:
			return ending{}, false
		case s := <-interrupted:
			_, _ = fmt.Fprintf(u.log, "upload: told to stop (%s) before the job has ended; storing what is there\n", s)
			end, _ := readEnding(u.opts, u.logs)
			end.interrupted = true
			return end, true
		}
	}
}
