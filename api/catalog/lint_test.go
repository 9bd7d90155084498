package catalog

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/util/sets"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// decorated is a config.yaml about which there is nothing to say.
const decorated = `
decorate_all_jobs: true
plank:
  default_decoration_config_entries:
  - config:
      utility_images: {clonerefs: c, initupload: i, entrypoint: e, sidecar: s}
      gcs_configuration: {bucket: b, path_strategy: explicit}
      gcs_credentials_secret: s
`

// linted are the strict warnings of a configuration as "file:line code field", one a line.
func linted(t *testing.T, config, plugins, jobs string) string {
	t.Helper()
	fsys := fstest.MapFS{"config.yaml": {Data: []byte(config)}, "plugins.yaml": {Data: []byte(plugins)}, "jobs.yaml": {Data: []byte(jobs)}}
	paths := Paths{Config: "config.yaml", Jobs: "jobs.yaml"}
	if plugins != "" {
		paths.Plugins = "plugins.yaml"
	}
	cat, problems := Load(fsys, paths)
	if cat == nil {
		t.Fatal(problems)
	}
	var lines []string
	for _, p := range problems {
		if p.Strict {
			lines = append(lines, fmt.Sprintf("%s:%d %s %s", p.File, p.Line, p.Code, p.Field))
		}
	}
	return strings.Join(lines, "\n")
}

const spec = `, spec: {containers: [{image: golang, command: [make]}]}}`

func TestLintJobs(t *testing.T) {
	long := strings.Repeat("n", 64)
	tests := map[string]struct {
		why, config, jobs, want string
	}{
		"a good job":              {config: decorated, jobs: `presubmits: {o/r: [{name: ` + long[1:] + spec + `]}`},
		"a job without":           {why: "nothing says that it is decorated", jobs: `periodics: [{name: a, cron: '@daily'` + spec + `]`, want: "jobs.yaml:1 not-decorated periodics[0].decorate"},
		"a long name":             {config: decorated, jobs: `postsubmits: {o/r: [{name: ` + long + spec + `]}`, want: "jobs.yaml:1 long-job-name postsubmits[o/r][0].name"},
		"a long name for Jenkins": {why: "there is no pod with a label", config: decorated, jobs: `postsubmits: {o/r: [{name: ` + long + `, agent: jenkins, decorate: false}]}`},
		"Jenkins in a cluster":    {config: decorated, jobs: `postsubmits: {o/r: [{name: a, agent: jenkins, decorate: false, cluster: build}]}`, want: "jobs.yaml:1 cluster-of-jenkins postsubmits[o/r][0].cluster"},
		"other repositories":      {config: decorated, jobs: `presubmits: {o/r: [{name: a, extra_refs: [{org: o, repo: q, base_ref: main}]` + spec + `]}`},
		"its own repository":      {config: decorated, jobs: `presubmits: {o/r: [{name: a, extra_refs: [{org: o, repo: r, base_ref: main}]` + spec + `]}`, want: "jobs.yaml:1 duplicate-job-refs presubmits[o/r][0].extra_refs[0]"},
		"a repository twice":      {config: decorated, jobs: `presubmits: {o/r: [{name: a, extra_refs: [{org: o, repo: q, base_ref: a}, {org: o, repo: q, base_ref: b}]` + spec + `]}`, want: "jobs.yaml:1 duplicate-job-refs presubmits[o/r][0].extra_refs[1]"},
		"a command that Gerrit may not have": {config: decorated + "gerrit: {allowed_presubmit_trigger_re: ^/check}", jobs: `presubmits: {o/r: [{name: a` + spec + `]}`,
			want: "jobs.yaml:1 rerun-command-not-allowed presubmits[o/r][0].rerun_command"},
		"a postsubmit's own": {why: "Prow asks presubmits only", config: decorated, jobs: `postsubmits: {o/r: [{name: a, extra_refs: [{org: o, repo: r, base_ref: main}]` + spec + `]}`},
		"clone options of a periodic": {config: decorated, jobs: `periodics: [{name: a, cron: '@daily', clone_depth: 1, clone_uri: "https://x", path_alias: x` + spec + `]`,
			want: "jobs.yaml:1 periodic-clone-option periodics[0].clone_depth\njobs.yaml:1 periodic-clone-option periodics[0].clone_uri\njobs.yaml:1 periodic-clone-option periodics[0].path_alias"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, linted(t, test.config, "", test.jobs)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.why, diff)
			}
		})
	}
}

func TestLintPlugins(t *testing.T) {
	const job = `presubmits: {o/r: [{name: a` + spec + `]}`
	tests := map[string]struct {
		why, config, plugins, jobs, want string
	}{
		"an unknown plugin":     {plugins: "plugins:\n  o:\n    plugins: [wip, lgtmm]", want: "plugins.yaml:3 unknown-plugin plugins[o].plugins[1]"},
		"the plugin trigger":    {plugins: `plugins: {o: {plugins: [trigger]}}`, jobs: job},
		"no plugin trigger":     {plugins: `plugins: {o: {plugins: [trigger], excluded_repos: [r]}}`, jobs: job, want: "plugins.yaml:1 missing-trigger plugins"},
		"OWNERS are checked":    {plugins: `plugins: {o: {plugins: [verify-owners]}, o/r: {plugins: [approve]}}`},
		"OWNERS are unchecked":  {plugins: `plugins: {o: {plugins: [blunderbuss]}, o/r: {plugins: [verify-owners]}}`, want: "plugins.yaml:1 missing-verify-owners plugins"},
		"labels":                {plugins: `label: {additional_labels: [a], restricted_labels: {o: [{label: b}]}}`},
		"labels that are wrong": {plugins: `label: {additional_labels: [a], restricted_labels: {o: [{label: ""}, {label: a}]}}`, want: "plugins.yaml:1 label-empty label.restricted_labels[o][0].label\nplugins.yaml:1 label-restricted-and-free label.restricted_labels[o][1].label"},
		"who writes ConfigMaps": {plugins: `config_updater: {maps: {a: {name: a, allowed_repos: [o, o/r, ""], denied_repos: [o/r/x, /r]}}}`, want: "plugins.yaml:1 bad-repo config_updater.maps[a].allowed_repos[2]\nplugins.yaml:1 bad-repo config_updater.maps[a].denied_repos[0]\nplugins.yaml:1 bad-repo config_updater.maps[a].denied_repos[1]"},
		"a link":                {config: `status_error_link: "https://x:port"`, plugins: `plugins: {}`, want: "config.yaml:9 bad-url status_error_link"},
		"webhooks twice":        {config: `managed_webhooks: {org_repo_config: {o: {}, o/r: {}, p/r: {}}}`, plugins: `plugins: {}`, want: "config.yaml:9 managed-webhooks managed_webhooks.org_repo_config[o/r]"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, linted(t, decorated+test.config, test.plugins, test.jobs)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.why, diff)
			}
		})
	}
}

func TestLintTide(t *testing.T) {
	tests := map[string]struct {
		why, config, plugins, jobs, want string
	}{
		"label and plugin":         {config: `tide: {queries: [{orgs: [o], labels: [lgtm], missingLabels: [do-not-merge/hold]}]}`, plugins: `plugins: {o: {plugins: [lgtm, hold]}}`},
		"a label without plugin":   {config: `tide: {queries: [{orgs: [o], labels: [approved]}]}`, plugins: `plugins: {p: {plugins: [approve, verify-owners]}}`, want: "config.yaml:9 mismatched-tide tide.queries"},
		"a plugin without label":   {config: `tide: {queries: [{orgs: [o], author: a}]}`, plugins: `plugins: {o/r: {plugins: [wip]}}`, want: "config.yaml:9 mismatched-tide tide.queries"},
		"a plugin elsewhere":       {why: "nothing is merged there", config: `tide: {queries: [{orgs: [o]}]}`, plugins: `plugins: {p/r: {plugins: [wip]}}`},
		"rebases without a plugin": {config: `tide: {queries: [{repos: [o/r], missingLabels: [needs-rebase]}]}`, plugins: `plugins: {}`, want: "config.yaml:9 mismatched-tide tide.queries"},
		"rebases with one":         {config: `tide: {queries: [{repos: [o/r], missingLabels: [needs-rebase]}]}`, plugins: `external_plugins: {o: [{name: needs-rebase}]}`},
		"a plugin for rebases":     {why: "what conflicts is not merged anyway", config: `tide: {queries: [{repos: [o/r]}]}`, plugins: `external_plugins: {o: [{name: needs-rebase}]}`},
		"lgtm and needs-ok-to-test": {config: `tide: {queries: [{orgs: [o], labels: [lgtm], missingLabels: [needs-ok-to-test]}]}`,
			want: "config.yaml:9 needs-ok-to-test tide.queries[0].missingLabels"},
		"contexts that contradict": {config: `tide: {context_options: {orgs: {o: {repos: {r: {required-contexts: [a], optional-contexts: [a]}}}}}}`, want: "config.yaml:9 tide-context-policy tide.context_options"},
		"contexts of nobody":       {why: "no repository is known", config: `tide: {context_options: {required-contexts: [a], optional-contexts: [a]}}`},
		"contexts of a job":        {config: `tide: {context_options: {optional-contexts: [unit]}}`, jobs: `presubmits: {o/r: [{name: unit, always_run: true, branches: [main]` + spec + `]}`, want: "config.yaml:9 tide-context-policy tide.context_options"},
		"heads up to date": {config: "tide: {queries: [{orgs: [o]}]}\nbranch-protection: {orgs: {o: {repos: {r: {protect: true, required_status_checks: {strict: true}}}}}}",
			want: "config.yaml:10 tide-strict-branch branch-protection"},
		"heads up to date on a branch": {config: "tide: {queries: [{repos: [o/r]}]}\nbranch-protection: {orgs: {o: {required_status_checks: {strict: true}, repos: {r: {branches: {main: {protect: true}}}}}}}",
			want: "config.yaml:10 tide-strict-branch branch-protection"},
		"heads up to date elsewhere":  {config: "tide: {queries: [{repos: [o/r]}]}\nbranch-protection: {orgs: {o: {repos: {q: {protect: true, required_status_checks: {strict: true}}}}}}"},
		"heads up to date everywhere": {config: "tide: {queries: [{repos: [o/r]}]}\nbranch-protection: {protect: true, required_status_checks: {strict: true}}", want: "config.yaml:10 tide-strict-branch branch-protection.required_status_checks.strict"},
		"no merges":                   {config: `branch-protection: {protect: true, required_status_checks: {strict: true}}`},
		"settings of what is left alone": {config: `branch-protection: {unmanaged: true, enforce_admins: true, orgs: {o: {}, p: {unmanaged: false}}}`,
			want: "config.yaml:9 unmanaged-with-settings branch-protection.orgs[o]"},
		"left alone from top to bottom": {config: `branch-protection: {orgs: {o: {unmanaged: true, protect: true, repos: {r: {unmanaged: true, protect: true, branches: {main: {unmanaged: true, protect: true}}}}}}}`,
			want: `config.yaml:9 unmanaged-with-settings branch-protection.orgs[o]
config.yaml:9 unmanaged-with-settings branch-protection.orgs[o].repos[r]
config.yaml:9 unmanaged-with-settings branch-protection.orgs[o].repos[r]
config.yaml:9 unmanaged-with-settings branch-protection.orgs[o].repos[r].branches[main]`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, linted(t, decorated+test.config, test.plugins, test.jobs)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.why, diff)
			}
		})
	}
}

func TestRepoSets(t *testing.T) {
	set := func(orgs map[string][]string, repos ...string) repoSet {
		s := newRepoSet()
		for org, out := range orgs {
			s.orgs[org] = sets.New(out...)
		}
		s.repos.Insert(repos...)
		return s
	}
	o, less, q, r := set(map[string][]string{"o": nil}), set(map[string][]string{"o": {"o/q"}}), set(nil, "o/q", "p/x"), set(nil, "o/r")
	tests := map[string]struct {
		got  repoSet
		want string
	}{
		"an organisation without a repository":    {o.without(q), "all of o without o/q"},
		"an organisation without most of it":      {o.without(less), "o/q"},
		"repositories without their organisation": {q.without(o), "p/x"},
		"repositories without less than it":       {q.without(less), "o/q; p/x"},
		"organisations together":                  {o.and(less), "all of o without o/q"},
		"an organisation and repositories":        {less.and(q.or(r)), "o/r"},
		"repositories and an organisation":        {q.or(r).and(less), "o/r"},
		"all but one, or that one":                {less.or(q), "all of o; p/x"},
		"that one, or all but one":                {q.or(less), "all of o; p/x"},
		"all but one, or all":                     {less.or(o), "all of o"},
		"repositories":                            {q.or(r), "o/q; o/r; p/x"},
		"two queries": {pooled([]prow.TideQuery{{Orgs: []string{"o"}, ExcludedRepos: []string{"o/q", "o/r"}}, {Orgs: []string{"o"}, ExcludedRepos: []string{"o/r"}}}),
			"all of o without o/r"},
		"a query for what another leaves out": {pooled([]prow.TideQuery{{Orgs: []string{"o"}, ExcludedRepos: []string{"o/q", "o/r"}}, {Repos: []string{"o/q"}}}),
			"all of o without o/r; o/q"},
		"a plugin that a repository takes back": {enabling(&prow.PluginConfig{Plugins: prow.PluginLists{"o": {Plugins: []string{"x"}, ExcludedRepos: []string{"q", "r"}}, "o/q": {Plugins: []string{"x"}}}}, "x"),
			"all of o without o/r; o/q"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := test.got.names(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
