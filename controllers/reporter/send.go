package reporter

import (
	"context"
	"errors"
	"time"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/bowsprit-ci/bowsprit/controllers/reporter/message"
	"github.com/bowsprit-ci/bowsprit/internal/github"
	"github.com/bowsprit-ci/bowsprit/pipelines/record"
)

// patience is how long GitHub may not find a commit before it is taken to be gone: a new one may take a while to be seen
// everywhere.
const patience = 10 * time.Minute

// digest is the digest of the message in the form in which it would be sent.
func (r *Reconciler) digest(v message.View) string {
	if r.GitHub.CanWriteChecks() {
		return message.CheckRun(v).Digest()
	}
	return message.Status(v).Digest()
}

// send tells GitHub and returns what is to be noted on the run.
func (r *Reconciler) send(ctx context.Context, v message.View) (record.Reported, error) {
	replaced, err := r.replaced(ctx, v)
	if err != nil {
		return record.Reported{}, err
	}
	if r.GitHub.CanWriteChecks() {
		return r.sendCheck(ctx, v, replaced)
	}
	s := message.Status(v)
	if replaced {
		return record.Reported{Digest: s.Digest(), Final: s.Final()}, nil // the status is its heir's now
	}
	err = r.GitHub.SetStatus(ctx, github.Status{
		Org: v.Record.Cause.Org, Repo: v.Record.Cause.Repo, SHA: v.Record.Cause.HeadSHA, Context: v.Record.Context,
		State: s.State, Description: s.Description, TargetURL: r.details(v),
	})
	return record.Reported{Digest: s.Digest(), Final: s.Final()}, err
}

// sendCheck writes the check run. GitHub may refuse the text of one; then its conclusion goes without. A run that was
// replaced on its own commit makes none any more: it would be newer than its heir's, and the newest is what GitHub shows.
func (r *Reconciler) sendCheck(ctx context.Context, v message.View, replaced bool) (record.Reported, error) {
	m := message.CheckRun(v)
	check := github.Check{
		Org: v.Record.Cause.Org, Repo: v.Record.Cause.Repo, SHA: v.Record.Cause.HeadSHA,
		Name: v.Record.Context, ExternalID: v.Name, ID: v.Record.Reported.CheckRunID, OnlyPresent: replaced,
		Status: m.Status, Conclusion: m.Conclusion, Title: m.Title, Summary: m.Summary, Text: m.Text,
		DetailsURL: r.details(v), StartedAt: m.StartedAt, CompletedAt: m.CompletedAt,
	}
	id, err := r.GitHub.UpsertCheck(ctx, check)
	if errors.Is(err, github.ErrInvalid) {
		log.FromContext(ctx).Error(err, "report without its text", "run", v.Namespace+"/"+v.Name)
		check.Text = ""
		id, err = r.GitHub.UpsertCheck(ctx, check)
	}
	return record.Reported{CheckRunID: id, Digest: m.Digest(), Final: m.Final()}, err
}

func (r *Reconciler) details(v message.View) string {
	if r.DetailsURL == nil {
		return ""
	}
	return r.DetailsURL(types.NamespacedName{Namespace: v.Namespace, Name: v.Name})
}

// unsent decides what an error of GitHub's means: later, or never.
func (r *Reconciler) unsent(ctx context.Context, run *pipelinev1.PipelineRun, v message.View, err error) (ctrl.Result, error) {
	if !r.hopeless(run, err) {
		return r.later(err)
	}
	log.FromContext(ctx).Error(err, "unreportable", "run", v.Namespace+"/"+v.Name, "final", v.Outcome.Phase.Finished())
	if !v.Outcome.Phase.Finished() {
		return ctrl.Result{}, nil
	}
	return ctrl.Result{}, r.Runs.MarkReported(ctx, run, record.Reported{
		CheckRunID: v.Record.Reported.CheckRunID, Digest: "unreportable", Final: true,
	})
}

// hopeless is true for a report that can never arrive: its commit or its repository is gone, or it is refused as it is.
func (r *Reconciler) hopeless(run *pipelinev1.PipelineRun, err error) bool {
	old := r.Clock.Now().Sub(run.CreationTimestamp.Time) > patience
	return errors.Is(err, github.ErrGone) || errors.Is(err, github.ErrInvalid) || old && github.Unreportable(err)
}

// later comes back when GitHub allows it, else with growing pauses, for ever.
func (r *Reconciler) later(err error) (ctrl.Result, error) {
	if limited, ok := errors.AsType[*github.RateLimited](err); ok {
		return ctrl.Result{RequeueAfter: max(time.Second, limited.Until.Sub(r.Clock.Now()))}, nil
	}
	return ctrl.Result{}, err
}
