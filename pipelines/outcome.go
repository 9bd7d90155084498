package pipelines

import (
	"time"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"knative.dev/pkg/apis"

	"github.com/bowsprit-ci/bowsprit/pipelines/record"
)

// Class says whose a bad end is: it decides who is asked to act, and whether running again may help.
type Class string

// The classes.
const (
	// ClassNone: nothing went wrong, the run goes on, or somebody stopped it.
	ClassNone Class = ""
	// ClassUser: the code under test, or the job that tests it.
	ClassUser Class = "user"
	// ClassInfra: a node, a registry, the network or the cluster; the same run may succeed next time.
	ClassInfra Class = "infra"
	// ClassConfig: the job as written cannot run here.
	ClassConfig Class = "config"
)

// Outcome is a run's present state, told for people: everything that a check, a status or a page says about it.
type Outcome struct {
	Phase Phase
	Class Class
	// Reason and Message are Tekton's own words, of the task run that ended badly if there is one, else of the run. Both are
	// empty before the run has a condition. Message is text of the cluster: not to be trusted as Markdown.
	Reason, Message string
	// OutOfMemory is true if a container was killed for its memory.
	OutOfMemory bool
	// CancelReason is why Bowsprit cancelled the run (record.Record); empty if it did not.
	CancelReason string
	// Failed is the step that made the run end badly; nil if none did. It is one of Steps.
	Failed *Step
	// Steps has a row for each step, in order, also for those that have not begun.
	Steps []Step
	// StartedAt and CompletedAt are Tekton's times; zero if it has not happened.
	StartedAt, CompletedAt time.Time
}

// Duration is how long the run took; 0 if it has not ended.
func (o Outcome) Duration() time.Duration { return between(o.StartedAt, o.CompletedAt) }

// OutcomeOf reads what became of a run. The task runs are those that status.childReferences name, in any order; an empty list
// is fine (nothing started, or they were deleted). It never asks the clock.
func OutcomeOf(run *pipelinev1.PipelineRun, taskRuns []pipelinev1.TaskRun) Outcome {
	out := Outcome{
		Phase:        PhaseOf(run),
		CancelReason: record.CancelReason(run),
		Steps:        stepsOf(run, taskRuns),
		StartedAt:    timeOf(run.Status.StartTime),
		CompletedAt:  timeOf(run.Status.CompletionTime),
	}
	if cond := run.Status.GetCondition(apis.ConditionSucceeded); cond != nil {
		out.Reason, out.Message = cond.Reason, cond.Message
	}
	if !out.Phase.Finished() || out.Phase == PhaseSucceeded {
		return out
	}
	explain(run, &out, taskRuns)
	return out
}

func timeOf(t *metav1.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

func between(from, to time.Time) time.Duration {
	if from.IsZero() || to.IsZero() || to.Before(from) {
		return 0
	}
	return to.Sub(from)
}
