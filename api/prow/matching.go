package prow

import "slices"

// Match is the answer of a filter: whether the job runs, and the expression that decided.
type Match struct {
	// Runs is the answer.
	Runs bool
	// Field is the filter's key in the job, such as skip_branches; empty if the job has no such filter.
	Field string
	// Expr is the expression that matched; empty if none did.
	Expr string
	// Value is what decided: the branch or the changed path. It is untrusted text; empty if no single value decided.
	Value string
}

// MatchBranch says whether a job runs for a base branch, and why. Expressions are unanchored; skip_branches wins. An
// expression that does not compile matches nothing; validation refuses it before.
func (b Brancher) MatchBranch(branch string) Match {
	if e, ok := firstMatch(b.SkipBranches, branch); ok {
		return Match{Field: "skip_branches", Expr: e, Value: branch}
	}
	if len(b.Branches) > 0 {
		e, ok := firstMatch(b.Branches, branch)
		return Match{Runs: ok, Field: "branches", Expr: e, Value: branch}
	}
	return Match{Runs: true, Value: branch}
}

// ShouldRun says whether a job runs for a base branch.
func (b Brancher) ShouldRun(branch string) bool { return b.MatchBranch(branch).Runs }

// Intersects says whether some branch may match both, by Prow's rule: two lists of branches intersect if they share an
// expression letter by letter; a list and no list intersect unless every branch of the list is skipped.
func (b Brancher) Intersects(o Brancher) bool {
	if len(b.Branches) > 0 && len(o.Branches) > 0 {
		return slices.ContainsFunc(b.Branches, func(e string) bool { return slices.Contains(o.Branches, e) })
	}
	if len(b.Branches) == 0 {
		b, o = o, b
	}
	if len(b.Branches) == 0 {
		return true
	}
	return slices.ContainsFunc(b.Branches, o.ShouldRun)
}

// HasFilter says whether the job looks at changed files at all.
func (m RegexpChangeMatcher) HasFilter() bool {
	return m.RunIfChanged != "" || m.SkipIfOnlyChanged != ""
}

// MatchFiles says whether the changed files make the job run, and why. Without a filter, and for an empty list of files,
// it does not run.
func (m RegexpChangeMatcher) MatchFiles(changed []string) Match {
	field, expr, want := "run_if_changed", m.RunIfChanged, true
	if expr == "" {
		field, expr, want = "skip_if_only_changed", m.SkipIfOnlyChanged, false
	}
	re, err := expression(expr)
	if expr == "" || err != nil {
		return Match{}
	}
	for _, path := range changed {
		if re.MatchString(path) == want {
			return Match{Runs: true, Field: field, Expr: expr, Value: path}
		}
	}
	return Match{Field: field, Expr: expr}
}

// NeedsExplicitTrigger says whether the job runs only when a comment asks for it by name.
func (p *Presubmit) NeedsExplicitTrigger() bool { return !p.AlwaysRun && !p.HasFilter() }

// ContextRequired says whether a merge waits for the job.
func (p *Presubmit) ContextRequired() bool { return !p.Optional && !p.SkipReport }

// TriggerMatches says whether a comment asks for the job. No trigger, and one that does not compile, match nothing.
func (p *Presubmit) TriggerMatches(comment string) bool {
	if p.Trigger == "" {
		return false
	}
	re, err := expression(p.Trigger)
	return err == nil && re.MatchString(comment)
}

// firstMatch is the first expression of a list that matches. Whether any does is asked of the whole list, as in Prow; if
// none does alone, it is the whole.
func firstMatch(exprs []string, s string) (string, bool) {
	if len(exprs) == 0 {
		return "", false
	}
	whole := alternatives(exprs)
	if re, err := expression(whole); err != nil || !re.MatchString(s) {
		return "", false
	}
	if len(exprs) == 1 {
		return whole, true
	}
	for _, e := range exprs {
		if re, err := expression(e); err == nil && re.MatchString(s) {
			return e, true
		}
	}
	return whole, true
}
