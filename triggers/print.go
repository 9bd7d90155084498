package triggers

import (
	"fmt"
	"strings"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// Describe gives an action's kind (run, cancel, comment, label, gate) and what it does, in one line. Where a Comment's
// text matters, it is in its Body.
func Describe(a Action) (kind, what string) {
	switch a := a.(type) {
	case Run:
		return "run", fmt.Sprintf("%s on %s, trigger %s", a.Job.Name, short(headOf(a.Refs)), a.Trigger)
	case Cancel:
		return "cancel", describeCancel(a)
	case Comment:
		if a.Marker == "" {
			return "comment", "an answer"
		}
		return "comment", fmt.Sprintf("the one marked %q", a.Marker)
	case Label:
		if a.Remove {
			return "label", "remove " + a.Name
		}
		return "label", "add " + a.Name
	case Gate:
		if a.Open {
			return "gate", fmt.Sprintf("open on %s: %s", short(a.SHA), a.Title)
		}
		return "gate", fmt.Sprintf("closed on %s: %s", short(a.SHA), a.Title)
	}
	return "", ""
}

// headOf is the commit that a run tests: the pull request's head, or the pushed commit.
func headOf(r prow.Refs) string {
	if len(r.Pulls) > 0 {
		return r.Pulls[len(r.Pulls)-1].SHA
	}
	return r.BaseSHA
}

func describeCancel(a Cancel) string {
	what := "all unfinished runs"
	if len(a.Jobs) > 0 {
		what = "unfinished runs of " + strings.Join(a.Jobs, ", ")
	}
	if a.KeepHead != "" {
		what += " of other heads than " + short(a.KeepHead)
	}
	return what
}

// String is the plan as prose: what `explain` prints, and what the tests hold.
func (p Plan) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", p.Why)
	if len(p.Decisions) == 0 && len(p.Actions) == 0 {
		return b.String() + "  nothing is done\n"
	}
	trigger := map[string]string{}
	for _, a := range p.Actions {
		if r, isRun := a.(Run); isRun {
			trigger[r.Job.Name] = " (trigger " + r.Trigger + ")"
		}
	}
	for _, d := range p.Decisions {
		of := ""
		if d.Verdict == VerdictRun {
			of = trigger[d.Job]
		}
		fmt.Fprintf(&b, "  %-6s %s: %s%s\n", d.Verdict, d.Job, d.Why, of)
	}
	for _, a := range p.Actions {
		if _, isRun := a.(Run); isRun {
			continue // its decision says it all
		}
		kind, what := Describe(a)
		fmt.Fprintf(&b, "  %s %s, because %s\n", kind, what, a.Because())
		if c, ok := a.(Comment); ok {
			b.WriteString("    | " + strings.ReplaceAll(strings.TrimRight(c.Body, "\n"), "\n", "\n    | ") + "\n")
		}
	}
	return b.String()
}
