package dispatcher

import (
	"context"
	"errors"
	"slices"
	"strconv"
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
func (r *Reconciler) cancel(ctx context.Context, d *v1alpha1.Delivery, a triggers.Cancel, done *effect) error {
	list, err := r.Runs.ListLive(ctx, record.PullSelector(a.Org, a.Repo, a.Number))
	if err != nil {
		return err
	}
	why := a.Why
	if d.Spec.Event.Kind == v1alpha1.KindIssueComment {
		why = onRequest + why
	}
	var errs []error
	for i := range list {
		rec, err := record.Decode(&list[i])
		if err != nil || !meant(a, &list[i], rec) || spared(d, a, &list[i], rec) || done.made(list[i].Name) {
			continue
		}
		done.did("cancel %s: %s", list[i].Name, why)
		errs = append(errs, r.Runs.Cancel(ctx, &list[i], why))
	}
	return errors.Join(errs...)
}

// meant says whether a run is one that the action cancels.
func meant(a triggers.Cancel, run *pipelinev1.PipelineRun, rec record.Record) bool {
	return !run.IsDone() && !runs.Stopping(run) &&
		rec.Cause.Org == a.Org && rec.Cause.Repo == a.Repo && rec.Pull == a.Number &&
		(a.KeepHead == "" || rec.Cause.HeadSHA != a.KeepHead) &&
		(len(a.Jobs) == 0 || slices.Contains(a.Jobs, rec.Cause.Job))
}

// spared says whether a run is left alone although the action means it. A delivery may take its effect late, or again
// after an error: what a comment did not know of when it was written, and what it asked for itself, it does not cancel.
// A closed pull request and a draft are looked at as they are now and want no automatic run, however young; but
// somebody may have asked for a run since. Nobody wants a run of a head that was superseded.
func spared(d *v1alpha1.Delivery, a triggers.Cancel, run *pipelinev1.PipelineRun, rec record.Record) bool {
	younger := run.CreationTimestamp.After(d.CreationTimestamp.Time)
	switch comment := d.Spec.Event.Comment; {
	case a.KeepHead != "":
		return false
	case comment != nil:
		return younger || rec.Cause.Trigger == strconv.FormatInt(comment.ID, 10)
	}
	return younger && !automatic(rec.Cause.Trigger)
}
