package forge

import "maps"

// checkURL is the page of a check run.
func (f *Forge) checkURL(c *checkRun) string { return f.pageURL(c.repo, "/runs/%d", c.id) }

// detailsURL is what the App gave, or else the App's own page, as on GitHub.
func (f *Forge) detailsURL(c *checkRun) string {
	if c.details != "" {
		return c.details
	}
	return f.base + "/apps/" + c.suite.app.slug
}

// runJSON is GitHub's "check run".
func (f *Forge) runJSON(c *checkRun) obj {
	u := f.repoURL(c.repo, "/check-runs/%d", c.id)
	return obj{
		"id": c.id, "node_id": f.nodeID("CR", c.id), "name": c.name, "head_sha": c.sha, "external_id": c.externalID, "url": u,
		"html_url": f.checkURL(c), "details_url": f.detailsURL(c), "status": c.status, "conclusion": orNull(c.conclusion),
		"started_at": stamp(c.started), "completed_at": stamp(c.completed), "check_suite": obj{"id": c.suite.id},
		"app": f.appJSON(c.suite.app), "pull_requests": f.pullsAt(c.repo, c.sha),
		"output": obj{
			"title": c.title, "summary": c.summary, "text": c.text, "annotations_count": len(c.annotations), "annotations_url": u + "/annotations",
		},
	}
}

// eventRunJSON is a check run in a webhook, with its suite.
func (f *Forge) eventRunJSON(c *checkRun) obj {
	out := f.runJSON(c)
	s := c.suite
	state, conclusion := s.repo.suiteState(s)
	out["check_suite"] = obj{
		"id": s.id, "node_id": f.nodeID("CS", s.id), "head_branch": orNull(s.branch), "head_sha": s.sha, "status": state,
		"conclusion": orNull(conclusion), "url": f.repoURL(s.repo, "/check-suites/%d", s.id), "before": orNull(s.before), "after": s.sha,
		"pull_requests": out["pull_requests"], "app": out["app"], "created_at": stamp(s.created), "updated_at": stamp(s.updated),
	}
	return out
}

// suiteJSON is GitHub's "check suite".
func (f *Forge) suiteJSON(s *suite) obj {
	state, conclusion := s.repo.suiteState(s)
	u := f.repoURL(s.repo, "/check-suites/%d", s.id)
	out := obj{
		"id": s.id, "node_id": f.nodeID("CS", s.id), "head_branch": orNull(s.branch), "head_sha": s.sha, "status": state,
		"conclusion": orNull(conclusion), "url": u, "before": orNull(s.before), "after": s.sha, "pull_requests": f.pullsAt(s.repo, s.sha),
		"app": f.appJSON(s.app), "created_at": stamp(s.created), "updated_at": stamp(s.updated),
		"latest_check_runs_count": len(s.repo.runsOf(s)), "check_runs_url": u + "/check-runs", "rerequestable": true, "runs_rerequestable": true,
	}
	c, err := f.commitOf(s.repo, s.sha)
	if err != nil {
		f.fault(err)
	}
	out["head_commit"] = simpleCommitJSON(c)
	return out
}

// eventSuiteJSON is a check suite in a webhook. The App's events and permissions are left out: the published schema lists
// only some of those that GitHub has.
func (f *Forge) eventSuiteJSON(s *suite) obj {
	out := f.suiteJSON(s)
	short := f.appJSON(s.app)
	delete(short, "events")
	delete(short, "permissions")
	out["app"] = short
	return out
}

// suiteWithRepoJSON is a check suite as the API answers it.
func (f *Forge) suiteWithRepoJSON(s *suite) obj {
	out := f.suiteJSON(s)
	out["repository"] = f.minimalRepoJSON(s.repo)
	return out
}

// annotationJSON is GitHub's "check annotation".
func (f *Forge) annotationJSON(c *checkRun, a AnnotationView) obj {
	column := func(n int) any {
		if n == 0 {
			return nil
		}
		return n
	}
	return obj{
		"path": a.Path, "start_line": a.StartLine, "end_line": a.EndLine, "start_column": column(a.StartColumn),
		"end_column": column(a.EndColumn), "annotation_level": a.Level, "title": orNull(a.Title), "message": a.Message,
		"raw_details": orNull(a.RawDetails), "blob_href": f.repoURL(c.repo, "/git/blobs/%s", c.sha),
	}
}

// statusSimpleJSON is GitHub's "simple commit status", as in the combined status.
func (f *Forge) statusSimpleJSON(r *repo, s *status) obj {
	avatar := f.base + "/avatars/" + s.creator.login
	return obj{
		"id": s.id, "node_id": f.nodeID("SC", s.id), "url": f.repoURL(r, "/statuses/%s", s.sha), "avatar_url": avatar, "state": s.state,
		"description": s.description, "target_url": emptyNull(s.target), "context": s.context, "created_at": stamp(s.created),
		"updated_at": stamp(s.created),
	}
}

// emptyNull renders what is absent or empty as null.
func emptyNull(s *string) any { return orNull(text(s)) }

// statusJSON is GitHub's "status".
func (f *Forge) statusJSON(r *repo, s *status) obj {
	out := f.statusSimpleJSON(r, s)
	maps.Copy(out, obj{"creator": f.userJSON(s.creator)})
	return out
}
