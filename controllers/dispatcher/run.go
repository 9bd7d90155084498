package dispatcher

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
	"github.com/bowsprit-ci/bowsprit/internal/github"
	"github.com/bowsprit-ci/bowsprit/internal/runs"
	"github.com/bowsprit-ci/bowsprit/pipelines"
	"github.com/bowsprit-ci/bowsprit/pipelines/clonespec"
	"github.com/bowsprit-ci/bowsprit/triggers"
)

// maxResumes bounds how often the same commit may become a pull request's head again.
const maxResumes = 64

// run makes one run, or finds that it was made. An error is worth another try; a run that can never be is refused, which
// is said on GitHub and in the delivery.
func (r *Reconciler) run(ctx context.Context, d *v1alpha1.Delivery, j Judgement, a triggers.Run, done *effect) error {
	in, err := r.input(ctx, j, a)
	if coded, ok := errors.AsType[*pipelines.Error](err); ok {
		return r.refuse(ctx, d, in, coded, done)
	}
	if err != nil {
		return err
	}
	for range maxResumes {
		compiled, err := pipelines.Compile(in)
		if err == nil {
			err = r.watched(compiled.Run.Namespace)
		}
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
		note, err = taken.Why+again(c.Record.RerunCommand, " for a run with the present one"), nil
	}
	switch {
	case err != nil:
		return fate{}, err
	case a.Trigger == triggers.TriggerAuto && stoppedByItself(live):
		return r.heir(ctx, c)
	}
	return fate{run: live.Name, note: note}, nil
}

// again says how to ask for another run; nothing for jobs that no comment runs.
func again(command, what string) string {
	if command == "" {
		return ""
	}
	return ", comment " + command + what
}

// input is what the run compiles from. The build id is taken once: a resumed run keeps it.
func (r *Reconciler) input(ctx context.Context, j Judgement, a triggers.Run) (pipelines.Input, error) {
	in := pipelines.Input{
		Job: a.Job, Refs: r.linked(a.Refs), Fork: a.Fork, Trigger: a.Trigger,
		BuildID: r.builds.Next(r.Clock.Now()), Options: r.Options(),
	}
	if j.Config != nil {
		in.CentralDecoration = j.Config.DecorationFor(a.Refs.Org+"/"+a.Refs.Repo, a.Job.Cluster)
		in.MergeMethod = clonespec.MergeMethod(j.Config.MergeMethod(a.Refs.Org, a.Refs.Repo, a.Refs.BaseRef))
	}
	if ref := a.Job.PipelineRef; ref != nil && ref.File != "" {
		var err error
		in.PipelineFile, err = r.pipelineFile(ctx, j, a.Refs, ref.File)
		return in, err
	}
	return in, nil
}

// pipelineFile reads the file with a job's Pipeline as it is in what is tested; nothing if it is not there. A
// *pipelines.Error is for the author; other errors may pass.
func (r *Reconciler) pipelineFile(ctx context.Context, j Judgement, refs prow.Refs, path string) ([]byte, error) {
	if j.Tree == "" {
		return nil, fmt.Errorf("read %s of %s/%s: GitHub has not merged the pull request for a test yet", path, refs.Org, refs.Repo)
	}
	text, err := r.File(ctx, refs.Org, refs.Repo, j.Tree, path)
	if large, ok := errors.AsType[*github.TooLargeError](err); ok {
		return nil, &pipelines.Error{Code: "pipeline-file-size", Field: "pipeline_ref.file", Message: large.Error()}
	}
	if errors.Is(err, github.ErrNotFound) {
		return nil, nil // the compiler says that the file is missing
	}
	return text, err
}

// watched refuses a run in a namespace that nobody looks at: it would wait for ever.
func (r *Reconciler) watched(namespace string) error {
	if len(r.Namespaces) == 0 || slices.Contains(r.Namespaces, namespace) {
		return nil
	}
	return &pipelines.Error{Code: "namespace-not-watched", Field: "namespace", Message: fmt.Sprintf(
		"no job of the central configuration runs in namespace %s, so Bowsprit does not look there; runs may live in %s", namespace, strings.Join(r.Namespaces, ", "))}
}

// linked adds Prow's links to refs.
func (r *Reconciler) linked(refs prow.Refs) prow.Refs {
	page := r.WebURL + refs.Org + "/" + refs.Repo
	refs.RepoLink, refs.BaseLink = page, page+"/commit/"+refs.BaseSHA
	refs.Pulls = slices.Clone(refs.Pulls)
	for i := range refs.Pulls {
		p := &refs.Pulls[i]
		p.Link = fmt.Sprintf("%s/pull/%d", page, p.Number)
		p.CommitLink, p.AuthorLink = p.Link+"/commits/"+p.SHA, r.WebURL+p.Author
	}
	return refs
}
