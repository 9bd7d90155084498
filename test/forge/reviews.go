package forge

import (
	"fmt"
	"slices"
)

// ReviewSpec is a review to be submitted.
type ReviewSpec struct {
	Who    string
	Repo   string
	Number int
	Event  string // APPROVE, REQUEST_CHANGES or COMMENT
	Body   string
	Lines  []LineSpec
}

// LineSpec is a comment on a line of the diff.
type LineSpec struct {
	Path string
	Line int
	Side string // RIGHT (also if empty) or LEFT
	Body string
}

// Review submits a review of the present head.
func (f *Forge) Review(spec ReviewSpec) error {
	return f.onItem(spec.Who, spec.Repo, spec.Number, readers, func(a *actor, p *pull) error {
		_, err := f.addReview(a, p, reviewRequest{Event: spec.Event, Body: spec.Body, lines: spec.Lines})
		return err
	})
}

// reviewRequest is the body of POST /pulls/{n}/reviews.
type reviewRequest struct {
	Event    string `json:"event"`
	Body     string `json:"body"`
	CommitID string `json:"commit_id"`
	Comments []struct {
		Path     string `json:"path"`
		Line     int    `json:"line"`
		Position int    `json:"position"`
		Side     string `json:"side"`
		Body     string `json:"body"`
	} `json:"comments"`
	lines []LineSpec
}

// reviewStates maps what is asked for to what a review then is.
var reviewStates = map[string]string{"APPROVE": "APPROVED", "REQUEST_CHANGES": "CHANGES_REQUESTED", "COMMENT": "COMMENTED", "": "PENDING"}

func (f *Forge) addReview(who *actor, p *pull, in reviewRequest) (*review, error) {
	state, known := reviewStates[in.Event]
	if !known || p.isIssue {
		return nil, invalid("PullRequestReview", "event", "invalid", "")
	}
	if p.author == who.acct && (state == "APPROVED" || state == "CHANGES_REQUESTED") {
		return nil, &apiError{status: 422, message: "Unprocessable Entity", errors: []any{"Can not " + map[string]string{"APPROVED": "approve", "CHANGES_REQUESTED": "request changes on"}[state] + " your own pull request"}}
	}
	if in.Body == "" && len(in.Comments)+len(in.lines) == 0 && state != "APPROVED" {
		return nil, invalid("PullRequestReview", "body", "missing_field", "")
	}
	if in.CommitID == "" {
		in.CommitID = p.head.sha
	}
	rv := &review{id: f.newID(), author: who.acct, state: state, body: in.Body, sha: in.CommitID, submitted: f.now()}
	p.reviews = append(p.reviews, rv)
	for _, c := range in.Comments {
		in.lines = append(in.lines, LineSpec{Path: c.Path, Line: max(c.Line, c.Position), Side: c.Side, Body: c.Body})
	}
	for _, l := range in.lines {
		f.addLine(who, p, rv, l, 0)
	}
	if state != "PENDING" {
		f.announceReview(who, p, rv)
	}
	return rv, nil
}

func (f *Forge) announceReview(who *actor, p *pull, rv *review) {
	view := f.reviewView(rv)
	p.reviewers = slices.DeleteFunc(p.reviewers, func(a *account) bool { return a == rv.author })
	p.note(f, TimelineItem{Kind: "reviewed", Actor: view.Author, Review: &view})
	e := p.entry("review.submit")
	e.ID, e.Detail = rv.id, map[string]string{"state": rv.state}
	f.record(who, e)
	f.emitReview("submitted", p, rv, who)
	for _, c := range p.lines {
		if c.review == rv {
			f.emitLine("created", p, c, who)
		}
	}
}

func (f *Forge) addLine(who *actor, p *pull, rv *review, l LineSpec, replyTo int64) *lineComment {
	if l.Side == "" {
		l.Side = "RIGHT"
	}
	c := &lineComment{
		id: f.newID(), review: rv, author: who.acct, path: l.Path, line: max(1, l.Line), side: l.Side, sha: rv.sha, body: l.Body,
		inReplyTo: replyTo, created: f.now(), updated: f.now(), hunk: fmt.Sprintf("@@ -%d +%d @@", max(1, l.Line), max(1, l.Line)),
	}
	for _, file := range f.statOf(p).files {
		if file.Path == l.Path && file.Patch != "" {
			c.hunk = file.Patch
		}
	}
	p.lines = append(p.lines, c)
	view := f.lineView(c)
	p.note(f, TimelineItem{Kind: "line-commented", Actor: view.Author, Line: &view})
	e := p.entry("review_comment.create")
	e.ID, e.Detail = c.id, map[string]string{"body": c.body}
	f.record(who, e)
	return c
}

// dismiss takes a review's verdict back.
func (f *Forge) dismiss(who *actor, p *pull, rv *review) {
	rv.state = "DISMISSED"
	view := f.reviewView(rv)
	p.note(f, TimelineItem{Kind: "review_dismissed", Actor: f.accountView(who.acct), Review: &view})
	e := p.entry("review.dismiss")
	e.ID = rv.id
	f.record(who, e)
	f.emitReview("dismissed", p, rv, who)
}

// dismissStale takes approvals back after a push where the base branch's rules say so.
func (f *Forge) dismissStale(p *pull) {
	if !slices.ContainsFunc(p.repo.rulesFor(p.base.ref), func(r rules) bool { return r.dismissStale }) {
		return
	}
	for _, rv := range p.reviews {
		if rv.state == "APPROVED" {
			f.dismiss(&actor{acct: rv.author, via: "go"}, p, rv)
		}
	}
}

// approvals counts the reviewers with write access whose newest verdict approves, and says whether one of them asks for
// changes. Comments do not change a verdict.
func (p *pull) approvals() (count int, blocked bool) {
	verdicts := map[*account]string{}
	for _, rv := range p.reviews {
		if rv.state != "COMMENTED" && rv.state != "PENDING" && atLeast(p.repo.permission(rv.author), "write") {
			verdicts[rv.author] = rv.state
		}
	}
	for _, v := range verdicts {
		switch v {
		case "APPROVED":
			count++
		case "CHANGES_REQUESTED":
			blocked = true
		}
	}
	return count, blocked
}

// reviewDecision is GraphQL's reviewDecision: empty where no review is required and none was given.
func (f *Forge) reviewDecision(p *pull) string {
	if p.isIssue {
		return ""
	}
	need := 0
	for _, r := range p.repo.rulesFor(p.base.ref) {
		need = max(need, r.approvals)
	}
	count, blocked := p.approvals()
	switch {
	case blocked:
		return "CHANGES_REQUESTED"
	case count >= need && count > 0:
		return "APPROVED"
	case need > 0:
		return "REVIEW_REQUIRED"
	}
	return ""
}
