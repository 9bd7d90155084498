package triggers

import (
	"fmt"
	"regexp"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// TriggerRetestOf begins the Trigger of a run that was asked for by the Re-run button of an earlier run's check.
const TriggerRetestOf = "retest-of-"

// runName is what a run's name looks like: a DNS label.
var runName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// checkRun decides about the Re-run button on a check. The click names its commit, so that it is as good as a command
// with a SHA.
func (d *decider) checkRun() error {
	c := d.ev.CheckRun
	switch {
	case c == nil || d.ev.Action != "rerequested":
		d.because("a check run that is %s starts nothing", code(d.ev.Action))
		return nil
	case c.Name == GateContext:
		d.because("%s is not a job: it waits for a comment", code(GateContext))
		return nil
	case !runName.MatchString(c.ExternalID):
		d.because("the check %s shows no run of ours", code(c.Name))
		return nil
	}
	if err := d.look(); err != nil {
		return err
	}
	d.because("%s asked to run %s again", code("@"+d.ev.Sender.Login), code(c.Name))
	job := d.jobOf(c.Name)
	if job == nil {
		d.because("no job reports as %s on %s", code(c.Name), d.base())
		return nil
	}
	return d.rerun(job)
}

func (d *decider) rerun(job *prow.Presubmit) error {
	why, err := d.mayNotRerun()
	switch {
	case err != nil:
		return err
	case why != "":
		d.settle(job, VerdictRefuse, "", why)
	default:
		d.settle(job, VerdictRun, TriggerRetestOf+d.ev.CheckRun.ExternalID, d.plan.Why)
	}
	return nil
}

// mayNotRerun says why a click has no effect; empty if it has.
func (d *decider) mayNotRerun() (string, error) {
	switch conflict := d.conflict(); {
	case d.pr.Closed:
		return "the pull request is closed", nil
	case d.ev.HeadSHA != d.pr.HeadSHA:
		return fmt.Sprintf("the check belongs to %s, and the head is %s now", code(short(d.ev.HeadSHA)), short(d.pr.HeadSHA)), nil
	case conflict != "":
		return conflict, nil
	}
	trusted, err := d.trusted(d.ev.Sender.Login)
	if err != nil || trusted {
		return "", err
	}
	return fmt.Sprintf("%s is not trusted in %s", code("@"+d.ev.Sender.Login), d.repo()), nil
}

// jobOf is the job that reports under a context on the base branch; nil if there is none.
func (d *decider) jobOf(context string) *prow.Presubmit {
	for i := range d.jobs {
		if j := &d.jobs[i]; j.Context == context && !j.SkipReport && j.ShouldRun(d.pr.BaseRef) {
			return j
		}
	}
	return nil
}
