package pipelines

import (
	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	corev1 "k8s.io/api/core/v1"
	"knative.dev/pkg/apis"
)

// Phase is where a run is in its life, in one word.
type Phase string

// The phases. The last five are final.
const (
	// PhaseQueued: the run was created Pending and waits to be admitted.
	PhaseQueued Phase = "queued"
	// PhaseRunning: the run was admitted and has not ended; a run that is being cancelled counts as running until it ended.
	PhaseRunning Phase = "running"
	// PhaseSucceeded: every step exited with 0.
	PhaseSucceeded Phase = "succeeded"
	// PhaseFailed: the job said no, or ended in a way that nothing else explains.
	PhaseFailed Phase = "failed"
	// PhaseTimedOut: a step, the task or the run took longer than it may.
	PhaseTimedOut Phase = "timed-out"
	// PhaseCancelled: somebody stopped the run.
	PhaseCancelled Phase = "cancelled"
	// PhaseError: the job never had its say: infrastructure or configuration.
	PhaseError Phase = "error"
)

// Finished says whether a run in this phase will never change again.
func (p Phase) Finished() bool { return p != PhaseQueued && p != PhaseRunning }

// PhaseOf reads the phase from the PipelineRun alone, by its Succeeded condition's status first and its reason second. Only the task runs
// know that a step ran out of time, out of memory or out of its node, so OutcomeOf may turn PhaseFailed into a better word;
// whether a run is finished is the same in both.
func PhaseOf(run *pipelinev1.PipelineRun) Phase {
	cond := run.Status.GetCondition(apis.ConditionSucceeded)
	switch {
	case cond == nil || cond.Status == corev1.ConditionUnknown:
		return unfinishedPhase(run)
	case cond.Status == corev1.ConditionTrue:
		return PhaseSucceeded
	}
	phase, _ := verdictOf(cond.Reason, cond.Message)
	return phase
}

// unfinishedPhase tells a run that waits from one that runs. The wish (spec.status) counts, not the condition: a run that was just
// admitted still has the condition of a pending one for a moment, and one that was cancelled while queued waits no more.
func unfinishedPhase(run *pipelinev1.PipelineRun) Phase {
	if run.IsPending() {
		return PhaseQueued
	}
	return PhaseRunning
}
