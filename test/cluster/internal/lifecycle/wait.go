package lifecycle

import (
	"context"
	"fmt"
	"time"

	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/process"
)

const (
	pollFast = 50 * time.Millisecond
	pollSlow = 200 * time.Millisecond
)

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// until asks again and again until the answer is nil or the limit is over; then it returns the last answer.
func until(ctx context.Context, limit, poll time.Duration, ask func(context.Context) error) error {
	deadline := time.Now().Add(limit)
	for {
		err := ask(ctx)
		if err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("not within %s: %w", limit, err)
		}
		if canceled := sleep(ctx, poll); canceled != nil {
			return canceled
		}
	}
}

// healthy waits for a daemon, and gives up as soon as it is dead, with what it said last.
func healthy(ctx context.Context, s process.Supervisor, name string, ask func(context.Context) error) error {
	const limit = 5 * time.Minute // for a slow or busy host; what is dead is not waited for
	var dead error
	err := until(ctx, limit, pollFast, func(ctx context.Context) error {
		err := ask(ctx)
		if err == nil {
			return nil
		}
		if f, lookErr := s.Main(name); lookErr == nil && f == nil {
			dead = fmt.Errorf("%s has ended; its log (%s) ends with:\n%s", name, s.Log(name), s.LogTail(name, 8))
			return nil
		}
		return err
	})
	if dead != nil {
		return dead
	}
	if err != nil {
		return fmt.Errorf("%w; the log of %s (%s) ends with:\n%s", err, name, s.Log(name), s.LogTail(name, 8))
	}
	return nil
}
