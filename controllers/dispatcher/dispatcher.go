package dispatcher

import (
	"context"
	"errors"
	"time"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
	"github.com/bowsprit-ci/bowsprit/internal/github"
	"github.com/bowsprit-ci/bowsprit/internal/runs"
	"github.com/bowsprit-ci/bowsprit/pipelines"
)

// retention is how long a delivery is kept: longer than GitHub redelivers, which is three days.
const retention = 4 * 24 * time.Hour

// busy is the pause of a delivery whose pull request another worker is at.
const busy = 100 * time.Millisecond

// Runs is what the dispatcher needs of the runs.
type Runs interface {
	Create(ctx context.Context, run *pipelinev1.PipelineRun) (*pipelinev1.PipelineRun, bool, error)
	Get(ctx context.Context, key types.NamespacedName) (*pipelinev1.PipelineRun, error)
	ListLive(ctx context.Context, match labels.Selector) ([]pipelinev1.PipelineRun, error)
	Cancel(ctx context.Context, run *pipelinev1.PipelineRun, why string) error
}

// GitHub is what the dispatcher needs of GitHub. Every method may be repeated without a second effect.
type GitHub interface {
	Checks
	Conversation
}

// Checks is what the dispatcher says on commits, and what it asks about them.
type Checks interface {
	CanWriteChecks() bool
	UpsertCheck(ctx context.Context, check github.Check) (int64, error)
	SetStatus(ctx context.Context, status github.Status) error
	// ConcludedCheck finds our completed check run of a name and an external id on a commit; found is always false for a
	// token, which has none.
	ConcludedCheck(ctx context.Context, org, repo, sha, name, externalID string) (conclusion, title string, found bool, err error)
}

// Conversation is what the dispatcher says on pull requests.
type Conversation interface {
	UpsertComment(ctx context.Context, key github.CommentKey, body string) error
	Label(ctx context.Context, org, repo string, number int, name string, remove bool) error
}

// Reconciler processes deliveries. Its fields are set once, before the first call.
type Reconciler struct {
	// Client reads and writes Deliveries.
	Client client.Client
	Runs   Runs
	GitHub GitHub
	// Decide is the mind: what an event calls for, on the pull request as it is now.
	Decide func(ctx context.Context, ev v1alpha1.Event) (Judgement, error)
	// File reads a file of a commit, for jobs that name a Pipeline in their repository.
	File func(ctx context.Context, org, repo, commit, path string) ([]byte, error)
	// Namespaces are where runs are looked for; empty means everywhere.
	Namespaces []string
	// Options are the compiler's settings as they are now.
	Options func() pipelines.Options
	// WebURL is the root of GitHub's pages, with a final slash; links in a run's environment start with it.
	WebURL string
	Clock  clock.PassiveClock

	pulls  locks
	builds runs.BuildIDs
}

// Reconcile gives one delivery its effect, and deletes it when it is old.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	d := &v1alpha1.Delivery{}
	if err := r.Client.Get(ctx, req.NamespacedName, d); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	left := d.CreationTimestamp.Add(retention).Sub(r.Clock.Now())
	if left <= 0 {
		return ctrl.Result{}, r.forget(ctx, d)
	}
	if processed(d) {
		return ctrl.Result{RequeueAfter: left}, nil
	}
	if !r.pulls.tryLock(pullOf(d)) {
		return ctrl.Result{RequeueAfter: busy}, nil
	}
	defer r.pulls.unlock(pullOf(d))
	done, err := r.process(ctx, d)
	return r.conclude(ctx, d, done, err)
}

// process observes and plans, then applies.
func (r *Reconciler) process(ctx context.Context, d *v1alpha1.Delivery) (*effect, error) {
	j, err := r.Decide(ctx, d.Spec.Event)
	if err != nil {
		return nil, err
	}
	done, err := r.apply(ctx, d, j)
	if err != nil {
		return nil, err
	}
	return done, r.showBroken(ctx, d, j, done)
}

// forget deletes a delivery whose time is over, loudly if it never had its effect.
func (r *Reconciler) forget(ctx context.Context, d *v1alpha1.Delivery) error {
	if !processed(d) {
		log.FromContext(ctx).Error(errors.New("gave up"), "delivery grew old without effect", "status", d.Status)
	}
	return client.IgnoreNotFound(r.Client.Delete(ctx, d, client.Preconditions{UID: &d.UID}))
}
