package reporter

import (
	"context"
	"strings"

	"k8s.io/apimachinery/pkg/types"

	"github.com/bowsprit-ci/bowsprit/controllers/reporter/message"
	"github.com/bowsprit-ci/bowsprit/pipelines/record"
)

// byRun is how the queue's reason begins for a run that a newer one replaced on the same commit. A reason that names a
// commit instead is about another one, where nobody else speaks.
const byRun = "superseded by run "

// replaced is true for a run whose commit is reported on, under the same name, by the run that replaced it. Such a run's
// check, if it has one, still has to end; but what it says must not stand in front of what its heir says. An heir that is
// gone has spoken; one whose record cannot be read says nothing.
func (r *Reconciler) replaced(ctx context.Context, v message.View) (bool, error) {
	name, ok := strings.CutPrefix(v.Record.CancelReason, byRun)
	if !ok {
		return false, nil
	}
	heir, err := r.Runs.Get(ctx, types.NamespacedName{Namespace: v.Namespace, Name: name})
	if err != nil || heir == nil {
		return err == nil, err
	}
	rec, err := record.Decode(heir)
	return err == nil && !rec.SkipReport && rec.Context == v.Record.Context, nil
}
