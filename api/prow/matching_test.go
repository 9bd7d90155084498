package prow

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMatchBranch(t *testing.T) {
	tests := map[string]struct {
		why    string
		b      Brancher
		branch string
		want   Match
	}{
		"no filter":                       {branch: "main", want: Match{Runs: true, Value: "main"}},
		"a branch of the list":            {b: Brancher{Branches: []string{"^release-", "^main$"}}, branch: "main", want: Match{Runs: true, Field: "branches", Expr: "^main$", Value: "main"}},
		"expressions are unanchored":      {why: "so are Prow's, and configurations rely on it", b: Brancher{Branches: []string{"main"}}, branch: "maintenance", want: Match{Runs: true, Field: "branches", Expr: "main", Value: "maintenance"}},
		"no branch of the list":           {b: Brancher{Branches: []string{"^main$"}}, branch: "dev", want: Match{Field: "branches", Value: "dev"}},
		"a skipped branch":                {b: Brancher{SkipBranches: []string{"^gh-"}}, branch: "gh-pages", want: Match{Field: "skip_branches", Expr: "^gh-", Value: "gh-pages"}},
		"not a skipped branch":            {b: Brancher{SkipBranches: []string{"^gh-"}}, branch: "main", want: Match{Runs: true, Value: "main"}},
		"skip wins":                       {b: Brancher{Branches: []string{"main"}, SkipBranches: []string{"main"}}, branch: "main", want: Match{Field: "skip_branches", Expr: "main", Value: "main"}},
		"an empty expression":             {why: "it matches everything, as everywhere", b: Brancher{Branches: []string{""}}, branch: "main", want: Match{Runs: true, Field: "branches", Value: "main"}},
		"a flag holds for the whole list": {why: "Prow makes one expression of it", b: Brancher{Branches: []string{"(?i)x", "main"}}, branch: "MAIN", want: Match{Runs: true, Field: "branches", Expr: "(?i)x|main", Value: "MAIN"}},
		"an expression that is not one":   {why: "validation has refused it", b: Brancher{Branches: []string{"("}}, branch: "main", want: Match{Field: "branches", Value: "main"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, test.b.MatchBranch(test.branch)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.why, diff)
			}
		})
	}
}

func TestMatchFiles(t *testing.T) {
	run, skip := RegexpChangeMatcher{RunIfChanged: `\.go$`}, RegexpChangeMatcher{SkipIfOnlyChanged: `\.md$`}
	tests := map[string]struct {
		why     string
		m       RegexpChangeMatcher
		changed []string
		want    Match
	}{
		"run_if_changed, one matches":           {m: run, changed: []string{"a.md", "b.go"}, want: Match{Runs: true, Field: "run_if_changed", Expr: `\.go$`, Value: "b.go"}},
		"run_if_changed, none matches":          {m: run, changed: []string{"a.md"}, want: Match{Field: "run_if_changed", Expr: `\.go$`}},
		"run_if_changed, nothing changed":       {m: run, want: Match{Field: "run_if_changed", Expr: `\.go$`}},
		"skip_if_only_changed, one does not":    {m: skip, changed: []string{"a.md", "b.go"}, want: Match{Runs: true, Field: "skip_if_only_changed", Expr: `\.md$`, Value: "b.go"}},
		"skip_if_only_changed, all match":       {m: skip, changed: []string{"a.md"}, want: Match{Field: "skip_if_only_changed", Expr: `\.md$`}},
		"skip_if_only_changed, nothing changed": {why: "an empty change starts neither kind in Prow", m: skip, want: Match{Field: "skip_if_only_changed", Expr: `\.md$`}},
		"no filter":                             {changed: []string{"a"}},
		"an expression that is not one":         {m: RegexpChangeMatcher{RunIfChanged: "("}, changed: []string{"a"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, test.m.MatchFiles(test.changed)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.why, diff)
			}
		})
	}
}

func TestIntersects(t *testing.T) {
	on := func(b ...string) Brancher { return Brancher{Branches: b} }
	skip := func(b ...string) Brancher { return Brancher{SkipBranches: b} }
	tests := map[string]struct {
		why  string
		a, b Brancher
		want bool
	}{
		"both everywhere":                 {want: true},
		"everywhere and a list":           {b: on("main"), want: true},
		"lists that share an expression":  {a: on("a", "b"), b: on("b"), want: true},
		"lists that share none":           {a: on("a"), b: on("b")},
		"lists that mean the same branch": {why: "Prow compares letter by letter", a: on("main"), b: on("^main$")},
		"a list that is all skipped":      {a: on("main"), b: skip("main")},
		"a list that is partly skipped":   {a: on("main", "dev"), b: skip("main"), want: true},
		"two that skip":                   {a: skip("a"), b: skip("b"), want: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got, turned := test.a.Intersects(test.b), test.b.Intersects(test.a); got != test.want || turned != test.want {
				t.Errorf("%s: got %v, and %v the other way round, want %v", test.why, got, turned, test.want)
			}
		})
	}
}

func TestDefaultTrigger(t *testing.T) {
	tests := map[string]struct {
		why, job, comment string
		want              bool
	}{
		"by name":                    {job: "unit", comment: "/test unit", want: true},
		"one of several":             {job: "unit", comment: "/test lint unit e2e", want: true},
		"with a comma":               {job: "unit", comment: "/test unit, lint", want: true},
		"on a later line":            {job: "unit", comment: "hi\n/test unit", want: true},
		"the beginning of a name":    {job: "unit", comment: "/test unit2"},
		"the end of a name":          {job: "unit", comment: "/test my-unit"},
		"behind other text":          {job: "unit", comment: "please /test unit"},
		"behind a blank":             {job: "unit", comment: " /test unit"},
		"behind a tab":               {why: "Prow wants a blank", job: "unit", comment: "/test\tunit"},
		"a dot is any sign, in Prow": {why: "names are not quoted there, and configurations were written for it", job: "a.b", comment: "/test axb", want: true},
		"all is not a name":          {job: "unit", comment: "/test all"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := Presubmit{JobBase: JobBase{Name: test.job}}
			p.Default("o/r", &Config{})
			if got := p.TriggerMatches(test.comment); got != test.want {
				t.Errorf("%s: %q matches %q: %v, want %v", test.why, p.Trigger, test.comment, got, test.want)
			}
		})
	}
}

func TestNoTriggerMatchesNothing(t *testing.T) {
	if (&Presubmit{}).TriggerMatches("/test all") {
		t.Error("a job without a trigger was asked for")
	}
}

func TestClosest(t *testing.T) {
	jobs := []string{"unit", "integration", "e2e"}
	for word, want := range map[string]string{"untit": "unit", "UNIT": "unit", "integraton": "integration", "lint": "", "": "", "e2": "e2e"} {
		if got := Closest(word, jobs); got != want {
			t.Errorf("Closest(%q) = %q, want %q", word, got, want)
		}
	}
}
