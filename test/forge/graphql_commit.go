package forge

import (
	"slices"
	"strings"
)

// commit is a commit of a repository, or nil.
func (q *graphQuery) commit(r *repo, sha string) any {
	c, err := q.f.commitOf(r, sha)
	if err != nil {
		return nil
	}
	headline, body, _ := strings.Cut(c.Message, "\n")
	path := "/" + r.fullName() + "/commit/" + sha
	return &graphObject{"Commit", map[string]any{
		"id": q.f.nodeID("C", r.id) + sha, "oid": sha, "abbreviatedOid": sha[:7], "message": c.Message, "messageHeadline": headline,
		"messageBody": strings.TrimLeft(body, "\n"), "committedDate": c.Committer.Date, "authoredDate": c.Author.Date,
		"author":    func() any { return q.signature(c.Author) },
		"committer": func() any { return q.signature(c.Committer) },
		"url":       q.f.base + path, "resourcePath": path, "commitUrl": q.f.base + path,
		"repository":             func() any { return q.repository(r) },
		"tree":                   func() any { return q.gitObject(r, c.Tree) },
		"parents":                pagedList("Commit", func() []any { return anys(c.Parents, func(p string) any { return q.commit(r, p) }) }),
		"status":                 func() any { return q.status(r, sha) },
		"statusCheckRollup":      func() any { return q.rollup(r, sha) },
		"checkSuites":            pagedField("CheckSuite", func(args graphArgs) ([]any, map[string]any, error) { return q.suites(r, sha, args), nil, nil }),
		"associatedPullRequests": pagedList("PullRequest", func() []any { return q.pullsWith(r, sha) }),
	}}
}

func (q *graphQuery) signature(s SignatureView) any {
	var user any
	for _, a := range q.f.accounts {
		if a.kind == "User" && a.email != "" && a.email == s.Email {
			user = q.someone(a)
		}
	}
	return &graphObject{"GitActor", map[string]any{"name": orNull(s.Name), "email": orNull(s.Email), "date": s.Date, "user": user}}
}

// pullsWith lists the pull requests that bring a commit to their base.
func (q *graphQuery) pullsWith(r *repo, sha string) (out []any) {
	for _, p := range r.sortedPulls() {
		brings := func(c CommitView) bool { return c.SHA == sha }
		if p.mergeSHA == sha || slices.ContainsFunc(q.f.statOf(p).commits, brings) {
			out = append(out, q.pull(p))
		}
	}
	return out
}

// status gathers the statuses of a commit; nil if it has none.
func (q *graphQuery) status(r *repo, sha string) any {
	latest := r.latestStatuses(sha)
	if len(latest) == 0 {
		return nil
	}
	return &graphObject{"Status", map[string]any{
		"id": q.f.nodeID("ST", r.id) + sha, "state": enumValue(combinedState(latest)),
		"commit":   func() any { return q.commit(r, sha) },
		"contexts": func() any { return anys(latest, func(s *status) any { return q.statusContext(r, s) }) },
		"context": func(args graphArgs) (any, error) {
			for _, s := range latest {
				if s.context == args.text("name") {
					return q.statusContext(r, s), nil
				}
			}
			return nil, nil
		},
	}}
}

func (q *graphQuery) statusContext(r *repo, s *status) any {
	return &graphObject{"StatusContext", map[string]any{
		"id": q.f.nodeID("SC", s.id), "context": s.context, "state": enumValue(s.state), "description": s.description, "targetUrl": s.target,
		"createdAt": s.created, "creator": func() any { return q.someone(s.creator) }, "commit": func() any { return q.commit(r, s.sha) },
		"isRequired": func(args graphArgs) (any, error) { return q.isRequired(r, args, s.context, appID(s.app)) },
	}}
}

func appID(a *app) int64 {
	if a == nil {
		return 0
	}
	return a.id
}

// isRequired says whether the base branch of a pull request requires a check. GitHub demands the pull request.
func (q *graphQuery) isRequired(r *repo, args graphArgs, name string, app int64) (any, error) {
	number, ok := args["pullRequestNumber"].(int64)
	for _, p := range r.sortedPulls() {
		if ok && int64(p.number) != number || !ok && q.f.nodeID("PR", p.id) != args.text("pullRequestId") {
			continue
		}
		for _, rule := range r.rulesFor(p.base.ref) {
			for _, want := range rule.checks {
				if want.context == name && (want.app == 0 || want.app == app) {
					return true, nil
				}
			}
		}
		return false, nil
	}
	return nil, notFound("a PullRequest with the number of %d.", number)
}

// latestRuns lists the newest check run of each name and App on a commit.
func (r *repo) latestRuns(sha string) (out []*checkRun) {
	for _, c := range r.runs {
		if c.sha == sha && r.isLatest(c) {
			out = append(out, c)
		}
	}
	return out
}

// rollup gathers check runs and statuses of a commit; nil if it has neither.
func (q *graphQuery) rollup(r *repo, sha string) any {
	runs, statuses := r.latestRuns(sha), r.latestStatuses(sha)
	if len(runs)+len(statuses) == 0 {
		return nil
	}
	list := func(graphArgs) ([]any, map[string]any, error) {
		items := anys(runs, func(c *checkRun) any { return q.checkRun(c) })
		items = append(items, anys(statuses, func(s *status) any { return q.statusContext(r, s) })...)
		return items, map[string]any{"checkRunCount": len(runs), "statusContextCount": len(statuses)}, nil
	}
	return &graphObject{"StatusCheckRollup", map[string]any{
		"id": q.f.nodeID("SCR", r.id) + sha, "state": rollupState(runs, statuses),
		"commit":   func() any { return q.commit(r, sha) },
		"contexts": pagedField("StatusCheckRollupContext", list),
	}}
}

// rollupState is the worst of all: FAILURE, ERROR, PENDING, SUCCESS.
func rollupState(runs []*checkRun, statuses []*status) string {
	var states []string
	for _, c := range runs {
		states = append(states, runState(c))
	}
	for _, s := range statuses {
		states = append(states, s.state)
	}
	for _, worst := range []string{"failure", "error", "pending"} {
		if slices.Contains(states, worst) {
			return strings.ToUpper(worst)
		}
	}
	return "SUCCESS"
}

func (q *graphQuery) checkRun(c *checkRun) any {
	v := q.f.checkRunView(c)
	path := strings.TrimPrefix(v.HTMLURL, q.f.base)
	fields := map[string]any{
		"id": v.NodeID, "databaseId": v.ID, "name": v.Name, "status": enumValue(v.Status), "conclusion": enumValue(v.Conclusion),
		"title": c.title, "summary": c.summary, "text": c.text, "detailsUrl": orNull(v.DetailsURL), "externalId": orNull(v.ExternalID),
		"url": v.HTMLURL, "permalink": v.HTMLURL, "resourcePath": path, "startedAt": nil, "completedAt": nil,
		"repository":  func() any { return q.repository(c.repo) },
		"checkSuite":  func() any { return q.suite(c.suite) },
		"annotations": pagedList("CheckAnnotation", func() []any { return anys(v.Annotations, q.annotation) }),
		"isRequired":  func(args graphArgs) (any, error) { return q.isRequired(c.repo, args, c.name, c.suite.app.id) },
	}
	if !v.StartedAt.IsZero() {
		fields["startedAt"] = v.StartedAt
	}
	if !v.CompletedAt.IsZero() {
		fields["completedAt"] = v.CompletedAt
	}
	return &graphObject{"CheckRun", fields}
}

func (q *graphQuery) annotation(a AnnotationView) any {
	position := func(line, column int) any {
		fields := map[string]any{"line": line, "column": nil}
		if column > 0 {
			fields["column"] = column
		}
		return &graphObject{"CheckAnnotationPosition", fields}
	}
	return &graphObject{"CheckAnnotation", map[string]any{
		"path": a.Path, "annotationLevel": enumValue(a.Level), "title": orNull(a.Title), "message": a.Message, "rawDetails": orNull(a.RawDetails),
		"location": func() any {
			return &graphObject{"CheckAnnotationSpan", map[string]any{
				"start": position(a.StartLine, a.StartColumn), "end": position(a.EndLine, a.EndColumn)}}
		},
	}}
}

func (q *graphQuery) suites(r *repo, sha string, args graphArgs) (out []any) {
	filter, _ := args["filterBy"].(map[string]any)
	wanted, filtered := filter["appId"].(int64)
	for _, s := range r.suites {
		if s.sha == sha && (!filtered || s.app.id == wanted) {
			out = append(out, q.suite(s))
		}
	}
	return out
}

func (q *graphQuery) suite(s *suite) any {
	v := q.f.suiteView(s)
	path := "/" + s.repo.fullName() + "/commit/" + s.sha + "/checks"
	return &graphObject{"CheckSuite", map[string]any{
		"id": v.NodeID, "databaseId": v.ID, "status": enumValue(v.Status), "conclusion": enumValue(v.Conclusion), "createdAt": v.CreatedAt,
		"updatedAt": v.UpdatedAt, "url": q.f.base + path, "resourcePath": path,
		"app":        func() any { return q.app(s.app) },
		"commit":     func() any { return q.commit(s.repo, s.sha) },
		"repository": func() any { return q.repository(s.repo) },
		"branch":     func() any { return q.ref(s.repo, "refs/heads/"+s.branch) },
		"checkRuns":  pagedField("CheckRun", func(args graphArgs) ([]any, map[string]any, error) { return q.runs(s, args), nil, nil }),
	}}
}

// runs lists the check runs of a suite; the filter is GitHub's CheckRunFilter, which shows the latest unless told ALL.
func (q *graphQuery) runs(s *suite, args graphArgs) (out []any) {
	filter, _ := args["filterBy"].(map[string]any)
	for _, c := range s.repo.runs {
		name, named := filter["checkName"].(string)
		app, byApp := filter["appId"].(int64)
		latest := filter["checkType"] != "ALL"
		if c.suite != s || named && c.name != name || byApp && s.app.id != app || latest && !s.repo.isLatest(c) {
			continue
		}
		out = append(out, q.checkRun(c))
	}
	return out
}
