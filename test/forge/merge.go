package forge

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// mergeRequest is the body of PUT /pulls/{n}/merge.
type mergeRequest struct {
	Title   string `json:"commit_title"`
	Message string `json:"commit_message"`
	SHA     string `json:"sha"`
	Method  string `json:"merge_method"`
}

// Merge merges a pull request by a method (merge, squash or rebase; empty is merge) as a person, and answers the commit
// that the base branch then points to.
func (f *Forge) Merge(who, repo string, number int, method string) (sha string, err error) {
	err = f.onItem(who, repo, number, writers, func(a *actor, p *pull) error {
		sha, err = f.mergePull(a, p, mergeRequest{Method: method})
		return err
	})
	return sha, err
}

// mergePull merges as the REST API does: with its refusals, in its order.
func (f *Forge) mergePull(who *actor, p *pull, in mergeRequest) (string, error) {
	if in.Method == "" {
		in.Method = "merge"
	}
	if err := f.checkMerge(who, p, in); err != nil {
		return "", err
	}
	base := p.baseTip()
	sha, err := f.mergeOnto(who, p, base, in)
	if errors.Is(err, errConflict) {
		return "", errMerge("Pull Request is not mergeable")
	}
	if err != nil {
		return "", err
	}
	f.statOf(p)
	f.merging = p
	err = f.setRef(who, p.repo, "refs/heads/"+p.base.ref, sha)
	f.merging = nil
	if err != nil {
		return "", err
	}
	f.markMerged(who, p, base, sha)
	return sha, f.deleteMergedHead(who, p)
}

func (f *Forge) checkMerge(who *actor, p *pull, in mergeRequest) error {
	switch {
	case p.isIssue:
		return errNotFound
	case p.closed:
		return errMerge("Pull Request is not mergeable")
	case p.draft:
		return errMerge("Pull Request is still a draft")
	case in.SHA != "" && in.SHA != p.head.sha:
		return refuse(http.StatusConflict, "Head branch was modified. Review and try the merge again.")
	}
	if err := p.repo.allowsMethod(in.Method); err != nil {
		return err
	}
	if mergeable, _ := f.mergeState(p); mergeable == nil || !*mergeable {
		return errMerge("Pull Request is not mergeable")
	}
	return f.ruleOnMerge(who, p, in.Method)
}

func (r *repo) allowsMethod(method string) error {
	allowed := map[string]bool{"merge": r.allowMerge, "squash": r.allowSquash, "rebase": r.allowRebase}
	names := map[string]string{"merge": "Merge commits are", "squash": "Squash merges are", "rebase": "Rebase merges are"}
	ok, known := allowed[method]
	if !known {
		return invalid("PullRequest", "merge_method", "invalid", "")
	}
	if !ok {
		return errMerge(names[method] + " not allowed on this repository.")
	}
	return nil
}

// mergeOnto makes the commits of a merge on top of base, which need not be the branch's tip, and moves nothing.
func (f *Forge) mergeOnto(who *actor, p *pull, base string, in mergeRequest) (string, error) {
	if in.Method == "rebase" {
		return f.rebaseOnto(who, p, base)
	}
	tree, err := p.repo.git.mergeTree(base, p.head.sha)
	if err != nil {
		return "", err
	}
	if in.Method == "squash" {
		return p.repo.git.commitTree(tree, []string{base}, f.squashMessage(p, in), f.signature(p.author), f.webFlow())
	}
	title, text := in.Title, in.Message
	if title == "" {
		title = fmt.Sprintf("Merge pull request #%d from %s/%s", p.number, p.head.owner.login, p.head.ref)
	}
	if text == "" {
		text = p.title
	}
	return p.repo.git.commitTree(tree, []string{base, p.head.sha}, title+"\n\n"+text, f.signature(who.acct), f.webFlow())
}

// squashMessage is GitHub's default: the title with the number, then the commits' messages.
func (f *Forge) squashMessage(p *pull, in mergeRequest) string {
	title, text := in.Title, in.Message
	if title == "" {
		title = fmt.Sprintf("%s (#%d)", p.title, p.number)
	}
	commits := f.statOf(p).commits
	if text == "" && len(commits) > 1 {
		var lines []string
		for _, c := range commits {
			lines = append(lines, "* "+c.Message)
		}
		text = strings.Join(lines, "\n\n")
	}
	return strings.TrimSpace(title + "\n\n" + text)
}

// rebaseOnto puts the head's commits, without merges, one by one on top of base. As on GitHub they always get a new
// committer and so new SHAs, even where a fast forward would do.
func (f *Forge) rebaseOnto(who *actor, p *pull, base string) (string, error) {
	g := p.repo.git
	commits, err := g.commits("--reverse", "--topo-order", "--no-merges", p.head.sha, "^"+base, "--")
	if err != nil {
		return "", err
	}
	by := f.signature(who.acct)
	tip := base
	for _, c := range commits {
		tree, err := g.pick(tip, c)
		if err != nil {
			return "", err
		}
		if tip, err = g.commitTree(tree, []string{tip}, c.Message, c.Author, by); err != nil {
			return "", err
		}
	}
	return tip, nil
}

// pick applies the change of one commit to another and returns the tree. Git 2.39 cannot be told the merge base, so a
// commit with the target's tree and the picked commit's parent stands in for the target.
func (g gitDir) pick(onto string, c CommitView) (string, error) {
	target, err := g.line("rev-parse", onto+"^{tree}")
	if err != nil {
		return "", err
	}
	standIn, err := g.commitTree(target, c.Parents, "stand-in", c.Committer, c.Committer)
	if err != nil {
		return "", err
	}
	return g.mergeTree(standIn, c.SHA)
}

// markMerged makes a pull request merged by a commit that its base branch already contains.
func (f *Forge) markMerged(who *actor, p *pull, oldBase, sha string) {
	f.statAgainst(p, oldBase)
	p.closed, p.merged, p.mergeSHA = true, true, sha
	p.closedAt, p.mergedAt, p.closedBy, p.mergedBy = f.now(), f.now(), who.acct, who.acct
	p.note(f, TimelineItem{Kind: "merged", Actor: f.accountView(who.acct), After: sha})
	p.note(f, TimelineItem{Kind: "closed", Actor: f.accountView(who.acct)})
	e := p.entry("pull.merge")
	e.SHA = sha
	e.Detail = map[string]string{"head": p.head.sha, "base": oldBase}
	f.record(who, e)
	f.emitPull("closed", p, who, nil)
}

// deleteMergedHead deletes the head branch where the repository wants that.
func (f *Forge) deleteMergedHead(who *actor, p *pull) error {
	ref := "refs/heads/" + p.head.ref
	if !p.repo.deleteBranch || p.head.repo != p.repo || p.repo.refs[ref] != p.head.sha || p.head.ref == p.repo.defaultBranch {
		return nil
	}
	return f.setRef(who, p.repo, ref, "")
}

// anyRed says whether a commit has a check run or a status that is not green, required or not.
func (f *Forge) anyRed(r *repo, sha string) bool {
	for _, s := range r.latestStatuses(sha) {
		if s.state != "success" {
			return true
		}
	}
	return slices.ContainsFunc(r.runs, func(c *checkRun) bool {
		return c.sha == sha && r.isLatest(c) && !passes(c.conclusion)
	})
}

// passes says whether a conclusion satisfies a required check.
func passes(conclusion string) bool {
	return conclusion == "success" || conclusion == "neutral" || conclusion == "skipped"
}
