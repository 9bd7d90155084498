package forge

// SetMilestone puts a pull request or an issue on a milestone of the repository, which is created if there is none of
// that title. An empty title takes it off.
func (f *Forge) SetMilestone(who, repo string, number int, title string) error {
	return f.onItem(who, repo, number, triagers, func(a *actor, p *pull) error {
		next := p.repo.milestone(title)
		if title != "" && next == nil {
			next = &milestone{
				id: f.newID(), number: len(p.repo.milestones) + 1, title: title, state: "open", creator: a.acct, created: f.now(),
			}
			p.repo.milestones = append(p.repo.milestones, next)
		}
		f.moveToMilestone(a, p, next)
		return nil
	})
}

// milestone finds a milestone of a repository by its title.
func (r *repo) milestone(title string) *milestone {
	for _, m := range r.milestones {
		if m.title == title {
			return m
		}
	}
	return nil
}

func (f *Forge) moveToMilestone(who *actor, p *pull, next *milestone) {
	if p.milestone == next {
		return
	}
	old := p.milestone
	p.milestone, p.updated = next, f.now()
	f.record(who, p.entry(p.kind()+".milestone"))
	if old != nil {
		f.emitMilestone("demilestoned", p, old, who)
	}
	if next != nil {
		f.emitMilestone("milestoned", p, next, who)
	}
}
