package dispatcher

import (
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/predicate"

	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
)

// SetupWithManager makes the manager call the reconciler for every delivery. A change of a delivery's status is our own
// and calls nobody: else noting an error would at once be the next try.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager, options controller.Options) error {
	return ctrl.NewControllerManagedBy(mgr).Named("dispatcher").WithOptions(options).
		For(&v1alpha1.Delivery{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Complete(r)
}
