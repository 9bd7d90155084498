package triggers

import (
	"context"
	"fmt"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
	"github.com/bowsprit-ci/bowsprit/triggers/changed"
)

// push decides about a push to a branch or a tag. It asks for nobody's trust: who may push is trusted, as in Prow. What
// counts is the pushed commit and not the branch's present tip, so that every commit that was pushed is tested.
type push struct {
	ctx  context.Context
	ev   v1alpha1.Event
	w    World
	plan Plan

	// files are read once, when first needed; complete is false if there are more than GitHub lists.
	files    *changed.Files
	complete bool
}

// decidePush decides about every postsubmit of a repository.
func decidePush(ctx context.Context, ev v1alpha1.Event, w World, jobs []prow.Postsubmit) (Plan, error) {
	switch {
	case len(jobs) == 0:
		return nothing("%s has no postsubmits", code(ev.Org+"/"+ev.Repo)), nil
	case ev.Deleted || ev.After == "":
		return nothing("%s was deleted: there is no commit to test", code(ev.Ref)), nil
	}
	p := &push{ctx: ctx, ev: ev, w: w}
	p.plan.Why = fmt.Sprintf("push of %s to %s by %s", short(ev.After), code(ev.Ref), code(ev.Sender.Login))
	for i := range jobs {
		v, why, err := p.decide(&jobs[i])
		if err != nil {
			return Plan{}, err
		}
		p.settle(&jobs[i], v, why)
	}
	return p.plan, nil
}

// decide asks the branches, then the file filter, and only without one always_run: Prow's order.
func (p *push) decide(job *prow.Postsubmit) (Verdict, string, error) {
	if why := offRef(job.Brancher, "ref", p.ev.Ref); why != "" {
		return VerdictSkip, why, nil
	}
	switch {
	case job.HasFilter():
		return p.byFiles(job)
	case job.AlwaysRun != nil && !*job.AlwaysRun:
		return VerdictSkip, "`always_run` is false", nil
	}
	return VerdictRun, "runs on every push to " + code(p.ev.Ref), nil
}

// byFiles asks the file filter. A list that GitHub cut may lack the file that matters: the job runs then, since a run too
// many does less harm than a release that never happens.
func (p *push) byFiles(job *prow.Postsubmit) (Verdict, string, error) {
	if err := p.readFiles(); err != nil {
		return "", "", err
	}
	m := p.files.Match(job.RegexpChangeMatcher)
	why := fileReason(m, p.files.Len())
	switch {
	case m.Runs:
		return VerdictRun, why, nil
	case !p.complete:
		return VerdictRun, fmt.Sprintf("%s, of the %d that GitHub lists; there are more", why, p.files.Len()), nil
	}
	return VerdictSkip, why, nil
}

// readFiles takes the files that the event names, or asks GitHub where they did not fit the event.
func (p *push) readFiles() error {
	if p.files != nil {
		return nil
	}
	files, complete := p.ev.Changed, true
	if p.ev.ChangedCut {
		var err error
		if files, complete, err = p.w.PushedFiles(p.ctx, p.ev.Org, p.ev.Repo, p.ev.Before, p.ev.After); err != nil {
			return err
		}
	}
	p.files, p.complete = changed.New(files), complete
	return nil
}

// settle writes down what was decided about a job, and asks for the run if there is to be one.
func (p *push) settle(job *prow.Postsubmit, v Verdict, why string) {
	p.plan.Decisions = append(p.plan.Decisions, Decision{Job: job.Name, Verdict: v, Why: why})
	if v == VerdictRun {
		refs := prow.Refs{Org: p.ev.Org, Repo: p.ev.Repo, BaseRef: p.ev.Ref, BaseSHA: p.ev.After}
		p.plan.Actions = append(p.plan.Actions, Run{Job: job.Job(), Refs: refs, Trigger: TriggerAuto, Why: why})
	}
}
