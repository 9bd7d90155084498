package triggers

import (
	"fmt"
	"strings"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// NeedsOkToTest is the label of a pull request that waits for trust. It is a sign for people and for other tools' filters;
// nothing is decided by it. Prow's other label, ok-to-test, is never set: it would outlive the commit it was given for.
const NeedsOkToTest = "needs-ok-to-test"

// PolicyOf is the part of a `triggers` entry that says whom to trust.
func PolicyOf(t prow.Trigger) TrustPolicy {
	return TrustPolicy{OnlyOrgMembers: t.OnlyOrgMembers, TrustedOrg: t.TrustedOrg, TrustedApps: t.TrustedApps, IgnoreOkToTest: t.IgnoreOkToTest}
}

func (d *decider) trusted(login string) (bool, error) {
	return d.w.Trusted(d.ctx, d.ev.Org, d.ev.Repo, login, PolicyOf(d.trigger))
}

// gate is the present head's gate as GitHub shows it.
type gate struct {
	// open is true if trust was granted.
	open bool
	// waiting is true if it shows already what it should show while closed.
	waiting bool
}

// gate reads the gate of the present head. Contexts of that name that are not ours count for nothing.
func (d *decider) gate() (gate, error) {
	contexts, err := d.headContexts()
	g := gate{}
	for _, c := range contexts {
		if c.Name != GateContext || !c.Ours {
			continue
		}
		g.open = g.open || c.State == StateSuccess
		g.waiting = g.waiting || c.State == StatePending
	}
	return g, err
}

// standing is how much trust there is in the present head.
type standing struct {
	// author is true if the pull request's author is trusted, so that no grant is needed.
	author bool
	gate   gate
}

// ok says whether jobs may run on the present head without asking anybody.
func (s standing) ok() bool { return s.author || s.gate.open }

// standing asks for the author first: that is the usual case, and needs no further question.
func (d *decider) standing() (s standing, err error) {
	if s.author, err = d.trusted(d.pr.Author); err != nil || s.author {
		return s, err
	}
	s.gate, err = d.gate()
	return s, err
}

// wait closes the gate on the present head and says what is waited for. A gate that waits already is left alone.
func (d *decider) wait(g gate) {
	why := fmt.Sprintf("%s is not trusted in %s, and nobody trusted let %s run", code(d.pr.Author), d.repo(), short(d.pr.HeadSHA))
	if !g.waiting {
		d.act(Gate{Org: d.ev.Org, Repo: d.ev.Repo, SHA: d.pr.HeadSHA, Title: d.waitTitle(), Summary: d.waitSummary(), Why: why})
	}
	if !d.trigger.IgnoreOkToTest {
		d.label(NeedsOkToTest, false, why)
	}
	d.say("welcome", d.welcome(), why)
}

// grant opens the gate on the present head.
func (d *decider) grant(by string) {
	why := fmt.Sprintf("%s let %s run", code("@"+by), short(d.pr.HeadSHA))
	d.act(Gate{Org: d.ev.Org, Repo: d.ev.Repo, SHA: d.pr.HeadSHA, Open: true,
		Title:   fmt.Sprintf("Jobs may run on %s", short(d.pr.HeadSHA)),
		Summary: fmt.Sprintf("%s let this commit run. A new push waits anew.", code("@"+by)), Why: why})
	d.label(NeedsOkToTest, true, why)
	d.say("welcome", d.granted(by), why)
}

// begins says whether an argument of /ok-to-test is the beginning of the present head's SHA.
func (d *decider) begins(sha string) bool {
	return len(sha) >= minPrefix && strings.HasPrefix(strings.ToLower(d.pr.HeadSHA), strings.ToLower(sha))
}

// minPrefix is how many digits of a SHA are shown, and how many look like a short one.
const minPrefix = 7

func short(sha string) string {
	if len(sha) > minPrefix {
		return sha[:minPrefix]
	}
	return sha
}
