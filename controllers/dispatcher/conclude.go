package dispatcher

import (
	"context"
	"errors"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
	"github.com/bowsprit-ci/bowsprit/internal/github"
)

// maxMessage bounds what a condition holds of an error, in bytes.
const maxMessage = 4 << 10

// maxDecisions bounds what a status holds, so that a repository of thousands of jobs still fits into one object.
const maxDecisions = 1000

// conclude writes the delivery's status once and says when to look at it again.
func (r *Reconciler) conclude(ctx context.Context, d *v1alpha1.Delivery, done *effect, err error) (ctrl.Result, error) {
	age := r.age(d)
	if errors.Is(err, github.ErrNotFound) && age > patience {
		done, err = &effect{why: "GitHub does not know it any more: " + err.Error()}, nil
	}
	if err != nil {
		return r.retry(ctx, d, err)
	}
	done.log(ctx)
	reason := v1alpha1.ReasonDecided
	if done.empty() {
		reason = v1alpha1.ReasonNothingToDo
	}
	patchErr := r.patch(ctx, d, func(s *v1alpha1.DeliveryStatus) {
		s.Decisions, s.Actions = done.decisions[:min(len(done.decisions), maxDecisions)], done.actions
		r.setProcessed(s, metav1.ConditionTrue, reason, done.why)
	})
	return ctrl.Result{RequeueAfter: retention - age}, patchErr
}

// retry notes the error and comes back: when GitHub allows it, else with growing pauses.
func (r *Reconciler) retry(ctx context.Context, d *v1alpha1.Delivery, err error) (ctrl.Result, error) {
	patchErr := r.patch(ctx, d, func(s *v1alpha1.DeliveryStatus) {
		r.setProcessed(s, metav1.ConditionFalse, v1alpha1.ReasonRetrying, err.Error())
	})
	if limited, ok := errors.AsType[*github.RateLimited](err); ok && patchErr == nil {
		return ctrl.Result{RequeueAfter: max(time.Second, limited.Until.Sub(r.Clock.Now()))}, nil
	}
	return ctrl.Result{}, errors.Join(err, patchErr)
}

// patch writes the status if it changed.
func (r *Reconciler) patch(ctx context.Context, d *v1alpha1.Delivery, edit func(*v1alpha1.DeliveryStatus)) error {
	edited := d.DeepCopy()
	edit(&edited.Status)
	if equality.Semantic.DeepEqual(d.Status, edited.Status) {
		return nil
	}
	if err := r.Client.Status().Patch(ctx, edited, client.MergeFrom(d)); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("write the status of delivery %s: %w", d.Name, err)
	}
	return nil
}

func (r *Reconciler) setProcessed(s *v1alpha1.DeliveryStatus, status metav1.ConditionStatus, reason, message string) {
	meta.SetStatusCondition(&s.Conditions, metav1.Condition{
		Type: v1alpha1.ConditionProcessed, Status: status, Reason: reason, Message: head(message, maxMessage),
		LastTransitionTime: metav1.NewTime(r.Clock.Now()),
	})
}

func processed(d *v1alpha1.Delivery) bool {
	return meta.IsStatusConditionTrue(d.Status.Conditions, v1alpha1.ConditionProcessed)
}
