package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bowsprit-ci/bowsprit/pipelines/clonespec"
)

// cloning is the verb at work: every ref of its options, side by side.
type cloning struct {
	opts clonespec.Options
	log  io.Writer
	// home is a private folder for git's settings, keys and tokens; it goes away with the process.
	home string
	// env is added to git's environment.
	env    []string
	delays []time.Duration
	creds  *credentials
	// printing keeps the logs of two refs apart.
	printing sync.Mutex
}

// clone does the whole work of the verb: folders, checkouts, records, results, tools.
func clone(ctx context.Context, opts clonespec.Options, log io.Writer) error {
	home, err := os.MkdirTemp("", "bowsprit-clone-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(home) }() // the pod goes away soon; nothing depends on it
	c := &cloning{opts: opts, log: log, home: home, delays: retryDelays}
	if err := c.folders(); err != nil {
		return err
	}
	if opts.Tools != "" {
		if err := place(opts.Tools); err != nil {
			return err
		}
	}
	if err := c.run(ctx); err != nil {
		return err
	}
	return writeResults(opts.Results)
}

// folders makes the folders. Those of the clones are emptied before any clone begins, since one may lie inside of another.
func (c *cloning) folders() error {
	dirs := []string{c.opts.Artifacts}
	for _, r := range c.opts.Refs {
		if err := empty(r.Dir); err != nil {
			return err
		}
		dirs = append(dirs, r.Dir)
	}
	for _, dir := range dirs {
		if dir == "" {
			continue
		}
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return fmt.Errorf("make the folder: %w", err)
		}
	}
	return nil
}

// run checks out every ref and writes the records, also those of refs that failed. One that fails does not stop the others, so that
// the records show all that is wrong; the error is that of the first in order.
func (c *cloning) run(ctx context.Context) error {
	creds, err := loadCredentials(c.opts, c.home)
	if err != nil {
		return err
	}
	c.creds = creds
	records, errs := make([]record, len(c.opts.Refs)), make([]error, len(c.opts.Refs))
	var group errgroup.Group
	group.SetLimit(c.parallel())
	for i := range c.opts.Refs {
		group.Go(func() error {
			records[i], errs[i] = c.one(ctx, i)
			return nil
		})
	}
	_ = group.Wait() // its functions return none
	err = writeRecords(c.opts.Logs, records)
	for _, failed := range errs {
		if failed != nil {
			return failed
		}
	}
	return err
}

func (c *cloning) parallel() int {
	if c.opts.MaxParallel > 0 {
		return c.opts.MaxParallel
	}
	return max(1, len(c.opts.Refs))
}

// one checks out one ref. A single one is logged as it goes on; of several, each log is printed whole at its end.
func (c *cloning) one(ctx context.Context, i int) (record, error) {
	if len(c.opts.Refs) == 1 {
		return c.checkout(ctx, i, c.log)
	}
	var log bytes.Buffer
	r, err := c.checkout(ctx, i, &log)
	c.printing.Lock()
	defer c.printing.Unlock()
	if err != nil {
		_, _ = fmt.Fprintln(&log, "clone:", err)
	}
	// A log that cannot be written stops nothing: the work tree is what counts.
	_, _ = fmt.Fprintf(c.log, "== %s/%s\n%s", c.opts.Refs[i].Org, c.opts.Refs[i].Repo, log.String())
	return r, err
}

func (c *cloning) checkout(ctx context.Context, i int, log io.Writer) (record, error) {
	ref, home := c.opts.Refs[i], filepath.Join(c.home, strconv.Itoa(i))
	access, err := c.creds.access(ctx, ref, log)
	if err != nil {
		return failedRecord(ref, err), err
	}
	g, err := newGit(ref.Dir, home, log, access, c.env)
	if err != nil {
		return failedRecord(ref, err), fmt.Errorf("prepare git: %w", err)
	}
	return recorded(ctx, &cloner{ref: ref, git: g, delays: c.delays})
}

// writeResults leaves fixed texts in files, without a line's end, as Tekton reads its results.
func writeResults(results []clonespec.Result) error {
	var errs []error
	for _, r := range results {
		if err := os.WriteFile(r.Path, []byte(r.Value), 0o666); err != nil {
			errs = append(errs, fmt.Errorf("write the result: %w", err))
		}
	}
	return errors.Join(errs...)
}
