package dispatcher

import (
	"context"
	"errors"

	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
	"github.com/bowsprit-ci/bowsprit/internal/runs"
	"github.com/bowsprit-ci/bowsprit/pipelines"
	"github.com/bowsprit-ci/bowsprit/triggers"
)

// maxResumes bounds how often the same commit may become a pull request's head again.
const maxResumes = 64

// run makes one run, or finds that it was made. An error is worth another try; a run that can never be is refused, which
// is said on GitHub and in the delivery.
func (r *Reconciler) run(ctx context.Context, d *v1alpha1.Delivery, a triggers.Run, done *effect) error {
	in := r.input(a)
	for range maxResumes {
		compiled, err := pipelines.Compile(in)
		if err != nil {
			return r.refuse(ctx, d, in, err, done)
		}
		for _, w := range compiled.Warnings {
			log.FromContext(ctx).Info("compile", "run", compiled.Run.Name, "warning", w.String())
		}
		f, err := r.realize(ctx, d, a, compiled)
		switch {
		case never(err):
			return r.refuse(ctx, d, in, err, done)
		case err != nil:
			return err
		case f.resume:
			in.Trigger = triggers.TriggerRetestOf + f.run
		default:
			done.ran(in.Job.Name, f.run, f.note)
			return nil
		}
	}
	return r.refuse(ctx, d, in, errors.New("this commit became the head too often; use the rerun command"), done)
}

// never is true for an error by which the cluster says that the run cannot be, however often it is tried.
func never(err error) bool {
	_, isTaken := errors.AsType[*runs.TakenError](err)
	_, isRefused := errors.AsType[*runs.RefusedError](err)
	return isTaken || isRefused
}

// fate is what became of a cause.
type fate struct {
	// run is the name of the run that serves the cause, and note what else is to be said of it.
	run, note string
	// resume is true if run serves it no longer and a new one shall.
	resume bool
}

// realize makes the run unless its cause is done.
func (r *Reconciler) realize(ctx context.Context, d *v1alpha1.Delivery, a triggers.Run, c *pipelines.Compiled) (fate, error) {
	if r.mayRepeat(d, a) && !c.Record.SkipReport && r.GitHub.CanWriteChecks() {
		if f, concluded, err := r.concluded(ctx, a, c); concluded || err != nil {
			return f, err
		}
	}
	live, made, err := r.Runs.Create(ctx, c.Run)
	if made {
		return fate{run: live.Name}, nil
	}
	note := ""
	if taken, ok := errors.AsType[*runs.TakenError](err); ok && taken.SameCause {
		note, err = taken.Why+", comment "+c.Record.RerunCommand+" for a run with the present one", nil
	}
	switch {
	case err != nil:
		return fate{}, err
	case a.Trigger == triggers.TriggerAuto && stoppedByItself(live):
		return r.heir(ctx, c)
	}
	return fate{run: live.Name, note: note}, nil
}

// input is what the run compiles from. The build id is taken once: a resumed run keeps it.
func (r *Reconciler) input(a triggers.Run) pipelines.Input {
	return pipelines.Input{
		Job: a.Job, Type: pipelines.TypePresubmit, Refs: r.refs(a.Pull), Trigger: a.Trigger,
		BuildID: r.builds.next(r.Clock.Now()), Options: r.Options,
	}
}

// refs says what to test, with Prow's links.
func (r *Reconciler) refs(p triggers.PullRequest) pipelines.Refs {
	page := r.WebURL + p.Org + "/" + p.Repo
	return pipelines.Refs{
		Org: p.Org, Repo: p.Repo, RepoLink: page,
		BaseRef: p.BaseRef, BaseSHA: p.BaseSHA, BaseLink: page + "/commit/" + p.BaseSHA,
		Pulls: []pipelines.Pull{{
			Number: p.Number, Author: p.Author, SHA: p.HeadSHA, Title: p.Title, HeadRef: p.HeadRef,
			Link: p.URL, CommitLink: p.URL + "/commits/" + p.HeadSHA, AuthorLink: r.WebURL + p.Author,
		}},
	}
}
