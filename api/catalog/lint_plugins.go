package catalog

import (
	"net/url"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// knownPlugins are the plugins that Prow's hook has, of August 2026.
var knownPlugins = []string{
	"approve", "assign", "blockade", "blunderbuss", "branchcleaner", "bugzilla", "buildifier", "cat", "cherry-pick-approved",
	"cherry-pick-unapproved", "cla", "config-updater", "dco", "dog", "golint", "goose", "heart", "help", "hold", "invalidcommitmsg",
	"issue-management", "jira", "label", "lgtm", "lifecycle", "merge-method-comment", "mergecommitblocker", "milestone",
	"milestoneapplier", "milestonestatus", "override", "owners-label", "pony", "project", "project-manager", "release-note",
	"require-matching-label", "retitle", "reward-owners", "rifle", "shrug", "sigmention", "size", "skip", "slackevents", "stage",
	"testfreeze", "trick-or-treat", "trigger", "verify-owners", "welcome", "wip", "yuks",
}

// plugins looks at plugins.yaml.
func (l *linter) plugins() {
	l.unknownPlugins()
	l.missingTrigger()
	l.ownersPlugins()
	l.labels()
	l.configMapRepos()
}

// unknownPlugins finds names of plugins that nothing answers to.
func (l *linter) unknownPlugins() {
	for _, key := range sortedKeys(l.cat.plugins.Plugins) {
		for i, name := range l.cat.plugins.Plugins[key].Plugins {
			if slices.Contains(knownPlugins, name) {
				continue
			}
			hint := ""
			if meant := prow.Closest(name, knownPlugins); meant != "" {
				hint = "; did you mean " + meant + "?"
			}
			l.warn("unknown-plugin", field.NewPath("plugins").Key(key).Child("plugins").Index(i), "there is no plugin %q%s", name, hint)
		}
	}
}

// missingTrigger finds repositories with jobs that nothing would run.
func (l *linter) missingTrigger() {
	jobs := newRepoSet()
	jobs.repos.Insert(l.cat.Repos()...)
	if missing := jobs.without(enabling(l.cat.plugins, "trigger")).names(); missing != "" {
		l.warn("missing-trigger", field.NewPath("plugins"), "these have jobs, and not the plugin trigger that runs them: %s", missing)
	}
}

// ownersPlugins finds repositories that use OWNERS files, and do not check them.
func (l *linter) ownersPlugins() {
	users := newRepoSet()
	for _, name := range []string{"approve", "blunderbuss", "rifle", "owners-label"} {
		users = users.or(enabling(l.cat.plugins, name))
	}
	if missing := users.without(enabling(l.cat.plugins, "verify-owners")).names(); missing != "" {
		l.warn("missing-verify-owners", field.NewPath("plugins"),
			"these use OWNERS files (by approve, blunderbuss, rifle or owners-label), and not the plugin verify-owners that checks them: %s", missing)
	}
}

// labels finds restricted labels that have no name, or that are additional labels too and so free for everybody.
func (l *linter) labels() {
	label := l.cat.plugins.Label
	for _, key := range sortedKeys(label.RestrictedLabels) {
		for i, restricted := range label.RestrictedLabels[key] {
			at := field.NewPath("label", "restricted_labels").Key(key).Index(i).Child("label")
			if restricted.Label == "" {
				l.warn("label-empty", at, "a label has a name")
			}
			if slices.Contains(label.AdditionalLabels, restricted.Label) {
				l.warn("label-restricted-and-free", at, "%q is in additional_labels too, by which anybody may add it", restricted.Label)
			}
		}
	}
}

// configMapRepos checks the names of the repositories that may, or may not, write a ConfigMap.
func (l *linter) configMapRepos() {
	maps := l.cat.plugins.ConfigUpdater.Maps
	for _, files := range sortedKeys(maps) {
		at := field.NewPath("config_updater", "maps").Key(files)
		for _, list := range []struct {
			name  string
			repos []string
		}{{"allowed_repos", maps[files].AllowedRepos}, {"denied_repos", maps[files].DeniedRepos}} {
			for i, repo := range list.repos {
				if org, _, _ := strings.Cut(repo, "/"); org == "" || strings.Count(repo, "/") > 1 {
					l.warn("bad-repo", at.Child(list.name).Index(i), "%q: want org or org/repo", repo)
				}
			}
		}
	}
}

// links checks links of config.yaml; checkconfig does so beside plugins.yaml only.
func (l *linter) links() {
	if _, err := url.Parse(l.cat.config.StatusErrorLink); err != nil {
		l.warn("bad-url", field.NewPath("status_error_link"), "%v", err)
	}
}
