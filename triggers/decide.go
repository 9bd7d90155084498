package triggers

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
	"github.com/bowsprit-ci/bowsprit/triggers/changed"
)

// Catalog is what the mind asks of the configuration; catalog.Catalog answers it.
type Catalog interface {
	// Presubmits are a repository's presubmits in the order of the configuration.
	Presubmits(org, repo string) []prow.Presubmit
	// Postsubmits are a repository's postsubmits in the order of the configuration.
	Postsubmits(org, repo string) []prow.Postsubmit
	// Trust is the `triggers` entry that holds for a repository.
	Trust(org, repo string) prow.Trigger
	// Enabled says whether jobs of a repository may run at all.
	Enabled(org, repo string) bool
}

// TriggerAuto is the Trigger of runs that nobody asked for by a command: the same head, or the same commit pushed to the
// same ref, never makes two of them for a job.
// After a move to another base branch it is followed by "-on-" and the branch.
const TriggerAuto = "auto"

// Decide says what to do about an event. The event is a hint: what counts is the pull request as the world shows it now,
// so that a late, doubled or reordered event does no harm, and the same event twice gives the same plan as long as the
// world is the same. A push is a fact: it is decided by the commit that was pushed. An error means that the world could not be asked; then nothing is decided, and the caller tries
// again.
func Decide(ctx context.Context, ev v1alpha1.Event, w World, cat Catalog) (Plan, error) {
	if !cat.Enabled(ev.Org, ev.Repo) {
		return nothing("the plugin `trigger` is not enabled for %s", code(ev.Org+"/"+ev.Repo)), nil
	}
	if ev.Kind == v1alpha1.KindPush {
		plan, err := decidePush(ctx, ev, w, cat.Postsubmits(ev.Org, ev.Repo))
		if err != nil {
			return Plan{}, fmt.Errorf("decide about a push to %s of %s/%s: %w", ev.Ref, ev.Org, ev.Repo, err)
		}
		return plan, nil
	}
	return decidePull(ctx, ev, w, cat)
}

// decidePull decides about an event that concerns a pull request.
func decidePull(ctx context.Context, ev v1alpha1.Event, w World, cat Catalog) (Plan, error) {
	d := &decider{ctx: ctx, ev: ev, w: w, trigger: cat.Trust(ev.Org, ev.Repo), jobs: cat.Presubmits(ev.Org, ev.Repo)}
	switch {
	case len(d.jobs) == 0:
		return nothing("%s has no presubmits", d.repo()), nil
	case ev.Number == 0:
		return nothing("the event belongs to no pull request"), nil
	}
	if err := d.decide(); err != nil {
		return Plan{}, fmt.Errorf("decide about %s of %s/%s#%d: %w", ev.Kind, ev.Org, ev.Repo, ev.Number, err)
	}
	return d.plan, nil
}

func nothing(format string, args ...any) Plan { return Plan{Why: fmt.Sprintf(format, args...)} }

// decider is one call of Decide: what it knows so far, and the plan that grows.
type decider struct {
	ctx     context.Context
	ev      v1alpha1.Event
	w       World
	jobs    []prow.Presubmit
	trigger prow.Trigger
	pr      PullRequest
	plan    Plan

	// changed and contexts are read once, when first needed.
	changed  *changed.Files
	contexts []Context
	read     struct{ changed, contexts bool }
}

func (d *decider) decide() error {
	switch d.ev.Kind {
	case v1alpha1.KindPullRequest:
		return d.pullRequest()
	case v1alpha1.KindIssueComment:
		return d.comment()
	case v1alpha1.KindCheckRun:
		return d.checkRun()
	}
	d.because("nothing handles events of kind %s", code(string(d.ev.Kind)))
	return nil
}

// because sets what the event was taken for.
func (d *decider) because(format string, args ...any) { d.plan.Why = fmt.Sprintf(format, args...) }

// look reads the pull request.
func (d *decider) look() (err error) {
	d.pr, err = d.w.PullRequest(d.ctx, d.ev.Org, d.ev.Repo, d.ev.Number)
	return err
}

func (d *decider) act(a Action) { d.plan.Actions = append(d.plan.Actions, a) }

// settle writes down what was decided about a job, and asks for the run if there is to be one.
func (d *decider) settle(job *prow.Presubmit, v Verdict, trigger, why string) {
	d.plan.Decisions = append(d.plan.Decisions, Decision{Job: job.Name, Verdict: v, Why: why})
	if v == VerdictRun {
		d.act(Run{Job: job.Job(), Refs: d.pr.refs(), Fork: d.pr.Fork, Trigger: trigger, Why: why})
	}
}

func (d *decider) cancel(keepHead string, jobs []string, why string) {
	d.act(Cancel{Org: d.ev.Org, Repo: d.ev.Repo, Number: d.ev.Number, KeepHead: keepHead, Jobs: jobs, Why: why})
}

func (d *decider) say(marker, body, why string) {
	d.act(Comment{Org: d.ev.Org, Repo: d.ev.Repo, Number: d.ev.Number, Marker: marker, Body: body, Why: why})
}

func (d *decider) label(name string, remove bool, why string) {
	if slices.Contains(d.pr.Labels, name) == remove {
		d.act(Label{Org: d.ev.Org, Repo: d.ev.Repo, Number: d.ev.Number, Name: name, Remove: remove, Why: why})
	}
}

func (d *decider) changedFiles() (*changed.Files, error) {
	if d.read.changed {
		return d.changed, nil
	}
	files, err := d.w.ChangedFiles(d.ctx, d.ev.Org, d.ev.Repo, d.ev.Number)
	d.changed, d.read.changed = changed.New(files), err == nil
	return d.changed, err
}

func (d *decider) headContexts() ([]Context, error) {
	if d.read.contexts {
		return d.contexts, nil
	}
	contexts, err := d.w.Contexts(d.ctx, d.ev.Org, d.ev.Repo, d.pr.HeadSHA)
	d.contexts, d.read.contexts = contexts, err == nil
	return contexts, err
}

func (d *decider) repo() string { return code(d.ev.Org + "/" + d.ev.Repo) }

func (d *decider) base() string { return code(d.pr.BaseRef) }

// sameUser compares by number where both are known, since logins can be taken over; else by login in any case.
func sameUser(a, b v1alpha1.User) bool {
	if a.ID != 0 && b.ID != 0 {
		return a.ID == b.ID
	}
	return a.Login != "" && strings.EqualFold(a.Login, b.Login)
}
