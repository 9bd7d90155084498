package match

import (
	"strings"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// push starts the postsubmits of a branch or a tag, which are not told apart.
func (d *decider) push(jobs []prow.Postsubmit) {
	if d.ev.Deleted {
		return
	}
	ref := strings.TrimPrefix(strings.TrimPrefix(d.ev.Ref, "refs/heads/"), "refs/tags/")
	for i := range jobs {
		if j := &jobs[i]; j.ShouldRun(ref) && d.runsAfter(j) {
			d.a.Jobs = append(d.a.Jobs, Job{Name: j.Name, Context: j.Context, Type: prow.TypePostsubmit})
		}
	}
}

// runsAfter asks the file filter, and always_run only where there is none.
func (d *decider) runsAfter(j *prow.Postsubmit) bool {
	if j.HasFilter() {
		return d.changed.Match(j.RegexpChangeMatcher).Runs
	}
	return j.AlwaysRun == nil || *j.AlwaysRun
}
