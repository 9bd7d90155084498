package forge

import (
	"fmt"
	"maps"
	"strings"
)

// sideJSON is the head or the base of a pull request.
func (f *Forge) sideJSON(s side) obj {
	return obj{"label": s.owner.login + ":" + s.ref, "ref": s.ref, "sha": s.sha, "user": f.userJSON(s.owner), "repo": f.repoJSON(s.repo)}
}

// pullSimpleJSON is GitHub's "pull request simple", as in lists.
func (f *Forge) pullSimpleJSON(p *pull) obj {
	r, n := p.repo, p.number
	u, issue := f.repoURL(r, "/pulls/%d", n), f.repoURL(r, "/issues/%d", n)
	page, statuses := f.pageURL(r, "/pull/%d", n), f.repoURL(r, "/statuses/%s", p.head.sha)
	link := func(href string) obj { return obj{"href": href} }
	var assignee *account
	if len(p.assignees) > 0 {
		assignee = p.assignees[0]
	}
	return obj{
		"id": p.id, "node_id": f.nodeID("PR", p.id), "url": u, "html_url": page, "diff_url": page + ".diff", "patch_url": page + ".patch",
		"issue_url": issue, "commits_url": u + "/commits", "review_comments_url": u + "/comments",
		"review_comment_url": f.repoURL(r, "/pulls/comments{/number}"), "comments_url": issue + "/comments", "statuses_url": statuses,
		"number": n, "state": p.state(), "locked": p.locked, "title": p.title, "user": f.userJSON(p.author), "body": orNull(p.body),
		"labels": f.labelList(r, p.labels), "milestone": f.milestoneJSON(r, p.milestone), "active_lock_reason": nil,
		"created_at": stamp(p.created), "updated_at": stamp(p.updated), "closed_at": stamp(p.closedAt), "merged_at": stamp(p.mergedAt),
		"merge_commit_sha": orNull(p.mergeCommit()), "assignee": f.userJSON(assignee), "assignees": f.userList(p.assignees),
		"requested_reviewers": f.userList(p.reviewers), "requested_teams": []any{}, "head": f.sideJSON(p.head), "base": f.sideJSON(p.base),
		"_links": obj{
			"self": link(u), "html": link(page), "issue": link(issue), "comments": link(issue + "/comments"),
			"review_comments": link(u + "/comments"), "review_comment": link(f.repoURL(r, "/pulls/comments{/number}")),
			"commits": link(u + "/commits"), "statuses": link(statuses),
		},
		"author_association": association(r, p.author), "auto_merge": nil, "draft": p.draft,
	}
}

// pullJSON is GitHub's "pull request"; mergeable and state are handed in, because REST and webhooks know them differently.
func (f *Forge) pullJSON(p *pull, mergeable *bool, state string) obj {
	out := f.pullSimpleJSON(p)
	stat := f.statOf(p)
	additions, deletions := stat.sums()
	var clean any
	if mergeable != nil {
		clean = *mergeable
	}
	maps.Copy(out, obj{
		"merged": p.merged, "mergeable": clean, "rebaseable": clean, "mergeable_state": state, "merged_by": f.userJSON(p.mergedBy),
		"comments": len(p.comments), "review_comments": len(p.lines), "maintainer_can_modify": p.canModify, "commits": len(stat.commits),
		"additions": additions, "deletions": deletions, "changed_files": len(stat.files), "merge_commit_sha": orNull(p.mergeCommit()),
	})
	return out
}

// eventPullJSON is a pull request in a webhook, in which mergeable is never known yet.
func (f *Forge) eventPullJSON(p *pull) obj { return f.pullJSON(p, nil, "unknown") }

// pullMinimalJSON is GitHub's "pull request minimal", as in check runs.
func (f *Forge) pullMinimalJSON(p *pull) obj {
	end := func(s side) obj {
		return obj{"ref": s.ref, "sha": s.sha, "repo": obj{"id": s.repo.id, "url": f.repoURL(s.repo, ""), "name": s.repo.name}}
	}
	return obj{
		"id": p.id, "number": p.number, "url": f.repoURL(p.repo, "/pulls/%d", p.number), "head": end(p.head), "base": end(p.base),
	}
}

// pullsAt lists the open pull requests of a repository with a head, minimally. Those from forks are left out, as on
// GitHub: check runs of a fork's commits have no pull requests.
func (f *Forge) pullsAt(r *repo, sha string) []obj {
	out := []obj{}
	for _, p := range r.sortedPulls() {
		if !p.closed && p.head.sha == sha && p.head.repo == r {
			out = append(out, f.pullMinimalJSON(p))
		}
	}
	return out
}

func (f *Forge) milestoneJSON(r *repo, m *milestone) any {
	if m == nil {
		return nil
	}
	u := f.repoURL(r, "/milestones/%d", m.number)
	return obj{
		"id": m.id, "node_id": f.nodeID("MI", m.id), "url": u, "html_url": f.pageURL(r, "/milestone/%d", m.number), "labels_url": u + "/labels",
		"number": m.number, "state": m.state, "title": m.title, "description": nil, "creator": f.userJSON(m.creator), "open_issues": 0,
		"closed_issues": 0, "created_at": stamp(m.created), "updated_at": stamp(m.created), "closed_at": nil, "due_on": nil,
	}
}

// issueJSON is GitHub's "issue"; a pull request is an issue with the field pull_request.
func (f *Forge) issueJSON(p *pull) obj {
	r := p.repo
	u := f.repoURL(r, "/issues/%d", p.number)
	page := f.pageURL(r, "/issues/%d", p.number)
	var assignee *account
	if len(p.assignees) > 0 {
		assignee = p.assignees[0]
	}
	out := obj{
		"id": p.id, "node_id": f.nodeID("I", p.id), "url": u, "repository_url": f.repoURL(r, ""), "labels_url": u + "/labels{/name}",
		"comments_url": u + "/comments", "events_url": u + "/events", "timeline_url": u + "/timeline", "number": p.number, "state": p.state(),
		"title": p.title, "body": orNull(p.body), "user": f.userJSON(p.author), "labels": f.labelList(r, p.labels),
		"assignee": f.userJSON(assignee), "assignees": f.userList(p.assignees), "milestone": f.milestoneJSON(r, p.milestone),
		"locked": p.locked, "active_lock_reason": nil, "comments": len(p.comments), "closed_at": stamp(p.closedAt),
		"created_at": stamp(p.created), "updated_at": stamp(p.updated), "author_association": association(r, p.author),
		"reactions": reactions(u), "state_reason": nil, "performed_via_github_app": nil,
	}
	if !p.isIssue {
		page = f.pageURL(r, "/pull/%d", p.number)
		out["node_id"], out["draft"] = f.nodeID("PR", p.id), p.draft
		out["pull_request"] = obj{
			"url": f.repoURL(r, "/pulls/%d", p.number), "html_url": page, "diff_url": page + ".diff", "patch_url": page + ".patch",
			"merged_at": stamp(p.mergedAt),
		}
	}
	out["html_url"] = page
	return out
}

// reactions is the summary of reactions, of which there are none.
func reactions(u string) obj {
	out := obj{"url": u + "/reactions", "total_count": 0}
	for _, name := range strings.Fields("+1 -1 laugh hooray confused heart rocket eyes") {
		out[name] = 0
	}
	return out
}

// commentJSON is GitHub's "issue comment".
func (f *Forge) commentJSON(p *pull, c *comment) obj {
	u := f.repoURL(p.repo, "/issues/comments/%d", c.id)
	kind := "issues"
	if !p.isIssue {
		kind = "pull"
	}
	var via any
	if c.via != nil {
		via = f.appJSON(c.via)
	}
	return obj{
		"id": c.id, "node_id": f.nodeID("IC", c.id), "url": u, "html_url": f.pageURL(p.repo, "/%s/%d#issuecomment-%d", kind, p.number, c.id),
		"issue_url": f.repoURL(p.repo, "/issues/%d", p.number), "user": f.userJSON(c.author), "body": c.body,
		"created_at": stamp(c.created), "updated_at": stamp(c.updated), "author_association": association(p.repo, c.author),
		"reactions": reactions(u), "performed_via_github_app": via,
	}
}

// reviewJSON is GitHub's "pull request review".
func (f *Forge) reviewJSON(p *pull, rv *review) obj {
	pullURL := f.repoURL(p.repo, "/pulls/%d", p.number)
	page := f.pageURL(p.repo, "/pull/%d#pullrequestreview-%d", p.number, rv.id)
	return obj{
		"id": rv.id, "node_id": f.nodeID("PRR", rv.id), "user": f.userJSON(rv.author), "body": rv.body, "state": rv.state,
		"html_url": page, "pull_request_url": pullURL, "commit_id": rv.sha, "submitted_at": stamp(rv.submitted),
		"author_association": association(p.repo, rv.author), "_links": obj{"html": obj{"href": page}, "pull_request": obj{"href": pullURL}},
	}
}

// lineJSON is GitHub's "pull request review comment".
func (f *Forge) lineJSON(p *pull, c *lineComment) obj {
	u := f.repoURL(p.repo, "/pulls/comments/%d", c.id)
	pullURL := f.repoURL(p.repo, "/pulls/%d", p.number)
	page := f.pageURL(p.repo, "/pull/%d#discussion_r%d", p.number, c.id)
	out := obj{
		"id": c.id, "node_id": f.nodeID("PRRC", c.id), "url": u, "html_url": page, "pull_request_url": pullURL,
		"pull_request_review_id": c.review.id, "diff_hunk": c.hunk, "path": c.path, "commit_id": c.sha, "original_commit_id": c.sha,
		"user": f.userJSON(c.author), "body": c.body, "created_at": stamp(c.created), "updated_at": stamp(c.updated),
		"author_association": association(p.repo, c.author), "reactions": reactions(u), "line": c.line, "original_line": c.line,
		"start_line": nil, "original_start_line": nil, "start_side": nil, "side": c.side, "position": c.line, "original_position": c.line,
		"subject_type": "line",
		"_links":       obj{"self": obj{"href": u}, "html": obj{"href": page}, "pull_request": obj{"href": pullURL}},
	}
	if c.inReplyTo != 0 {
		out["in_reply_to_id"] = c.inReplyTo
	}
	return out
}

// fileJSON is GitHub's "diff entry".
func (f *Forge) fileJSON(r *repo, sha string, file FileView) obj {
	out := obj{
		"sha": file.SHA, "filename": file.Path, "status": file.Status, "additions": file.Additions, "deletions": file.Deletions,
		"changes": file.Additions + file.Deletions, "blob_url": f.pageURL(r, "/blob/%s/%s", sha, escapePath(file.Path)),
		"raw_url":      f.pageURL(r, "/raw/%s/%s", sha, escapePath(file.Path)),
		"contents_url": f.repoURL(r, "/contents/%s?ref=%s", escapePath(file.Path), sha),
	}
	if file.Patch != "" {
		out["patch"] = file.Patch
	}
	if file.Previous != "" {
		out["previous_filename"] = file.Previous
	}
	return out
}

// refJSON is GitHub's "git ref".
func (f *Forge) refJSON(r *repo, ref, sha string) obj {
	kind, err := r.git.line("cat-file", "-t", sha)
	if err != nil {
		kind = "commit"
	}
	return obj{
		"ref": ref, "node_id": "REF_" + ref, "url": f.repoURL(r, "/git/%s", ref),
		"object": obj{"type": kind, "sha": sha, "url": f.repoURL(r, "/git/%ss/%s", kind, sha)},
	}
}

// pathOf names a pull request for messages: owner/name#number.
func (p *pull) pathOf() string { return fmt.Sprintf("%s#%d", p.repo.fullName(), p.number) }
