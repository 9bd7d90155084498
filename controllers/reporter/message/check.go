package message

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/bowsprit-ci/bowsprit/pipelines"
)

// The statuses of a check run, in GitHub's words.
const (
	StatusQueued     = "queued"
	StatusInProgress = "in_progress"
	StatusCompleted  = "completed"
)

// Check is what a check run shows.
type Check struct {
	// Status is queued, in_progress or completed.
	Status string
	// Conclusion is set once completed: success, failure, timed_out or cancelled.
	Conclusion string
	// Title is one line of plain text, at most maxTitle bytes.
	Title string
	// Summary and Text are Markdown, each below GitHub's limit.
	Summary, Text string
	// StartedAt and CompletedAt are Tekton's times; zero if it has not happened.
	StartedAt, CompletedAt time.Time
}

// CheckRun is the message of a run as a check run.
func CheckRun(v View) Check {
	c := Check{Status: statusOf(v), Title: title(v), Summary: summary(v), Text: text(v), StartedAt: v.Outcome.StartedAt}
	if c.Status == StatusCompleted {
		c.Conclusion, c.CompletedAt = conclusion(v), v.Outcome.CompletedAt
	}
	return c
}

// Final is true for the message of a run that will not change any more.
func (c Check) Final() bool { return c.Status == StatusCompleted }

// Digest tells messages apart that are worth a write. Until the run is finished only the status counts: how many are
// ahead in the queue changes too often.
func (c Check) Digest() string {
	if !c.Final() {
		return c.Status
	}
	return digest(c.Conclusion, c.Title, c.Summary, c.Text)
}

// digest is the same for the same texts only.
func digest(texts ...string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", texts))
	return hex.EncodeToString(sum[:16])
}

func statusOf(v View) string {
	switch {
	case v.Deleted || v.Outcome.Phase.Finished():
		return StatusCompleted
	case v.waiting():
		return StatusQueued
	}
	return StatusInProgress
}

// conclusion is GitHub's word for how a run ended. A fault of the infrastructure or of the configuration is a failure:
// a required check passes when it is neutral or skipped, and nothing was tested here.
func conclusion(v View) string {
	if v.Deleted {
		return "cancelled"
	}
	switch v.Outcome.Phase {
	case pipelines.PhaseSucceeded:
		return "success"
	case pipelines.PhaseTimedOut:
		return "timed_out"
	case pipelines.PhaseCancelled:
		return "cancelled"
	}
	return "failure"
}
