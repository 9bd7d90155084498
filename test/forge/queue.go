package forge

import (
	"errors"
	"fmt"
	"slices"
)

// mergeGroup is one pull request in the merge queue of a branch, merged on top of the branch or of the group before it.
type mergeGroup struct {
	id   int64
	pull *pull
	ref  string // refs/heads/gh-readonly-queue/<base>/pr-<number>-<base sha>
	base string
	sha  string
	by   *actor
}

// Enqueue adds a pull request to the merge queue of its base branch. The branch needs a rule "merge_queue". The group's
// branch is created and merge_group checks_requested is sent; when all required checks are green on the group's commit
// and it is first in the queue, it is merged; when one fails, the pull request leaves the queue.
func (f *Forge) Enqueue(who, repo string, number int) error {
	return f.onItem(who, repo, number, writers, func(a *actor, p *pull) error { return f.enqueue(a, p) })
}

func (f *Forge) enqueue(who *actor, p *pull) error {
	if p.queueMethod() == "" {
		return errors.New("the base branch has no merge queue")
	}
	if mergeable, _ := f.mergeState(p); p.group != nil || mergeable == nil || !*mergeable {
		return errors.New("the pull request is queued already or does not merge")
	}
	if err := f.formGroup(who, p); err != nil {
		return err
	}
	p.note(f, TimelineItem{Kind: "added_to_merge_queue", Actor: f.accountView(who.acct)})
	f.record(who, p.entry("pull.enqueue"))
	f.emitPull("enqueued", p, who, nil)
	f.emitGroup("checks_requested", p.group, "", who)
	return nil
}

// queueMethod is the merge method of the base branch's merge queue; empty if it has none.
func (p *pull) queueMethod() string {
	for _, rule := range p.repo.rulesFor(p.base.ref) {
		if rule.queue != "" {
			return rule.queue
		}
	}
	return ""
}

// formGroup makes the group's commit and branch on top of the last group of the same queue.
func (f *Forge) formGroup(who *actor, p *pull) error {
	base := p.baseTip()
	for _, g := range p.repo.groups {
		if g.pull.base.ref == p.base.ref {
			base = g.sha
		}
	}
	sha, err := f.mergeOnto(who, p, base, mergeRequest{Method: p.queueMethod()})
	if err != nil {
		return fmt.Errorf("form a merge group of pull request %d: %w", p.number, err)
	}
	g := &mergeGroup{
		id: f.newID(), pull: p, base: base, sha: sha, by: who,
		ref: fmt.Sprintf("refs/heads/gh-readonly-queue/%s/pr-%d-%s", p.base.ref, p.number, base),
	}
	if err := f.setRef(who, p.repo, g.ref, sha); err != nil {
		return err
	}
	p.group = g
	p.repo.groups = append(p.repo.groups, g)
	return nil
}

// Dequeue takes a pull request out of the merge queue.
func (f *Forge) Dequeue(who, repo string, number int) error {
	return f.onItem(who, repo, number, writers, func(a *actor, p *pull) error {
		if p.group == nil {
			return errors.New("the pull request is not queued")
		}
		f.leaveQueue(a, p)
		return nil
	})
}

// leaveQueue removes a pull request that is queued from its queue and forms the groups behind it anew.
func (f *Forge) leaveQueue(who *actor, p *pull) {
	if p.group == nil {
		return
	}
	at := slices.Index(p.repo.groups, p.group)
	behind := slices.Clone(p.repo.groups[at+1:])
	f.dropGroup(p.group, "dequeued", who)
	p.note(f, TimelineItem{Kind: "removed_from_merge_queue", Actor: f.accountView(who.acct)})
	f.record(who, p.entry("pull.dequeue"))
	f.emitPull("dequeued", p, who, obj{"reason": "MANUAL"})
	f.rebuild(behind, p.base.ref)
}

// rebuild forms groups anew whose base is gone.
func (f *Forge) rebuild(groups []*mergeGroup, branch string) {
	groups = slices.DeleteFunc(groups, func(g *mergeGroup) bool { return g.pull.base.ref != branch })
	for _, g := range groups {
		f.dropGroup(g, "invalidated", g.by)
	}
	for _, g := range groups {
		if err := f.formGroup(g.by, g.pull); err != nil {
			f.emitPull("dequeued", g.pull, g.by, obj{"reason": "MERGE_CONFLICT"})
			continue
		}
		f.emitGroup("checks_requested", g.pull.group, "", g.by)
	}
}

// dropGroup ends a group, says why, and deletes its branch.
func (f *Forge) dropGroup(g *mergeGroup, reason string, who *actor) {
	g.pull.group = nil
	g.pull.repo.groups = slices.DeleteFunc(g.pull.repo.groups, func(o *mergeGroup) bool { return o == g })
	f.emitGroup("destroyed", g, reason, who)
	if err := f.setRef(who, g.pull.repo, g.ref, ""); err != nil {
		f.fault(fmt.Errorf("end a merge group: %w", err))
	}
}

// queueTick looks at the groups again whose commit got a check or a status.
func (f *Forge) queueTick(r *repo, sha string) {
	for _, g := range slices.Clone(r.groups) {
		if g.sha != sha || g.pull.group != g {
			continue
		}
		if f.groupState(g) == "failure" {
			f.leaveQueue(g.by, g.pull)
			continue
		}
		f.landGroups(r, g.pull.base.ref)
	}
}

// groupState is success, pending or failure of the required checks on a group's commit.
func (f *Forge) groupState(g *mergeGroup) string {
	worst := "success"
	for _, rule := range g.pull.repo.rulesFor(g.pull.base.ref) {
		for _, c := range rule.checks {
			switch g.pull.repo.checkState(c, g.sha) {
			case "failure":
				return "failure"
			case "success":
			default:
				worst = "pending"
			}
		}
	}
	return worst
}

// landGroups merges the groups at the front of a queue as long as they are green.
func (f *Forge) landGroups(r *repo, branch string) {
	for _, g := range slices.Clone(r.groups) {
		if g.pull.base.ref != branch {
			continue
		}
		if f.groupState(g) != "success" || g.base != g.pull.baseTip() {
			return
		}
		if err := f.landGroup(g); err != nil {
			f.fault(fmt.Errorf("merge a merge group: %w", err))
			return
		}
	}
}

func (f *Forge) landGroup(g *mergeGroup) error {
	f.statOf(g.pull)
	f.merging = g.pull
	err := f.setRef(g.by, g.pull.repo, "refs/heads/"+g.pull.base.ref, g.sha)
	f.merging = nil
	if err != nil {
		return err
	}
	p := g.pull
	f.dropGroup(g, "merged", g.by)
	f.markMerged(g.by, p, g.base, g.sha)
	return f.deleteMergedHead(g.by, p)
}

// fault reports a defect of the forge itself, where no caller could be told.
func (f *Forge) fault(err error) {
	f.mismatch(fmt.Errorf("the forge went wrong: %w", err))
}
