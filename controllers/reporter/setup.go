package reporter

import (
	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/controller"
)

// SetupWithManager makes the manager call the reconciler for every run, also for those that are deleted.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager, options controller.Options) error {
	return ctrl.NewControllerManagedBy(mgr).Named("reporter").WithOptions(options).
		Watches(&pipelinev1.PipelineRun{}, r.Handler()).
		Complete(r)
}
