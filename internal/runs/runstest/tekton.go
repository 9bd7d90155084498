package runstest

import (
	"context"
	"strings"
	"testing"
	"time"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/util/retry"
	"knative.dev/pkg/apis"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/bowsprit-ci/bowsprit/pipelines/record"
)

// Record is the record of a run of job unit for pull request 12; edit changes it before the run is named.
func Record(edit func(*record.Record)) record.Record {
	rec := record.Record{
		Cause: record.Cause{
			Org: "o", Repo: "r", Subject: "pull-12", HeadSHA: strings.Repeat("a", 40), Job: "unit", Trigger: "auto",
		},
		SpecHash: strings.Repeat("1", 64), Type: "presubmit", Context: "unit", RerunCommand: "/test unit",
		BaseRef: "main", BaseSHA: strings.Repeat("b", 40), Pull: 12, BuildID: "1",
	}
	if edit != nil {
		edit(&rec)
	}
	return rec
}

// Run is a queued run with a record, as the compiler would make it but for its one step; it is not created.
func Run(namespace string, rec record.Record) *pipelinev1.PipelineRun {
	run := &pipelinev1.PipelineRun{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: record.Name(rec.Cause)},
		Spec: pipelinev1.PipelineRunSpec{
			Status: pipelinev1.PipelineRunSpecStatusPending,
			PipelineSpec: &pipelinev1.PipelineSpec{Tasks: []pipelinev1.PipelineTask{{
				Name: "main",
				TaskSpec: &pipelinev1.EmbeddedTask{TaskSpec: pipelinev1.TaskSpec{
					Steps: []pipelinev1.Step{{Name: "test", Image: "busybox", Command: []string{"true"}}},
				}},
			}}},
		},
	}
	record.Encode(rec, run)
	return run
}

// Create creates a run in the cluster.
func (a *API) Create(t testing.TB, run *pipelinev1.PipelineRun) *pipelinev1.PipelineRun {
	t.Helper()
	if err := a.Client.Create(context.Background(), run); err != nil {
		t.Fatal(err)
	}
	return run
}

// Started does what Tekton does when a run was admitted.
func (a *API) Started(ctx context.Context, run *pipelinev1.PipelineRun) error {
	return a.status(ctx, run, func(s *pipelinev1.PipelineRunStatus) {
		now := metav1.NewTime(time.Now().Truncate(time.Second))
		s.StartTime = &now
		s.SetCondition(&apis.Condition{Type: apis.ConditionSucceeded, Status: corev1.ConditionUnknown, Reason: "Running"})
	})
}

// Ended does what Tekton does when a run has ended.
func (a *API) Ended(ctx context.Context, run *pipelinev1.PipelineRun, ok corev1.ConditionStatus, reason string) error {
	return a.status(ctx, run, func(s *pipelinev1.PipelineRunStatus) {
		now := metav1.NewTime(time.Now().Truncate(time.Second))
		if s.StartTime == nil {
			s.StartTime = &now
		}
		s.CompletionTime = &now
		s.SetCondition(&apis.Condition{Type: apis.ConditionSucceeded, Status: ok, Reason: reason})
	})
}

// FailedStep creates the TaskRun of a run whose step test ended with exit code 1, and names it in the run's status.
func (a *API) FailedStep(ctx context.Context, run *pipelinev1.PipelineRun, pod string) error {
	task := &pipelinev1.TaskRun{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: run.Namespace, Name: run.Name + "-main", Labels: map[string]string{"tekton.dev/pipelineTask": "main"},
		},
		Spec: pipelinev1.TaskRunSpec{TaskSpec: &run.Spec.PipelineSpec.Tasks[0].TaskSpec.TaskSpec},
	}
	if err := a.Client.Create(ctx, task); err != nil {
		return err
	}
	now := metav1.NewTime(time.Now().Truncate(time.Second))
	task.Status.PodName = pod
	task.Status.SetCondition(&apis.Condition{Type: apis.ConditionSucceeded, Status: corev1.ConditionFalse, Reason: "StepFailed"})
	task.Status.Steps = []pipelinev1.StepState{{
		Name: "test", Container: "step-test",
		ContainerState: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
			ExitCode: 1, Reason: "Error", StartedAt: now, FinishedAt: now,
		}},
	}}
	if err := a.Client.Status().Update(ctx, task); err != nil {
		return err
	}
	return a.status(ctx, run, func(s *pipelinev1.PipelineRunStatus) {
		child := pipelinev1.ChildStatusReference{Name: task.Name, PipelineTaskName: "main"}
		child.APIVersion, child.Kind = "tekton.dev/v1", "TaskRun"
		s.ChildReferences = []pipelinev1.ChildStatusReference{child}
	})
}

// status edits the present status, whoever else writes meanwhile.
func (a *API) status(ctx context.Context, run *pipelinev1.PipelineRun, edit func(*pipelinev1.PipelineRunStatus)) error {
	return retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		live := &pipelinev1.PipelineRun{}
		if err := a.Client.Get(ctx, client.ObjectKeyFromObject(run), live); err != nil {
			return err
		}
		edit(&live.Status)
		return a.Client.Status().Update(ctx, live)
	})
}
