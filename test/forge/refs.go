package forge

import (
	"fmt"
	"net/http"
	"slices"
	"sort"
	"strings"
)

// branches lists a repository's branches by name.
func (r *repo) branches() []string {
	var names []string
	for ref := range r.refs {
		if name, ok := strings.CutPrefix(ref, "refs/heads/"); ok {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names
}

// moveRef points a ref at a commit after asking the branch's rules; an empty sha deletes the ref.
func (f *Forge) moveRef(who *actor, r *repo, ref, sha string, force bool) error {
	old := r.refs[ref]
	if sha == old {
		return nil
	}
	if sha == "" && old == "" {
		return refuse(http.StatusUnprocessableEntity, "Reference does not exist")
	}
	if old != "" && sha != "" && !force && !r.git.isAncestor(old, sha) {
		return refuse(http.StatusUnprocessableEntity, "Update is not a fast forward")
	}
	if err := f.ruleOnPush(who, r, ref, old, sha); err != nil {
		return err
	}
	return f.setRef(who, r, ref, sha)
}

// setRef points a ref at a commit without asking anybody and lets all consequences happen.
func (f *Forge) setRef(who *actor, r *repo, ref, sha string) error {
	old := r.refs[ref]
	if err := r.git.updateRef(ref, sha, old); err != nil {
		return fmt.Errorf("move %s of %s: %w", ref, r.fullName(), err)
	}
	return f.refChanged(who, r, ref, old, sha)
}

// syncRefs notices what a git push changed.
func (f *Forge) syncRefs(who *actor, r *repo) error {
	now, err := r.git.refsNow()
	if err != nil {
		return err
	}
	var moved []string
	for ref := range now {
		if now[ref] != r.refs[ref] {
			moved = append(moved, ref)
		}
	}
	for ref := range r.refs {
		if now[ref] == "" {
			moved = append(moved, ref)
		}
	}
	sort.Strings(moved)
	for _, ref := range slices.Compact(moved) {
		if strings.HasPrefix(ref, "refs/pull/") || strings.HasPrefix(ref, "refs/forge/") {
			continue
		}
		if err := f.refChanged(who, r, ref, r.refs[ref], now[ref]); err != nil {
			return err
		}
	}
	return nil
}

// refChanged lets the consequences of a moved ref happen: events, check suites, pull requests of both ends.
func (f *Forge) refChanged(who *actor, r *repo, ref, old, sha string) error {
	verb := "update"
	switch {
	case old == "":
		verb = "create"
	case sha == "":
		verb = "delete"
	}
	if sha == "" {
		delete(r.refs, ref)
	} else {
		r.refs[ref] = sha
	}
	r.pushed, r.updated = f.now(), f.now()
	f.record(who, Entry{What: "ref." + verb, Repo: r.fullName(), Ref: ref, SHA: sha, Detail: map[string]string{"before": old}})
	if err := f.emitRef(who, r, ref, old, sha); err != nil {
		return err
	}
	branch, isBranch := strings.CutPrefix(ref, "refs/heads/")
	if !isBranch {
		return nil
	}
	if sha != "" {
		f.requestSuites(who, r, branch, old, sha)
	}
	if err := f.headMoved(who, r, branch, sha); err != nil {
		return err
	}
	return f.baseMoved(who, r, branch, old, sha)
}

// headMoved brings open pull requests from a branch up to date; when the branch is gone they are closed.
func (f *Forge) headMoved(who *actor, r *repo, branch, sha string) error {
	for _, p := range f.openPulls() {
		if p.head.repo != r || p.head.ref != branch {
			continue
		}
		if sha == "" {
			p.note(f, TimelineItem{Kind: "head_ref_deleted", Actor: f.accountView(who.acct)})
			f.closePull(who, p)
			continue
		}
		if err := f.synchronize(who, p, sha); err != nil {
			return err
		}
	}
	return nil
}

// baseMoved marks open pull requests as merged whose head the branch now contains. A deleted base closes them.
func (f *Forge) baseMoved(who *actor, r *repo, branch, old, sha string) error {
	for _, p := range f.openPulls() {
		if p.repo != r || p.base.ref != branch || p == f.merging {
			continue
		}
		if sha == "" {
			f.closePull(who, p)
			continue
		}
		if old != "" && r.git.isAncestor(p.head.sha, sha) {
			f.markMerged(who, p, old, mergedBy(r.git, p.head.sha, old, sha))
		}
	}
	return nil
}

// mergedBy finds the commit of the branch that brought head in: the merge commit, or head itself for a fast forward.
func mergedBy(g gitDir, head, old, sha string) string {
	commits, err := g.line("rev-list", "--first-parent", "--reverse", old+".."+sha)
	if err != nil {
		return sha
	}
	for c := range strings.FieldsSeq(commits) {
		if g.isAncestor(head, c) {
			return c
		}
	}
	return head
}

// openPulls lists all open pull requests, in all repositories, by age.
func (f *Forge) openPulls() []*pull {
	var out []*pull
	for _, r := range f.repos {
		for _, p := range r.pulls {
			if !p.closed {
				out = append(out, p)
			}
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].id < out[j].id })
	return out
}

// commitOf reads a commit of a repository, once.
func (f *Forge) commitOf(r *repo, sha string) (CommitView, error) {
	if c, ok := f.commits[sha]; ok {
		return c, nil
	}
	c, err := r.git.commit(sha)
	if err != nil {
		return CommitView{}, err
	}
	f.commits[sha] = c
	return c, nil
}
