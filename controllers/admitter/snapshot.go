package admitter

import (
	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"

	"github.com/bowsprit-ci/bowsprit/controllers/admitter/queue"
	"github.com/bowsprit-ci/bowsprit/internal/runs"
	"github.com/bowsprit-ci/bowsprit/pipelines/record"
)

// snapshot is the queue's view of the runs. Runs that are not ours hold no slot: nobody asked the queue about them. Those
// that have ended are most of what a cluster keeps, and mean nothing to the queue: they are not even decoded.
func (r *Reconciler) snapshot(list []pipelinev1.PipelineRun, promised map[queue.Key]bool) queue.Snapshot {
	s := queue.Snapshot{MaxRunning: r.MaxRunning}
	for i := range list {
		if list[i].IsDone() {
			continue
		}
		rec, err := record.Decode(&list[i])
		if err != nil {
			continue
		}
		key := keyOf(&list[i])
		s.Runs = append(s.Runs, queue.Run{
			Key:            key,
			State:          stateOf(&list[i], promised[key]),
			Cause:          rec.Cause,
			Presubmit:      rec.Type == "presubmit",
			MaxConcurrency: rec.MaxConcurrency,
			CreatedAt:      list[i].CreationTimestamp.Time,
			BuildID:        rec.BuildID,
		})
	}
	return s
}

func keyOf(run *pipelinev1.PipelineRun) queue.Key {
	return queue.Key{Namespace: run.Namespace, Name: run.Name}
}

// stateOf reads how far a run is that has not ended; whether it was promised only matters while it is queued.
func stateOf(run *pipelinev1.PipelineRun, promised bool) queue.State {
	switch {
	case runs.Stopping(run):
		return queue.Ending
	case run.IsPending() && promised:
		return queue.Promised
	case run.IsPending():
		return queue.Queued
	}
	return queue.Running
}
