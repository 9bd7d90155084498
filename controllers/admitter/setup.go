package admitter

import (
	"context"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/handler"
)

// SetupWithManager makes the manager call the reconciler when any run changes: each may free a slot. There is one queue,
// so all changes are one request, and there is one worker whatever the options say.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager, options controller.Options) error {
	options.MaxConcurrentReconciles = 1
	toQueue := handler.EnqueueRequestsFromMapFunc(func(context.Context, client.Object) []ctrl.Request {
		return []ctrl.Request{{NamespacedName: types.NamespacedName{Name: "queue"}}}
	})
	return ctrl.NewControllerManagedBy(mgr).Named("admitter").WithOptions(options).
		Watches(&pipelinev1.PipelineRun{}, toQueue).
		Complete(r)
}
