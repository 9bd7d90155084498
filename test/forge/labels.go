package forge

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Label puts labels on a pull request or an issue; what does not exist in the repository is created, as GitHub does.
func (f *Forge) Label(who, repo string, number int, names ...string) error {
	return f.onItem(who, repo, number, triagers, func(a *actor, p *pull) error {
		f.addLabels(a, p, names)
		return nil
	})
}

// Unlabel takes a label off.
func (f *Forge) Unlabel(who, repo string, number int, name string) error {
	return f.onItem(who, repo, number, triagers, func(a *actor, p *pull) error { return f.removeLabel(a, p, name) })
}

// label finds a label of a repository by its name, without regard to case.
func (r *repo) label(name string) *label {
	for _, l := range r.labels {
		if strings.EqualFold(l.name, name) {
			return l
		}
	}
	return nil
}

// ensureLabel finds a label or creates it in grey.
func (f *Forge) ensureLabel(who *actor, r *repo, name string) *label {
	if l := r.label(name); l != nil {
		return l
	}
	return f.createLabel(who, r, label{name: name, color: "ededed"})
}

func (f *Forge) createLabel(who *actor, r *repo, l label) *label {
	l.id = f.newID()
	r.labels = append(r.labels, &l)
	f.record(who, Entry{What: "label.create", Repo: r.fullName(), ID: l.id, Detail: map[string]string{"label": l.name}})
	f.emitLabel("created", r, &l, who)
	return &l
}

func (f *Forge) deleteLabel(who *actor, r *repo, l *label) {
	for _, items := range []map[int]*pull{r.pulls, r.issues} {
		for _, p := range items {
			p.labels = slices.DeleteFunc(p.labels, func(other *label) bool { return other == l })
		}
	}
	r.labels = slices.DeleteFunc(r.labels, func(other *label) bool { return other == l })
	f.record(who, Entry{What: "label.delete", Repo: r.fullName(), ID: l.id, Detail: map[string]string{"label": l.name}})
	f.emitLabel("deleted", r, l, who)
}

func (p *pull) hasLabel(name string) bool {
	return slices.ContainsFunc(p.labels, func(l *label) bool { return strings.EqualFold(l.name, name) })
}

// addLabels adds what is not there yet, with an event for each label added.
func (f *Forge) addLabels(who *actor, p *pull, names []string) {
	for _, name := range names {
		if p.hasLabel(name) {
			continue
		}
		l := f.ensureLabel(who, p.repo, name)
		p.labels = append(p.labels, l)
		f.labelEvent(who, p, l, "labeled")
	}
}

// removeLabel takes a label off; a label that is not there is refused with 404.
func (f *Forge) removeLabel(who *actor, p *pull, name string) error {
	if !p.hasLabel(name) {
		return refuse(http.StatusNotFound, "Label does not exist")
	}
	l := p.repo.label(name)
	p.labels = slices.DeleteFunc(p.labels, func(other *label) bool { return other == l })
	f.labelEvent(who, p, l, "unlabeled")
	return nil
}

func (f *Forge) labelEvent(who *actor, p *pull, l *label, action string) {
	view := f.labelView(l)
	p.note(f, TimelineItem{Kind: action, Actor: f.accountView(who.acct), Label: &view})
	e := p.entry(p.kind() + "." + strings.TrimSuffix(action, "ed"))
	e.Detail = map[string]string{"label": l.name}
	f.record(who, e)
	f.emitItemLabel(action, p, l, who)
}

// setLabels replaces all labels.
func (f *Forge) setLabels(who *actor, p *pull, names []string) error {
	for _, l := range slices.Clone(p.labels) {
		if slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, l.name) }) {
			continue
		}
		if err := f.removeLabel(who, p, l.name); err != nil {
			return err
		}
	}
	f.addLabels(who, p, names)
	return nil
}

// Assign sets who is assigned to a pull request or an issue.
func (f *Forge) Assign(who, repo string, number int, logins ...string) error {
	return f.onItem(who, repo, number, triagers, func(a *actor, p *pull) error {
		var list []*account
		for _, l := range logins {
			user := f.account(l)
			if user == nil {
				return fmt.Errorf("no account %q", l)
			}
			list = append(list, user)
		}
		f.setAssignees(a, p, list)
		return nil
	})
}

// setAssignees replaces the assignees, with an event for each that came or went.
func (f *Forge) setAssignees(who *actor, p *pull, list []*account) {
	before := p.assignees
	p.assignees = list
	change := func(from, to []*account, action string) {
		for _, a := range from {
			if slices.Contains(to, a) {
				continue
			}
			view := f.accountView(a)
			p.note(f, TimelineItem{Kind: action, Actor: f.accountView(who.acct), Subject: &view})
			f.record(who, p.entry(p.kind()+"."+strings.TrimSuffix(action, "ed")))
			if !p.isIssue {
				f.emitPull(action, p, who, obj{"assignee": f.userJSON(a)})
			}
		}
	}
	change(before, list, "unassigned")
	change(list, before, "assigned")
}
