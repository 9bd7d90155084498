package pipelines

import (
	"time"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

const (
	// startSlack is how long a run may take to get its pod: Prow's waits for scheduling (5 minutes) and for starting (10).
	startSlack = 15 * time.Minute
	// endSlack lets the task's backstop strike before the run's.
	endSlack = 5 * time.Minute
	// podLimit is how long a pod may run that has no timeout of its own: Prow's pod_running_timeout.
	podLimit = 48 * time.Hour
)

// stepTimeout is how long the job's own step may run; 0 is no limit. It is the timeout that counts: Tekton then ends the process and keeps
// the pod with its log, while it deletes the pod at a task's or a run's timeout. A pod's activeDeadlineSeconds counts here for the same
// reason, from the step's start.
func stepTimeout(job *prow.Presubmit) time.Duration {
	limit := time.Duration(0)
	if decorated(job) {
		limit = prow.DefaultTimeout
		if d := job.DecorationConfig; d != nil && d.Timeout != nil {
			limit = d.Timeout.Duration
		}
	}
	if s := job.Spec.ActiveDeadlineSeconds; s != nil {
		if deadline := time.Duration(*s) * time.Second; limit == 0 || deadline < limit {
			limit = deadline
		}
	}
	return limit
}

// timeouts are the backstops behind the step's timeout, for a pod that never starts and a clone that never ends.
func timeouts(job *prow.Presubmit) *pipelinev1.TimeoutFields {
	limit := stepTimeout(job)
	if limit == 0 {
		limit = podLimit
	}
	tasks := limit + startSlack
	if decorated(job) {
		tasks += cloneTimeout
	}
	return &pipelinev1.TimeoutFields{
		Tasks:    &metav1.Duration{Duration: tasks},
		Pipeline: &metav1.Duration{Duration: tasks + endSlack},
	}
}
