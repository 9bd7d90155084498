package message

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/bowsprit-ci/bowsprit/pipelines"
	"github.com/bowsprit-ci/bowsprit/pipelines/clonespec"
)

// maxTitle is how much of a title people read in a list of checks, in bytes.
const maxTitle = 60

// cloneStep is the name of the step that checks the commit out.
const cloneStep = "clone"

// title names the cause in one line.
func title(v View) string { return cut(cause(v), maxTitle) }

func cause(v View) string {
	o := v.Outcome
	switch {
	case v.Deleted:
		return "PipelineRun deleted before it was finished"
	case v.waiting():
		return waitTitle(v)
	}
	switch o.Phase {
	case pipelines.PhaseRunning:
		return "Running"
	case pipelines.PhaseSucceeded:
		return "Passed in " + span(o.Duration())
	case pipelines.PhaseTimedOut:
		return timeoutTitle(o)
	case pipelines.PhaseCancelled:
		return cancelTitle(o)
	case pipelines.PhaseError:
		return errorTitle(o)
	}
	return failureTitle(v)
}

func waitTitle(v View) string {
	switch {
	case v.Outcome.Phase != pipelines.PhaseQueued:
		return "Starting"
	case v.Ahead == 0:
		return "Queued: next in line"
	}
	return fmt.Sprintf("Queued: %d ahead", v.Ahead)
}

func failureTitle(v View) string {
	o := v.Outcome
	switch {
	case o.OutOfMemory && o.Failed != nil:
		return "Out of memory in step " + o.Failed.Name
	case o.OutOfMemory:
		return "Out of memory"
	case podDeleted(v):
		return fmt.Sprintf("Pod deleted in step %s (exit code %d)", o.Failed.Name, o.Failed.ExitCode)
	case unmergeable(o):
		return "Cannot be merged into " + v.Record.BaseRef
	case o.Failed != nil:
		return prefixed(v.Record.Cause.Job+" failed", fmt.Sprintf("exit code %d in step %s", o.Failed.ExitCode, o.Failed.Name))
	case o.Reason != "":
		return prefixed(v.Record.Cause.Job+" failed", words(o.Reason))
	}
	return v.Record.Cause.Job + " failed"
}

// unmergeable is true for a pull request that conflicts with its branch.
func unmergeable(o pipelines.Outcome) bool {
	return o.Phase == pipelines.PhaseFailed && o.Failed != nil && o.Failed.Name == cloneStep && o.Failed.ExitCode == clonespec.ExitUnmergeable
}

// podDeleted is true for a step that was killed together with its pod: the exit codes are those of a process that is told
// to stop, or stopped, and nobody else tells that a pod was deleted.
func podDeleted(v View) bool {
	f := v.Outcome.Failed
	return v.PodGone && f != nil && f.Status == pipelines.StepFailed && (f.ExitCode == 137 || f.ExitCode == 143 || f.ExitCode == 255)
}

// prefixed puts the job's name before a cause, unless the cause would then be cut off.
func prefixed(who, what string) string {
	if len(who)+len(": ")+len(what) <= maxTitle {
		return who + ": " + what
	}
	return "Failed: " + what
}

func timeoutTitle(o pipelines.Outcome) string {
	if o.Failed != nil && o.Failed.Status == pipelines.StepTimedOut {
		return fmt.Sprintf("Timed out after %s in step %s", span(o.Failed.Duration()), o.Failed.Name)
	}
	return "Timed out after " + span(o.Duration())
}

func cancelTitle(o pipelines.Outcome) string {
	switch {
	case o.CancelReason == "":
		return "Cancelled in the cluster"
	case superseded(o):
		return capital(o.CancelReason)
	case strings.HasPrefix(o.CancelReason, "on request"):
		return "Cancelled " + o.CancelReason
	}
	return "Cancelled: " + o.CancelReason
}

func superseded(o pipelines.Outcome) bool { return strings.HasPrefix(o.CancelReason, "superseded") }

func errorTitle(o pipelines.Outcome) string {
	kind := "Infrastructure: "
	if o.Class == pipelines.ClassConfig {
		kind = "Configuration: "
	}
	if o.Failed != nil {
		return kind + fmt.Sprintf("exit code %d in step %s", o.Failed.ExitCode, o.Failed.Name)
	}
	return kind + words(o.Reason)
}

// words turns a reason in CamelCase into words: "PodEvicted" becomes "pod evicted". Whose reason it is goes without
// saying.
func words(reason string) string {
	reason = strings.TrimPrefix(strings.TrimPrefix(reason, "TaskRun"), "PipelineRun")
	if reason == "OOMKilled" {
		return "out of memory"
	}
	var b strings.Builder
	previous := ' '
	for _, r := range oneLine(reason) {
		if unicode.IsUpper(r) && unicode.IsLower(previous) {
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(r))
		previous = r
	}
	return b.String()
}

// span is a duration in whole seconds as people say it: 2h, 1h30m, 65s as 1m5s. Below a second it is "less than 1s".
func span(d time.Duration) string {
	if d < time.Second {
		return "less than 1s"
	}
	s := d.Round(time.Second).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}

// oneLine makes a single line without control characters of any text.
func oneLine(s string) string { return strings.Join(strings.Fields(plain(s)), " ") }

// cut makes one line of at most limit bytes, cut between two runes with a visible mark.
func cut(s string, limit int) string {
	s = oneLine(s)
	if len(s) <= limit {
		return s
	}
	const mark = "…"
	end := limit - len(mark)
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + mark
}
