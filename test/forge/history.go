package forge

import (
	"context"
	"fmt"
	"slices"
)

// record notes a write and wakes those who wait. The caller fills in what, where and which; who and when are known.
func (f *Forge) record(who *actor, e Entry) {
	e.Seq, e.At, e.Who, e.Via = len(f.history)+1, f.now(), who.login(), who.via
	f.history = append(f.history, e)
	f.wake()
}

// wake tells everybody who waits that something changed.
func (f *Forge) wake() {
	close(f.changed)
	f.changed = make(chan struct{})
}

// History lists every write so far, in the order in which the forge took them.
func (f *Forge) History() []Entry {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.history)
}

// WaitFor returns when ok answers true. It is asked now and after each change; the error is that of ctx.
func (f *Forge) WaitFor(ctx context.Context, ok func(*View) bool) error {
	for {
		f.mu.Lock()
		done, changed := ok(&View{f}), f.changed
		f.mu.Unlock()
		if done {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("wait for a change at the forge: %w", ctx.Err())
		}
	}
}

// WaitDelivered returns when no webhook is on its way any more; the error is that of ctx.
func (f *Forge) WaitDelivered(ctx context.Context) error {
	return f.WaitFor(ctx, func(v *View) bool { return v.f.busy == 0 })
}
