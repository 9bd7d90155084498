package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// retryDelays are the waits between attempts to fetch, as Prow has them.
var retryDelays = []time.Duration{
	100 * time.Millisecond, 200 * time.Millisecond, 400 * time.Millisecond, 800 * time.Millisecond,
	2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second,
}

// refusals are git's words for an object or a ref that the server does not hand out; asking again would not help.
var refusals = []string{"not our ref", "unadvertised object", "couldn't find remote ref", "no such remote ref"}

// hopeless are git's words for a repository that is not there for us.
var hopeless = []string{"could not read Username", "Authentication failed", "does not appear to be a git repository"}

// fetch fetches what spec names, again after each delay while the reason may pass.
func (c *cloner) fetch(ctx context.Context, flags []string, spec ...string) error {
	args := append([]string{"fetch", "--quiet"}, flags...)
	args = append(append(args, "--end-of-options", c.opts.URI), spec...)
	return c.retried(ctx, args...)
}

func (c *cloner) retried(ctx context.Context, args ...string) error {
	_, err := c.git.run(ctx, args...)
	for _, delay := range c.delays {
		if err == nil || permanent(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		case <-time.After(delay):
		}
		_, err = c.git.run(ctx, args...)
	}
	return err
}

func permanent(err error) bool { return says(err, refusals) || says(err, hopeless) }

// says looks for one of some phrases in what a git command wrote.
func says(err error, phrases []string) bool {
	var failed *gitError
	if !errors.As(err, &failed) {
		return false
	}
	for _, p := range phrases {
		if strings.Contains(failed.output, p) {
			return true
		}
	}
	return false
}

// fetchCommit makes sure that exactly the commit is here: it asks for it by name and, where the server does not serve commits by name, for
// the ref that should contain it.
func (c *cloner) fetchCommit(ctx context.Context, sha, ref string, depth int) error {
	flags := []string{"--no-tags"}
	if depth > 0 {
		flags = append(flags, "--depth", strconv.Itoa(depth))
	}
	err := c.fetch(ctx, flags, sha)
	if err == nil || !says(err, refusals) {
		return err
	}
	whole, err := c.wholeHistory(ctx)
	if err != nil {
		return err
	}
	if err := c.fetch(ctx, whole, ref); err != nil {
		if says(err, refusals) {
			return &unmergeableError{fmt.Sprintf("neither commit %s nor %q is in the repository any more", sha, ref)}
		}
		return err
	}
	if _, err := c.git.run(ctx, "cat-file", "-e", sha+"^{commit}"); err != nil {
		return &unmergeableError{fmt.Sprintf("commit %s is not in the repository any more; %q has moved on without it", sha, ref)}
	}
	return nil
}

// wholeHistory are the flags for a fetch that leaves no gap: after an earlier shallow fetch, git would otherwise keep to its depth.
func (c *cloner) wholeHistory(ctx context.Context) ([]string, error) {
	shallow, err := c.git.run(ctx, "rev-parse", "--is-shallow-repository")
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(shallow) == "true" {
		return []string{"--no-tags", "--unshallow"}, nil
	}
	return []string{"--no-tags"}, nil
}
