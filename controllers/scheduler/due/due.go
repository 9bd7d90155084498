// Package due is the scheduler's brain: it says whether a periodic is due, from its newest run and the time. It must not
// know where runs are kept, nor what time it is.
package due

import (
	"fmt"
	"time"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// Last is the newest run of a periodic.
type Last struct {
	// Due is the time for which it was made; zero if a person made it.
	Due time.Time
	// Attempt is 0 for a first run, n for its n-th retry.
	Attempt int
	// Start is when it was made, End when it ended; zero while it has not.
	Start, End time.Time
	// Failed is true if it ended in anything but success, Cancelled if somebody stopped it, who does not want it again.
	Failed, Cancelled bool
}

// Decision is whether to start a run, and if not, when to ask again.
type Decision struct {
	// Start asks for a run for the time Due, as retry number Attempt (0 for none).
	Start   bool
	Due     time.Time
	Attempt int
	// Next is when the job will be due; zero while a run of it goes on, whose end decides.
	Next time.Time
	// Why is one sentence without a full stop.
	Why string
}

// Decide says whether a periodic is due. last is nil if there is no run of it; seen is when the job was first seen then,
// from which a cron counts. The answer follows from these alone, so two schedulers that see the same make the same run,
// and one that was away makes up for what it missed: one run for the newest time that passed.
//
// It differs from Prow's horologium in that times that pass while nothing watches, or while a run goes on, are not lost,
// and in that retry works for cron jobs too. The error is that of a schedule that cannot be read.
func Decide(p *prow.Periodic, last *Last, seen, now time.Time) (Decision, error) {
	s, err := scheduleOf(p)
	if err != nil {
		return Decision{}, err
	}
	if last != nil && last.End.IsZero() {
		return Decision{Why: "its run of " + stamp(last.Start) + " goes on"}, nil
	}
	next := s.next(last, seen, now)
	if retry, ok := retryOf(p, last); ok && (next.IsZero() || retry.Due.Before(next)) {
		return at(retry.Due, now, Decision{Due: last.Due, Attempt: last.Attempt + 1, Why: retry.Why}), nil
	}
	if next.IsZero() {
		return Decision{Why: "its cron names no time that ever comes"}, nil
	}
	return at(next, now, Decision{Due: next, Why: s.why}), nil
}

// at is the decision to start if the time has come, else to come back.
func at(when, now time.Time, d Decision) Decision {
	if when.After(now) {
		return Decision{Next: when, Why: "it is due at " + stamp(when)}
	}
	d.Start = true
	return d
}

// maxAttempts is Prow's limit of retry.attempts.
const maxAttempts = 10

// retryOf says whether the newest run is to be repeated, and from when on.
func retryOf(p *prow.Periodic, last *Last) (Decision, bool) {
	if p.Retry == nil || last == nil || last.Due.IsZero() || last.Cancelled || last.Attempt >= min(p.Retry.Attempts, maxAttempts) {
		return Decision{}, false
	}
	if !last.Failed && !p.Retry.RunAll {
		return Decision{}, false
	}
	pause, err := time.ParseDuration(p.Retry.Interval)
	if err != nil {
		return Decision{}, false // validation refuses it before
	}
	why := fmt.Sprintf("its run of %s failed, retry %d of %d", stamp(last.Start), last.Attempt+1, min(p.Retry.Attempts, maxAttempts))
	if p.Retry.RunAll {
		why = fmt.Sprintf("retry.run_all asks for %d runs, this is number %d", min(p.Retry.Attempts, maxAttempts)+1, last.Attempt+2)
	}
	return Decision{Due: last.End.Add(pause), Why: why}, true
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
