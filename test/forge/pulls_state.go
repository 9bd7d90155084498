package forge

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
)

// statOf is the diff of a pull request; once it is closed it stays as it was.
func (f *Forge) statOf(p *pull) diffStat {
	if p.isIssue || (p.closed && p.stat.to == p.head.sha) {
		return p.stat
	}
	return f.statAgainst(p, p.baseTip())
}

// statAgainst reads the diff between the merge base with a commit of the base branch, and the head.
func (f *Forge) statAgainst(p *pull, base string) diffStat {
	if p.stat.base == base && p.stat.to == p.head.sha {
		return p.stat
	}
	from := p.repo.git.mergeBase(base, p.head.sha)
	files, err := p.repo.git.diff(from, p.head.sha, true)
	if err != nil {
		return diffStat{}
	}
	commits, err := p.repo.git.commits("--reverse", p.head.sha, "^"+base, "--")
	if err != nil {
		return diffStat{}
	}
	p.stat = diffStat{base: base, to: p.head.sha, files: files, commits: commits}
	return p.stat
}

func (s diffStat) sums() (additions, deletions int) {
	for _, file := range s.files {
		additions += file.Additions
		deletions += file.Deletions
	}
	return additions, deletions
}

// mergeCommit is the merge commit, or the test merge of an open pull request that merges.
func (p *pull) mergeCommit() string {
	if p.merged {
		return p.mergeSHA
	}
	return p.test.sha
}

// testMerge merges head into base, if that was not done for these two yet, and keeps refs/pull/N/merge up to date.
// After a conflict the ref stays where it was, as on GitHub.
func (f *Forge) testMerge(p *pull) error {
	base := p.baseTip()
	if p.closed || p.isIssue || (p.test.head == p.head.sha && p.test.base == base) {
		return nil
	}
	p.test = testMerge{head: p.head.sha, base: base}
	tree, err := p.repo.git.mergeTree(base, p.head.sha)
	if errors.Is(err, errConflict) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("merge pull request %d as a test: %w", p.number, err)
	}
	message := fmt.Sprintf("Merge %s into %s", p.head.sha, base)
	sha, err := p.repo.git.commitTree(tree, []string{base, p.head.sha}, message, f.signature(p.author), f.webFlow())
	if err != nil {
		return fmt.Errorf("merge pull request %d as a test: %w", p.number, err)
	}
	p.test.sha = sha
	_, err = p.repo.git.run(nil, nil, "update-ref", fmt.Sprintf("refs/pull/%d/merge", p.number), sha)
	return err
}

// mergeState is whether a pull request merges (nil: not known) and GitHub's mergeable_state.
func (f *Forge) mergeState(p *pull) (*bool, string) {
	if p.closed || p.isIssue || f.testMerge(p) != nil {
		return nil, "unknown"
	}
	clean := p.test.sha != ""
	switch reasons := f.unmet(p); {
	case !clean:
		return &clean, "dirty"
	case p.draft:
		return &clean, "draft"
	case slices.ContainsFunc(reasons, func(u unmetRule) bool { return u.behind }) && len(reasons) == 1:
		return &clean, "behind"
	case len(reasons) > 0:
		return &clean, "blocked"
	case f.anyRed(p.repo, p.head.sha):
		return &clean, "unstable"
	}
	return &clean, "clean"
}

// shownMergeState is mergeState as the REST API shows it: with LazyMergeable the first question starts the work.
func (f *Forge) shownMergeState(p *pull) (*bool, string) {
	fresh := p.test.head == p.head.sha && p.test.base == p.baseTip()
	mergeable, state := f.mergeState(p)
	if f.opts.LazyMergeable && !p.closed && (!fresh || !p.test.asked) {
		p.test.asked = true
		return nil, "unknown"
	}
	return mergeable, state
}

// errMerge is GitHub's refusal to merge.
func errMerge(message string) error { return refuse(http.StatusMethodNotAllowed, message) }
