package prow

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

func pluginsOf(t *testing.T, text string) *PluginConfig {
	t.Helper()
	c := &PluginConfig{}
	if err := yaml.UnmarshalStrict([]byte(text), c); err != nil {
		t.Fatal(err)
	}
	return c
}

// told are problems as "severity code field", one a line.
func told(problems Problems) string {
	var lines []string
	for _, p := range problems {
		lines = append(lines, string(p.Severity)+" "+p.Code+" "+p.Field)
		if p.Message == "" {
			lines = append(lines, "without a message")
		}
	}
	return strings.Join(lines, "\n")
}

func TestPluginConfigValidate(t *testing.T) {
	tests := map[string]struct {
		why, plugins, want string
	}{
		"nothing at all":      {plugins: ``},
		"the same list twice": {plugins: `plugins: {o: {plugins: [lgtm, wip]}, o/r: {plugins: [hold, lgtm]}}`, want: "error plugin-duplicate plugins[o/r].plugins[1]"},
		"an excluded repository": {why: "the organisation's list does not hold for it",
			plugins: `plugins: {o: {plugins: [lgtm], excluded_repos: [r]}, o/r: {plugins: [lgtm]}}`},
		"an unknown plugin":                    {why: "Prow's loader takes any name", plugins: `plugins: {o: {plugins: [lgtmm]}}`},
		"two plugins that ask for reviews":     {plugins: `plugins: {o: {plugins: [rifle]}, o/r: {plugins: [blunderbuss]}}`, want: "error plugin-rivals plugins[o/r]"},
		"an external plugin twice":             {plugins: `external_plugins: {o: [{name: x}], o/r: [{name: y}, {name: x}]}`, want: "error external-plugin-duplicate external_plugins[o/r][1]"},
		"external plugins of two repositories": {plugins: `external_plugins: {o/q: [{name: x}], o/r: [{name: x}]}`},
		"bad expressions": {plugins: `
sigmention: {regexp: "("}
heart: {commentregexp: "("}
cherry_pick_unapproved: {branchregexp: "("}
cherry_pick_approved: [{org: o, branchregexp: "("}]
blockades: [{repos: [o], branchregexp: "("}]
blunderbuss: {wait_for_status: {description: "("}}`, want: `error bad-expression sigmention.regexp
error bad-expression heart.commentregexp
error bad-expression cherry_pick_unapproved.branchregexp
error bad-expression cherry_pick_approved[0].branchregexp
error bad-expression blockades[0].branchregexp
error bad-expression blunderbuss.wait_for_status.description`},
		"bad expressions of paths": {why: "Prow finds them when it uses them", plugins: `blockades: [{repos: [o], blockregexps: ["("], exceptionregexps: [a, "["]}]`,
			want: "warning bad-expression blockades[0].blockregexps[0]\nwarning bad-expression blockades[0].exceptionregexps[1]"},
		"no reviewers":           {plugins: `{blunderbuss: {request_count: 0}, rifle: {request_count: -1}}`, want: "error reviewer-count blunderbuss.request_count\nerror reviewer-count rifle.request_count"},
		"sizes in order":         {plugins: `size: {s: 1, m: 1, l: 3, xl: 4, xxl: 5}`},
		"a size out of order":    {plugins: `size: {s: 10, m: 5, l: 20, xl: 30, xxl: 40}`, want: "error size-order size.s"},
		"a size that is absent":  {why: "it is 0", plugins: `size: {s: 10}`, want: "error size-order size.s"},
		"a label that is wanted": {plugins: `require_matching_label: [{org: o, regexp: ^kind/, missing_label: needs-kind, prs: true, branch: main}]`},
		"labels that are wanted wrongly": {plugins: `
require_matching_label:
- {repo: o/r, branch: main, grace_period: soon}
- {org: o, regexp: "(", missing_label: x, issues: true}
- {org: o, regexp: kind, missing_label: needs-kind, issues: true}`, want: `error bad-duration require_matching_label[0].grace_period
error missing-field require_matching_label[0].org
error missing-field require_matching_label[0].regexp
error missing-field require_matching_label[0].missing_label
error repo-with-org require_matching_label[0].repo
error missing-field require_matching_label[0]
error branch-without-prs require_matching_label[0].branch
error bad-expression require_matching_label[1].regexp
error label-matches-itself require_matching_label[2].missing_label`},
		"a repository in two entries": {plugins: `
approve: [{repos: [o, o/r]}, {repos: [o/r]}]
welcome: [{repos: [o, o]}]
invalid_commit_msg: [{repos: [o]}, {repos: [p, o]}]
lgtm: [{repos: [o]}, {repos: [o]}]`, want: "error repo-duplicate approve[1].repos[0]\nerror repo-duplicate welcome[0].repos[1]\nerror repo-duplicate invalid_commit_msg[1].repos[1]"},
		"a check that is not there": {plugins: `invalid_commit_msg: [{repos: [o], checks: [{name: fixupPrefix, disabled: true}, {name: fixup}]}]`, want: "error unknown-check invalid_commit_msg[0].checks[1].name"},
		"what Prow takes and warns of": {plugins: `{triggers: [{repos: [o], trusted_org: p}], repo_milestone: {o/r: {maintainers_id: 1}}}`,
			want: "warning deprecated triggers[0].trusted_org\nwarning deprecated repo_milestone[o/r].maintainers_id"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := pluginsOf(t, test.plugins)
			c.Default()
			if diff := cmp.Diff(test.want, told(c.Validate())); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.why, diff)
			}
		})
	}
}

func TestConfigUpdaterValidate(t *testing.T) {
	tests := map[string]struct {
		why, updater, want string
	}{
		"two files":           {updater: `{maps: {a.yaml: {name: c}, b.yaml: {name: c}}}`},
		"two names":           {updater: `{maps: {a.yaml: {name: c, partitioned_names: [d]}}}`, want: "error config-map-name config_updater.maps[a.yaml]"},
		"too many partitions": {updater: `{maps: {a.yaml: {partitioned_names: [` + strings.Repeat("x,", 256) + `x]}}}`, want: "error config-map-partitions config_updater.maps[a.yaml].partitioned_names"},
		"two files for a key": {updater: `{maps: {x/a.yaml: {name: c}, y/a.yaml: {name: c}}}`, want: "error config-map-key config_updater.maps[y/a.yaml]"},
		"two files for a key, elsewhere": {why: "they are two ConfigMaps",
			updater: `{maps: {x/a.yaml: {name: c}, y/a.yaml: {name: c, clusters: {default: [ns]}}}}`},
		"a key of two files":   {updater: `{maps: {a.yaml: {name: c, key: k}, b.yaml: {name: c, key: k}}}`, want: "error config-map-key config_updater.maps[b.yaml]"},
		"clusters and a group": {updater: `{cluster_groups: {g: {}}, maps: {a.yaml: {name: c, clusters: {x: [ns]}, cluster_groups: [g]}}}`, want: "error config-map-clusters config_updater.maps[a.yaml]"},
		"no such group":        {updater: `{cluster_groups: {good: {clusters: [x], namespaces: [ns]}}, maps: {a.yaml: {name: c, cluster_groups: [goof]}}}`, want: "error unknown-cluster-group config_updater.maps[a.yaml].cluster_groups[0]"},
		"a key twice by a group": {updater: `{cluster_groups: {g: {clusters: [x], namespaces: [ns]}}, maps: {x/a: {name: c, cluster_groups: [g]}, y/a: {name: c, clusters: {x: [ns]}}}}`,
			want: "error config-map-key config_updater.maps[y/a]"},
		"a key that nothing reads": {why: "Prow's own decoding of this part lets it pass", updater: `{mapz: {}, maps: {a.yaml: {name: c}}}`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := pluginsOf(t, "config_updater: "+test.updater)
			c.Default()
			if diff := cmp.Diff(test.want, told(c.Validate())); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.why, diff)
			}
		})
	}
}

func TestProjectManagerValidate(t *testing.T) {
	c := pluginsOf(t, `
project_manager:
  orgsRepos:
    empty: {}
    o:
      projects:
        bare: {}
        full:
          columns:
          - {id: 1, labels: [a, b], org: o}
          - {name: x, labels: [b, a], org: o}
          - {labels: [c]}
          - {name: y, org: o}`)
	want := `error missing-field project_manager.orgsRepos[empty].projects
error missing-field project_manager.orgsRepos[o].projects[bare].columns
error column-duplicate project_manager.orgsRepos[o].projects[full].columns[1].labels
error missing-field project_manager.orgsRepos[o].projects[full].columns[2]
error missing-field project_manager.orgsRepos[o].projects[full].columns[2].org
error missing-field project_manager.orgsRepos[o].projects[full].columns[3].labels`
	if diff := cmp.Diff(want, told(c.Validate())); diff != "" {
		t.Error(diff)
	}
}

func TestPluginListsAreInOneForm(t *testing.T) {
	tests := map[string]struct{ plugins, wrong string }{
		"the form of today":  {plugins: `{o: {plugins: [a], excluded_repos: [r]}}`},
		"the old form":       {plugins: `{o: [a], o/r: [b, c]}`},
		"nothing":            {plugins: `{}`},
		"both forms":         {plugins: `{o: {plugins: [a]}, p: [b]}`, wrong: `at "p"`},
		"text":               {plugins: `{o: a}`, wrong: `at "o"`},
		"no map of anything": {plugins: `[a]`, wrong: "at every key"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var c PluginConfig
			err := yaml.Unmarshal([]byte("plugins: "+test.plugins), &c)
			if (err != nil) != (test.wrong != "") || err != nil && !strings.Contains(err.Error(), test.wrong) {
				t.Errorf("got %v, want an error with %q", err, test.wrong)
			}
		})
	}
}

func TestPluginConfigDefault(t *testing.T) {
	c := pluginsOf(t, `
external_plugins: {o: [{name: x}, {name: y, endpoint: "http://z"}]}
triggers: [{repos: [o], trusted_org: p}, {repos: [q], join_org_url: "https://q"}]
require_matching_label: [{org: o}]
cherry_pick_approved: [{org: o}, {org: p, branchregexp: ^v}]
rifle: {request_count: 5, wait_for_status: {state: success}}
config_updater: {maps: {a: {name: a}, b: {name: b, cluster_groups: [g]}}}`)
	c.Default()
	again := *c
	c.Default()
	if diff := cmp.Diff(&again, c); diff != "" {
		t.Errorf("the second time changed something:\n%s", diff)
	}
	got := map[string]any{
		"endpoints": []string{c.ExternalPlugins["o"][0].Endpoint, c.ExternalPlugins["o"][1].Endpoint},
		"join":      []string{c.Triggers[0].JoinOrgURL, c.Triggers[1].JoinOrgURL},
		"threshold": *c.Triggers[0].OrgInvite.Prominent.MergedPRThreshold,
		"grace":     c.RequireMatchingLabel[0].GracePeriod,
		"branches":  []string{c.CherryPickApproved[0].BranchRegexp, c.CherryPickApproved[1].BranchRegexp, c.CherryPickUnapproved.BranchRegexp},
		"reviewers": []int{*c.Blunderbuss.ReviewerCount, *c.Rifle.ReviewerCount},
		"wait":      []string{c.Rifle.WaitForStatus.Context, c.Rifle.WaitForStatus.State},
		"places":    []map[string][]string{c.ConfigUpdater.Maps["a"].Clusters, c.ConfigUpdater.Maps["b"].Clusters},
		"denied":    c.Owners.LabelsDenyList,
	}
	want := map[string]any{
		"endpoints": []string{"http://x", "http://z"},
		"join":      []string{"https://github.com/orgs/p/people", "https://q"},
		"threshold": 3,
		"grace":     "5s",
		"branches":  []string{"^release-.*$", "^v", "^release-.*$"},
		"reviewers": []int{2, 5},
		"wait":      []string{"tide", "success"},
		"places":    []map[string][]string{{"default": {""}}, nil},
		"denied":    []string{"approved", "lgtm"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestPluginConfigMerge(t *testing.T) {
	tests := map[string]struct {
		main, more, want, merged string
	}{
		"every mergeable part": {
			main: `{plugins: {o: {plugins: [lgtm]}}, approve: [{repos: [o]}]}`,
			more: `
approve: [{repos: [p]}]
bugzilla: {default: {"*": {is_open: true}}, orgs: {p: {default: {main: {}}, repos: {r: {branches: {main: {}}}}}}}
external_plugins: {p: [{name: x}]}
label: {restricted_labels: {p: [{label: a}]}}
lgtm: [{repos: [p]}]
plugins: {p: {plugins: [lgtm]}}
triggers: [{repos: [p]}]
welcome: [{repos: [p]}]`,
			merged: `
approve: [{repos: [o]}, {repos: [p]}]
bugzilla: {default: {"*": {is_open: true}}, orgs: {p: {default: {main: {}}, repos: {r: {branches: {main: {}}}}}}}
external_plugins: {p: [{name: x}]}
label: {restricted_labels: {p: [{label: a}]}}
lgtm: [{repos: [p]}]
plugins: {o: {plugins: [lgtm]}, p: {plugins: [lgtm]}}
triggers: [{repos: [p]}]
welcome: [{repos: [p]}]`},
		"what belongs into plugins.yaml": {
			more: `{size: {s: 1}, jira: {}, blunderbuss: {request_count: 1}, owners: {}, label: {additional_labels: [a]}, heart: {adorees: []}}`,
			want: "error not-mergeable blunderbuss\nerror not-mergeable jira\nerror not-mergeable label.additional_labels\nerror not-mergeable size"},
		"what is there already": {
			main: `
plugins: {o: {plugins: [lgtm]}}
external_plugins: {o: [{name: x}]}
bugzilla: {default: {}, orgs: {o: {default: {}, repos: {r: {}}}}}
label: {restricted_labels: {o: [{label: a}]}}`,
			more: `
plugins: {o: {plugins: [wip]}}
external_plugins: {o: [{name: y}]}
bugzilla: {default: {}, orgs: {o: {default: {}, repos: {r: {}}}}}
label: {restricted_labels: {o: [{label: b}, {label: a}]}}`,
			want: `error merge-duplicate plugins[o]
error merge-duplicate external_plugins[o]
error merge-duplicate bugzilla.default
error merge-duplicate bugzilla.orgs[o].default
error merge-duplicate bugzilla.orgs[o].repos[r]
error merge-duplicate label.restricted_labels[o][1]`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := pluginsOf(t, test.main)
			if diff := cmp.Diff(test.want, told(c.Merge(pluginsOf(t, test.more)))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if test.merged != "" {
				if diff := cmp.Diff(pluginsOf(t, test.merged), c); diff != "" {
					t.Errorf("merged, -want +got:\n%s", diff)
				}
			}
		})
	}
}
