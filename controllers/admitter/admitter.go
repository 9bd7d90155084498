package admitter

import (
	"context"
	"errors"
	"time"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/labels"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/bowsprit-ci/bowsprit/controllers/admitter/queue"
	"github.com/bowsprit-ci/bowsprit/pipelines/record"
)

// retryAfter is the pause after another leader was faster.
const retryAfter = 50 * time.Millisecond

// Runs is what the admitter needs of the runs.
type Runs interface {
	// List reads a cache that may be stale.
	List(ctx context.Context, match labels.Selector) ([]pipelinev1.PipelineRun, error)
	// ListLive reads the API server.
	ListLive(ctx context.Context, match labels.Selector) ([]pipelinev1.PipelineRun, error)
	Admit(ctx context.Context, run *pipelinev1.PipelineRun) error
	Cancel(ctx context.Context, run *pipelinev1.PipelineRun, why string) error
}

// Reconciler admits and supersedes. There is one queue, so the request says nothing.
type Reconciler struct {
	Runs Runs
	// Turnstile holds the promises.
	Turnstile Turnstile
	// MaxRunning is how many runs may run at a time, over all jobs; 0 is no limit.
	MaxRunning int
}

// Reconcile does one round. It is cheap when nothing can move: then the cache alone answers.
func (r *Reconciler) Reconcile(ctx context.Context, _ ctrl.Request) (ctrl.Result, error) {
	cached, err := r.Runs.List(ctx, record.Selector())
	if err != nil {
		return ctrl.Result{}, err
	}
	if idle(queue.Plan(r.snapshot(cached, nil))) {
		return ctrl.Result{}, nil
	}
	err = r.round(ctx)
	if apierrors.IsConflict(err) || apierrors.IsAlreadyExists(err) {
		log.FromContext(ctx).V(1).Info("another leader moved the queue; looking again")
		return ctrl.Result{RequeueAfter: retryAfter}, nil
	}
	return ctrl.Result{}, err
}

// round observes live, plans, promises and applies.
func (r *Reconciler) round(ctx context.Context) error {
	promises, err := r.Turnstile.Read(ctx)
	if err != nil {
		return err
	}
	live, err := r.Runs.ListLive(ctx, record.Selector())
	if err != nil {
		return err
	}
	snapshot := r.snapshot(live, promises.Runs)
	actions := queue.Plan(snapshot)
	promises.Runs = promised(snapshot, actions)
	if err := r.Turnstile.Write(ctx, promises); err != nil {
		return err
	}
	return r.apply(ctx, live, actions)
}

// apply carries every action out, also when one fails: they do not depend on each other.
func (r *Reconciler) apply(ctx context.Context, live []pipelinev1.PipelineRun, actions []queue.Action) error {
	runs := map[queue.Key]*pipelinev1.PipelineRun{}
	for i := range live {
		runs[keyOf(&live[i])] = &live[i]
	}
	var errs []error
	for _, a := range actions {
		switch a := a.(type) {
		case queue.Admit:
			errs = append(errs, r.Runs.Admit(ctx, runs[a.Run]))
		case queue.Cancel:
			errs = append(errs, r.Runs.Cancel(ctx, runs[a.Run], a.Why))
		}
		log.FromContext(ctx).V(level(a)).Info("queue", "verdict", verdict(a), "run", a.Of().String(), "why", a.Because())
	}
	return errors.Join(errs...)
}

// idle is true for a plan that changes nothing.
func idle(actions []queue.Action) bool {
	for _, a := range actions {
		if _, wait := a.(queue.Wait); !wait {
			return false
		}
	}
	return true
}

// promised names what the plan admits and every old promise whose run was still queued: somebody slow may yet keep it.
func promised(s queue.Snapshot, actions []queue.Action) map[queue.Key]bool {
	keys := map[queue.Key]bool{}
	for _, r := range s.Runs {
		if r.State == queue.Promised {
			keys[r.Key] = true
		}
	}
	for _, a := range actions {
		if admit, ok := a.(queue.Admit); ok {
			keys[admit.Run] = true
		}
	}
	return keys
}

// level keeps those who wait out of the log: there may be thousands of them, and each round says it again.
func level(a queue.Action) int {
	if _, wait := a.(queue.Wait); wait {
		return 1
	}
	return 0
}

func verdict(a queue.Action) string {
	switch a.(type) {
	case queue.Admit:
		return "admit"
	case queue.Cancel:
		return "cancel"
	}
	return "wait"
}
