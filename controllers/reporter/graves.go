package reporter

import (
	"context"
	"sync"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/bowsprit-ci/bowsprit/pipelines/record"
)

// maxSettled bounds how many final reports are remembered.
const maxSettled = 10000

// graves keeps the last state of runs that were deleted before their final report, until that is made. After a broken
// watch the last known state may be older than our own note on the run, so it also remembers which runs this process has
// settled. The zero value is ready.
type graves struct {
	mu      sync.Mutex
	runs    map[types.NamespacedName]*pipelinev1.PipelineRun
	settled map[types.UID]bool
}

// settle remembers that the final report of a run was made.
func (g *graves) settle(uid types.UID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.settled == nil || len(g.settled) >= maxSettled {
		g.settled = map[types.UID]bool{}
	}
	g.settled[uid] = true
}

func (g *graves) keep(run *pipelinev1.PipelineRun) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.settled[run.UID] {
		return
	}
	if g.runs == nil {
		g.runs = map[types.NamespacedName]*pipelinev1.PipelineRun{}
	}
	g.runs[types.NamespacedName{Namespace: run.Namespace, Name: run.Name}] = run
}

// last is the last state of a deleted run; nil if there is none to report.
func (g *graves) last(key types.NamespacedName) *pipelinev1.PipelineRun {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.runs[key]
}

func (g *graves) forget(key types.NamespacedName) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.runs, key)
}

// Handler enqueues runs, and keeps the last state of those that are deleted with something left to say.
func (r *Reconciler) Handler() handler.EventHandler {
	enqueue := &handler.EnqueueRequestForObject{}
	return handler.Funcs{
		CreateFunc: enqueue.Create,
		UpdateFunc: enqueue.Update,
		DeleteFunc: func(ctx context.Context, e event.DeleteEvent, q workqueue.TypedRateLimitingInterface[reconcile.Request]) {
			run, ok := e.Object.(*pipelinev1.PipelineRun)
			if !ok {
				return
			}
			if rec, err := record.Decode(run); err == nil && !rec.SkipReport && !rec.Reported.Final {
				r.deleted.keep(run)
				enqueue.Delete(ctx, e, q)
			}
		},
	}
}
