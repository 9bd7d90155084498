package forge

// pullPatch is what an edit of a pull request changes; nil leaves as it is.
type pullPatch struct {
	Title *string `json:"title"`
	Body  *string `json:"body"`
	State *string `json:"state"`
	Base  *string `json:"base"`
}

// editPull changes title, body, base and state, in this order, with an event for each.
func (f *Forge) editPull(who *actor, p *pull, patch pullPatch) error {
	changes := obj{}
	if patch.Title != nil && *patch.Title != p.title {
		changes["title"] = obj{"from": p.title}
		p.note(f, TimelineItem{Kind: "renamed", Actor: f.accountView(who.acct), Before: p.title, After: *patch.Title})
		p.title = *patch.Title
	}
	if patch.Body != nil && *patch.Body != p.body {
		changes["body"] = obj{"from": p.body}
		p.body = *patch.Body
	}
	if patch.Base != nil && *patch.Base != p.base.ref {
		from, err := f.retarget(who, p, *patch.Base)
		if err != nil {
			return err
		}
		changes["base"] = from
	}
	if len(changes) > 0 {
		p.updated = f.now()
		f.record(who, p.entry("pull.edit"))
		f.emitPull("edited", p, who, obj{"changes": changes})
	}
	return f.setState(who, p, patch.State)
}

func (f *Forge) retarget(who *actor, p *pull, branch string) (obj, error) {
	sha := p.repo.refs["refs/heads/"+branch]
	if sha == "" || p.closed {
		return nil, invalid("PullRequest", "base", "invalid", "")
	}
	from := obj{"ref": obj{"from": p.base.ref}, "sha": obj{"from": p.base.sha}}
	p.note(f, TimelineItem{Kind: "base_ref_changed", Actor: f.accountView(who.acct), Before: p.base.ref, After: branch})
	p.base.ref, p.base.sha = branch, sha
	f.leaveQueue(who, p)
	return from, nil
}

func (f *Forge) setState(who *actor, p *pull, state *string) error {
	switch {
	case state == nil || *state == p.state():
		return nil
	case *state == "closed":
		f.closePull(who, p)
		return nil
	case *state == "open":
		return f.reopenPull(who, p)
	}
	return invalid("PullRequest", "state", "invalid", "")
}

// closePull closes without merging. The item may also be an issue.
func (f *Forge) closePull(who *actor, p *pull) {
	f.statOf(p)
	p.closed, p.closedAt, p.closedBy = true, f.now(), who.acct
	p.note(f, TimelineItem{Kind: "closed", Actor: f.accountView(who.acct)})
	f.leaveQueue(who, p)
	f.record(who, p.entry(p.kind()+".close"))
	f.emitState("closed", p, who)
}

func (f *Forge) reopenPull(who *actor, p *pull) error {
	if p.merged {
		return invalid("PullRequest", "state", "invalid", "state cannot be changed. The pull request cannot be reopened.")
	}
	if !p.isIssue {
		tip := ""
		if p.head.repo != nil {
			tip = p.head.repo.refs["refs/heads/"+p.head.ref]
		}
		if tip == "" || (tip != p.head.sha && !p.head.repo.git.isAncestor(p.head.sha, tip)) {
			return invalid("PullRequest", "state", "invalid", "state cannot be changed. The "+p.head.ref+" branch was force-pushed or recreated.")
		}
		p.head.sha = tip
		if err := f.importHead(p); err != nil {
			return err
		}
	}
	p.closed, p.closedBy = false, nil
	p.closedAt = p.mergedAt // the zero time: it was not merged
	p.note(f, TimelineItem{Kind: "reopened", Actor: f.accountView(who.acct)})
	f.record(who, p.entry(p.kind()+".reopen"))
	f.emitState("reopened", p, who)
	return nil
}

func (p *pull) kind() string {
	if p.isIssue {
		return "issue"
	}
	return "pull"
}

// EditPull changes the title, the body or the base branch of a pull request; nil leaves as it is.
func (f *Forge) EditPull(who, repo string, number int, title, body, base *string) error {
	return f.onItem(who, repo, number, owners, func(a *actor, p *pull) error {
		return f.editPull(a, p, pullPatch{Title: title, Body: body, Base: base})
	})
}

// ClosePull closes a pull request or an issue without merging.
func (f *Forge) ClosePull(who, repo string, number int) error {
	closed := "closed"
	return f.onItem(who, repo, number, owners, func(a *actor, p *pull) error { return f.setState(a, p, &closed) })
}

// ReopenPull opens a closed pull request or issue again.
func (f *Forge) ReopenPull(who, repo string, number int) error {
	open := "open"
	return f.onItem(who, repo, number, owners, func(a *actor, p *pull) error { return f.setState(a, p, &open) })
}

// SetDraft makes a pull request a draft or marks it as ready for review.
func (f *Forge) SetDraft(who, repo string, number int, draft bool) error {
	return f.onItem(who, repo, number, owners, func(a *actor, p *pull) error {
		if p.draft == draft {
			return nil
		}
		p.draft = draft
		kind, action := "ready_for_review", "ready_for_review"
		if draft {
			kind, action = "convert_to_draft", "converted_to_draft"
		}
		p.note(f, TimelineItem{Kind: kind, Actor: f.accountView(a.acct)})
		f.record(a, p.entry("pull."+action))
		f.emitPull(action, p, a, nil)
		return nil
	})
}
