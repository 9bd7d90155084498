package scheduler

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/controllers/scheduler/due"
	"github.com/bowsprit-ci/bowsprit/pipelines"
	"github.com/bowsprit-ci/bowsprit/pipelines/record"
)

// newestRuns finds the newest run of each periodic, by the job's name. The list may be stale: then a run is asked for
// again that is there already, under the same name.
func (s *Scheduler) newestRuns(ctx context.Context) (map[string]*due.Last, error) {
	periodics := labels.SelectorFromValidatedSet(labels.Set{record.LabelType: string(prow.TypePeriodic)})
	list, err := s.Runs.List(ctx, periodics)
	if err != nil {
		return nil, err
	}
	newest := map[string]*due.Last{}
	for i := range list {
		rec, err := record.Decode(&list[i])
		if err != nil {
			continue // not ours
		}
		last := lastOf(&list[i], rec)
		if other := newest[rec.Cause.Job]; other == nil || other.Start.Before(last.Start) {
			newest[rec.Cause.Job] = last
		}
	}
	return newest, nil
}

func lastOf(run *pipelinev1.PipelineRun, rec record.Record) *due.Last {
	last := &due.Last{Start: run.CreationTimestamp.Time}
	last.Due, last.Attempt, _ = parseTrigger(rec.Cause.Trigger)
	phase := pipelines.PhaseOf(run)
	if phase.Finished() && run.Status.CompletionTime != nil {
		last.End = run.Status.CompletionTime.Time
	}
	last.Failed = phase.Finished() && phase != pipelines.PhaseSucceeded
	last.Cancelled = phase == pipelines.PhaseCancelled
	return last
}

// The trigger of a periodic's run is "at-" and the time for which it is due; a retry adds "-retry-" and its number.
const (
	triggerAt    = "at-"
	triggerRetry = "-retry-"
)

func trigger(due time.Time, attempt int) string {
	text := triggerAt + due.UTC().Truncate(time.Second).Format(time.RFC3339)
	if attempt > 0 {
		text += fmt.Sprint(triggerRetry, attempt)
	}
	return text
}

// parseTrigger reads a trigger; false for one that the scheduler did not make.
func parseTrigger(text string) (due time.Time, attempt int, ok bool) {
	text, ok = strings.CutPrefix(text, triggerAt)
	if !ok {
		return time.Time{}, 0, false
	}
	when, retry, retried := strings.Cut(text, triggerRetry)
	due, err := time.Parse(time.RFC3339, when)
	if err == nil && retried {
		attempt, err = strconv.Atoi(retry)
	}
	if err != nil {
		return time.Time{}, 0, false
	}
	return due, attempt, true
}
