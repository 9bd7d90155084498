package forge

import (
	"errors"
	"fmt"
	"strings"
)

// PullSpec describes a pull request to be opened.
type PullSpec struct {
	Who   string // login of the author
	Repo  string // where it is opened
	Head  string // branch, or owner:branch for a branch of a fork
	Base  string // branch; empty is the default branch
	Title string
	Body  string
	Draft bool
}

// OpenPull opens a pull request.
func (f *Forge) OpenPull(spec PullSpec) (PullView, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	who, err := f.act(spec.Who)
	r, repoErr := f.mustRepo(spec.Repo)
	if err = errors.Join(err, repoErr); err != nil {
		return PullView{}, fmt.Errorf("open a pull request: %w", err)
	}
	if spec.Base == "" {
		spec.Base = r.defaultBranch
	}
	p, err := f.openPull(who, r, spec)
	if err != nil {
		return PullView{}, fmt.Errorf("open a pull request in %s: %w", spec.Repo, err)
	}
	return f.pullView(p), nil
}

func (p *pull) state() string {
	if p.closed {
		return "closed"
	}
	return "open"
}

// note adds to the timeline.
func (p *pull) note(f *Forge, item TimelineItem) {
	item.At = f.now()
	p.timeline = append(p.timeline, item)
	p.updated = item.At
}

// pullEntry is the history entry of something that happened to a pull request or an issue.
func (p *pull) entry(what string) Entry {
	return Entry{What: what, Repo: p.repo.fullName(), Number: p.number, SHA: p.head.sha, ID: p.id}
}

func (f *Forge) openPull(who *actor, r *repo, spec PullSpec) (*pull, error) {
	head, err := f.findHead(r, spec.Head)
	if err != nil {
		return nil, err
	}
	base := side{repo: r, owner: r.owner, ref: spec.Base, sha: r.refs["refs/heads/"+spec.Base]}
	if base.sha == "" {
		return nil, invalid("PullRequest", "base", "invalid", "")
	}
	if err := f.checkNewPull(r, head, base); err != nil {
		return nil, err
	}
	p := &pull{
		id: f.newID(), number: r.nextNumber, repo: r, title: spec.Title, body: spec.Body, author: who.acct, draft: spec.Draft,
		head: head, base: base, created: f.now(), updated: f.now(), canModify: head.repo != r,
	}
	if err := f.importHead(p); err != nil {
		return nil, err
	}
	r.nextNumber++
	r.pulls[p.number] = p
	f.noteCommits(p, base.sha)
	f.record(who, p.entry("pull.open"))
	f.emitPull("opened", p, who, nil)
	return p, nil
}

// findHead reads "branch" or "owner:branch".
func (f *Forge) findHead(r *repo, head string) (side, error) {
	from, branch := r, head
	if owner, b, ok := strings.Cut(head, ":"); ok {
		branch, from = b, f.forkOf(r, owner)
	}
	if from == nil || from.refs["refs/heads/"+branch] == "" {
		return side{}, invalid("PullRequest", "head", "invalid", "")
	}
	return side{repo: from, owner: from.owner, ref: branch, sha: from.refs["refs/heads/"+branch]}, nil
}

// forkOf finds the repository of an owner in the same network.
func (f *Forge) forkOf(r *repo, owner string) *repo {
	for _, other := range f.repos {
		if strings.EqualFold(other.owner.login, owner) && other.root() == r.root() {
			return other
		}
	}
	return nil
}

// root is the repository that all forks come from in the end.
func (r *repo) root() *repo {
	for r.parent != nil {
		r = r.parent
	}
	return r
}

func (f *Forge) checkNewPull(r *repo, head, base side) error {
	custom := func(message string) error {
		e := invalid("PullRequest", "", "custom", message)
		delete(e.errors[0].(obj), "field")
		return e
	}
	for _, p := range r.pulls {
		if !p.closed && p.head.repo == head.repo && p.head.ref == head.ref && p.base.ref == base.ref {
			return custom("A pull request already exists for " + head.owner.login + ":" + head.ref + ".")
		}
	}
	if head.repo == r && (head.sha == base.sha || r.git.isAncestor(head.sha, base.sha)) {
		return custom("No commits between " + base.ref + " and " + head.ref)
	}
	return nil
}

// importHead brings the head's commits into the base repository as refs/pull/N/head.
func (f *Forge) importHead(p *pull) error {
	ref := fmt.Sprintf("refs/pull/%d/head", p.number)
	if p.head.repo != p.repo {
		_, err := p.repo.git.run(nil, nil, "fetch", "--quiet", "--no-tags", string(p.head.repo.git), "+"+p.head.sha+":"+ref)
		return err
	}
	_, err := p.repo.git.run(nil, nil, "update-ref", ref, p.head.sha)
	return err
}

// synchronize moves an open pull request to a new head.
func (f *Forge) synchronize(who *actor, p *pull, sha string) error {
	before := p.head.sha
	p.head.sha = sha
	p.base.sha = p.baseTip()
	if err := f.importHead(p); err != nil {
		return fmt.Errorf("bring pull request %d up to date: %w", p.number, err)
	}
	if !p.repo.git.isAncestor(before, sha) {
		p.note(f, TimelineItem{Kind: "head_ref_force_pushed", Actor: f.accountView(who.acct), Before: before, After: sha})
	}
	f.noteCommits(p, before)
	f.dismissStale(p)
	f.leaveQueue(who, p)
	e := p.entry("pull.synchronize")
	e.Detail = map[string]string{"before": before}
	f.record(who, e)
	f.emitPull("synchronize", p, who, obj{"before": before, "after": sha})
	return nil
}

// baseTip is where the base branch is now. It may be ahead of base.sha, which GitHub takes anew only when the head
// or the base of the pull request changes.
func (p *pull) baseTip() string {
	if tip := p.repo.refs["refs/heads/"+p.base.ref]; tip != "" {
		return tip
	}
	return p.base.sha
}

// noteCommits adds the commits that came since to the timeline.
func (f *Forge) noteCommits(p *pull, since string) {
	list, err := p.repo.git.commits("--reverse", p.head.sha, "^"+since, "^"+p.baseTip(), "--")
	if err != nil {
		return // since may be gone after a forced push: the timeline then names the force push only
	}
	for i := range list {
		p.note(f, TimelineItem{Kind: "committed", Actor: f.accountView(p.author), Commit: &list[i]})
	}
}

// Who may do something to an item, in the Go API: a role in the repository, or for owners its author too.
const (
	readers  = "read"
	owners   = "author or triage"
	triagers = "triage"
	writers  = "write"
)

// onItem finds who acts and on what, for the Go API, and refuses who may not.
func (f *Forge) onItem(who, repo string, number int, need string, do func(*actor, *pull) error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	a, err := f.act(who)
	r, repoErr := f.mustRepo(repo)
	if err = errors.Join(err, repoErr); err != nil {
		return err
	}
	p := r.item(number)
	if p == nil {
		return fmt.Errorf("no pull request or issue %s#%d", repo, number)
	}
	if need == owners {
		need = triagers
		if a.acct == p.author {
			need = readers
		}
	}
	if err := a.may(r, writing(need, "pull_requests")); err != nil {
		return fmt.Errorf("change %s as %s: %w", p.pathOf(), who, err)
	}
	if err := do(a, p); err != nil {
		return fmt.Errorf("change %s as %s: %w", p.pathOf(), who, err)
	}
	return nil
}
