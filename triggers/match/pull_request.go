package match

import "github.com/bowsprit-ci/bowsprit/api/prow"

// pullRequest is what Prow's plugin trigger does about an event of a pull request itself.
func (d *decider) pullRequest() {
	if len(d.jobs) == 0 {
		return // not even a welcome
	}
	switch d.ev.Action {
	case "opened":
		d.opened()
	case "reopened", "ready_for_review":
		d.buildIfTrusted()
	case "edited":
		if d.ev.BaseChanged {
			d.buildIfTrusted()
		}
	case "synchronize":
		d.a.AbortsRunning = true
		d.buildIfTrusted()
	case "labeled":
		d.labeled()
	case "closed", "converted_to_draft":
		d.a.AbortsRunning = true
	}
}

func (d *decider) opened() {
	switch {
	case !d.trusts(d.ev.Author):
		d.welcome()
	case d.ev.Draft:
		d.a.Comment = CommentDraft
	default:
		d.build()
	}
}

// welcome greets an outsider. The label is not set where it could not be replaced by the other one, or has been already.
func (d *decider) welcome() {
	d.a.Comment = CommentWelcome
	if !d.trigger.IgnoreOkToTest && !d.has(okToTest) {
		d.addLabel(needsOkToTest)
	}
}

// buildIfTrusted builds a pull request that may be tested. Prow reads the labels only of an outsider's.
func (d *decider) buildIfTrusted() {
	if !d.trustedPull() {
		return
	}
	if !d.trusts(d.ev.Author) && d.has(needsOkToTest) {
		d.removeLabel(needsOkToTest)
	}
	d.build()
}

// labeled builds when a label means trust: lgtm builds an untrusted pull request once, ok-to-test any, unless the bot set
// it, who then acts on the comment.
func (d *decider) labeled() {
	switch {
	case d.ev.Label == lgtm && !d.trustedPull():
		d.build()
	case d.ev.Label == okToTest && !isBot(d.ev.Sender):
		d.build()
	}
}

// build starts the jobs that run by themselves, but none on a draft.
func (d *decider) build() {
	if d.ev.Draft {
		return
	}
	var jobs []*prow.Presubmit
	for i := range d.jobs {
		if j := &d.jobs[i]; !j.NeedsExplicitTrigger() && d.runs(j, false) {
			jobs = append(jobs, j)
		}
	}
	d.start(jobs)
}
