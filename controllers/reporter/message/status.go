package message

import "github.com/bowsprit-ci/bowsprit/pipelines"

// maxDescription is GitHub's limit for the description of a commit status, in characters; we count bytes.
const maxDescription = 140

// CommitStatus is what a commit status shows, for those who may not write check runs.
type CommitStatus struct {
	// State is pending, success, failure or error.
	State string
	// Description is one line of plain text, at most maxDescription bytes.
	Description string
	final       bool
}

// Status is the message of a run as a commit status: the check run's title under the states that statuses have. As in
// Prow, a cancelled run is a failure.
func Status(v View) CommitStatus {
	s := CommitStatus{State: "failure", Description: cut(title(v), maxDescription), final: statusOf(v) == StatusCompleted}
	switch {
	case !s.final:
		s.State = "pending"
	case v.Deleted:
	case v.Outcome.Phase == pipelines.PhaseSucceeded:
		s.State = "success"
	case v.Outcome.Phase == pipelines.PhaseError:
		s.State = "error"
	}
	return s
}

// Final is true for the message of a run that will not change any more.
func (s CommitStatus) Final() bool { return s.final }

// Digest tells messages apart that are worth a write. Statuses have one word for queued and running, so both are one.
func (s CommitStatus) Digest() string {
	if !s.final {
		return s.State
	}
	return digest(s.State, s.Description)
}
