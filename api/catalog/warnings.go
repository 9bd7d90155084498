package catalog

import (
	"fmt"
	"strings"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// notRun counts the kinds of jobs that do not run yet, and says so once per file and kind.
func (l *loader) notRun(s jobSet) {
	posts := 0
	for _, repo := range sortedKeys(s.jobs.Postsubmits) {
		l.repos[repo] = true
		posts += len(s.jobs.Postsubmits[repo])
	}
	l.cat.counts.Postsubmits += posts
	l.cat.counts.Periodics += len(s.jobs.Periodics)
	if posts > 0 {
		l.problems = append(l.problems, s.doc.problem(prow.SeverityWarning, "postsubmits-not-run", "postsubmits", "postsubmits are not run yet: %d in this file", posts))
	}
	if n := len(s.jobs.Periodics); n > 0 {
		l.problems = append(l.problems, s.doc.problem(prow.SeverityWarning, "periodics-not-run", "periodics", "periodics are not run yet: %d in this file", n))
	}
}

// mainWarnings says once which parts of config.yaml have no effect yet.
func (l *loader) mainWarnings(doc *document) {
	for _, f := range []struct {
		field, why string
		value      prow.Raw
	}{
		{"tide", "pull requests are not merged yet", l.main.Tide},
		{"branch-protection", "branch protection is not written yet", l.main.BranchProtection},
		{"slack_reporter_configs", "nothing is reported to Slack yet", l.main.SlackReporterConfigs},
		{"in_repo_config", "jobs inside repositories are not read yet", l.main.InRepoConfig},
		{"github_reporter", "every job reports to GitHub, without a comment", l.main.GitHubReporter},
		{"plank.max_concurrency", "the limit over all jobs is a setting of Bowsprit", l.main.Plank.MaxConcurrency},
		{"plank.job_queue_capacities", "queues are not counted yet", l.main.Plank.JobQueueCapacities},
	} {
		if len(f.value) > 0 {
			l.problems = append(l.problems, doc.problem(prow.SeverityWarning, "no-effect-yet", f.field, "has no effect: %s", f.why))
		}
	}
	for p, jobs := range l.inherited {
		p.Message = fmt.Sprintf("%s (jobs that have it from here: %d)", p.Message, jobs)
		p.File, p.Line = doc.file, doc.line(p.Field)
		l.problems = append(l.problems, p)
	}
	if at := l.uploadConfigured(); at != "" {
		l.problems = append(l.problems, doc.problem(prow.SeverityWarning, "no-effect-yet", at,
			"logs and artifacts are not uploaded yet; the check shows the tail of a failing step"))
	}
}

// uploadConfigured is the field of the first default decoration that names a bucket, or "".
func (l *loader) uploadConfigured() string {
	for _, e := range l.main.Plank.DefaultDecorationConfigEntries {
		if e.Config.UploadConfigured() {
			return "plank.default_decoration_config_entries"
		}
	}
	for _, c := range l.main.Plank.DefaultDecorationConfigs {
		if c.UploadConfigured() {
			return "plank.default_decoration_configs"
		}
	}
	return ""
}

// pluginWarnings says which enabled plugins do nothing yet, each once, and which trigger settings have no effect.
func (l *loader) pluginWarnings(doc *document, plugins *prow.PluginConfig) {
	seen := map[string]bool{"trigger": true}
	for _, key := range sortedKeys(plugins.Plugins) {
		for _, name := range plugins.Plugins[key].Plugins {
			if !seen[name] {
				seen[name] = true
				l.problems = append(l.problems, doc.problem(prow.SeverityWarning, "plugin-not-run", "plugins["+key+"]", "the plugin %q does nothing yet", name))
			}
		}
		if org, repo, ok := strings.Cut(key, "/"); ok {
			l.pluginTwice(doc, plugins, org, repo)
		}
	}
	for i, t := range plugins.Triggers {
		if len(t.TriggerGitHubWorkflows) > 0 {
			l.problems = append(l.problems, doc.problem(prow.SeverityWarning, "no-effect-yet", fmt.Sprintf("triggers[%d].trigger_github_workflows", i),
				"has no effect: workflows of GitHub Actions are not started yet"))
		}
	}
}

// pluginTwice reports a plugin that is enabled for a repository and for its organisation, which Prow refuses.
func (l *loader) pluginTwice(doc *document, plugins *prow.PluginConfig, org, repo string) {
	own := plugins.Plugins[org+"/"+repo]
	for _, name := range own.Plugins {
		alone := prow.PluginConfig{Plugins: map[string]prow.OrgPlugins{org: plugins.Plugins[org]}}
		if alone.Enables(name, org, repo) {
			l.problems = append(l.problems, doc.problem(prow.SeverityError, "plugin-duplicate", "plugins["+org+"/"+repo+"]",
				"the plugin %q is enabled for %s already; remove one of the two", name, org))
		}
	}
}

// inherited begins a decoration's fields in a job's path.
const inherited = ".decoration_config."

// inherit counts a warning about a field that a job has from a default, to be told once where the default stands.
func (l *loader) inherit(p prow.Problem) {
	at := "plank.default_decoration_config_entries"
	if len(l.main.Plank.DefaultDecorationConfigs) > 0 {
		at = "plank.default_decoration_configs"
	}
	_, name, _ := strings.Cut(p.Field, inherited)
	l.inherited[prow.Problem{Severity: p.Severity, Code: p.Code, Field: at, Message: name + ": " + p.Message}]++
}
