package fault

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Delivery is what happens to a webhook delivery.
type Delivery interface {
	// deliver calls send as often and as late as it wants.
	deliver(p *Plan, send func())
	// String describes it in a few words.
	String() string
}

type delivery struct {
	what string
	run  func(p *Plan, send func())
}

func (d delivery) String() string { return d.what }

func (d delivery) deliver(p *Plan, send func()) { d.run(p, send) }

// Lost never sends.
func Lost() Delivery { return delivery{"lost", func(*Plan, func()) {}} }

// Doubled sends twice, one after the other, with the same GUID.
func Doubled() Delivery {
	return delivery{"sent twice", func(_ *Plan, send func()) { send(); send() }}
}

// Late sends after this time, while later deliveries go on.
func Late(by time.Duration) Delivery {
	return delivery{fmt.Sprintf("sent %s late", by), func(p *Plan, send func()) { p.later(by, send) }}
}

// Reordered sends after the next delivery, or after this time if none comes. Of two in a row that are chosen, the second
// is the first one's successor.
func Reordered(most time.Duration) Delivery { return reordered{most} }

type reordered struct{ most time.Duration }

func (reordered) String() string { return "sent after its successor" }

func (r reordered) deliver(p *Plan, send func()) { p.hold(r.most, send) }

// Deliver hands a webhook delivery to its receiver through the plan: it calls send once, unless a fault fits the event.
// The result of send is the sender's to keep. It returns when the sending that is due now is over; what is late goes on
// in the background, see Settle.
func (p *Plan) Deliver(event, guid string, send func() (int, error)) {
	once := func() { _, _ = send() }
	overtaken := p.unhold(nil)
	f := p.choose(victim{event: event, name: event + " " + guid})
	switch {
	case f == nil:
		once()
	case len(overtaken) > 0 && f.holds():
		once()
	default:
		f.delivery.deliver(p, once)
	}
	for _, held := range overtaken {
		held.send()
	}
}

func (f *Fault) holds() bool {
	_, ok := f.delivery.(reordered)
	return ok
}

// Settle returns when no delivery is outstanding any more, or with the context's error.
func (p *Plan) Settle(ctx context.Context) error {
	done := make(chan struct{})
	go func() {
		p.pending.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for late deliveries: %w", ctx.Err())
	}
}

func (p *Plan) later(by time.Duration, send func()) {
	p.pending.Add(1)
	time.AfterFunc(by, func() {
		defer p.pending.Done()
		send()
	})
}

// heldDelivery waits for its successor.
type heldDelivery struct{ send func() }

// hold keeps send until the next delivery, or until the time is over.
func (p *Plan) hold(most time.Duration, send func()) {
	p.pending.Add(1)
	held := &heldDelivery{func() {
		defer p.pending.Done()
		send()
	}}
	p.mu.Lock()
	p.held = append(p.held, held)
	p.mu.Unlock()
	time.AfterFunc(most, func() {
		for _, late := range p.unhold(held) {
			late.send()
		}
	})
}

// unhold takes one held delivery out of the waiting ones, or all with nil, and returns what it took.
func (p *Plan) unhold(one *heldDelivery) (taken []*heldDelivery) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held = slices.DeleteFunc(p.held, func(h *heldDelivery) bool {
		take := one == nil || h == one
		if take {
			taken = append(taken, h)
		}
		return take
	})
	return taken
}
