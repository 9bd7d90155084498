package match

import (
	"slices"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// request is what a whole comment asks for, code blocks included.
type request struct {
	body                                                 string
	retest, retestRequired, testManualRequired, testAuto bool
}

// asked lists the jobs that a comment starts.
func (d *decider) asked() []*prow.Presubmit {
	b := d.ev.Body
	r := request{body: b, retest: retest.MatchString(b), retestRequired: retestRequired.MatchString(b), testManualRequired: testManualRequired.MatchString(b)}
	r.testAuto = testAll.MatchString(b) || (!d.trigger.IgnoreOkToTest && grant.MatchString(b))
	var jobs []*prow.Presubmit
	for i := range d.jobs {
		j := &d.jobs[i]
		if asked, whatever := d.asks(r, j); asked && d.runs(j, whatever) {
			jobs = append(jobs, j)
		}
	}
	return jobs
}

// asks says whether a comment asks for a job, and whether it then runs whatever files changed. The first way that fits
// decides: by name, again, all that are required and wait for a command, all that run by themselves.
func (d *decider) asks(r request, j *prow.Presubmit) (asked, whatever bool) {
	if j.TriggerMatches(r.body) {
		return true, true
	}
	if r.retest || (r.retestRequired && !j.Optional) {
		if asked, failed := d.again(j); asked {
			return true, failed
		}
	}
	if r.testManualRequired && !j.Optional && j.NeedsExplicitTrigger() {
		return true, true
	}
	return r.testAuto && !j.NeedsExplicitTrigger(), false
}

// again says whether a retest means a job: it failed on the head, or runs by itself and has not reported yet.
func (d *decider) again(j *prow.Presubmit) (asked, failed bool) {
	known := false
	for _, s := range d.ev.Statuses {
		if s.Context == j.Context {
			known = true
			failed = failed || s.State == "failure" || s.State == "error"
		}
	}
	return failed || (!known && !j.NeedsExplicitTrigger()), failed
}

// skip is what Prow's plugin skip does: anybody's /skip sets the contexts to success that no merge waits for and that
// have not succeeded, but for the jobs that the same comment asks for.
func (d *decider) skip() {
	if !d.readable() || !skip.MatchString(d.ev.Body) {
		return
	}
	started := d.asked()
	for i := range d.jobs {
		j := &d.jobs[i]
		runs := slices.ContainsFunc(started, func(s *prow.Presubmit) bool { return s.Name == j.Name && s.Context == j.Context })
		if !runs && !j.ContextRequired() && d.unsuccessful(j.Context) {
			d.a.SkippedContexts = append(d.a.SkippedContexts, j.Context)
		}
	}
}

// unsuccessful says whether the head has a status of a context, and none that is a success.
func (d *decider) unsuccessful(context string) bool {
	known := false
	for _, s := range d.ev.Statuses {
		if s.Context == context {
			if s.State == "success" {
				return false
			}
			known = true
		}
	}
	return known
}
