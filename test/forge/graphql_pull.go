package forge

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

func (q *graphQuery) findPull(r *repo, args graphArgs) (any, error) {
	number, _ := args["number"].(int64)
	p := r.pulls[int(number)]
	if p == nil {
		return nil, notFound("a PullRequest with the number of %d.", number)
	}
	return q.pull(p), nil
}

// pulls lists a repository's pull requests by the arguments states, labels, baseRefName and headRefName.
func (q *graphQuery) pulls(r *repo, args graphArgs) (out []any) {
	states, labels := args.texts("states"), args.texts("labels")
	for _, p := range r.sortedPulls() {
		base, head := args.text("baseRefName"), args.text("headRefName")
		if len(states) > 0 && !slices.Contains(states, graphState(p)) ||
			len(labels) > 0 && !slices.ContainsFunc(labels, p.hasLabel) ||
			base != "" && p.base.ref != base || head != "" && p.head.ref != head {
			continue
		}
		out = append(out, q.pull(p))
	}
	if order, ok := args["orderBy"].(map[string]any); ok && order["direction"] == "DESC" {
		slices.Reverse(out)
	}
	return out
}

// graphState is OPEN, CLOSED or MERGED.
func graphState(p *pull) string {
	if p.merged {
		return "MERGED"
	}
	return strings.ToUpper(p.state())
}

func (q *graphQuery) pull(p *pull) any {
	fields := q.conversation(p)
	for name, field := range q.pullState(p) {
		fields[name] = field
	}
	for name, field := range q.pullGit(p) {
		fields[name] = field
	}
	return &graphObject{"PullRequest", fields}
}

// conversation is what a pull request has in common with an issue, and what people said.
func (q *graphQuery) conversation(p *pull) map[string]any {
	path := fmt.Sprintf("/%s/pull/%d", p.repo.fullName(), p.number)
	return map[string]any{
		"id": q.f.nodeID("PR", p.id), "databaseId": p.id, "fullDatabaseId": fmt.Sprint(p.id), "number": p.number, "title": p.title,
		"body": p.body, "bodyText": p.body, "url": q.f.base + path, "permalink": q.f.base + path, "resourcePath": path,
		"author": func() any { return q.someone(p.author) }, "authorAssociation": association(p.repo, p.author),
		"createdAt": p.created, "publishedAt": p.created, "updatedAt": p.updated, "repository": func() any { return q.repository(p.repo) },
		"labels":         pagedList("Label", func() []any { return q.labels(p.repo, p.labels) }),
		"milestone":      func() any { return q.milestone(p.repo, p.milestone) },
		"assignees":      pagedList("User", func() []any { return anys(p.assignees, q.someone) }),
		"comments":       pagedList("IssueComment", func() []any { return anys(p.comments, func(c *comment) any { return q.comment(p, c) }) }),
		"reviews":        pagedField("PullRequestReview", func(args graphArgs) ([]any, map[string]any, error) { return q.reviews(p, args), nil, nil }),
		"latestReviews":  pagedList("PullRequestReview", func() []any { return q.latestReviews(p, false) }),
		"reviewRequests": pagedList("ReviewRequest", func() []any { return anys(p.reviewers, q.reviewRequest) }),
		"latestOpinionatedReviews": pagedList("PullRequestReview", func() []any {
			return q.latestReviews(p, true)
		}),
		"reviewDecision": func() any { return orNull(q.f.reviewDecision(p)) },
		"locked":         p.locked,
	}
}

// pullState is how far a pull request is.
func (q *graphQuery) pullState(p *pull) map[string]any {
	mergeable, state := q.f.shownMergeState(p)
	fields := map[string]any{
		"state": graphState(p), "closed": p.closed, "merged": p.merged, "isDraft": p.draft, "closedAt": nil, "mergedAt": nil,
		"mergedBy": func() any { return q.someone(p.mergedBy) }, "mergeable": mergeableState(mergeable), "mergeStateStatus": strings.ToUpper(state),
		"canBeRebased": func() any { return q.canBeRebased(p, mergeable) }, "isInMergeQueue": p.group != nil, "autoMergeRequest": nil,
		"maintainerCanModify": p.canModify,
	}
	for name, at := range map[string]time.Time{"closedAt": p.closedAt, "mergedAt": p.mergedAt} {
		if !at.IsZero() {
			fields[name] = at
		}
	}
	return fields
}

func mergeableState(mergeable *bool) string {
	switch {
	case mergeable == nil:
		return "UNKNOWN"
	case *mergeable:
		return "MERGEABLE"
	}
	return "CONFLICTING"
}

// canBeRebased: the merge is clean, and no commit is a merge, which rebasing would have to flatten.
func (q *graphQuery) canBeRebased(p *pull, mergeable *bool) bool {
	merges := slices.ContainsFunc(q.f.statOf(p).commits, func(c CommitView) bool { return len(c.Parents) > 1 })
	return mergeable != nil && *mergeable && !merges
}

// pullGit is what a pull request changes.
func (q *graphQuery) pullGit(p *pull) map[string]any {
	additions, deletions := q.f.statOf(p).sums()
	commits := func() []any {
		return anys(q.f.statOf(p).commits, func(c CommitView) any {
			return &graphObject{"PullRequestCommit", map[string]any{
				"id": q.f.nodeID("PRC", p.id) + c.SHA, "commit": func() any { return q.commit(p.repo, c.SHA) },
				"pullRequest": func() any { return q.pull(p) },
			}}
		})
	}
	return map[string]any{
		"baseRefName": p.base.ref, "baseRefOid": p.base.sha, "headRefName": p.head.ref, "headRefOid": p.head.sha,
		"baseRef": func() any { return q.ref(p.repo, "refs/heads/"+p.base.ref) }, "headRef": func() any { return q.headRef(p) },
		"baseRepository": func() any { return q.repository(p.repo) }, "headRepository": func() any { return q.repository(p.head.repo) },
		"headRepositoryOwner": func() any { return q.someone(p.head.owner) }, "isCrossRepository": p.head.repo != p.repo,
		"mergeCommit":          func() any { return q.commitIf(p.repo, p.mergeSHA) },
		"potentialMergeCommit": func() any { return q.commitIf(p.repo, p.test.sha) },
		"commits":              pagedList("PullRequestCommit", commits), "statusCheckRollup": func() any { return q.rollup(p.repo, p.head.sha) },
		"additions": additions, "deletions": deletions, "changedFiles": len(q.f.statOf(p).files),
		"files": pagedList("PullRequestChangedFile", func() []any { return anys(q.f.statOf(p).files, changedFile) }),
	}
}

func (q *graphQuery) headRef(p *pull) any {
	if p.head.repo == nil {
		return nil
	}
	return q.ref(p.head.repo, "refs/heads/"+p.head.ref)
}

func (q *graphQuery) commitIf(r *repo, sha string) any {
	if sha == "" {
		return nil
	}
	return q.commit(r, sha)
}

func changedFile(file FileView) any {
	change := strings.NewReplacer("REMOVED", "DELETED").Replace(strings.ToUpper(file.Status))
	return &graphObject{"PullRequestChangedFile", map[string]any{
		"path": file.Path, "additions": file.Additions, "deletions": file.Deletions, "changeType": change}}
}

func (q *graphQuery) milestone(r *repo, m *milestone) any {
	if m == nil {
		return nil
	}
	path := fmt.Sprintf("/%s/milestone/%d", r.fullName(), m.number)
	return &graphObject{"Milestone", map[string]any{
		"id": q.f.nodeID("MI", m.id), "number": m.number, "title": m.title, "state": enumValue(m.state), "closed": m.state == "closed",
		"createdAt": m.created, "updatedAt": m.created, "url": q.f.base + path, "resourcePath": path,
		"creator": func() any { return q.someone(m.creator) }, "repository": func() any { return q.repository(r) },
	}}
}

func (q *graphQuery) comment(p *pull, c *comment) any {
	path := fmt.Sprintf("/%s/pull/%d#issuecomment-%d", p.repo.fullName(), p.number, c.id)
	return &graphObject{"IssueComment", map[string]any{
		"id": q.f.nodeID("IC", c.id), "databaseId": c.id, "fullDatabaseId": fmt.Sprint(c.id), "body": c.body, "bodyText": c.body,
		"author": func() any { return q.someone(c.author) }, "authorAssociation": association(p.repo, c.author),
		"createdAt": c.created, "publishedAt": c.created, "updatedAt": c.updated, "url": q.f.base + path, "resourcePath": path,
		"viewerDidAuthor": c.author == q.who.acct, "isMinimized": false, "pullRequest": func() any { return q.pull(p) },
		"repository": func() any { return q.repository(p.repo) },
	}}
}

func (q *graphQuery) reviews(p *pull, args graphArgs) (out []any) {
	states, author := args.texts("states"), args.text("author")
	for _, r := range p.reviews {
		if (len(states) == 0 || slices.Contains(states, r.state)) && (author == "" || strings.EqualFold(author, r.author.login)) {
			out = append(out, q.review(p, r))
		}
	}
	return out
}

// latestReviews is the last review of each person; with opinionated only those that approve or ask for changes count.
func (q *graphQuery) latestReviews(p *pull, opinionated bool) (out []any) {
	seen := map[*account]bool{}
	for _, r := range slices.Backward(p.reviews) {
		opinion := r.state == "APPROVED" || r.state == "CHANGES_REQUESTED" || r.state == "DISMISSED"
		if r.state == "PENDING" || seen[r.author] || opinionated && !opinion {
			continue
		}
		seen[r.author] = true
		out = append(out, q.review(p, r))
	}
	return out
}

func (q *graphQuery) review(p *pull, r *review) any {
	path := fmt.Sprintf("/%s/pull/%d#pullrequestreview-%d", p.repo.fullName(), p.number, r.id)
	fields := map[string]any{
		"id": q.f.nodeID("PRR", r.id), "databaseId": r.id, "fullDatabaseId": fmt.Sprint(r.id), "state": r.state, "body": r.body, "bodyText": r.body,
		"author": func() any { return q.someone(r.author) }, "authorAssociation": association(p.repo, r.author),
		"authorCanPushToRepository": atLeast(p.repo.permission(r.author), "write"), "submittedAt": nil, "createdAt": r.submitted,
		"updatedAt": r.submitted, "url": q.f.base + path, "resourcePath": path, "commit": func() any { return q.commitIf(p.repo, r.sha) },
		"pullRequest": func() any { return q.pull(p) }, "repository": func() any { return q.repository(p.repo) },
	}
	if !r.submitted.IsZero() {
		fields["submittedAt"] = r.submitted
	}
	return &graphObject{"PullRequestReview", fields}
}

func (q *graphQuery) reviewRequest(a *account) any {
	return &graphObject{"ReviewRequest", map[string]any{
		"id": q.f.nodeID("RR", a.id), "asCodeOwner": false, "requestedReviewer": func() any { return q.someone(a) }}}
}
