package pipelines

import (
	"time"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

const (
	// startSlack is how long a run may take to get its pod: Prow's waits for scheduling (5 minutes) and for starting (10).
	startSlack = 15 * time.Minute
	// endSlack lets the task's backstop strike before the run's.
	endSlack = 5 * time.Minute
	// wrapSlack lets our entrypoint strike before Tekton does, and uploadSlack lets the upload end.
	wrapSlack   = time.Minute
	uploadSlack = 15 * time.Minute
	// podLimit is how long a pod may run that has no timeout of its own: Prow's pod_running_timeout.
	podLimit = 48 * time.Hour
	// deletionGrace is how long Kubernetes gives a pod that is deleted; a Tekton run cannot ask for more.
	deletionGrace = 30 * time.Second
)

// stepLimit is Tekton's limit for the job's own step; 0 is none. Tekton then ends the process at once, but keeps the pod with its
// log, while it deletes the pod at a task's or a run's timeout. For a decorated job it is the backstop behind our entrypoint, which
// keeps to timeout and grace_period. A pod's activeDeadlineSeconds and the decoration's pod_running_timeout count here for the same
// reason, from the step's start.
func stepLimit(job *prow.Job, pod *corev1.PodSpec) time.Duration {
	limit := time.Duration(0)
	if decorated(job) {
		limit = jobTimeout(job) + gracePeriod(job) + wrapSlack
		if uploads(job) {
			limit += uploadSlack
		}
	}
	if d := decorationOf(job).PodRunningTimeout; d != nil {
		limit = sooner(limit, d.Duration)
	}
	if s := pod.ActiveDeadlineSeconds; s != nil {
		limit = sooner(limit, time.Duration(*s)*time.Second)
	}
	return limit
}

// sooner is the shorter of two limits, of which 0 is none.
func sooner(a, b time.Duration) time.Duration {
	if a <= 0 || b > 0 && b < a {
		return b
	}
	return a
}

// cloneLimit is how long the clone may take. Prow's clone is a part of the pod's pending time.
func cloneLimit(job *prow.Job) time.Duration {
	if d := decorationOf(job).PodPendingTimeout; d != nil && d.Duration > 0 {
		return d.Duration
	}
	return cloneTimeout
}

// startLimit is how long a pod may take to be scheduled and started.
func startLimit(job *prow.Job) time.Duration {
	if d := decorationOf(job).PodUnscheduledTimeout; d != nil && d.Duration > 0 {
		return d.Duration
	}
	return startSlack
}

// timeouts are the backstops behind the step's limit, for a pod that never starts and a clone that never ends.
func timeouts(job *prow.Job, pod *corev1.PodSpec) *pipelinev1.TimeoutFields {
	limit := stepLimit(job, pod)
	if limit == 0 {
		limit = podLimit
	}
	if decorated(job) {
		// A shorter pod_running_timeout ends the step; the run as a whole keeps room for the timeout that the job names.
		limit = max(limit, jobTimeout(job)) + cloneLimit(job)
	}
	tasks := limit + startLimit(job)
	return &pipelinev1.TimeoutFields{
		Tasks:    &metav1.Duration{Duration: tasks},
		Pipeline: &metav1.Duration{Duration: tasks + endSlack},
	}
}
