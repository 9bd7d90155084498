package fault

import (
	"strings"
)

// Fault says who is hit and what happens. Make it with On, Any or OnEvent, narrow it with Nth, First, After and Odds, and
// finish it with Then or Deliver.
type Fault struct {
	event  string
	method string
	path   []string

	nth, first, after int
	odds              float64 // 0 means always

	matched int // victims that fitted so far
	hits    int // victims that were hit

	what     string // the outcome in words
	request  Outcome
	delivery Delivery
}

// On chooses requests by method and the end of their path: "/check-runs" fits /repos/o/r/check-runs, and * fits any one
// part of a path, so "/pulls/*" fits /repos/o/r/pulls/7. An empty method or path fits any. The GraphQL endpoint is
// "/graphql".
func On(method, path string) *Fault {
	f := &Fault{method: method}
	if path = strings.Trim(path, "/"); path != "" {
		f.path = strings.Split(path, "/")
	}
	return f
}

// Any chooses all requests.
func Any() *Fault { return On("", "") }

// OnEvent chooses webhook deliveries by their event (X-GitHub-Event); "*" fits any event.
func OnEvent(event string) *Fault { return &Fault{event: event} }

// Nth narrows to the nth fitting victim, counted from 1 since the fault was added.
func (f *Fault) Nth(n int) *Fault { f.nth = n; return f }

// First narrows to at most n victims.
func (f *Fault) First(n int) *Fault { f.first = n; return f }

// After leaves the first n fitting victims alone.
func (f *Fault) After(n int) *Fault { f.after = n; return f }

// Odds hits each fitting victim with this probability, between 0 and 1.
func (f *Fault) Odds(p float64) *Fault { f.odds = p; return f }

// Then sets what happens to the chosen requests.
func (f *Fault) Then(outcome Outcome) *Fault { f.request, f.what = outcome, outcome.String(); return f }

// Deliver sets what happens to the chosen deliveries.
func (f *Fault) Deliver(d Delivery) *Fault { f.delivery, f.what = d, d.String(); return f }

// fits tells whether v is of the chosen kind.
func (f *Fault) fits(v victim) bool {
	if f.event != "" || v.event != "" {
		return f.delivery != nil && v.event != "" && (f.event == "*" || f.event == v.event)
	}
	if f.request == nil || f.method != "" && f.method != v.method {
		return false
	}
	return endsWith(strings.Split(strings.Trim(v.path, "/"), "/"), f.path)
}

func endsWith(path, end []string) bool {
	if len(end) > len(path) {
		return false
	}
	path = path[len(path)-len(end):]
	for i := range end {
		if end[i] != "*" && end[i] != path[i] {
			return false
		}
	}
	return true
}

// counts takes notice of one more fitting victim and tells whether it is to be hit, given its chance in [0,1).
func (f *Fault) counts(chance float64) bool {
	f.matched++
	switch {
	case f.nth > 0 && f.matched != f.nth:
	case f.matched <= f.after:
	case f.first > 0 && f.hits >= f.first:
	case f.odds > 0 && chance >= f.odds:
	default:
		return true
	}
	return false
}
