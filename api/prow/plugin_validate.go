package prow

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// pluginChecker collects what is wrong with plugins.yaml.
type pluginChecker struct {
	c        *PluginConfig
	problems Problems
}

// Validate lists all that keeps Prow from loading plugins.yaml, after Default, and warnings of what is loaded and has no
// effect. Fields are paths in plugins.yaml; files and lines are not known here. Names of plugins are not checked: Prow's
// loader takes any.
func (c *PluginConfig) Validate() Problems {
	v := &pluginChecker{c: c}
	v.plugins()
	v.externalPlugins()
	v.rivals()
	v.expressions()
	v.reviewers("blunderbuss", c.Blunderbuss)
	v.reviewers("rifle", c.Rifle)
	v.configUpdater()
	v.sizes()
	v.matchingLabels()
	v.projectManager()
	v.commitMessages()
	v.oneEntryPerRepo("approve", reposOf(c.Approve, func(a Approve) []string { return a.Repos }))
	v.oneEntryPerRepo("welcome", reposOf(c.Welcome, func(w Welcome) []string { return w.Repos }))
	v.oneEntryPerRepo("invalid_commit_msg", reposOf(c.InvalidCommitMsg, func(m InvalidCommitMsg) []string { return m.Repos }))
	v.deprecated()
	return v.problems
}

func (v *pluginChecker) errorf(code string, at *field.Path, format string, args ...any) {
	v.problems = append(v.problems, Problem{Severity: SeverityError, Code: code, Field: at.String(), Message: fmt.Sprintf(format, args...)})
}

func (v *pluginChecker) warnf(code string, at *field.Path, format string, args ...any) {
	v.problems = append(v.problems, Problem{Severity: SeverityWarning, Code: code, Field: at.String(), Message: fmt.Sprintf(format, args...)})
}

// inOrder are the entries of a map in the order of their keys, so that problems come in one order.
func inOrder[V any](m map[string]V) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			if !yield(k, m[k]) {
				return
			}
		}
	}
}

// split is the organisation and the repository of "org/repo"; false for a key that is no repository.
func split(key string) (org, repo string, ok bool) {
	org, repo, ok = strings.Cut(key, "/")
	repo, _, _ = strings.Cut(repo, "/")
	return org, repo, ok
}

// plugins finds plugins that a repository has twice, from its own list and its organisation's.
func (v *pluginChecker) plugins() {
	for key, list := range inOrder(v.c.Plugins) {
		org, repo, ok := split(key)
		if !ok || slices.Contains(v.c.Plugins[org].ExcludedRepos, repo) {
			continue
		}
		for i, name := range list.Plugins {
			if slices.Contains(v.c.Plugins[org].Plugins, name) {
				v.errorf("plugin-duplicate", field.NewPath("plugins").Key(key).Child("plugins").Index(i),
					"%q is enabled for all of %s already; remove one of the two, or exclude %s there by excluded_repos", name, org, repo)
			}
		}
	}
}

// rivals finds repositories with both of the plugins that ask for reviews.
func (v *pluginChecker) rivals() {
	for key, list := range inOrder(v.c.Plugins) {
		plugins := list.Plugins
		if org, repo, ok := split(key); ok && !slices.Contains(v.c.Plugins[org].ExcludedRepos, repo) {
			plugins = slices.Concat(plugins, v.c.Plugins[org].Plugins)
		}
		if slices.Contains(plugins, "blunderbuss") && slices.Contains(plugins, "rifle") {
			v.errorf("plugin-rivals", field.NewPath("plugins").Key(key), "blunderbuss and rifle both ask for reviews; enable one of the two")
		}
	}
}

// externalPlugins finds external plugins that a repository has twice; there, nothing can be excluded.
func (v *pluginChecker) externalPlugins() {
	for key, plugins := range inOrder(v.c.ExternalPlugins) {
		org, _, ok := split(key)
		if !ok {
			continue
		}
		for i, p := range plugins {
			same := func(o ExternalPlugin) bool { return o.Name == p.Name }
			if slices.ContainsFunc(v.c.ExternalPlugins[org], same) {
				v.errorf("external-plugin-duplicate", field.NewPath("external_plugins").Key(key).Index(i),
					"%q is registered for all of %s already; remove one of the two", p.Name, org)
			}
		}
	}
}

// compile checks an expression of which Prow needs that it compiles.
func (v *pluginChecker) compile(expr string, at *field.Path) {
	if _, err := expression(expr); err != nil {
		v.errorf("bad-expression", at, "%q: %v", expr, err)
	}
}

func (v *pluginChecker) expressions() {
	v.compile(v.c.SigMention.Regexp, field.NewPath("sigmention", "regexp"))
	v.compile(v.c.Heart.CommentRegexp, field.NewPath("heart", "commentregexp"))
	v.compile(v.c.CherryPickUnapproved.BranchRegexp, field.NewPath("cherry_pick_unapproved", "branchregexp"))
	for i, a := range v.c.CherryPickApproved {
		v.compile(a.BranchRegexp, field.NewPath("cherry_pick_approved").Index(i).Child("branchregexp"))
	}
	for i, b := range v.c.Blockades {
		at := field.NewPath("blockades").Index(i)
		if b.BranchRegexp != nil {
			v.compile(*b.BranchRegexp, at.Child("branchregexp"))
		}
		v.paths(b.BlockRegexps, at.Child("blockregexps"))
		v.paths(b.ExceptionRegexps, at.Child("exceptionregexps"))
	}
}

// paths warns of expressions that Prow leaves out when they are used.
func (v *pluginChecker) paths(exprs []string, at *field.Path) {
	for i, expr := range exprs {
		if _, err := expression(expr); err != nil {
			v.warnf("bad-expression", at.Index(i), "%q: %v; it is left out", expr, err)
		}
	}
}

func (v *pluginChecker) reviewers(key string, b Blunderbuss) {
	if b.ReviewerCount != nil && *b.ReviewerCount < 1 {
		v.errorf("reviewer-count", field.NewPath(key, "request_count"), "%d: at least 1 reviewer is asked", *b.ReviewerCount)
	}
	if b.WaitForStatus != nil {
		v.compile(b.WaitForStatus.Description, field.NewPath(key, "wait_for_status", "description"))
	}
}

// sizes checks that no size begins after the next.
func (v *pluginChecker) sizes() {
	s := v.c.Size
	names, lines := []string{"s", "m", "l", "xl", "xxl"}, []int{s.S, s.M, s.L, s.XL, s.XXL}
	for i := 1; i < len(lines); i++ {
		if lines[i-1] > lines[i] {
			v.errorf("size-order", field.NewPath("size", names[i-1]), "%s begins at %d lines, after %s at %d; a size that is left out is 0",
				names[i-1], lines[i-1], names[i], lines[i])
		}
	}
}

func (v *pluginChecker) matchingLabels() {
	for i, l := range v.c.RequireMatchingLabel {
		at := field.NewPath("require_matching_label").Index(i)
		v.compile(l.Regexp, at.Child("regexp"))
		if _, err := time.ParseDuration(l.GracePeriod); err != nil {
			v.errorf("bad-duration", at.Child("grace_period"), "want a duration such as 5s: %v", err)
		}
		v.matchingLabel(l, at)
	}
}

func (v *pluginChecker) matchingLabel(l RequireMatchingLabel, at *field.Path) {
	for _, f := range []struct{ name, value string }{{"org", l.Org}, {"regexp", l.Regexp}, {"missing_label", l.MissingLabel}} {
		if f.value == "" {
			v.errorf("missing-field", at.Child(f.name), "is required")
		}
	}
	if strings.Contains(l.Repo, "/") {
		v.errorf("repo-with-org", at.Child("repo"), "%q: the organisation belongs into org", l.Repo)
	}
	if !l.PRs && !l.Issues {
		v.errorf("missing-field", at, "one of prs and issues must be true")
	}
	if !l.PRs && l.Branch != "" {
		v.errorf("branch-without-prs", at.Child("branch"), "only pull requests have a branch; set prs: true")
	}
	if re, err := expression(l.Regexp); err == nil && l.Regexp != "" && l.MissingLabel != "" && re.MatchString(l.MissingLabel) {
		v.errorf("label-matches-itself", at.Child("missing_label"), "%q is itself a label that regexp matches, so it would never be missing", l.MissingLabel)
	}
}

// deprecated warns of what Prow takes and warns of.
func (v *pluginChecker) deprecated() {
	for i, t := range v.c.Triggers {
		if t.TrustedOrg != "" {
			v.warnf("deprecated", field.NewPath("triggers").Index(i).Child("trusted_org"), "Prow means to take it away")
		}
	}
	for key, m := range inOrder(v.c.RepoMilestone) {
		if m.MaintainersID != 0 {
			v.warnf("deprecated", field.NewPath("repo_milestone").Key(key).Child("maintainers_id"), "use maintainers_team")
		}
	}
}
