package triggers

import (
	"fmt"
	"strings"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// offBranch says why a job does not run for a base branch; empty if it does.
func offBranch(job *prow.Presubmit, branch string) string {
	return offRef(job.Brancher, "base branch", branch)
}

// offRef says why a job does not run for a branch or tag, which is called what; empty if it does.
func offRef(b prow.Brancher, what, ref string) string {
	m := b.MatchBranch(ref)
	switch {
	case m.Runs:
		return ""
	case m.Field == "skip_branches":
		return fmt.Sprintf("`skip_branches` has %s, which matches the %s %s", code(m.Expr), what, code(ref))
	}
	return fmt.Sprintf("`branches` %s do not match the %s %s", codes(b.Branches), what, code(ref))
}

// fileReason says how a file filter decided about this many files.
func fileReason(m prow.Match, files int) string {
	how := " matches every changed file"
	switch {
	case files == 0:
		how = " has nothing to look at: no file changed"
	case m.Field == "run_if_changed" && m.Runs:
		how = " matches the changed file " + code(m.Value)
	case m.Field == "run_if_changed":
		how = " matches no changed file"
	case m.Runs:
		how = " does not match the changed file " + code(m.Value)
	}
	return "`" + m.Field + "` " + code(m.Expr) + how
}

func codes(list []string) string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = code(s)
	}
	return strings.Join(out, ", ")
}
