// Package progress prints what a long command does, one line per step, with the time since the command began and the
// time the step took. Steps may run side by side. It knows nothing of the steps themselves.
package progress

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// Printer writes lines such as "[ 12.3s] etcd answers (0.8s)". The zero value is not usable; see New.
type Printer struct {
	mu    sync.Mutex
	out   io.Writer
	now   func() time.Time
	began time.Time
}

// New starts the clock that now reads.
func New(out io.Writer, now func() time.Time) *Printer {
	return &Printer{out: out, now: now, began: now()}
}

// Say prints one line at once.
func (p *Printer) Say(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	// A progress line that cannot be written (a closed pipe) must not stop the work.
	_, _ = fmt.Fprintf(p.out, "[%5.1fs] %s\n", p.now().Sub(p.began).Seconds(), fmt.Sprintf(format, args...))
}

// Step runs do and, when it succeeds, prints name with the time it took. The error comes back as it is, with name in
// front.
func (p *Printer) Step(name string, do func() error) error {
	start := p.now()
	if err := do(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	p.Say("%s (%.1fs)", name, p.now().Sub(start).Seconds())
	return nil
}

// Elapsed is the time since New.
func (p *Printer) Elapsed() time.Duration { return p.now().Sub(p.began) }
