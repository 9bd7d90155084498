package forge

import (
	"slices"
)

// listReviews: GET /pulls/{number}/reviews.
func listReviews(c *call) (reply, error) {
	return c.onPull(func(p *pull) (reply, error) {
		list := slices.DeleteFunc(slices.Clone(p.reviews), func(rv *review) bool { return rv.state == "PENDING" && rv.author != c.who.acct })
		return okay(paged(c, list, func(rv *review) obj { return c.f.reviewJSON(p, rv) }))
	})
}

// createReview: POST /pulls/{number}/reviews.
func createReview(c *call) (reply, error) {
	return c.onPull(func(p *pull) (reply, error) {
		var in reviewRequest
		if err := c.decode(&in); err != nil {
			return reply{}, err
		}
		rv, err := c.f.addReview(c.who, p, in)
		if err != nil {
			return reply{}, err
		}
		return okay(c.f.reviewJSON(p, rv))
	})
}

func (c *call) onReview(do func(*pull, *review) (reply, error)) (reply, error) {
	return c.onPull(func(p *pull) (reply, error) {
		id, err := c.id("id")
		if err != nil {
			return reply{}, err
		}
		for _, rv := range p.reviews {
			if rv.id == id {
				return do(p, rv)
			}
		}
		return reply{}, errNotFound
	})
}

// getReview: GET /pulls/{number}/reviews/{id}.
func getReview(c *call) (reply, error) {
	return c.onReview(func(p *pull, rv *review) (reply, error) { return okay(c.f.reviewJSON(p, rv)) })
}

// dismissReview: PUT /pulls/{number}/reviews/{id}/dismissals.
func dismissReview(c *call) (reply, error) {
	return c.onReview(func(p *pull, rv *review) (reply, error) {
		var in struct {
			Message string `json:"message"`
		}
		if err := c.decode(&in); err != nil {
			return reply{}, err
		}
		if in.Message == "" || rv.state == "COMMENTED" || rv.state == "DISMISSED" {
			return reply{}, invalid("PullRequestReview", "message", "missing_field", "")
		}
		c.f.dismiss(c.who, p, rv)
		return okay(c.f.reviewJSON(p, rv))
	})
}

// listLines: GET /pulls/{number}/comments.
func listLines(c *call) (reply, error) {
	return c.onPull(func(p *pull) (reply, error) {
		return okay(paged(c, p.lines, func(l *lineComment) obj { return c.f.lineJSON(p, l) }))
	})
}

// createLine: POST /pulls/{number}/comments: a comment on a line, as a review of its own.
func createLine(c *call) (reply, error) {
	return c.onPull(func(p *pull) (reply, error) {
		var in struct {
			Body      string `json:"body"`
			Path      string `json:"path"`
			Line      int    `json:"line"`
			Side      string `json:"side"`
			CommitID  string `json:"commit_id"`
			InReplyTo int64  `json:"in_reply_to"`
		}
		if err := c.decode(&in); err != nil {
			return reply{}, err
		}
		if in.Body == "" || in.Path == "" {
			return reply{}, invalid("PullRequestReviewComment", "path", "missing_field", "")
		}
		if in.CommitID == "" {
			in.CommitID = p.head.sha
		}
		rv := &review{id: c.f.newID(), author: c.who.acct, state: "COMMENTED", sha: in.CommitID, submitted: c.f.now()}
		p.reviews = append(p.reviews, rv)
		l := c.f.addLine(c.who, p, rv, LineSpec{Path: in.Path, Line: in.Line, Side: in.Side, Body: in.Body}, in.InReplyTo)
		c.f.emitLine("created", p, l, c.who)
		return created(c.f.lineJSON(p, l))
	})
}

// getLine: GET /pulls/comments/{id}.
func getLine(c *call) (reply, error) {
	id, err := c.id("id")
	if err != nil {
		return reply{}, err
	}
	for _, p := range c.repo.pulls {
		for _, l := range p.lines {
			if l.id == id {
				return okay(c.f.lineJSON(p, l))
			}
		}
	}
	return reply{}, errNotFound
}

// listReviewers: GET /pulls/{number}/requested_reviewers.
func listReviewers(c *call) (reply, error) {
	return c.onPull(func(p *pull) (reply, error) {
		return okay(obj{"users": c.f.userList(p.reviewers), "teams": []any{}})
	})
}

type reviewersRequest struct {
	Reviewers     []string `json:"reviewers"`
	TeamReviewers []string `json:"team_reviewers"`
}

// accounts finds the users asked for; a stranger is refused, and teams are not known to this forge.
func (in reviewersRequest) accounts(c *call) ([]*account, error) {
	if len(in.TeamReviewers) > 0 {
		return nil, badRequest("forge: reviews can be requested of users only")
	}
	var out []*account
	for _, login := range in.Reviewers {
		a := c.f.account(login)
		if !c.repo.isCollaborator(a) {
			return nil, badRequest("Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the %s repository.", c.repo.fullName())
		}
		out = append(out, a)
	}
	return out, nil
}

// requestReviewers: POST /pulls/{number}/requested_reviewers.
func requestReviewers(c *call) (reply, error) {
	return c.changeReviewers(func(p *pull, a *account) bool {
		if slices.Contains(p.reviewers, a) {
			return false
		}
		p.reviewers = append(p.reviewers, a)
		return true
	}, "review_requested", created)
}

// unrequestReviewers: DELETE /pulls/{number}/requested_reviewers.
func unrequestReviewers(c *call) (reply, error) {
	return c.changeReviewers(func(p *pull, a *account) bool {
		before := len(p.reviewers)
		p.reviewers = slices.DeleteFunc(p.reviewers, func(o *account) bool { return o == a })
		return len(p.reviewers) < before
	}, "review_request_removed", okay)
}

func (c *call) changeReviewers(change func(*pull, *account) bool, kind string, answer func(any) (reply, error)) (reply, error) {
	return c.onPull(func(p *pull) (reply, error) {
		var in reviewersRequest
		if err := c.decode(&in); err != nil {
			return reply{}, err
		}
		list, err := in.accounts(c)
		if err != nil {
			return reply{}, err
		}
		for _, a := range list {
			if !change(p, a) {
				continue
			}
			view := c.f.accountView(a)
			p.note(c.f, TimelineItem{Kind: kind, Actor: c.f.accountView(c.who.acct), Subject: &view})
			c.f.record(c.who, p.entry("pull."+kind))
			c.f.emitPull(kind, p, c.who, obj{"requested_reviewer": c.f.userJSON(a)})
		}
		return answer(c.f.pullSimpleJSON(p))
	})
}
