package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"

	"github.com/bowsprit-ci/bowsprit/pipelines/clonespec"
)

// unmergeableError is a checkout that will never succeed for these commits, whoever tries.
type unmergeableError struct{ message string }

func (e *unmergeableError) Error() string { return e.message }

// mergePulls puts the pull requests onto the base in order, each as if a second after the one before it, so that the same refs give
// the same commits everywhere.
func (c *cloner) mergePulls(ctx context.Context) error {
	if len(c.ref.Pulls) == 0 {
		return nil
	}
	date, err := c.git.run(ctx, "show", "--no-patch", "--format=%ct", "HEAD", "--")
	if err != nil {
		return err
	}
	seconds, err := strconv.ParseInt(strings.TrimSpace(date), 10, 64)
	if err != nil {
		return fmt.Errorf("read the date of %s: %w", c.base, err)
	}
	for i, pull := range c.ref.Pulls {
		if err := c.mergePull(ctx, pull, seconds+int64(i)+1); err != nil {
			return err
		}
	}
	return nil
}

// mergePull merges one pull request, as if at a given second.
func (c *cloner) mergePull(ctx context.Context, pull clonespec.Pull, second int64) error {
	sha, err := c.fetchPull(ctx, pull)
	if err != nil {
		return fmt.Errorf("pull request #%d: %w", pull.Number, err)
	}
	pull.SHA = sha
	if err := c.deepen(ctx, sha); err != nil {
		return err
	}
	date := fmt.Sprintf("@%d +0000", second)
	env := []string{"GIT_AUTHOR_DATE=" + date, "GIT_COMMITTER_DATE=" + date}
	for _, args := range c.landing(sha) {
		if args[0] == "rebase" {
			env = env[1:] // a rebased commit keeps the date of its author
		}
		if _, err := c.git.runEnv(ctx, env, args...); err != nil {
			return c.explainMerge(ctx, pull, err)
		}
	}
	c.merged = append(c.merged, pull)
	return nil
}

// landing are the commands by which a commit lands on the base branch, in the way of GitHub's button.
func (c *cloner) landing(sha string) [][]string {
	switch c.ref.MergeMethod {
	case clonespec.MergeMethodSquash:
		return [][]string{
			{"merge", "--quiet", "--squash", "--no-stat", sha},
			{"commit", "--quiet", "--allow-empty", "--no-verify", "-m", "squash"},
		}
	case clonespec.MergeMethodRebase:
		// The branch is named by refs/heads: a tag of its name would be taken otherwise.
		branch := "refs/heads/" + c.ref.BaseRef
		return [][]string{
			{"checkout", "--quiet", "--detach", sha, "--"},
			{"rebase", "--quiet", "--no-stat", "--no-autosquash", branch},
			{"checkout", "--quiet", "--no-track", "-B", c.ref.BaseRef, "HEAD", "--"},
		}
	default:
		return [][]string{{"merge", "--quiet", "--no-ff", "--no-stat", "-m", "merge", sha}}
	}
}

// explainMerge says what a pull request conflicts with, and in which files.
func (c *cloner) explainMerge(ctx context.Context, pull clonespec.Pull, cause error) error {
	if ctx.Err() != nil {
		return cause
	}
	files, err := c.git.run(ctx, "diff", "--name-only", "--diff-filter=U", "-z")
	if err != nil || files == "" {
		return &unmergeableError{fmt.Sprintf("merge pull request #%d (%s) into %s: %v", pull.Number, pull.SHA, c.ref.BaseRef, cause)}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "pull request #%d (%s) conflicts with %s. Files in conflict:", pull.Number, pull.SHA, c.rival(ctx, pull))
	for _, f := range strings.Split(strings.TrimSuffix(files, "\x00"), "\x00") {
		fmt.Fprintf(&b, "\n  %s", strings.Trim(strconv.Quote(f), `"`))
	}
	return &unmergeableError{b.String()}
}

// rival finds the other half of a conflict: the base, one of the pull requests that were merged before, or several of them together.
func (c *cloner) rival(ctx context.Context, pull clonespec.Pull) string {
	if len(c.merged) == 0 || c.clash(ctx, c.base, pull.SHA) {
		return fmt.Sprintf("%s at %s; rebase it", c.ref.BaseRef, c.base)
	}
	for _, earlier := range c.merged {
		if c.clash(ctx, earlier.SHA, pull.SHA) {
			return fmt.Sprintf("pull request #%d (%s), which is merged before it", earlier.Number, earlier.SHA)
		}
	}
	names := make([]string, len(c.merged))
	for i, earlier := range c.merged {
		names[i] = fmt.Sprintf("#%d", earlier.Number)
	}
	return fmt.Sprintf("%s and the pull requests that are merged before it (%s)", c.ref.BaseRef, strings.Join(names, ", "))
}

// clash tries a merge of two commits without a work tree; git's exit status 1 stands for a conflict.
func (c *cloner) clash(ctx context.Context, ours, theirs string) bool {
	_, err := c.git.run(ctx, "merge-tree", "--write-tree", "--no-messages", ours, theirs)
	var exit *exec.ExitError
	return errors.As(err, &exit) && exit.ExitCode() == 1
}
