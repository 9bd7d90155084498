package match

import (
	"regexp"
	"slices"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// comment is what Prow's plugin trigger does about a comment.
func (d *decider) comment() {
	text := withoutCode(d.ev.Body)
	if !d.readable() || isBot(d.ev.Commenter) || !d.concerns(text) {
		return
	}
	trusted := d.trusts(d.ev.Commenter)
	if !trusted && !d.trustedPull() {
		d.a.Comment = CommentUntrusted
		return
	}
	d.granted(text)
	if !d.trigger.IgnoreOkToTest && revoke.MatchString(text) {
		d.revoked(trusted)
		return
	}
	jobs := d.asked()
	if d.a.Comment = d.help(text, len(jobs)); d.a.Comment == CommentNone {
		d.a.RetestLabel = d.start(jobs) && (retest.MatchString(text) || retestRequired.MatchString(text))
	}
}

// readable says whether the comment is new and the pull request open.
func (d *decider) readable() bool { return d.ev.Action == "created" && d.ev.IssueState == "open" }

// concerns says whether a text holds any command.
func (d *decider) concerns(text string) bool {
	return slices.ContainsFunc(gates, func(re *regexp.Regexp) bool { return re.MatchString(text) }) ||
		slices.ContainsFunc(d.jobs, func(j prow.Presubmit) bool { return j.TriggerMatches(text) })
}

// granted sets the labels for /ok-to-test. A label that is there wins over the other one whatever the comment says.
func (d *decider) granted(text string) {
	grants := !d.trigger.IgnoreOkToTest && grant.MatchString(text)
	if grants && !d.has(okToTest) {
		d.addLabel(okToTest)
	}
	if (grants || d.has(okToTest)) && d.has(needsOkToTest) {
		d.removeLabel(needsOkToTest)
	}
}

// revoked sets the labels for /ok-to-test cancel, by the labels that were there before the comment.
func (d *decider) revoked(trusted bool) {
	if !trusted {
		d.a.Comment = CommentRevokeDenied
		return
	}
	if d.has(okToTest) {
		d.removeLabel(okToTest)
	}
	if !d.has(needsOkToTest) {
		d.addLabel(needsOkToTest)
	}
}

// help is the comment that answers a question or a command that starts nothing; CommentNone if none is due.
func (d *decider) help(text string, started int) CommentKind {
	kind := CommentNone
	switch {
	case testHelp.MatchString(text):
		kind = CommentHelp
	case testNoTarget.MatchString(text):
		kind = CommentNoTarget
	case retestWithTarget.MatchString(text):
		kind = CommentRetestTarget
	case started > 0:
	case testAll.MatchString(text):
		kind = CommentNoTestAll
	case testWithTarget.MatchString(text):
		kind = CommentNotFound
	}
	if kind != CommentNone && !d.anyJob() {
		return CommentHelp // it says only that there are no jobs
	}
	return kind
}

// anyJob says whether any job can run on the base branch.
func (d *decider) anyJob() bool {
	return slices.ContainsFunc(d.jobs, func(j prow.Presubmit) bool { return j.ShouldRun(d.ev.Base) })
}
