package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/bowsprit-ci/bowsprit/pipelines/clonespec"
)

// The identity under which pull requests are merged, as Prow has it: together with the fixed dates it makes the merge commit of the same
// refs the same in every clone.
const (
	robotName  = "ci-robot"
	robotEmail = "ci-robot@k8s.io"
)

// cloner checks out one repository.
type cloner struct {
	opts   clonespec.Options
	git    *git
	delays []time.Duration
}

// unmergeableError is a checkout that will never succeed for these commits, whoever tries.
type unmergeableError struct{ message string }

func (e *unmergeableError) Error() string { return e.message }

// clone does the whole work of the verb: folders, checkout, records.
func clone(ctx context.Context, opts clonespec.Options, log io.Writer) error {
	for _, dir := range []string{opts.Dir, opts.Artifacts} {
		if dir == "" {
			continue
		}
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return fmt.Errorf("make the folder: %w", err)
		}
	}
	home, err := os.MkdirTemp("", "bowsprit-clone-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(home) }() // the pod goes away soon; nothing depends on it
	g, err := newGit(opts.Dir, home, log, nil)
	if err != nil {
		return fmt.Errorf("prepare git: %w", err)
	}
	return recorded(ctx, &cloner{opts: opts, git: g, delays: retryDelays})
}

// checkout brings the work tree to the base with every pull request merged in.
func (c *cloner) checkout(ctx context.Context) error {
	for _, step := range []func(context.Context) error{c.begin, c.fetchBase, c.mergePulls, c.submodules} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (c *cloner) begin(ctx context.Context) error {
	return c.all(ctx,
		[]string{"init", "--quiet", "--template="},
		[]string{"config", "user.name", robotName},
		[]string{"config", "user.email", robotEmail},
	)
}

// all runs commands until one fails.
func (c *cloner) all(ctx context.Context, commands ...[]string) error {
	for _, args := range commands {
		if _, err := c.git.run(ctx, args...); err != nil {
			return err
		}
	}
	return nil
}

// fetchBase puts the base branch on the base commit. The default branch and the tags come along unless the job does without, since `git
// describe` and its like expect them.
func (c *cloner) fetchBase(ctx context.Context) error {
	if !c.opts.SkipFetchHead {
		flags := []string{"--tags", "--prune"}
		if c.opts.Depth > 0 {
			flags = append(flags, "--depth", strconv.Itoa(c.opts.Depth))
		}
		if err := c.fetch(ctx, flags, "HEAD"); err != nil && !says(err, refusals) {
			return err
		}
	}
	if err := c.fetchCommit(ctx, c.opts.BaseSHA, "refs/heads/"+c.opts.BaseRef, c.opts.Depth); err != nil {
		return err
	}
	return c.all(ctx, []string{"checkout", "--quiet", "--force", "-B", c.opts.BaseRef, c.opts.BaseSHA, "--"})
}

func (c *cloner) mergePulls(ctx context.Context) error {
	if len(c.opts.Pulls) == 0 {
		return nil
	}
	base, err := c.git.run(ctx, "show", "--no-patch", "--format=%ct", c.opts.BaseSHA, "--")
	if err != nil {
		return err
	}
	seconds, err := strconv.ParseInt(strings.TrimSpace(base), 10, 64)
	if err != nil {
		return fmt.Errorf("read the date of %s: %w", c.opts.BaseSHA, err)
	}
	for i, pull := range c.opts.Pulls {
		if err := c.mergePull(ctx, pull, seconds+int64(i)+1); err != nil {
			return err
		}
	}
	return nil
}

// mergePull merges one pull request, as if at a given second.
func (c *cloner) mergePull(ctx context.Context, pull clonespec.Pull, second int64) error {
	if err := c.fetchCommit(ctx, pull.SHA, fmt.Sprintf("refs/pull/%d/head", pull.Number), 0); err != nil {
		return fmt.Errorf("pull request #%d: %w", pull.Number, err)
	}
	if err := c.deepen(ctx, pull.SHA); err != nil {
		return err
	}
	date := fmt.Sprintf("@%d +0000", second)
	_, err := c.git.runEnv(ctx, []string{"GIT_AUTHOR_DATE=" + date, "GIT_COMMITTER_DATE=" + date},
		"merge", "--quiet", "--no-ff", "--no-stat", "-m", "merge", pull.SHA)
	if err != nil {
		return c.explainMerge(ctx, pull, err)
	}
	return nil
}

// deepen fetches the rest of the history if a shallow base hides the commit at which the pull request branched off.
func (c *cloner) deepen(ctx context.Context, sha string) error {
	if c.opts.Depth == 0 {
		return nil
	}
	if _, err := c.git.run(ctx, "merge-base", "HEAD", sha); err == nil {
		return nil
	}
	whole, err := c.wholeHistory(ctx)
	if err != nil {
		return err
	}
	return c.fetch(ctx, whole, c.opts.BaseSHA)
}

// explainMerge says which files a pull request conflicts in.
func (c *cloner) explainMerge(ctx context.Context, pull clonespec.Pull, cause error) error {
	if ctx.Err() != nil {
		return cause
	}
	files, err := c.git.run(ctx, "diff", "--name-only", "--diff-filter=U", "-z")
	if err != nil || files == "" {
		return &unmergeableError{fmt.Sprintf("merge pull request #%d (%s) into %s: %v", pull.Number, pull.SHA, c.opts.BaseRef, cause)}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "pull request #%d (%s) conflicts with %s at %s; rebase it. Files in conflict:", pull.Number, pull.SHA, c.opts.BaseRef, c.opts.BaseSHA)
	for _, f := range strings.Split(strings.TrimSuffix(files, "\x00"), "\x00") {
		fmt.Fprintf(&b, "\n  %s", strings.Trim(strconv.Quote(f), `"`))
	}
	return &unmergeableError{b.String()}
}

// submodules checks them out, if there are any. A relative address counts from the repository's own; since Prow's clone has no remote, neither
// has ours, and the address is lent to this one command.
func (c *cloner) submodules(ctx context.Context) error {
	if c.opts.SkipSubmodules || !exists(filepath.Join(c.opts.Dir, ".gitmodules")) {
		return nil
	}
	return c.retried(ctx, "-c", "remote.origin.url="+c.opts.URI, "submodule", "--quiet", "update", "--init", "--recursive")
}
