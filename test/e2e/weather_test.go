package e2e

import (
	"testing"

	"github.com/bowsprit-ci/bowsprit/test/forge"
	"github.com/bowsprit-ci/bowsprit/test/forge/fault"
	"github.com/bowsprit-ci/bowsprit/test/street"
)

// TestGitHubHasABadDay lets GitHub lose the answer to the check run that it made, refuse the next write, and send the
// event twice: one run, one check, one final word all the same.
func TestGitHubHasABadDay(t *testing.T) {
	t.Parallel()
	plan := &fault.Plan{}
	plan.Add(fault.On("POST", "/check-runs").Nth(1).Then(fault.AfterEffect(502)))
	plan.Add(fault.On("PATCH", "/check-runs/*").Nth(1).Then(fault.BeforeEffect(500)))
	plan.Add(fault.OnEvent("pull_request").Nth(1).Deliver(fault.Doubled()))
	s := open(t, func(o *street.Options) { o.Forge.Faults = plan })
	pull := got(s.OpenPull(street.Member, "bad-day", map[string]string{"log.txt": "bad day"}))(t)
	got(s.WaitCheck(within(t, limit), pull.Head.SHA, "unit", func(c forge.CheckRunView) bool { return c.Conclusion == "success" }))(t)
	settle(t, s)
	assertOnce(t, s, pull, pull.Head.SHA)
	if n := len(plan.Injected()); n != 3 {
		t.Errorf("%d of 3 faults happened: %v", n, plan.Injected())
	}
}
