package dispatcher

import (
	"context"
	"errors"
	"slices"
	"strings"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"

	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
	"github.com/bowsprit-ci/bowsprit/internal/runs"
	"github.com/bowsprit-ci/bowsprit/pipelines/record"
	"github.com/bowsprit-ci/bowsprit/triggers"
)

// onRequest begins the reason of a run that a person asked to stop. Such a run is not resumed when its commit comes back.
const onRequest = "on request: "

// stoppedByItself is true for a run that Bowsprit stopped without being asked.
func stoppedByItself(run *pipelinev1.PipelineRun) bool {
	why := record.CancelReason(run)
	return runs.Stopping(run) && why != "" && !strings.HasPrefix(why, onRequest)
}

// cancel stops the unfinished runs of a pull request that the action means.
func (r *Reconciler) cancel(ctx context.Context, kind v1alpha1.EventKind, a triggers.Cancel, done *effect) error {
	list, err := r.Runs.ListLive(ctx, record.PullSelector(a.Org, a.Repo, a.Number))
	if err != nil {
		return err
	}
	why := a.Why
	if kind == v1alpha1.KindIssueComment {
		why = onRequest + why
	}
	var errs []error
	for i := range list {
		if !meant(a, &list[i]) {
			continue
		}
		done.did("cancel %s: %s", list[i].Name, why)
		errs = append(errs, r.Runs.Cancel(ctx, &list[i], why))
	}
	return errors.Join(errs...)
}

// meant says whether a run is one that the action cancels.
func meant(a triggers.Cancel, run *pipelinev1.PipelineRun) bool {
	rec, err := record.Decode(run)
	return err == nil && !run.IsDone() && !runs.Stopping(run) &&
		rec.Cause.Org == a.Org && rec.Cause.Repo == a.Repo && rec.Pull == a.Number &&
		(a.KeepHead == "" || rec.Cause.HeadSHA != a.KeepHead) &&
		(len(a.Jobs) == 0 || slices.Contains(a.Jobs, rec.Cause.Job))
}
