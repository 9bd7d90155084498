package dispatcher

import (
	"context"
	"errors"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
	"github.com/bowsprit-ci/bowsprit/internal/github"
)

// patience is how long GitHub may answer that it does not find or does not allow something before that is taken for its
// last word: a new pull request may take a while to be seen everywhere, and a permission to be given.
const patience = 10 * time.Minute

// maxRefusal bounds what a line of the status holds of an error, in bytes.
const maxRefusal = 512

// permanent is true for an error that another try does not cure: a locked conversation, content that GitHub does not
// take, a missing permission, something that is gone.
func permanent(err error) bool {
	return errors.Is(err, github.ErrForbidden) || errors.Is(err, github.ErrInvalid) || github.Unreportable(err)
}

// said notes what was said on GitHub. If err says that it never can be, and said so for long enough, the failure is noted
// in its place and is no error any more: nothing else that the delivery calls for shall wait for it.
func (r *Reconciler) said(ctx context.Context, d *v1alpha1.Delivery, done *effect, what string, err error) error {
	switch {
	case err == nil:
		done.did("%s", what)
	case permanent(err) && r.age(d) > patience:
		log.FromContext(ctx).Error(err, "give up", "action", what)
		done.did("%s; GitHub refuses it: %s", what, head(err.Error(), maxRefusal))
	default:
		return err
	}
	return nil
}

// age is how long ago a delivery arrived.
func (r *Reconciler) age(d *v1alpha1.Delivery) time.Duration {
	return r.Clock.Now().Sub(d.CreationTimestamp.Time)
}
