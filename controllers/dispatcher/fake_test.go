package dispatcher_test

import (
	"context"
	"fmt"
	"sync"

	"github.com/bowsprit-ci/bowsprit/internal/github"
)

// page is what GitHub shows: a plain record of what was written, by what it is found by.
type page struct {
	mu       sync.Mutex
	token    bool
	checks   map[string]github.Check
	statuses map[string]github.Status
	comments map[string]string
	labels   map[string]bool
	// asked counts the questions.
	asked int
	// fail is asked before each write; an error refuses it.
	fail func(what string) error
}

func newPage() *page {
	return &page{
		checks: map[string]github.Check{}, statuses: map[string]github.Status{},
		comments: map[string]string{}, labels: map[string]bool{},
	}
}

func (p *page) write(what string, effect func()) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fail != nil {
		if err := p.fail(what); err != nil {
			return err
		}
	}
	effect()
	return nil
}

func (p *page) CanWriteChecks() bool { return !p.token }

func (p *page) UpsertCheck(_ context.Context, c github.Check) (int64, error) {
	return 1, p.write("check", func() { p.checks[c.SHA[:7]+" "+c.Name+" "+c.ExternalID] = c })
}

func (p *page) ConcludedCheck(_ context.Context, _, _, sha, name, externalID string) (conclusion, title string, found bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked++
	c := p.checks[sha[:7]+" "+name+" "+externalID]
	return c.Conclusion, c.Title, c.Conclusion != "", nil
}

func (p *page) SetStatus(_ context.Context, s github.Status) error {
	return p.write("status", func() { p.statuses[s.SHA[:7]+" "+s.Context] = s })
}

func (p *page) UpsertComment(_ context.Context, key github.CommentKey, body string) error {
	return p.write("comment", func() { p.comments[key.Marker] = body })
}

func (p *page) Label(_ context.Context, org, repo string, number int, name string, remove bool) error {
	return p.write("label", func() { p.labels[fmt.Sprintf("%s/%s#%d %s", org, repo, number, name)] = !remove })
}
