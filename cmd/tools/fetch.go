package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/bowsprit-ci/bowsprit/pipelines/clonespec"
)

// retryDelays are the waits between attempts to fetch, as Prow has them.
var retryDelays = []time.Duration{
	100 * time.Millisecond, 200 * time.Millisecond, 400 * time.Millisecond, 800 * time.Millisecond,
	2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second,
}

// refusals are git's words for an object or a ref that the server does not hand out; asking again would not help.
var refusals = []string{"not our ref", "unadvertised object", "couldn't find remote ref", "no such remote ref"}

// hopeless are git's and ssh's words for a repository that is not there for us.
var hopeless = []string{
	"could not read Username", "Authentication failed", "does not appear to be a git repository",
	"Permission denied (publickey", "Host key verification failed",
}

// fetch fetches what spec names, again after each delay while the reason may pass.
func (c *cloner) fetch(ctx context.Context, flags []string, spec ...string) error {
	args := append([]string{"fetch", "--quiet"}, flags...)
	if c.ref.Blobless || c.sparse() {
		args = append(args, "--filter=blob:none")
	}
	args = append(append(args, "--end-of-options", c.ref.URI), spec...)
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

// fetchPull fetches a pull request and returns its commit: the named one, else the tip of its ref.
func (c *cloner) fetchPull(ctx context.Context, pull clonespec.Pull) (string, error) {
	refs := pullRefs(pull)
	if pull.SHA == "" {
		return c.fetchTip(ctx, []string{"--no-tags"}, refs)
	}
	return pull.SHA, c.fetchCommit(ctx, pull.SHA, refs, 0)
}

// pullRefs are the refs that may hold a pull request. They are whole names: a short one could begin with a '+', which is a flag to git.
func pullRefs(pull clonespec.Pull) []string {
	switch {
	case pull.Ref == "":
		return []string{fmt.Sprintf("refs/pull/%d/head", pull.Number)}
	case strings.HasPrefix(pull.Ref, "refs/"):
		return []string{pull.Ref}
	}
	return []string{"refs/" + pull.Ref, "refs/heads/" + pull.Ref}
}

// fetchTip fetches the first of some refs that the server has, and returns its commit.
func (c *cloner) fetchTip(ctx context.Context, flags, refs []string) (string, error) {
	for _, ref := range refs {
		err := c.fetch(ctx, flags, ref)
		if says(err, refusals) {
			continue
		}
		if err != nil {
			return "", err
		}
		tip, err := c.git.run(ctx, "rev-parse", "--verify", "FETCH_HEAD^{commit}")
		return strings.TrimSpace(tip), err
	}
	return "", &unmergeableError{fmt.Sprintf("there is no %s in the repository", alternatives(refs))}
}

func alternatives(refs []string) string {
	quoted := make([]string, len(refs))
	for i, r := range refs {
		quoted[i] = strconv.Quote(r)
	}
	return strings.Join(quoted, " or ")
}

// fetchCommit makes sure that exactly the commit is here: it asks for it by name and, where the server does not serve commits by name, for
// the refs that should contain it.
func (c *cloner) fetchCommit(ctx context.Context, sha string, refs []string, depth int) error {
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
	if _, err := c.fetchTip(ctx, whole, refs); err != nil {
		var missing *unmergeableError
		if errors.As(err, &missing) {
			return &unmergeableError{fmt.Sprintf("neither commit %s nor %s is in the repository any more", sha, alternatives(refs))}
		}
		return err
	}
	if _, err := c.git.run(ctx, "cat-file", "-e", sha+"^{commit}"); err != nil {
		return &unmergeableError{fmt.Sprintf("commit %s is not in the repository any more; %s has moved on without it", sha, alternatives(refs))}
	}
	return nil
}

// deepen fetches the rest of the history if a shallow base hides the commit at which the pull request branched off.
func (c *cloner) deepen(ctx context.Context, sha string) error {
	if c.ref.Depth == 0 {
		return nil
	}
	if _, err := c.git.run(ctx, "merge-base", "HEAD", sha); err == nil {
		return nil
	}
	whole, err := c.wholeHistory(ctx)
	if err != nil {
		return err
	}
	return c.fetch(ctx, whole, c.base)
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
