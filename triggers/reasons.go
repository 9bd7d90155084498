package triggers

import (
	"fmt"
	"strings"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// offBranch says why a job does not run for a base branch; empty if it does.
func offBranch(job *prow.Presubmit, branch string) string {
	m := job.MatchBranch(branch)
	switch {
	case m.Runs:
		return ""
	case m.Field == "skip_branches":
		return fmt.Sprintf("`skip_branches` has %s, which matches the base branch %s", code(m.Expr), code(branch))
	}
	return fmt.Sprintf("`branches` %s do not match the base branch %s", codes(job.Branches), code(branch))
}

// fileReason says how a file filter decided.
func fileReason(m prow.Match) string {
	switch {
	case m.Field == "run_if_changed" && m.Runs:
		return fmt.Sprintf("`run_if_changed` %s matches the changed file %s", code(m.Expr), code(m.Value))
	case m.Field == "run_if_changed":
		return fmt.Sprintf("`run_if_changed` %s matches no changed file", code(m.Expr))
	case m.Runs:
		return fmt.Sprintf("`skip_if_only_changed` %s does not match the changed file %s", code(m.Expr), code(m.Value))
	}
	return fmt.Sprintf("`skip_if_only_changed` %s matches every changed file", code(m.Expr))
}

func codes(list []string) string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = code(s)
	}
	return strings.Join(out, ", ")
}
