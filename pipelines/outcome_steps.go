package pipelines

import (
	"time"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	corev1 "k8s.io/api/core/v1"
	"knative.dev/pkg/apis"
)

// StepStatus is how far a step is.
type StepStatus string

// The states of a step.
const (
	StepWaiting   StepStatus = "waiting"
	StepRunning   StepStatus = "running"
	StepSucceeded StepStatus = "succeeded"
	StepFailed    StepStatus = "failed"
	StepTimedOut  StepStatus = "timed-out"
	// StepCancelled: Tekton stopped it, or never let it start, for a reason outside of the step.
	StepCancelled StepStatus = "cancelled"
	// StepSkipped: an earlier step failed, so this one did not run; its log holds nothing of the job.
	StepSkipped StepStatus = "skipped"
)

// Step is a row of the table that shows a run.
type Step struct {
	// Task is the pipeline task, Name the step in it.
	Task, Name string
	Status     StepStatus
	// Reason is Tekton's or Kubernetes' word for how the step ended, or why it waits, such as "OOMKilled"; may be empty.
	Reason string
	// ExitCode is meaningful once the step ended; a step that was cut off has the code that Tekton made up for it.
	ExitCode int32
	// Pod and Container hold the step's log; Pod is empty before there is one.
	Pod, Container string
	// StartedAt and FinishedAt are zero if it has not happened. A step that waits has been "started" by Kubernetes; that does not count.
	StartedAt, FinishedAt time.Time
}

// Duration is how long the step took; 0 if it has not ended.
func (s Step) Duration() time.Duration { return between(s.StartedAt, s.FinishedAt) }

// Tekton's words in StepState.TerminationReason and Kubernetes' word for out of memory.
const (
	reasonTimeoutExceeded = "TimeoutExceeded"
	reasonSkipped         = "Skipped"
	reasonStepCancelled   = "Cancelled"
	reasonOOMKilled       = "OOMKilled"
)

// stepsOf lists the steps that the run's own spec names, each with what its task run says about it, and after them the
// steps of task runs that the spec does not name (Tekton resolved their pipeline elsewhere).
func stepsOf(run *pipelinev1.PipelineRun, taskRuns []pipelinev1.TaskRun) []Step {
	byTask := map[string]*pipelinev1.TaskRun{}
	var order []string
	for i := range taskRuns {
		task := taskRuns[i].Labels["tekton.dev/pipelineTask"]
		if _, twice := byTask[task]; !twice {
			order = append(order, task)
		}
		byTask[task] = &taskRuns[i]
	}
	var rows []Step
	for _, task := range plannedTasks(run) {
		rows = append(rows, taskSteps(task.Name, task.TaskSpec, byTask[task.Name])...)
		delete(byTask, task.Name)
	}
	for _, task := range order {
		if tr, unplanned := byTask[task]; unplanned {
			rows = append(rows, taskSteps(task, nil, tr)...)
		}
	}
	return rows
}

func plannedTasks(run *pipelinev1.PipelineRun) []pipelinev1.PipelineTask {
	if run.Spec.PipelineSpec == nil {
		return nil
	}
	return append(append([]pipelinev1.PipelineTask{}, run.Spec.PipelineSpec.Tasks...), run.Spec.PipelineSpec.Finally...)
}

// taskSteps has a row per step that the task plans or its run reports.
func taskSteps(task string, spec *pipelinev1.EmbeddedTask, tr *pipelinev1.TaskRun) []Step {
	if tr != nil && len(tr.Status.Steps) > 0 {
		rows := make([]Step, 0, len(tr.Status.Steps))
		for _, s := range tr.Status.Steps {
			rows = append(rows, stepOf(task, tr, s))
		}
		return rows
	}
	if spec == nil {
		return nil
	}
	rows := make([]Step, 0, len(spec.Steps))
	for _, s := range spec.Steps {
		rows = append(rows, Step{Task: task, Name: s.Name, Status: StepWaiting})
	}
	return rows
}

func stepOf(task string, tr *pipelinev1.TaskRun, s pipelinev1.StepState) Step {
	row := Step{Task: task, Name: s.Name, Status: StepWaiting, Pod: tr.Status.PodName, Container: s.Container}
	switch {
	case s.Terminated != nil:
		terminated(&row, s)
	case s.Running != nil:
		row.Status, row.StartedAt = StepRunning, timeOf(&s.Running.StartedAt)
	case s.Waiting != nil:
		row.Reason = s.Waiting.Reason
	}
	if tr.IsDone() && cutOff(row, s, tr.Status.GetCondition(apis.ConditionSucceeded).Reason) {
		row.Status = StepCancelled
	}
	return row
}

// cutOff recognises a step that Tekton ended together with its task run: either its state stays as it was, or the task run's reason is
// written over it, with an exit code that Tekton made up.
func cutOff(row Step, s pipelinev1.StepState, reason string) bool {
	return row.Status == StepWaiting || row.Status == StepRunning ||
		row.Status == StepFailed && s.Terminated.Reason == reason
}

// terminated fills in how a step ended. Tekton's termination reason is more precise than the container's.
func terminated(row *Step, s pipelinev1.StepState) {
	t := s.Terminated
	row.ExitCode, row.StartedAt, row.FinishedAt = t.ExitCode, timeOf(&t.StartedAt), timeOf(&t.FinishedAt)
	row.Reason = s.TerminationReason
	if row.Reason == "" || t.Reason == reasonOOMKilled {
		row.Reason = t.Reason
	}
	row.Status = statusOf(t, row.Reason)
	if row.Status == StepSkipped {
		row.StartedAt, row.FinishedAt = time.Time{}, time.Time{}
	}
}

func statusOf(t *corev1.ContainerStateTerminated, reason string) StepStatus {
	switch reason {
	case reasonTimeoutExceeded, string(pipelinev1.TaskRunReasonTimedOut):
		return StepTimedOut
	case reasonSkipped:
		return StepSkipped
	case reasonStepCancelled, string(pipelinev1.TaskRunReasonCancelled):
		return StepCancelled
	case reasonOOMKilled:
		return StepFailed
	}
	if t.ExitCode != 0 {
		return StepFailed
	}
	return StepSucceeded
}

// failedStep is the first step that ended badly by itself; a step that was skipped for it comes later.
func failedStep(steps []Step) *Step {
	for i := range steps {
		if steps[i].Status == StepFailed || steps[i].Status == StepTimedOut {
			return &steps[i]
		}
	}
	return nil
}
