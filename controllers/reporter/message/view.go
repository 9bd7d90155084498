package message

import (
	"github.com/bowsprit-ci/bowsprit/pipelines"
	"github.com/bowsprit-ci/bowsprit/pipelines/record"
)

// View is everything that a message about one run depends on.
type View struct {
	// Namespace and Name are the PipelineRun's.
	Namespace, Name string
	Record          record.Record
	Outcome         pipelines.Outcome
	// Ahead is how many queued runs are older; it matters only while the run is queued.
	Ahead int
	// Log is the end of the failing step's log as the job printed it: untrusted, with escape sequences. Empty if no step
	// failed, or if NoLog says why there is none.
	Log string
	// NoLog says why the log of a failing step is not here; empty if it is.
	NoLog string
	// PodGone is true if the failing step's pod was no longer there when the run was reported.
	PodGone bool
	// Deleted is true if the PipelineRun was deleted before it was finished; Outcome is then what it last was.
	Deleted bool
}

// waiting is true while nothing of the run was started, whether it was admitted or not.
func (v View) waiting() bool {
	return v.Outcome.Phase == pipelines.PhaseQueued || v.Outcome.Phase == pipelines.PhaseRunning && v.Outcome.StartedAt.IsZero()
}
