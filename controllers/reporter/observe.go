package reporter

import (
	"context"
	"errors"
	"time"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/bowsprit-ci/bowsprit/controllers/reporter/message"
	"github.com/bowsprit-ci/bowsprit/internal/runs"
	"github.com/bowsprit-ci/bowsprit/pipelines"
	"github.com/bowsprit-ci/bowsprit/pipelines/record"
)

// maxLogBytes bounds what is read of a log; the message cuts again.
const maxLogBytes = 64 << 10

// observe gathers what the message depends on. A wait above 0 says to come back: the log may be readable soon.
func (r *Reconciler) observe(ctx context.Context, run *pipelinev1.PipelineRun, rec record.Record) (message.View, time.Duration, error) {
	view := message.View{Namespace: run.Namespace, Name: run.Name, Record: rec}
	tasks, err := r.Runs.TaskRuns(ctx, run)
	if err != nil {
		return view, 0, err
	}
	view.Outcome = pipelines.OutcomeOf(run, tasks)
	switch {
	case view.Outcome.Phase == pipelines.PhaseQueued:
		view.Ahead, err = r.ahead(ctx, run)
		return view, 0, err
	case view.Outcome.Phase.Finished() && view.Outcome.Failed != nil:
		wait := r.readLog(ctx, &view)
		return view, wait, nil
	}
	return view, 0, nil
}

// ahead counts the queued runs that are older, by a cache that may be stale: the number is a hint for people. Each run that
// is queued asks this, so the runs are not copied.
func (r *Reconciler) ahead(ctx context.Context, run *pipelinev1.PipelineRun) (int, error) {
	var list pipelinev1.PipelineRunList
	match := client.MatchingLabelsSelector{Selector: record.Selector()}
	if err := r.Cache.List(ctx, &list, match, client.UnsafeDisableDeepCopy); err != nil {
		return 0, err
	}
	n := 0
	for i := range list.Items {
		other := &list.Items[i] // the cache's own: read only
		if other.IsPending() && !other.IsDone() && other.CreationTimestamp.Before(&run.CreationTimestamp) {
			n++
		}
	}
	return n, nil
}

// readLog puts the end of the failing step's log into the view, or why there is none. A log that cannot be read for now
// is waited for, but not for long: the result is worth more than the log.
func (r *Reconciler) readLog(ctx context.Context, view *message.View) (wait time.Duration) {
	failed := view.Outcome.Failed
	switch {
	case r.LogLines == 0:
		view.NoLog = "the settings ask for none"
		return 0
	case failed.Pod == "":
		view.NoLog = "the step had no pod"
		return 0
	}
	ctx, cancel := context.WithTimeout(ctx, logTimeout)
	defer cancel()
	c := runs.Container{Namespace: view.Namespace, Pod: failed.Pod, Name: failed.Container}
	text, err := r.Runs.LogTail(ctx, c, int64(r.LogLines), maxLogBytes)
	switch {
	case err == nil:
		view.Log = text
	case errors.Is(err, runs.ErrNoLog):
		view.NoLog, view.PodGone = "the pod is gone", true
	case r.Clock.Now().Sub(view.Outcome.CompletedAt) < logPatience:
		return logPause
	default:
		log.FromContext(ctx).Error(err, "report without a log", "run", view.Namespace+"/"+view.Name)
		view.NoLog = "it could not be read from the cluster"
	}
	return 0
}
