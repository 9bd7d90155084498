package pipelines

import (
	"encoding/json"
	"slices"
	"time"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	corev1 "k8s.io/api/core/v1"
	"knative.dev/pkg/apis"

	"github.com/bowsprit-ci/bowsprit/pipelines/runspec"
)

// explain finds the cause of a bad end: the run's own reason, made more precise by the task run that failed and its step.
func explain(run *pipelinev1.PipelineRun, out *Outcome, taskRuns []pipelinev1.TaskRun) {
	_, out.Class = verdictOf(out.Reason, out.Message)
	if out.Phase == PhaseCancelled {
		return
	}
	if onlyUploadFailed(out, taskRuns) {
		out.Phase, out.Class = PhaseSucceeded, ClassNone
		return
	}
	out.Failed = failedStep(out.Steps)
	failed := failedTaskRun(taskRuns, out.Failed)
	if failed == nil {
		return
	}
	cond := failed.Status.GetCondition(apis.ConditionSucceeded)
	if out.Phase == PhaseFailed {
		out.Phase, out.Class = verdictOf(cond.Reason, cond.Message)
		out.Reason, out.Message = cond.Reason, cond.Message
	}
	out.OutOfMemory = outOfMemory(cond.Reason) || out.Failed != nil && out.Failed.Reason == reasonOOMKilled
	blameStep(run, out)
}

// blameStep lets the failed step speak: it knows its timeout, our clone step says by its exit code whose fault it was, and our
// entrypoint by its own how the job's process ended. Where the task run was ended from outside, the step has nothing to say.
func blameStep(run *pipelinev1.PipelineRun, out *Outcome) {
	if out.Failed == nil || out.Class != ClassUser {
		return
	}
	if options, wrapped := wrapperOf(run, out.Failed); wrapped && out.Failed.Status == StepFailed {
		hearEntrypoint(out, options)
	}
	if out.Failed.Status == StepTimedOut {
		out.Phase = PhaseTimedOut
	}
	switch out.Failed.Name {
	case cloneStepName:
		out.Phase, out.Class = cloneVerdict(out.Phase, out.Failed)
	case placeStepName:
		out.Phase, out.Class = PhaseError, ClassInfra
	}
}

// hearEntrypoint reads our entrypoint's exit code. A job's own process may end with the same: only one that had its whole time ran
// out of it.
func hearEntrypoint(out *Outcome, options runspec.Options) {
	switch {
	case out.Failed.ExitCode == runspec.ExitTimeout && options.Timeout > 0 && out.Failed.Duration() >= options.Timeout.Truncate(time.Second):
		out.Failed.Status = StepTimedOut
	case out.Failed.ExitCode == runspec.ExitInterrupted:
		out.Phase, out.Class = PhaseError, ClassInfra
	}
}

// wrapperOf finds what our entrypoint was told in a step of the run; false for a step that runs without it.
func wrapperOf(run *pipelinev1.PipelineRun, row *Step) (o runspec.Options, wrapped bool) {
	for _, task := range plannedTasks(run) {
		if task.Name != row.Task || task.TaskSpec == nil {
			continue
		}
		for _, step := range task.TaskSpec.Steps {
			for _, e := range step.Env {
				if step.Name == row.Name && e.Name == runspec.EnvName {
					return o, json.Unmarshal([]byte(e.Value), &o) == nil
				}
			}
		}
	}
	return o, false
}

// onlyUploadFailed says that every step did its work and only the uploader ended badly: the job passed, and its files are lost.
func onlyUploadFailed(out *Outcome, taskRuns []pipelinev1.TaskRun) bool {
	if slices.ContainsFunc(out.Steps, func(s Step) bool { return s.Status != StepSucceeded }) || len(out.Steps) == 0 {
		return false
	}
	lost := false
	for i := range taskRuns {
		for _, side := range taskRuns[i].Status.Sidecars {
			if t := side.Terminated; t == nil || t.ExitCode == 0 {
				continue
			}
			if side.Name != uploadName {
				return false
			}
			lost = true
		}
	}
	return lost
}

// failedTaskRun is the task run that ended badly: the failed step's, or else the first; nil if none did.
func failedTaskRun(taskRuns []pipelinev1.TaskRun, step *Step) (failed *pipelinev1.TaskRun) {
	for i := range taskRuns {
		c := taskRuns[i].Status.GetCondition(apis.ConditionSucceeded)
		if c == nil || c.Status != corev1.ConditionFalse {
			continue
		}
		if step != nil && taskRuns[i].Labels["tekton.dev/pipelineTask"] == step.Task {
			return &taskRuns[i]
		}
		if failed == nil {
			failed = &taskRuns[i]
		}
	}
	return failed
}
