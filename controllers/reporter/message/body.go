package message

import (
	"fmt"
	"strings"

	"github.com/bowsprit-ci/bowsprit/pipelines"
)

// maxBody is GitHub's limit for a check run's summary and text, each, in characters; we count bytes.
const maxBody = 65535

// maxLog is how many bytes of a log a message holds, and maxExplanation how many of Tekton's own words.
const (
	maxLog         = 48 << 10
	maxExplanation = 2 << 10
)

// summary says what was tested, where, and what to do next.
func summary(v View) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", tested(v))
	if why := explanation(v); why != "" {
		fmt.Fprintf(&b, "\n%s\n", why)
	}
	if v.Record.RerunCommand != "" && statusOf(v) == StatusCompleted && !superseded(v.Outcome) {
		fmt.Fprintf(&b, "\nTo run it again, comment %s.\n", code(v.Record.RerunCommand))
	}
	return b.String()
}

// tested says which commit, merged onto what.
func tested(v View) string {
	r := v.Record
	if r.Pull == 0 {
		return fmt.Sprintf("Job %s on %s at %s.", code(r.Cause.Job), code(r.BaseRef), code(short(r.Cause.HeadSHA)))
	}
	merged := "merged into"
	if unmergeable(v.Outcome) {
		merged = "which cannot be merged into"
	}
	return fmt.Sprintf("Job %s on %s, %s %s at %s.",
		code(r.Cause.Job), code(short(r.Cause.HeadSHA)), merged, code(r.BaseRef), code(short(r.BaseSHA)))
}

// explanation adds what a title has no room for.
func explanation(v View) string {
	o := v.Outcome
	switch {
	case v.Deleted:
		return "Somebody deleted the PipelineRun while it was " + string(o.Phase) + ", so there is no result."
	case o.Phase == pipelines.PhaseCancelled && o.CancelReason == "":
		return "It was stopped with Tekton's own means, not by Bowsprit."
	case o.Phase == pipelines.PhaseCancelled:
		return "It was stopped: " + oneLine(o.CancelReason) + "."
	case o.Class == pipelines.ClassInfra:
		return "The job had no chance to give a verdict: the cluster or the way to the repository failed. Running it again may help."
	case o.Class == pipelines.ClassConfig:
		return "The job cannot run in this cluster as it is configured. Running it again will not help before that is repaired."
	case o.Phase == pipelines.PhaseTimedOut:
		return "It took longer than its timeout allows."
	case o.Phase == pipelines.PhaseFailed:
		return failure(v)
	}
	return ""
}

// failure says what failed and what its author can do about it.
func failure(v View) string {
	o := v.Outcome
	switch {
	case o.Failed == nil:
		return ""
	case o.OutOfMemory:
		return "Step " + code(o.Failed.Name) + " needed more memory than it may have: raise the limit in the job, or let the step need less."
	case podDeleted(v):
		return "The pod is gone, so it was probably deleted while step " + code(o.Failed.Name) + " ran. That is no verdict on the change; running it again may help."
	case unmergeable(o):
		return "The log below names what is in the way. Rebase the pull request, or merge " + code(v.Record.BaseRef) + " into it."
	}
	return fmt.Sprintf("Step %s ended with exit code %d.", code(o.Failed.Name), o.Failed.ExitCode)
}

// text holds the steps, Tekton's words, the log and the commands. The log, which may be cut, is what gives way.
func text(v View) string {
	head := steps(v.Outcome.Steps) + tekton(v)
	foot := "### All logs\n\n" + fence("tkn pipelinerun logs "+v.Name+" -n "+v.Namespace) + "\n"
	return head + logSection(v, min(maxLog, maxBody-len(head)-len(foot)-1024)) + foot
}

// tekton quotes the cluster's own words where it is them that explain the end.
func tekton(v View) string {
	o := v.Outcome
	bad := o.Phase.Finished() && o.Phase != pipelines.PhaseSucceeded && o.Phase != pipelines.PhaseCancelled
	if !bad || o.Message == "" || o.Class == pipelines.ClassUser && o.Failed != nil {
		return ""
	}
	return "### What Tekton says\n\n" + fence(tail(plain(o.Reason+": "+o.Message), maxExplanation)) + "\n\n"
}

// logSection shows the end of the failing step's log in at most limit bytes, or says why it cannot.
func logSection(v View, limit int) string {
	failed := v.Outcome.Failed
	if failed == nil || statusOf(v) != StatusCompleted {
		return ""
	}
	heading := fmt.Sprintf("### The end of the log of step %s\n\n", code(failed.Name))
	shown := strings.Trim(plain(v.Log), "\n")
	switch {
	case v.NoLog != "":
		return heading + "There is no log to show: " + oneLine(v.NoLog) + ".\n\n"
	case strings.TrimSpace(shown) == "":
		return heading + "The step printed nothing.\n\n"
	}
	return heading + fence(tail(shown, limit)) + "\n\n"
}

// maxSteps bounds the table, so that a run of many steps keeps room for the log.
const maxSteps = 100

var icons = map[pipelines.StepStatus]string{
	pipelines.StepWaiting:   "⏳",
	pipelines.StepRunning:   "▶️",
	pipelines.StepSucceeded: "✅",
	pipelines.StepFailed:    "❌",
	pipelines.StepTimedOut:  "⏰",
	pipelines.StepCancelled: "🛑",
	pipelines.StepSkipped:   "⏭️",
}

// steps is the table of steps; empty if there are none.
func steps(rows []pipelines.Step) string {
	if len(rows) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("| | Step | Status | Duration | Exit code |\n|---|---|---|---|---|\n")
	for i, s := range rows {
		if i == maxSteps {
			fmt.Fprintf(&b, "| | … %d more | | | |\n", len(rows)-maxSteps)
			break
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", icons[s.Status], cell(code(s.Name)), cell(statusWords(s)), durationCell(s), exitCell(s))
	}
	return b.String() + "\n"
}

func statusWords(s pipelines.Step) string {
	if s.Reason == "" || s.Status == pipelines.StepSucceeded || s.Status == pipelines.StepTimedOut {
		return string(s.Status)
	}
	if why := words(s.Reason); why != string(s.Status) && why != "error" {
		return string(s.Status) + ", " + why
	}
	return string(s.Status)
}

func durationCell(s pipelines.Step) string {
	if s.FinishedAt.IsZero() {
		return ""
	}
	return span(s.Duration())
}

func exitCell(s pipelines.Step) string {
	if s.Status != pipelines.StepSucceeded && s.Status != pipelines.StepFailed {
		return ""
	}
	return fmt.Sprint(s.ExitCode)
}

func short(sha string) string { return sha[:min(7, len(sha))] }
