package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"path"
	"sync"
	"sync/atomic"
	"time"

	"gocloud.dev/blob"
	"golang.org/x/sync/errgroup"
)

const (
	// parallel objects with parts of partSize each bound the memory: 32 MiB for what waits to be sent.
	parallel = 8
	partSize = 4 << 20
	// worthCompressing is the size from which compression is tried, as in Prow.
	worthCompressing = 1 << 10
)

// retryDelays are the waits between attempts to store an object, as Prow has them.
var retryDelays = []time.Duration{time.Second, 4 * time.Second, 9 * time.Second}

// object is something to store. Open may be called again for another attempt.
type object struct {
	name, contentType, encoding string
	metadata                    map[string]string
	// compress asks for compression on the way, if it is worth it.
	compress bool
	open     func() (io.ReadCloser, error)
}

// store writes objects to a bucket.
type store struct {
	bucket *blob.Bucket
	log    io.Writer
	delays []time.Duration
	count  atomic.Int64
	bytes  atomic.Int64
}

func (s *store) close() {
	if err := s.bucket.Close(); err != nil {
		_, _ = fmt.Fprintln(s.log, "upload: close the bucket:", err)
	}
}

// all stores objects side by side. One that fails does not stop the others; the error joins theirs.
func (s *store) all(ctx context.Context, objects []object) error {
	var group errgroup.Group
	group.SetLimit(parallel)
	var mu sync.Mutex
	var errs []error
	for _, o := range objects {
		group.Go(func() error {
			if err := s.one(ctx, o); err != nil {
				mu.Lock()
				defer mu.Unlock()
				errs = append(errs, fmt.Errorf("store %s: %w", o.name, err))
			}
			return nil
		})
	}
	_ = group.Wait() // its functions return none
	return errors.Join(errs...)
}

// one stores an object, again after each delay.
func (s *store) one(ctx context.Context, o object) error {
	n, err := s.attempt(ctx, o)
	for _, delay := range s.delays {
		if err == nil {
			break
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		case <-time.After(delay):
		}
		n, err = s.attempt(ctx, o)
	}
	if err == nil {
		s.count.Add(1)
		s.bytes.Add(n)
	}
	return err
}

// attempt stores an object once and returns the number of bytes read. What was written of a failed one is given up: cancelling the context
// keeps the bucket from showing a part.
func (s *store) attempt(ctx context.Context, o object) (int64, error) {
	r, err := o.open()
	if err != nil {
		return 0, err
	}
	defer func() { _ = r.Close() }() // only read
	in := bufio.NewReaderSize(r, worthCompressing+1)
	head, _ := in.Peek(worthCompressing + 1) // an error comes again with the first read
	compress := o.compress && len(head) > worthCompressing && http.DetectContentType(head) != "application/x-gzip"
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w, err := s.bucket.NewWriter(ctx, o.name, writerOptions(o, compress))
	if err != nil {
		return 0, err
	}
	n, err := transfer(w, in, compress)
	if err != nil {
		cancel()
		_ = w.Close() // it says only that it was cancelled
		return n, err
	}
	return n, w.Close()
}

func writerOptions(o object, compress bool) *blob.WriterOptions {
	w := &blob.WriterOptions{
		BufferSize: partSize, MaxConcurrency: 1, ContentType: o.contentType, ContentEncoding: o.encoding, Metadata: o.metadata,
	}
	if compress {
		w.ContentEncoding = "gzip"
	}
	if w.ContentType == "" {
		w.ContentType = mime.TypeByExtension(path.Ext(o.name))
	}
	if w.ContentType == "" && compress {
		w.ContentType = "text/plain; charset=utf-8"
	}
	return w
}

func transfer(w io.Writer, r io.Reader, compress bool) (int64, error) {
	if !compress {
		return io.Copy(w, r)
	}
	z := gzip.NewWriter(w)
	n, err := io.Copy(z, r)
	return n, errors.Join(err, z.Close())
}
