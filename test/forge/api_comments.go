package forge

import (
	"slices"
	"time"
)

// listComments: GET /issues/{number}/comments, oldest first; since filters by the time of the last change.
func listComments(c *call) (reply, error) {
	return c.onIssue(func(p *pull) (reply, error) {
		list := slices.Clone(p.comments)
		if since, err := time.Parse(time.RFC3339, c.query("since")); err == nil {
			list = slices.DeleteFunc(list, func(o *comment) bool { return o.updated.Before(since) })
		}
		return okay(paged(c, list, func(o *comment) obj { return c.f.commentJSON(p, o) }))
	})
}

type bodyRequest struct {
	Body string `json:"body"`
}

// createComment: POST /issues/{number}/comments.
func createComment(c *call) (reply, error) {
	return c.onIssue(func(p *pull) (reply, error) {
		var in bodyRequest
		if err := c.decode(&in); err != nil {
			return reply{}, err
		}
		o, err := c.f.addComment(c.who, p, in.Body)
		if err != nil {
			return reply{}, err
		}
		return created(c.f.commentJSON(p, o))
	})
}

func (c *call) onComment(do func(*pull, *comment) (reply, error)) (reply, error) {
	id, err := c.id("id")
	if err != nil {
		return reply{}, err
	}
	p, o := c.repo.comment(id)
	if o == nil {
		return reply{}, errNotFound
	}
	return do(p, o)
}

// getComment: GET /issues/comments/{id}.
func getComment(c *call) (reply, error) {
	return c.onComment(func(p *pull, o *comment) (reply, error) { return okay(c.f.commentJSON(p, o)) })
}

// mayTouch says whether somebody may change a comment: its author, or who has write access.
func (c *call) mayTouch(p *pull, o *comment) error {
	if c.who.acct == o.author {
		return nil
	}
	return c.who.may(p.repo, writing("write", "issues|pull_requests"))
}

// updateComment: PATCH /issues/comments/{id}.
func updateComment(c *call) (reply, error) {
	return c.onComment(func(p *pull, o *comment) (reply, error) {
		var in bodyRequest
		if err := c.decode(&in); err != nil {
			return reply{}, err
		}
		if err := c.mayTouch(p, o); err != nil {
			return reply{}, err
		}
		if err := c.f.editComment(c.who, p, o, in.Body); err != nil {
			return reply{}, err
		}
		return okay(c.f.commentJSON(p, o))
	})
}

// deleteComment: DELETE /issues/comments/{id}.
func deleteComment(c *call) (reply, error) {
	return c.onComment(func(p *pull, o *comment) (reply, error) {
		if err := c.mayTouch(p, o); err != nil {
			return reply{}, err
		}
		c.f.deleteComment(c.who, p, o)
		return noContent()
	})
}
