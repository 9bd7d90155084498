package triggers

import (
	"fmt"
	"slices"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/triggers/command"
)

// ask is how a comment asks for a job.
type ask struct {
	// forced runs it whatever files changed; always so for a job that is asked for by name.
	forced bool
	// trigger is the part of the run's cause.
	trigger string
	// why is the reason if nothing else decides.
	why string
}

// runAsked decides about every job that a comment asks for, and answers what it cannot do.
func (d *decider) runAsked(r *request) error {
	started := 0
	for i := range d.jobs {
		a, err := d.askFor(r, i)
		if err != nil {
			return err
		}
		if a == nil {
			continue
		}
		if why := d.blocks(a); why != "" {
			d.settle(&d.jobs[i], VerdictRefuse, "", why)
			continue
		}
		v, why, err := d.onDemand(&d.jobs[i], a)
		if err != nil {
			return err
		}
		if v == VerdictRun {
			started++
		}
		d.settle(&d.jobs[i], v, a.trigger, why)
	}
	if why := d.conflict(); why != "" && r.runs() {
		d.say("", d.conflictNote(), why)
		return nil
	}
	d.help(r, started)
	return nil
}

// blocks says why a job cannot start although it was asked for: a conflict stops every job, a draft only those that
// nobody asked for but that a grant lets happen.
func (d *decider) blocks(a *ask) string {
	if a.trigger == TriggerAuto {
		return d.blocked()
	}
	return d.conflict()
}

// onDemand decides about a job that is asked for: never off its branches; whatever files changed if it is forced.
func (d *decider) onDemand(job *prow.Presubmit, a *ask) (Verdict, string, error) {
	if why := offBranch(job, d.pr.BaseRef); why != "" {
		return VerdictSkip, why, nil
	}
	if a.forced {
		return VerdictRun, a.why, nil
	}
	return d.byFiles(job)
}

// askFor says how a comment asks for a job; nil if it does not. The order is Prow's: the first that fits decides.
func (d *decider) askFor(r *request, i int) (*ask, error) {
	job := &d.jobs[i]
	if slices.Contains(r.named, i) {
		return &ask{forced: true, trigger: r.trigger, why: fmt.Sprintf("%s asked for it by name", code("@"+r.by))}, nil
	}
	if r.plain(command.Retest) || (r.plain(command.RetestRequired) && !job.Optional) {
		a, err := d.retest(r, job)
		if a != nil || err != nil {
			return a, err
		}
	}
	if r.plain(command.TestManualRequired) && !job.Optional && job.NeedsExplicitTrigger() {
		return &ask{forced: true, trigger: r.trigger, why: fmt.Sprintf("%s asked for all required jobs that wait for a command", code("@"+r.by))}, nil
	}
	if r.all() && !job.NeedsExplicitTrigger() {
		return &ask{trigger: r.trigger}, nil
	}
	if r.granted && !job.NeedsExplicitTrigger() {
		return &ask{trigger: TriggerAuto}, nil // the grant lets happen what would have happened by itself
	}
	return nil, nil
}

// retest says whether `/retest` means a job: its context failed on this head, or it should have one and has none.
func (d *decider) retest(r *request, job *prow.Presubmit) (*ask, error) {
	contexts, err := d.headContexts()
	if err != nil {
		return nil, err
	}
	known := false
	for _, c := range contexts {
		if c.Name != job.Context {
			continue
		}
		known = true
		if c.State == StateFailure || c.State == StateError {
			return &ask{forced: true, trigger: r.trigger, why: fmt.Sprintf("its last result on %s is a failure", short(d.pr.HeadSHA))}, nil
		}
	}
	if known || job.NeedsExplicitTrigger() {
		return nil, nil
	}
	return &ask{trigger: r.trigger}, nil
}

// plain says whether a command is there that takes no arguments, and has none.
func (r *request) plain(name command.Name) bool {
	return slices.ContainsFunc(r.commands, func(c command.Command) bool { return c.Name == name && len(c.Args) == 0 })
}

// all says whether the comment asks for all jobs that run by themselves.
func (r *request) all() bool {
	return slices.ContainsFunc(r.commands, func(c command.Command) bool {
		return c.Name == command.Test && len(c.Args) > 0 && c.Args[0] == "all"
	})
}
