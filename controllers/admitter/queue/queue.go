package queue

import (
	"cmp"
	"slices"
	"time"

	"github.com/bowsprit-ci/bowsprit/pipelines/record"
)

// State is how far a run has come, as the queue sees it.
type State int

// The states of a run.
const (
	// Queued: created, not yet allowed to start.
	Queued State = iota
	// Promised: its admission was decided and written down, but the run was not yet seen to start. It holds a slot.
	Promised
	// Running: it may have pods. It holds a slot.
	Running
	// Ending: it was told to stop and has not ended yet. It holds a slot.
	Ending
	// Done: it has ended.
	Done
)

// lives is true while nothing ended the run or told it to stop.
func (s State) lives() bool { return s == Queued || s == Promised || s == Running }

func (s State) holdsSlot() bool { return s == Promised || s == Running || s == Ending }

// Key names a run.
type Key struct{ Namespace, Name string }

// String is "namespace/name".
func (k Key) String() string { return k.Namespace + "/" + k.Name }

// Run is what the queue knows of a run.
type Run struct {
	Key
	State State
	Cause record.Cause
	// Presubmit is true for a run that tests one pull request. Only such runs supersede each other.
	Presubmit bool
	// MaxConcurrency is how many runs of this job's name may run at a time, over all repositories; 0 is no limit.
	MaxConcurrency int
	// CreatedAt is when the run was created, by the API server's clock, to the second.
	CreatedAt time.Time
	// BuildID orders runs that were created in the same second: decimal digits, later runs have larger ones.
	BuildID string
}

// Snapshot is everything that a plan depends on.
type Snapshot struct {
	// Runs are all runs of all repositories, in any order. Finished ones may be left out.
	Runs []Run
	// MaxRunning is how many runs may run at a time; 0 is no limit.
	MaxRunning int
}

// Older is the one order of age: created earlier, then the smaller build id, then the name. Negative if a is older.
func Older(a, b Run) int {
	return cmp.Or(
		a.CreatedAt.Compare(b.CreatedAt),
		cmp.Compare(len(a.BuildID), len(b.BuildID)), // decimal numbers without leading zeros
		cmp.Compare(a.BuildID, b.BuildID),
		cmp.Compare(a.Name, b.Name),
		cmp.Compare(a.Namespace, b.Namespace),
	)
}

// Plan answers with one action per run that is queued, promised or superseded, oldest first: it admits as many as the
// limits allow in the order of age, cancels those that a newer run of the same job and pull request replaces, and says
// of each other one why it waits. A job at its own limit holds back only its own runs. Plan is deterministic.
func Plan(s Snapshot) []Action {
	runs := slices.Clone(s.Runs)
	slices.SortFunc(runs, Older)
	heirs := newestPerSubject(runs)
	room := newSlots(runs, s.MaxRunning)
	var actions []Action
	ahead := 0
	for _, r := range runs {
		if heir, ok := heirs[subjectOf(r)]; ok && heir.Key != r.Key {
			if r.State != Ending && r.State != Done {
				actions = append(actions, Cancel{Run: r.Key, Why: superseded(r, heir)})
			}
			continue
		}
		switch r.State {
		case Promised:
			actions = append(actions, Admit{Run: r.Key, Why: "its admission was decided before"})
		case Queued:
			if why := room.refusal(r, ahead); why != "" {
				actions = append(actions, Wait{Run: r.Key, Ahead: ahead, Why: why})
				ahead++
				continue
			}
			room.take(r)
			actions = append(actions, Admit{Run: r.Key, Why: "a slot is free"})
		}
	}
	return actions
}
