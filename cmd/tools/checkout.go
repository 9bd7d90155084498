package main

import (
	"context"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/bowsprit-ci/bowsprit/pipelines/clonespec"
)

// The identity under which pull requests are merged, as Prow has it: together with the fixed dates it makes the commits of the same
// refs the same in every clone.
const (
	robotName  = "ci-robot"
	robotEmail = "ci-robot@k8s.io"
)

// cloner checks out one repository.
type cloner struct {
	ref    clonespec.Ref
	git    *git
	delays []time.Duration
	// base is the commit that the work tree starts from, once it is known.
	base string
	// merged are the pull requests that are in the work tree, with their commits.
	merged []clonespec.Pull
}

// checkout brings the work tree to the base with every pull request merged in.
func (c *cloner) checkout(ctx context.Context) error {
	for _, step := range []func(context.Context) error{c.begin, c.fetchHead, c.fetchBase, c.checkoutBase, c.mergePulls, c.submodules} {
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

// fetchHead fetches the default branch and the tags, since `git describe` and its like expect them, unless the job does without. A
// sparse checkout does without, as in Prow.
func (c *cloner) fetchHead(ctx context.Context) error {
	if c.ref.SkipFetchHead || c.sparse() {
		return nil
	}
	err := c.fetch(ctx, append(c.depth(), "--tags", "--prune"), "HEAD")
	if says(err, refusals) {
		return nil // the default branch is empty or points nowhere; the base is what counts
	}
	return err
}

// fetchBase fetches the base commit; without one, the tip of the base, which is a branch or else a tag.
func (c *cloner) fetchBase(ctx context.Context) error {
	names := []string{"refs/heads/" + c.ref.BaseRef, "refs/tags/" + c.ref.BaseRef}
	if c.ref.BaseSHA != "" {
		c.base = c.ref.BaseSHA
		return c.fetchCommit(ctx, c.ref.BaseSHA, names, c.ref.Depth)
	}
	tip, err := c.fetchTip(ctx, append(c.depth(), "--no-tags"), names)
	c.base = tip
	return err
}

// checkoutBase puts the base branch on the base commit.
func (c *cloner) checkoutBase(ctx context.Context) error {
	if c.sparse() {
		// The patterns go in by standard input, where none can be a flag. Cone mode is what Prow's clone gets from git.
		if _, err := c.git.runInput(ctx, strings.Join(c.ref.SparseFiles, "\n")+"\n", "sparse-checkout", "set", "--cone", "--stdin"); err != nil {
			return err
		}
	}
	return c.retried(ctx, "checkout", "--quiet", "--force", "--no-track", "-B", c.ref.BaseRef, c.base, "--")
}

func (c *cloner) sparse() bool { return len(c.ref.SparseFiles) > 0 }

func (c *cloner) depth() []string {
	if c.ref.Depth == 0 {
		return nil
	}
	return []string{"--depth", strconv.Itoa(c.ref.Depth)}
}

// submodules checks them out, if there are any. A relative address counts from the repository's own; since Prow's clone has no remote,
// neither has ours, and the address is lent to this one command. A sparse checkout leaves them out, as in Prow.
func (c *cloner) submodules(ctx context.Context) error {
	if c.ref.SkipSubmodules || c.sparse() || !exists(filepath.Join(c.ref.Dir, ".gitmodules")) {
		return nil
	}
	return c.retried(ctx, "-c", "remote.origin.url="+c.ref.URI, "submodule", "--quiet", "update", "--init", "--recursive")
}
