package forge

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxComment is how many characters GitHub takes in a comment.
const maxComment = 65536

// Comment writes into the conversation of a pull request or an issue.
func (f *Forge) Comment(who, repo string, number int, body string) (v CommentView, err error) {
	err = f.onItem(who, repo, number, readers, func(a *actor, p *pull) error {
		c, err := f.addComment(a, p, body)
		if err == nil {
			v = f.commentView(p, c)
		}
		return err
	})
	return v, err
}

func (f *Forge) addComment(who *actor, p *pull, body string) (*comment, error) {
	if err := checkComment(body); err != nil {
		return nil, err
	}
	if p.locked && !atLeast(p.repo.permission(who.acct), "write") {
		return nil, refuse(http.StatusForbidden, "Unable to create comment because issue is locked.")
	}
	c := &comment{id: f.newID(), author: who.acct, body: body, created: f.now(), updated: f.now(), via: who.app}
	p.comments = append(p.comments, c)
	view := f.commentView(p, c)
	p.note(f, TimelineItem{Kind: "commented", Actor: view.Author, Comment: &view})
	f.recordComment(who, p, c, "comment.create")
	f.emitComment("created", p, c, who, nil)
	return c, nil
}

func checkComment(body string) error {
	if strings.TrimSpace(body) == "" {
		return invalid("IssueComment", "data", "unprocessable", "Body cannot be blank")
	}
	if utf8.RuneCountInString(body) > maxComment {
		return invalid("IssueComment", "data", "unprocessable", fmt.Sprintf("Body is too long (maximum is %d characters)", maxComment))
	}
	return nil
}

func (f *Forge) recordComment(who *actor, p *pull, c *comment, what string) {
	e := p.entry(what)
	e.ID = c.id
	e.Detail = map[string]string{"body": c.body}
	f.record(who, e)
}

// EditComment replaces the text of a comment, by its id.
func (f *Forge) EditComment(who string, id int64, body string) error {
	return f.onComment(who, id, func(a *actor, p *pull, c *comment) error { return f.editComment(a, p, c, body) })
}

func (f *Forge) editComment(who *actor, p *pull, c *comment, body string) error {
	if err := checkComment(body); err != nil {
		return err
	}
	from := c.body
	c.body, c.updated = body, f.now()
	p.refreshTimeline(f, c)
	f.recordComment(who, p, c, "comment.edit")
	f.emitComment("edited", p, c, who, obj{"changes": obj{"body": obj{"from": from}}})
	return nil
}

// refreshTimeline lets the timeline show the comment as it is now.
func (p *pull) refreshTimeline(f *Forge, c *comment) {
	for i := range p.timeline {
		if shown := p.timeline[i].Comment; shown != nil && shown.ID == c.id {
			view := f.commentView(p, c)
			p.timeline[i].Comment = &view
		}
	}
}

// DeleteComment deletes a comment, by its id.
func (f *Forge) DeleteComment(who string, id int64) error {
	return f.onComment(who, id, func(a *actor, p *pull, c *comment) error {
		f.deleteComment(a, p, c)
		return nil
	})
}

func (f *Forge) deleteComment(who *actor, p *pull, c *comment) {
	p.comments = slices.DeleteFunc(p.comments, func(other *comment) bool { return other == c })
	p.timeline = slices.DeleteFunc(p.timeline, func(t TimelineItem) bool { return t.Comment != nil && t.Comment.ID == c.id })
	f.recordComment(who, p, c, "comment.delete")
	f.emitComment("deleted", p, c, who, nil)
}

// onComment finds who acts and on which comment, for the Go API.
func (f *Forge) onComment(who string, id int64, do func(*actor, *pull, *comment) error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	a, err := f.act(who)
	if err != nil {
		return err
	}
	for _, r := range f.repos {
		p, c := r.comment(id)
		if c == nil {
			continue
		}
		if a.acct != c.author && !atLeast(r.permission(a.acct), "write") {
			return fmt.Errorf("%s may not change a comment of %s", who, c.author.login)
		}
		return do(a, p, c)
	}
	return fmt.Errorf("no comment %d", id)
}

// comment finds a comment of a repository by its id.
func (r *repo) comment(id int64) (*pull, *comment) {
	for _, items := range []map[int]*pull{r.pulls, r.issues} {
		for _, p := range items {
			for _, c := range p.comments {
				if c.id == id {
					return p, c
				}
			}
		}
	}
	return nil, nil
}

// IssueSpec describes an issue to be opened.
type IssueSpec struct {
	Who, Repo, Title, Body string
	Labels                 []string
}

// OpenIssue opens an issue and answers its number.
func (f *Forge) OpenIssue(spec IssueSpec) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	who, err := f.act(spec.Who)
	r, repoErr := f.mustRepo(spec.Repo)
	if err = errors.Join(err, repoErr); err != nil {
		return 0, fmt.Errorf("open an issue: %w", err)
	}
	p, err := f.openIssue(who, r, spec)
	if err != nil {
		return 0, fmt.Errorf("open an issue in %s: %w", spec.Repo, err)
	}
	return p.number, nil
}

func (f *Forge) openIssue(who *actor, r *repo, spec IssueSpec) (*pull, error) {
	if spec.Title == "" {
		return nil, invalid("Issue", "title", "missing_field", "")
	}
	p := &pull{
		id: f.newID(), number: r.nextNumber, isIssue: true, repo: r, title: spec.Title, body: spec.Body, author: who.acct,
		created: f.now(), updated: f.now(),
	}
	r.nextNumber++
	r.issues[p.number] = p
	for _, name := range spec.Labels {
		p.labels = append(p.labels, f.ensureLabel(who, r, name))
	}
	f.record(who, p.entry("issue.open"))
	f.emitState("opened", p, who)
	return p, nil
}
