package reporter

import (
	"context"
	"time"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/bowsprit-ci/bowsprit/controllers/reporter/message"
	"github.com/bowsprit-ci/bowsprit/internal/github"
	"github.com/bowsprit-ci/bowsprit/internal/runs"
	"github.com/bowsprit-ci/bowsprit/pipelines"
	"github.com/bowsprit-ci/bowsprit/pipelines/record"
)

// Runs is what the reporter needs of the runs.
type Runs interface {
	// Get reads the API server; nil without an error if the run is gone.
	Get(ctx context.Context, key types.NamespacedName) (*pipelinev1.PipelineRun, error)
	TaskRuns(ctx context.Context, run *pipelinev1.PipelineRun) ([]pipelinev1.TaskRun, error)
	LogTail(ctx context.Context, c runs.Container, lines, maxBytes int64) (string, error)
	MarkReported(ctx context.Context, run *pipelinev1.PipelineRun, now record.Reported) error
}

// GitHub is where reports go. Both writes may be repeated without a second effect.
type GitHub interface {
	CanWriteChecks() bool
	UpsertCheck(ctx context.Context, check github.Check) (int64, error)
	SetStatus(ctx context.Context, status github.Status) error
}

// Reconciler reports runs. Its fields are set once, before the first call.
type Reconciler struct {
	// Cache reads runs, perhaps stale: most events need no report, and this tells. It also tells how many are queued.
	Cache  client.Reader
	Runs   Runs
	GitHub GitHub
	// LogLines is how many lines of a failing step's log a report shows at most.
	LogLines int
	// DetailsURL is the page behind a report's "Details", of a run's namespace and name; nil or an empty answer for none.
	DetailsURL func(types.NamespacedName) string
	Clock      clock.PassiveClock

	deleted graves
}

// Reconcile reports one run, if there is something new to say.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	stale := &pipelinev1.PipelineRun{}
	err := r.Cache.Get(ctx, req.NamespacedName, stale)
	switch {
	case client.IgnoreNotFound(err) != nil:
		return ctrl.Result{}, err
	case err != nil:
		return r.bury(ctx, req.NamespacedName)
	case !r.news(stale):
		return ctrl.Result{}, nil
	}
	run, err := r.Runs.Get(ctx, req.NamespacedName)
	if err != nil || run == nil || !r.news(run) {
		return ctrl.Result{}, err
	}
	rec, err := record.Decode(run)
	if err != nil {
		return ctrl.Result{}, err
	}
	view, wait, err := r.observe(ctx, run, rec)
	if err != nil || wait > 0 {
		return ctrl.Result{RequeueAfter: wait}, err
	}
	sent, err := r.send(ctx, view)
	if err != nil {
		return r.unsent(ctx, run, view, err)
	}
	if sent.Final {
		r.deleted.settle(run.UID)
	}
	return ctrl.Result{}, r.Runs.MarkReported(ctx, run, sent)
}

// news is true for a run of ours that GitHub should hear of and has not, as far as the run itself tells.
func (r *Reconciler) news(run *pipelinev1.PipelineRun) bool {
	rec, err := record.Decode(run)
	if err != nil || rec.SkipReport || rec.Reported.Final {
		return false
	}
	view := message.View{Record: rec, Outcome: pipelines.OutcomeOf(run, nil)}
	return view.Outcome.Phase.Finished() || r.digest(view) != rec.Reported.Digest
}

// bury completes the report of a run that was deleted before its final report.
func (r *Reconciler) bury(ctx context.Context, key types.NamespacedName) (ctrl.Result, error) {
	run := r.deleted.last(key)
	if run == nil {
		return ctrl.Result{}, nil
	}
	live, err := r.Runs.Get(ctx, key)
	if err != nil {
		return ctrl.Result{}, err
	}
	rec, err := record.Decode(run)
	if err != nil || live != nil { // made again under its name: the watch will tell
		r.deleted.forget(key)
		return ctrl.Result{}, nil //nolint:nilerr // a record that cannot be read is not ours to report
	}
	out := pipelines.OutcomeOf(run, nil)
	view := message.View{
		Namespace: key.Namespace, Name: key.Name, Record: rec, Outcome: out,
		Deleted: !out.Phase.Finished(), NoLog: "the PipelineRun was deleted",
	}
	if _, err := r.send(ctx, view); err != nil && !r.hopeless(run, err) {
		return r.later(err)
	}
	log.FromContext(ctx).Info("reported", "run", key.String(), "why", "deleted before its final report")
	r.deleted.forget(key)
	return ctrl.Result{}, nil
}

// timeouts of one look at a log, and of all looks at the log of a run.
const (
	logTimeout  = 10 * time.Second
	logPatience = time.Minute
	logPause    = 2 * time.Second
)
