package runs

import (
	"context"
	"fmt"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/util/retry"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/bowsprit-ci/bowsprit/pipelines/record"
)

// Admit lets a queued run start by emptying spec.status. It changes nothing, and is no error, if the run is no longer
// queued or no longer there.
func (s *Store) Admit(ctx context.Context, run *pipelinev1.PipelineRun) error {
	return s.change(ctx, run, "admit", func(r *pipelinev1.PipelineRun) (bool, error) {
		if r.Spec.Status != pipelinev1.PipelineRunSpecStatusPending {
			return false, nil
		}
		r.Spec.Status = ""
		return true, nil
	})
}

// Cancel ends a run and notes why, which must not be empty. A queued run is ended hard and a running one gracefully: a
// run that never started and is cancelled gracefully would still run its finally tasks. It changes nothing, and is no
// error, if the run is done, told to stop already, or no longer there.
func (s *Store) Cancel(ctx context.Context, run *pipelinev1.PipelineRun, why string) error {
	return s.change(ctx, run, "cancel", func(r *pipelinev1.PipelineRun) (bool, error) {
		if r.IsDone() || Stopping(r) {
			return false, nil
		}
		record.SetCancelReason(r, why)
		if r.IsPending() {
			r.Spec.Status = pipelinev1.PipelineRunSpecStatusCancelled
		} else {
			r.Spec.Status = pipelinev1.PipelineRunSpecStatusCancelledRunFinally
		}
		return true, nil
	})
}

// MarkReported notes on the run what was told to GitHub. run is the run as it was when the message was made: if another
// report was noted since, nothing is changed and the error is ErrReportedElsewhere. A run that is gone needs no note.
func (s *Store) MarkReported(ctx context.Context, run *pipelinev1.PipelineRun, now record.Reported) error {
	seen, err := record.Decode(run)
	if err != nil {
		return err
	}
	return s.change(ctx, run, "note the report on", func(r *pipelinev1.PipelineRun) (bool, error) {
		rec, err := record.Decode(r)
		switch {
		case err != nil:
			return false, err
		case rec.Reported == now:
			return false, nil
		case rec.Reported != seen.Reported:
			return false, ErrReportedElsewhere
		}
		record.SetReported(r, now)
		return true, nil
	})
}

// Stopping is true for a run that was told to stop, whoever said so.
func Stopping(run *pipelinev1.PipelineRun) bool {
	return run.IsCancelled() || run.IsGracefullyCancelled() || run.IsGracefullyStopped()
}

// change makes one patch of what edit does to a copy of run. The patch names the values that it replaces, so it holds
// only if they are still what edit saw; whatever Tekton writes elsewhere in the run at the same time is no conflict. When
// somebody else was faster, it reads the run anew and asks edit again. edit returns false to leave the run as it is.
func (s *Store) change(ctx context.Context, run *pipelinev1.PipelineRun, verb string, edit func(*pipelinev1.PipelineRun) (bool, error)) error {
	base := run
	err := retry.OnError(retry.DefaultBackoff, overtaken, func() error {
		if base == nil {
			live, err := s.Get(ctx, client.ObjectKeyFromObject(run))
			if err != nil || live == nil || live.UID != run.UID {
				return err
			}
			base = live
		}
		edited := base.DeepCopy()
		if needed, err := edit(edited); err != nil || !needed {
			return err
		}
		patch, err := guardedPatch(base, edited)
		if err != nil {
			return err
		}
		base = nil
		return client.IgnoreNotFound(s.Client.Patch(ctx, edited, patch))
	})
	if err != nil {
		return fmt.Errorf("%s PipelineRun %s/%s: %w", verb, run.Namespace, run.Name, err)
	}
	return nil
}

// overtaken is true for the error of a patch whose guard did not hold: a JSON patch whose test fails is answered with
// "422 Invalid", and Tekton's webhook refuses to change a run that has just ended with "400 Bad Request".
func overtaken(err error) bool {
	return apierrors.IsInvalid(err) || apierrors.IsConflict(err) || apierrors.IsBadRequest(err)
}
