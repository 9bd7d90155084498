package prow

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

func configOf(t *testing.T, text string) *Config {
	t.Helper()
	c := &Config{}
	if err := yaml.Unmarshal([]byte(text), c); err != nil {
		t.Fatal(err)
	}
	c.Default()
	return c
}

func TestTideQueries(t *testing.T) {
	c := configOf(t, `
tide:
  queries:
  - {labels: [lgtm, approved], missingLabels: [hold], repos: [o/b]}
  - {labels: [approved, lgtm], missingLabels: [hold], repos: [o/a], orgs: [q], excludedRepos: [q/x]}
  - {author: bot, labels: ["a,b"], includedBranches: [main, dev], milestone: v1, reviewApprovedRequired: true, orgs: [o]}
  - {labels: [lgtm], excludedBranches: [old], repos: [o/c]}
`)
	var got []string
	for _, q := range c.TideQueries() {
		got = append(got, q.Search())
	}
	want := []string{
		`is:pr state:open archived:false author:"bot" base:"dev" base:"main" label:"a","b" milestone:"v1" review:approved org:"o"`,
		`is:pr state:open archived:false label:"approved" label:"lgtm" -label:"hold" org:"q" repo:"o/b" repo:"o/a" -repo:"q/x"`,
		`is:pr state:open archived:false -base:"old" label:"lgtm" repo:"o/c"`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("queries that differ in their repositories are one (-want +got):\n%s", d)
	}
}

func TestMergeMethod(t *testing.T) {
	c := configOf(t, `
tide:
  merge_method:
    o: squash
    o/r: rebase
    o/r@dev: merge
    p: {r: {"release-.*": rebase, "main": squash}, "*": merge}
    q: {"*": {"^v": rebase}}
`)
	for name, tc := range map[string]struct{ why, org, repo, branch, want string }{
		"an organisation":            {"the widest", "o", "x", "main", "squash"},
		"a repository":               {"wins over its organisation", "o", "r", "main", "rebase"},
		"a branch by name":           {"wins over the repository", "o", "r", "dev", "merge"},
		"a branch by expression":     {"unanchored", "p", "r", "my-release-1", "rebase"},
		"another branch":             {"neither expression matches, and the repository has no method of its own", "p", "r", "dev", "merge"},
		"all repositories":           {"* stands for those that are not named", "p", "x", "main", "merge"},
		"all repositories' branches": {"below * too", "q", "x", "v2", "rebase"},
		"nothing said":               {"Prow's default", "z", "z", "main", "merge"},
	} {
		if got := c.MergeMethod(tc.org, tc.repo, tc.branch); got != tc.want {
			t.Errorf("%s (%s): %s, want %s", name, tc.why, got, tc.want)
		}
	}
}

func TestContextPolicy(t *testing.T) {
	c := configOf(t, `
tide:
  context_options:
    required-contexts: [cla]
    orgs:
      o:
        skip-unknown-contexts: true
        repos:
          r:
            optional-contexts: [bench]
            from-branch-protection: true
            branches: {main: {required-if-present-contexts: [e2e], skip-unknown-contexts: false}}
branch-protection:
  required_status_checks: {contexts: [dco]}
  orgs:
    o:
      repos:
        r:
          require_manually_triggered_jobs: true
          branches: {main: {protect: true, required_status_checks: {contexts: [scan]}}}
`)
	job := func(name string, edit func(*Presubmit)) Presubmit {
		p := Presubmit{JobBase: JobBase{Name: name}}
		edit(&p)
		p.Context = name
		return p
	}
	jobs := []Presubmit{
		job("always", func(p *Presubmit) { p.AlwaysRun = true }),
		job("some", func(p *Presubmit) { p.RunIfChanged = "x" }),
		job("manual", func(*Presubmit) {}),
		job("optional", func(p *Presubmit) { p.AlwaysRun, p.Optional = true, true }),
		job("silent", func(p *Presubmit) { p.AlwaysRun, p.SkipReport = true, true }),
		job("elsewhere", func(p *Presubmit) { p.AlwaysRun, p.Branches = true, []string{"^dev$"} }),
	}
	no, yes := false, true
	for branch, want := range map[string]ContextPolicy{
		"main": {SkipUnknownContexts: &no, RequiredContexts: []string{"always", "cla", "dco", "manual", "scan"},
			RequiredIfPresentContexts: []string{"e2e", "some"}, OptionalContexts: []string{"bench", "optional", "silent"}},
		"dev": {SkipUnknownContexts: &yes, RequiredContexts: []string{"always", "cla", "elsewhere", "manual"},
			RequiredIfPresentContexts: []string{"some"}, OptionalContexts: []string{"bench", "optional", "silent"}},
	} {
		if d := cmp.Diff(want, c.ContextPolicy("o", "r", branch, jobs)); d != "" {
			t.Errorf("%s (-want +got):\n%s", branch, d)
		}
	}
}

// TestBranchProtectionCountsWhereItIsAskedFor holds Prow's conditions: the options ask for it, and the organisation is listed.
func TestBranchProtectionCountsWhereItIsAskedFor(t *testing.T) {
	protection := "branch-protection: {protect-tested-repos: true, require_manually_triggered_jobs: true, required_status_checks: {contexts: [dco]}, orgs: {%}}\n"
	asked := "tide: {context_options: {from-branch-protection: true}}"
	jobs := []Presubmit{{AlwaysRun: true, Reporter: Reporter{Context: "always"}}, {Reporter: Reporter{Context: "manual"}}}
	for name, tc := range map[string]struct {
		text            string
		want, ifPresent []string
	}{
		"listed and asked for": {strings.Replace(protection, "%", "o: {}", 1) + asked, []string{"always", "dco", "manual"}, nil},
		"not asked for":        {strings.Replace(protection, "%", "o: {}", 1), []string{"always"}, []string{"manual"}},
		"not listed":           {strings.Replace(protection, "%", "p: {}", 1) + asked, []string{"always"}, []string{"manual"}},
		"turned off":           {strings.Replace(protection, "%", "o: {protect: false}", 1) + asked, []string{"always", "manual"}, nil},
	} {
		p := configOf(t, tc.text).ContextPolicy("o", "r", "main", jobs)
		if !slices.Equal(p.RequiredContexts, tc.want) || !slices.Equal(p.RequiredIfPresentContexts, tc.ifPresent) {
			t.Errorf("%s: required %q and %q, want %q and %q", name, p.RequiredContexts, p.RequiredIfPresentContexts, tc.want, tc.ifPresent)
		}
	}
}

func TestBranchWithAPolicyMustSayWhetherItIsProtected(t *testing.T) {
	c := configOf(t, "branch-protection: {orgs: {o: {repos: {r: {branches: {main: {enforce_admins: true}}}}}}}")
	if _, err := c.BranchProtection.Branch("o", "r", "main"); err == nil {
		t.Error("Prow refuses the policy of a branch that leaves it open whether the branch is protected")
	}
}
