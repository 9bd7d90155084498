package triggers

import (
	"fmt"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// pullRequest decides about an event of a pull request itself.
func (d *decider) pullRequest() error {
	if why := d.idle(); why != "" {
		d.because("%s", why)
		return nil
	}
	if err := d.look(); err != nil {
		return err
	}
	switch {
	case d.pr.Closed:
		d.because("the pull request is closed")
		d.cancel("", nil, d.plan.Why)
		return nil
	case d.ev.Action == "converted_to_draft" && d.pr.Draft:
		d.because("the pull request became a draft")
		d.cancel("", nil, d.plan.Why)
		return nil
	}
	d.because("pull request %s by %s, head %s", code(d.ev.Action), code(d.pr.Author), short(d.pr.HeadSHA))
	if d.ev.Action == "synchronize" || (d.ev.HeadSHA != "" && d.ev.HeadSHA != d.pr.HeadSHA) {
		d.cancel(d.pr.HeadSHA, nil, "superseded by "+short(d.pr.HeadSHA))
	}
	return d.build()
}

// idle says why an event starts nothing, whatever the pull request is like; empty if it may start something.
func (d *decider) idle() string {
	switch d.ev.Action {
	case "opened", "reopened", "synchronize", "ready_for_review", "closed", "converted_to_draft":
		return ""
	case "edited":
		if !d.ev.BaseChanged {
			return "an edit that leaves the base branch alone starts nothing"
		}
		return ""
	case "labeled":
		if d.ev.Label != labelOkToTest && d.ev.Label != labelLGTM {
			return fmt.Sprintf("the label %s starts nothing", code(d.ev.Label))
		}
		return ""
	}
	return fmt.Sprintf("a pull request that is %s starts nothing", code(d.ev.Action))
}

// The labels that mean trust in Prow. They name no commit, so that here they grant nothing.
const (
	labelOkToTest = "ok-to-test"
	labelLGTM     = "lgtm"
)

// build decides about the jobs that run by themselves.
func (d *decider) build() error {
	s, err := d.standing()
	if err != nil {
		return err
	}
	if !s.ok() {
		d.refuseAll(d.ungrantedReason())
		d.wait(s.gate)
		return d.labelIsNoGrant()
	}
	if why := d.blocked(); why != "" {
		d.refuseAll(why)
		if d.pr.Draft && d.ev.Action == "opened" {
			d.say("draft", d.draftNote(), why)
		}
		return nil
	}
	for i := range d.jobs {
		v, why, err := d.automatic(&d.jobs[i])
		if err != nil {
			return err
		}
		d.settle(&d.jobs[i], v, d.autoTrigger(), why)
	}
	return nil
}

// ungrantedReason says why no job starts by itself on a head that is not trusted.
func (d *decider) ungrantedReason() string {
	if d.trigger.IgnoreOkToTest {
		return fmt.Sprintf("%s is not trusted in %s", code(d.pr.Author), d.repo())
	}
	return fmt.Sprintf("waits until somebody trusted lets %s run", short(d.pr.HeadSHA))
}

// autoTrigger is the trigger of runs that nobody asked for. A pull request that moved to another base branch is tested
// anew on the same head, once per branch that it moves to.
func (d *decider) autoTrigger() string {
	if d.ev.Action == "edited" {
		return TriggerAuto + "-on-" + d.pr.BaseRef
	}
	return TriggerAuto
}

// blocked says why jobs do not start by themselves on a trusted head; empty if they do.
func (d *decider) blocked() string {
	if d.pr.Draft {
		return "the pull request is a draft"
	}
	return d.conflict()
}

// conflict says that the head cannot be merged; empty if it can, or if GitHub does not know yet.
func (d *decider) conflict() string {
	if d.pr.Mergeable != nil && !*d.pr.Mergeable {
		return fmt.Sprintf("the pull request conflicts with %s", d.base())
	}
	return ""
}

// refuseAll refuses every job that might have started by itself. It reads no changed files: nothing is spent on a head
// that may not run.
func (d *decider) refuseAll(why string) {
	for i := range d.jobs {
		job := &d.jobs[i]
		if skip := d.neverAutomatic(job); skip != "" {
			d.settle(job, VerdictSkip, "", skip)
			continue
		}
		d.settle(job, VerdictRefuse, "", why)
	}
}

// neverAutomatic says why a job does not start by itself on this base branch, whatever files changed.
func (d *decider) neverAutomatic(job *prow.Presubmit) string {
	if why := offBranch(job, d.pr.BaseRef); why != "" {
		return why
	}
	if job.NeedsExplicitTrigger() {
		return fmt.Sprintf("runs only when %s is asked for", code(job.RerunCommand))
	}
	return ""
}

// automatic decides about one job on a head that may run.
func (d *decider) automatic(job *prow.Presubmit) (Verdict, string, error) {
	if why := d.neverAutomatic(job); why != "" {
		return VerdictSkip, why, nil
	}
	return d.byFiles(job)
}

// byFiles asks always_run and the file filters.
func (d *decider) byFiles(job *prow.Presubmit) (Verdict, string, error) {
	if job.AlwaysRun {
		return VerdictRun, "`always_run` is true", nil
	}
	files, err := d.changedFiles()
	if err != nil {
		return "", "", err
	}
	m := files.Match(job.RegexpChangeMatcher)
	why := fileReason(m, files.Len())
	if m.Runs {
		return VerdictRun, why, nil
	}
	return VerdictSkip, why, nil
}

// labelIsNoGrant answers a trusted person who set a label that would have let the jobs run in Prow.
func (d *decider) labelIsNoGrant() error {
	if d.ev.Action != "labeled" || d.ev.Sender.Bot || d.trigger.IgnoreOkToTest {
		return nil
	}
	trusted, err := d.trusted(d.ev.Sender.Login)
	if err != nil || !trusted {
		return err
	}
	d.say("", d.labelNote(), fmt.Sprintf("the label %s names no commit, so it lets none run", code(d.ev.Label)))
	return nil
}
