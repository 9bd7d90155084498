package dispatcher

import (
	"context"
	"errors"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/bowsprit-ci/bowsprit/internal/runs"
	"github.com/bowsprit-ci/bowsprit/pipelines"
	"github.com/bowsprit-ci/bowsprit/pipelines/record"
	"github.com/bowsprit-ci/bowsprit/triggers"
)

// auto is the trigger of runs that nobody asked for by name. Only these are resumed.
const auto = "auto"

// maxResumes bounds how often the same commit may become a pull request's head again.
const maxResumes = 64

// run makes one run, or finds that it was made. An error is worth another try; a run that can never be is refused, which
// is said on GitHub and in the delivery.
func (r *Reconciler) run(ctx context.Context, a triggers.Run, done *effect) error {
	in := r.input(a)
	for range maxResumes {
		compiled, err := pipelines.Compile(in)
		if err != nil {
			return r.refuse(ctx, in, err, done)
		}
		for _, w := range compiled.Warnings {
			log.FromContext(ctx).Info("compile", "run", compiled.Run.Name, "warning", w.String())
		}
		live, made, err := r.Runs.Create(ctx, compiled.Run)
		if !made && err == nil {
			heir, resume, err := r.heir(ctx, a, live)
			if err != nil {
				return err
			}
			if resume {
				in.Trigger = "retest-of-" + live.Name
				continue
			}
			live = heir
		}
		return r.settle(ctx, in, live, err, done)
	}
	return r.refuse(ctx, in, errors.New("this commit became the head too often; use the rerun command"), done)
}

// settle notes how the creation of a run ended.
func (r *Reconciler) settle(ctx context.Context, in pipelines.Input, live *pipelinev1.PipelineRun, err error, done *effect) error {
	taken, isTaken := errors.AsType[*runs.TakenError](err)
	_, isRefused := errors.AsType[*runs.RefusedError](err)
	switch {
	case err == nil:
		done.ran(in.Job.Name, live.Name, "")
	case isTaken && taken.SameCause:
		done.ran(in.Job.Name, taken.Name, taken.Why+", comment "+in.Job.RerunCommand+" for a run with the present one")
	case isTaken, isRefused:
		return r.refuse(ctx, in, err, done)
	default:
		return err
	}
	return nil
}

// heir says what became of the cause of an existing run: usually that run is it. If Bowsprit stopped it by itself,
// because another commit or a closed pull request made it pointless, and the commit is wanted again, then another living
// run of the job on this commit is it; and if there is none, the run is resumed under a new name.
func (r *Reconciler) heir(ctx context.Context, a triggers.Run, live *pipelinev1.PipelineRun) (heir *pipelinev1.PipelineRun, resume bool, err error) {
	if a.Trigger != auto || !stoppedByItself(live) {
		return live, false, nil
	}
	list, err := r.Runs.ListLive(ctx, record.PullSelector(a.Pull.Org, a.Pull.Repo, a.Pull.Number))
	if err != nil {
		return nil, false, err
	}
	want, err := record.Decode(live)
	if err != nil {
		return nil, false, err
	}
	for i := range list {
		rec, err := record.Decode(&list[i])
		same := err == nil && rec.Cause.Org == want.Cause.Org && rec.Cause.Repo == want.Cause.Repo &&
			rec.Cause.Subject == want.Cause.Subject && rec.Cause.Job == want.Cause.Job && rec.Cause.HeadSHA == want.Cause.HeadSHA
		if same && !runs.Stopping(&list[i]) {
			return &list[i], false, nil
		}
	}
	return nil, true, nil
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
