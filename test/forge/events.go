package forge

import (
	"maps"
	"slices"
	"strings"
)

// event is a webhook event before it is addressed to hooks.
type event struct {
	name   string
	action string
	repo   *repo
	org    *account
	who    *actor
	body   obj
	only   *app // of events that only the App concerned gets
	appsOn bool // Apps get it without having subscribed (the permission suffices)
	noHook bool // hooks of repositories and organisations do not get it
}

func eventNamed(name string) event { return event{name: name} }

// emit addresses an event to all hooks that want it. The body is completed with what all events have.
func (f *Forge) emit(e event) {
	if e.action != "" {
		e.body["action"] = e.action
	}
	if e.repo != nil {
		if e.body["repository"] == nil {
			e.body["repository"] = f.repoJSON(e.repo)
		}
		e.org = e.repo.owner
	}
	if e.org != nil && e.org.kind == "Organization" {
		e.body["organization"] = f.orgJSON(e.org)
	}
	e.body["sender"] = f.sender(e.who)
	for _, h := range slices.Clone(f.hooks) {
		f.address(h, e)
	}
}

// sender is who caused an event; what nobody caused was GitHub's ghost.
func (f *Forge) sender(who *actor) any {
	if who == nil || who.acct == nil {
		return f.userJSON(f.account("ghost"))
	}
	return f.userJSON(who.acct)
}

// eventPermissions are the permissions that an App needs to get an event (docs.github.com, "Webhook events and payloads").
var eventPermissions = map[string]string{
	"check_run": "checks", "check_suite": "checks", "create": "contents", "delete": "contents", "push": "contents",
	"issue_comment": "issues|pull_requests", "issues": "issues", "label": "metadata", "merge_group": "merge_queues",
	"pull_request": "pull_requests", "pull_request_review": "pull_requests", "pull_request_review_comment": "pull_requests",
	"status": "statuses", "repository": "metadata",
}

// address delivers an event to a hook if it is meant for it.
func (f *Forge) address(h *hook, e event) {
	if h.app == nil {
		mine := (h.repo != nil && h.repo == e.repo) || (h.org != nil && h.org == e.org)
		if mine && !e.noHook && h.wants(e.name) {
			f.deliver(h, e)
		}
		return
	}
	i := f.installationOf(h.app, e.repo)
	if i == nil || (e.only != nil && e.only != h.app) || !(e.appsOn || h.wants(e.name)) || !i.mayHear(e) {
		return
	}
	e.body = maps.Clone(e.body)
	e.body["installation"] = obj{"id": i.id, "node_id": f.nodeID("INST", i.id)}
	f.deliver(h, e)
}

// mayHear says whether an installation has the permission for an event.
func (i *installation) mayHear(e event) bool {
	level := "read"
	if e.appsOn {
		level = "write"
	}
	need, known := eventPermissions[e.name]
	return known && slices.ContainsFunc(strings.Split(need, "|"), func(p string) bool { return allows(i.permissions[p], level) })
}

// emitPull sends pull_request with an action; more is added to the payload.
func (f *Forge) emitPull(action string, p *pull, who *actor, more obj) {
	body := obj{"number": p.number, "pull_request": f.eventPullJSON(p)}
	maps.Copy(body, more)
	f.emit(event{name: "pull_request", action: action, repo: p.repo, who: who, body: body})
}

// emitState sends pull_request or issues with an action.
func (f *Forge) emitState(action string, p *pull, who *actor) {
	if !p.isIssue {
		f.emitPull(action, p, who, nil)
		return
	}
	f.emit(event{name: "issues", action: action, repo: p.repo, who: who, body: obj{"issue": f.issueJSON(p)}})
}

// emitItemLabel sends labeled or unlabeled of a pull request or an issue.
func (f *Forge) emitItemLabel(action string, p *pull, l *label, who *actor) {
	if !p.isIssue {
		f.emitPull(action, p, who, obj{"label": f.labelJSON(p.repo, l)})
		return
	}
	body := obj{"issue": f.issueJSON(p), "label": f.labelJSON(p.repo, l)}
	f.emit(event{name: "issues", action: action, repo: p.repo, who: who, body: body})
}

// emitMilestone sends milestoned or demilestoned of a pull request or an issue.
func (f *Forge) emitMilestone(action string, p *pull, m *milestone, who *actor) {
	shown := f.milestoneJSON(p.repo, m)
	if !p.isIssue {
		f.emitPull(action, p, who, obj{"milestone": shown})
		return
	}
	f.emit(event{name: "issues", action: action, repo: p.repo, who: who, body: obj{"issue": f.issueJSON(p), "milestone": shown}})
}

// emitComment sends issue_comment.
func (f *Forge) emitComment(action string, p *pull, c *comment, who *actor, more obj) {
	body := obj{"issue": f.issueJSON(p), "comment": f.commentJSON(p, c)}
	maps.Copy(body, more)
	f.emit(event{name: "issue_comment", action: action, repo: p.repo, who: who, body: body})
}

// emitLabel sends label, about a label of the repository.
func (f *Forge) emitLabel(action string, r *repo, l *label, who *actor) {
	f.emit(event{name: "label", action: action, repo: r, who: who, body: obj{"label": f.labelJSON(r, l)}})
}

// emitReview sends pull_request_review. In webhooks, states are in lower case.
func (f *Forge) emitReview(action string, p *pull, rv *review, who *actor) {
	shown := f.reviewJSON(p, rv)
	shown["state"] = strings.ToLower(rv.state)
	shown["body"] = orNull(rv.body)
	body := obj{"review": shown, "pull_request": f.pullSimpleJSON(p)}
	f.emit(event{name: "pull_request_review", action: action, repo: p.repo, who: who, body: body})
}

// emitLine sends pull_request_review_comment.
func (f *Forge) emitLine(action string, p *pull, c *lineComment, who *actor) {
	body := obj{"comment": f.lineJSON(p, c), "pull_request": f.pullSimpleJSON(p)}
	f.emit(event{name: "pull_request_review_comment", action: action, repo: p.repo, who: who, body: body})
}

// emitRun sends check_run. That a re-run or an action was asked for, only the App itself hears.
func (f *Forge) emitRun(action string, c *checkRun, who *actor, more obj) {
	body := obj{"check_run": f.eventRunJSON(c)}
	maps.Copy(body, more)
	e := event{name: "check_run", action: action, repo: c.repo, who: who, body: body}
	if action == "rerequested" || action == "requested_action" {
		e.only, e.appsOn, e.noHook = c.suite.app, true, true
	}
	f.emit(e)
}

// emitSuite sends check_suite. Hooks hear of completed suites, the App also of requested ones.
func (f *Forge) emitSuite(action string, s *suite, who *actor) {
	e := event{name: "check_suite", action: action, repo: s.repo, who: who, body: obj{"check_suite": f.eventSuiteJSON(s)}}
	if action != "completed" {
		e.only, e.appsOn, e.noHook = s.app, true, true
	}
	f.emit(e)
}

// emitStatus sends status.
func (f *Forge) emitStatus(r *repo, s *status, who *actor) {
	c, err := f.commitOf(r, s.sha)
	if err != nil {
		f.fault(err)
		return
	}
	branches := []obj{}
	for _, b := range r.branches() {
		if r.refs["refs/heads/"+b] == s.sha {
			branches = append(branches, obj{
				"name": b, "commit": obj{"sha": s.sha, "url": f.repoURL(r, "/commits/%s", s.sha)}, "protected": r.isProtected(b),
			})
		}
	}
	f.emit(event{name: "status", repo: r, who: who, body: obj{
		"id": s.id, "sha": s.sha, "name": r.fullName(), "target_url": emptyNull(s.target), "context": s.context, "description": s.description,
		"state": s.state, "commit": f.commitJSON(r, c), "branches": branches, "created_at": stamp(s.created), "updated_at": stamp(s.created),
		"avatar_url": nil,
	}})
}

// emitGroup sends merge_group.
func (f *Forge) emitGroup(action string, g *mergeGroup, reason string, who *actor) {
	c, err := f.commitOf(g.pull.repo, g.sha)
	if err != nil {
		f.fault(err)
		return
	}
	body := obj{"merge_group": obj{
		"head_sha": g.sha, "head_ref": g.ref, "base_sha": g.base, "base_ref": "refs/heads/" + g.pull.base.ref, "head_commit": simpleCommitJSON(c),
	}}
	if reason != "" {
		body["reason"] = reason
	}
	f.emit(event{name: "merge_group", action: action, repo: g.pull.repo, who: who, body: body})
}

// emitInstallation tells an App that it was installed.
func (f *Forge) emitInstallation(action string, i *installation, who *actor) {
	if i.app.hook == nil {
		return
	}
	list := []obj{}
	for _, r := range f.installRepos(i) {
		list = append(list, f.tinyRepoJSON(r))
	}
	f.deliver(i.app.hook, event{name: "installation", action: action, body: obj{
		"action": action, "installation": f.installationJSON(i), "repositories": list, "requester": nil, "sender": f.userJSON(who.acct),
	}})
}

// emitInstallationRepos tells an App that an installation reaches one more repository.
func (f *Forge) emitInstallationRepos(i *installation, r *repo, who *actor) {
	if i.app.hook == nil {
		return
	}
	f.deliver(i.app.hook, event{name: "installation_repositories", action: "added", body: obj{
		"action": "added", "installation": f.installationJSON(i), "repository_selection": "selected",
		"repositories_added": []obj{f.tinyRepoJSON(r)}, "repositories_removed": []obj{}, "requester": nil, "sender": f.userJSON(who.acct),
	}})
}

func (f *Forge) tinyRepoJSON(r *repo) obj {
	return obj{"id": r.id, "node_id": f.nodeID("R", r.id), "name": r.name, "full_name": r.fullName(), "private": r.private}
}
