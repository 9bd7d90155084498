package prow

import (
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

func TestConfigValidate(t *testing.T) {
	for name, tc := range map[string]struct{ why, text, want string }{
		"nothing":                  {"the defaults are right", "{}", ""},
		"plank in numbers":         {"a limit below none", "plank: {max_concurrency: -2}", "plank.max_concurrency: -2"},
		"goroutines below none":    {"Prow refuses it", "plank: {max_goroutines: -1}", "plank.max_goroutines: -1"},
		"a bad template":           {"it would fail at the first report", "plank: {report_template: '{{'}", "plank.report_template: the template cannot be read"},
		"two forms of a template":  {"which one holds?", "plank: {report_template: a, report_templates: {'*': b}}", "plank.report_template: cannot stand beside"},
		"two forms of decoration":  {"which one holds?", "plank: {default_decoration_configs: {'*': {}}, default_decoration_config_entries: [{}]}", "plank.default_decoration_config_entries"},
		"one selective operator":   {"who serves the rest?", "jenkins_operators: [{label_selector: a=b}]", "jenkins_operators[0].label_selector"},
		"operators without parts":  {"all would serve all", "jenkins_operators: [{}, {label_selector: a=b}]", "jenkins_operators[0].label_selector"},
		"two forms of rerun":       {"which one holds?", "deck: {rerun_auth_configs: {'*': {}}, default_rerun_auth_configs: [{}]}", "deck.default_rerun_auth_configs"},
		"anyone and somebody":      {"anyone is everybody", "deck: {rerun_auth_configs: {'*': {allow_anyone: true, github_users: [a]}}}", "deck.rerun_auth_configs[*].allow_anyone"},
		"buckets without a check":  {"the list would do nothing", "deck: {additional_allowed_buckets: [b]}", "deck.additional_allowed_buckets"},
		"buckets with a check":     {"that is what they are for", "deck: {additional_allowed_buckets: [b], skip_storage_path_validation: false}", ""},
		"a lens by bad expression": {"no file would match", "deck: {spyglass: {lenses: [{required_files: ['('], lens: {name: a}}]}}", "deck.spyglass.lenses[0].required_files[0]"},
		"periodics on GitHub":      {"they belong to no commit", "github_reporter: {job_types_to_report: [periodic]}", "github_reporter.job_types_to_report[0]"},
		"Slack without channel":    {"where to?", "slack_reporter_configs: {'*': {}}", "slack_reporter_configs[*].channel"},
		"an odd log level":         {"a guess helps", "log_level: inof", `log_level: "inof": want one of`},
		"two forms of pubsub":      {"which one holds?", "pubsub_subscriptions: {a: [b]}\npubsub_triggers: [{project: p, topics: [t], allowed_clusters: ['*'], max_outstanding_messages: 1}]", "pubsub_triggers"},
		"include and exclude":      {"Prow refuses it for everything", "branch-protection: {include: [a], exclude: [b]}", "branch-protection.exclude"},
		"the same for a part":      {"there Prow takes both", "branch-protection: {orgs: {o: {include: [a], exclude: [b]}}}", ""},
		"an empty query":           {"it would ask for everything", "tide: {queries: [{labels: [a]}]}", "tide.queries[0]: a query needs"},
		"a repository as an org":   {"a usual mistake", "tide: {queries: [{orgs: [o/r]}]}", "tide.queries[0].orgs[0]"},
		"an org as a repository":   {"a usual mistake", "tide: {queries: [{repos: [o]}]}", "tide.queries[0].repos[0]"},
		"a repository twice":       {"its organisation is there", "tide: {queries: [{orgs: [o], repos: [o/r]}]}", "tide.queries[0].repos[0]"},
		"nothing to exclude from":  {"it has no effect", "tide: {queries: [{orgs: [o], excludedRepos: [p/r]}]}", "tide.queries[0].excludedRepos[0]"},
		"both kinds of branches":   {"which one holds?", "tide: {queries: [{orgs: [o], includedBranches: [a], excludedBranches: [b]}]}", "tide.queries[0].excludedBranches"},
		"a label both ways":        {"nothing is ever found", "tide: {queries: [{orgs: [o], labels: [a], missingLabels: [a]}]}", "tide.queries[0].missingLabels[0]"},
		"a label twice":            {"Prow refuses it", "tide: {queries: [{orgs: [o], labels: [a, a]}]}", "tide.queries[0].labels[1]"},
		"an unknown method":        {"GitHub has three", "tide: {merge_method: {o/r: fast-forward}}", `tide.merge_method[o/r]: "fast-forward": want one of`},
		"a branch by bad method":   {"deep down too", "tide: {merge_method: {o: {r: {main: squish}}}}", `did you mean "squash"?`},
		"two target addresses":     {"which one holds?", "tide: {target_url: a, target_urls: {'*': b}}", "tide.target_urls"},
		"no address for the rest":  {"Prow needs *", "tide: {pr_status_base_urls: {o: b}}", "tide.pr_status_base_urls"},
		"an unknown policy":        {"three are allowed", "tide: {github_merge_blocks_policy: {'*': sometimes}}", "tide.github_merge_blocks_policy[*]"},
		"a bad context expression": {"Prow finds out later, so it is a warning", "tide: {context_options: {orgs: {o: {optional-regex-contexts: ['(']}}}}", ""},
		"a method for nothing":     {"Prow takes it for none", "tide: {merge_method: {o/r: ''}}", ""},
		"a bad selector":           {"no job would match", "deck: {external_agent_logs: [{selector: 'a in'}]}", "deck.external_agent_logs[0].selector"},
		"no address":               {"links would be broken", "plank: {job_url_prefix_config: {'*': ':a'}}", "plank.job_url_prefix_config[*]"},
		"Gerrit's expression":      {"read, though Gerrit is not served", "gerrit: {allowed_presubmit_trigger_re: '('}", "gerrit.allowed_presubmit_trigger_re"},
	} {
		t.Run(name, func(t *testing.T) {
			c := &Config{}
			if err := yaml.Unmarshal([]byte(tc.text), c); err != nil {
				t.Fatal(err)
			}
			c.Default()
			got := c.Validate().Errors()
			if text := got.Error(); !strings.Contains(text, tc.want) || (tc.want == "") != (len(got) == 0) {
				t.Errorf("%s: got %q, want %q", tc.why, text, tc.want)
			}
			for _, p := range got {
				if p.Code == "" || p.Field == "" {
					t.Errorf("a problem without code or field: %+v", p)
				}
			}
		})
	}
}

func TestContextBothWaysIsAWarning(t *testing.T) {
	c := configOf(t, "tide: {context_options: {required-contexts: [a], optional-contexts: [a]}}")
	if ps := c.Validate(); ps.Err() != nil || len(ps.Warnings()) != 1 {
		t.Errorf("Prow loads it: %v", ps)
	}
}

func TestConfigMerge(t *testing.T) {
	main := `
branch-protection: {orgs: {o: {protect: true}}}
slack_reporter_configs: {o: {channel: a}}
tide: {merge_method: {o: squash}, queries: [{orgs: [o]}]}
`
	for name, tc := range map[string]struct{ why, more, want string }{
		"what is allowed": {
			"each kind once", "branch-protection: {orgs: {p: {protect: true}, o: {repos: {r: {protect: false}}}}}\nslack_reporter_configs: {p: {channel: b}}\ntide: {merge_method: {p: merge}, queries: [{orgs: [p]}]}", "",
		},
		"jobs' defaults":       {"they belong into config.yaml", "plank: {max_concurrency: 3}", "plank"},
		"another key of tide":  {"only two are allowed", "tide: {blocker_label: a}", "tide.blocker_label"},
		"a policy twice":       {"which one holds?", "branch-protection: {orgs: {o: {protect: false}}}", "branch-protection.orgs[o]"},
		"a channel twice":      {"which one holds?", "slack_reporter_configs: {o: {channel: b}}", "slack_reporter_configs[o]"},
		"a merge method twice": {"which one holds?", "tide: {merge_method: {o: merge}}", "tide.merge_method[o]"},
	} {
		t.Run(name, func(t *testing.T) {
			c, more := &Config{}, &Config{}
			for text, into := range map[string]*Config{main: c, tc.more: more} {
				if err := yaml.Unmarshal([]byte(text), into); err != nil {
					t.Fatal(err)
				}
			}
			var fields []string
			for _, p := range c.Merge(more) {
				fields = append(fields, p.Field)
			}
			if got := strings.Join(fields, " "); got != tc.want {
				t.Errorf("%s: problems at %q, want %q", tc.why, got, tc.want)
			}
			if tc.want == "" && (len(c.Tide.Queries) != 2 || c.Tide.MergeMethods["p"].Method != "merge" || c.SlackReporterConfigs["p"].Channel != "b" ||
				len(c.BranchProtection.Orgs) != 2 || !slices.Contains([]bool{*c.BranchProtection.Orgs["o"].Repos["r"].Protect}, false)) {
				t.Errorf("it was not taken over: %+v", c)
			}
		})
	}
}
