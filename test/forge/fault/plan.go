// Package fault makes a forge go wrong on purpose: requests that fail before or after their effect, rate limits, lost
// connections, stale reads, and webhook deliveries that are lost, late, doubled or out of order.
//
// Its one job is to decide which request or delivery is hit by which fault, to inflict it, and to remember it. It must
// not know what the forge stores or what the requests mean.
//
// A plan is a list of faults, each with a choice of victims and an outcome:
//
//	plan.Add(
//		fault.On("POST", "/check-runs").Nth(3).Then(fault.AfterEffect(502)),
//		fault.On("GET", "/pulls/*").First(5).Then(fault.Stale(30*time.Second)),
//		fault.OnEvent("issue_comment").Nth(1).Deliver(fault.Doubled()),
//	)
//
// Of several faults that fit, the first one listed wins. Chance (Odds) is seeded and depends only on the seed and on how
// often the same request or event came before, not on the order in which goroutines run: a failing run can be repeated.
package fault

import (
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"sync"
	"time"
)

// Plan decides what goes wrong. The zero value is ready for use and does no harm. It is safe for use by many goroutines.
type Plan struct {
	// Seed feeds the chances of faults with Odds. Set it before use.
	Seed uint64
	// Clock tells the time for stale reads; nil means time.Now. Set it before use.
	Clock func() time.Time

	mu       sync.Mutex
	faults   []*Fault
	seen     map[string]int // how often a request or an event came, by what it is
	injected []Injection
	reads    map[string][]read
	held     []*heldDelivery
	pending  sync.WaitGroup
}

// Injection is one fault that happened.
type Injection struct {
	At     time.Time
	Victim string // "POST /repos/o/r/check-runs" or "issue_comment 72d3162e-cc78-11e3-81ab-4c9367dc0958"
	What   string // the outcome in words
}

func (i Injection) String() string { return i.Victim + ": " + i.What }

// Add appends faults to the plan. A fault must be added to one plan only.
func (p *Plan) Add(faults ...*Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = append(p.faults, faults...)
}

// Clear removes all faults: from now on nothing goes wrong. Deliveries that are late already still come late.
func (p *Plan) Clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = nil
}

// Injected lists what went wrong so far, in order: print it when a test fails.
func (p *Plan) Injected() []Injection {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.injected)
}

// victim is what a fault may hit.
type victim struct {
	event  string // of a delivery; empty for a request
	method string
	path   string // without /api/v3
	name   string // for the record
}

// choose returns the first fault that hits v, if any, and records it.
func (p *Plan) choose(v victim) *Fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.faults) == 0 {
		return nil
	}
	key := v.event + v.method + " " + v.path
	if p.seen == nil {
		p.seen = map[string]int{}
	}
	p.seen[key]++
	var chosen *Fault
	for i, f := range p.faults {
		if f.fits(v) && f.counts(p.chance(i, key)) && chosen == nil {
			chosen = f
			f.hits++
		}
	}
	if chosen != nil {
		p.injected = append(p.injected, Injection{At: p.now(), Victim: v.name, What: chosen.what})
	}
	return chosen
}

// chance returns a number in [0,1) for the fault and this occurrence of the key.
func (p *Plan) chance(fault int, key string) float64 {
	hash := fnv.New64a()
	_, _ = fmt.Fprint(hash, p.Seed, " ", fault, " ", key, " ", p.seen[key]) // a hash never fails to take bytes
	return mix(hash.Sum64()) / math.Exp2(64)
}

// mix spreads the bits of an FNV sum (its high bits change little with the last input bytes); the finisher of SplitMix64.
func mix(x uint64) float64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return float64((x ^ x>>31) >> 11 << 11)
}

func (p *Plan) now() time.Time {
	if p.Clock != nil {
		return p.Clock()
	}
	return time.Now()
}
