package catalog

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// labelPlugin is a plugin whose label Tide's queries are to require or to forbid.
type labelPlugin struct {
	name, label string
	forbidden   bool
}

// labelPlugins are the plugins that decide by a label whether a pull request is merged.
var labelPlugins = []labelPlugin{
	{name: "lgtm", label: "lgtm"},
	{name: "approve", label: "approved"},
	{name: "hold", label: "do-not-merge/hold", forbidden: true},
	{name: "wip", label: "do-not-merge/work-in-progress", forbidden: true},
	{name: "bugzilla", label: "bugzilla/invalid-bug", forbidden: true},
	{name: "verify-owners", label: "do-not-merge/invalid-owners-file", forbidden: true},
	{name: "release-note", label: "do-not-merge/release-note-label-needed", forbidden: true},
	{name: "cherry-pick-unapproved", label: "do-not-merge/cherry-pick-not-approved", forbidden: true},
	{name: "blockade", label: "do-not-merge/blocked-paths", forbidden: true},
}

// needsRebase is registered as an external plugin. Tide merges nothing that conflicts anyway, so that nobody needs to
// forbid the label.
var needsRebase = labelPlugin{name: "needs-rebase", label: "needs-rebase", forbidden: true}

// in are the repositories of the queries that mind the plugin's label, and verb is what they do with it.
func (p labelPlugin) in(queries []prow.TideQuery) (minding repoSet, verb string) {
	var some []prow.TideQuery
	for _, q := range queries {
		if p.forbidden && slices.Contains(q.MissingLabels, p.label) || !p.forbidden && slices.Contains(q.Labels, p.label) {
			some = append(some, q)
		}
	}
	if p.forbidden {
		return pooled(some), "forbid"
	}
	return pooled(some), "require"
}

// labelsOfTide finds repositories whose merges wait for a label that no plugin sets, and those with a plugin whose label
// no merge minds.
func (l *linter) labelsOfTide() {
	queries, at := l.cat.config.Tide.Queries, field.NewPath("tide", "queries")
	all := pooled(queries)
	for _, p := range labelPlugins {
		minding, verb := p.in(queries)
		enabled := enabling(l.cat.plugins, p.name)
		l.labelWithoutPlugin(p, minding, enabled, verb)
		if not := enabled.and(all).without(minding).names(); not != "" {
			l.warn("mismatched-tide", at, "the plugin %s is enabled, and the queries do not %s its label %s, for: %s", p.name, verb, p.label, not)
		}
	}
	minding, verb := needsRebase.in(queries)
	l.labelWithoutPlugin(needsRebase, minding, enablingExternal(l.cat.plugins, needsRebase.name), verb)
}

func (l *linter) labelWithoutPlugin(p labelPlugin, minding, enabled repoSet, verb string) {
	if not := minding.without(enabled).names(); not != "" {
		l.warn("mismatched-tide", field.NewPath("tide", "queries"), "the queries %s the label %s, and its plugin %s is not enabled, for: %s", verb, p.label, p.name, not)
	}
}

// needsOkToTest finds queries that forbid a label which a pull request with lgtm does not need to lose.
func (l *linter) needsOkToTest() {
	for i, q := range l.cat.config.Tide.Queries {
		if slices.Contains(q.Labels, "lgtm") && slices.Contains(q.MissingLabels, "needs-ok-to-test") {
			l.warn("needs-ok-to-test", field.NewPath("tide", "queries").Index(i).Child("missingLabels"), "the query requires lgtm, so it need not forbid needs-ok-to-test: that would only delay merges")
		}
	}
}

// webhooks finds repositories that would get every event twice.
func (l *linter) webhooks() {
	hooks := l.cat.config.ManagedWebhooks.OrgRepoConfig
	for _, key := range sortedKeys(hooks) {
		if _, whole := hooks[orgOf(key)]; whole {
			l.warn("managed-webhooks", field.NewPath("managed_webhooks", "org_repo_config").Key(key), "%s has a webhook already, so every event would come twice", orgOf(key))
		}
	}
}

// contextPolicies asks what merges wait for, on every branch that the configuration names.
func (l *linter) contextPolicies() {
	branches := l.branches()
	for _, key := range sortedKeys(branches) {
		org, repo, ok := strings.Cut(key, "/")
		if !ok || strings.Contains(repo, "/") {
			continue // Gerrit's
		}
		if branches[key].Len() == 0 {
			branches[key].Insert("master")
		}
		for _, branch := range sets.List(branches[key]) {
			l.contextPolicy(org, repo, branch)
		}
	}
}

// branches are the branches that jobs, branch protection and Tide's context options name, by repository.
func (l *linter) branches() map[string]sets.Set[string] {
	branches := map[string]sets.Set[string]{}
	add := func(repo string, names ...string) {
		if branches[repo] == nil {
			branches[repo] = sets.New[string]()
		}
		branches[repo].Insert(names...)
	}
	for repo, jobs := range l.cat.presubmits {
		for i := range jobs {
			add(repo, jobs[i].Branches...)
		}
	}
	for org, o := range l.cat.config.BranchProtection.Orgs {
		for repo, r := range o.Repos {
			add(org+"/"+repo, sortedKeys(r.Branches)...)
		}
	}
	for org, o := range l.cat.config.Tide.ContextOptions.Orgs {
		for repo, r := range o.Repos {
			add(org+"/"+repo, sortedKeys(r.Branches)...)
		}
	}
	return branches
}

// contextPolicy checks that no context is asked for in two ways.
func (l *linter) contextPolicy(org, repo, branch string) {
	at := field.NewPath("tide", "context_options")
	p := l.cat.config.ContextPolicy(org, repo, branch, l.cat.presubmits[org+"/"+repo])
	required, ifPresent, optional := sets.New(p.RequiredContexts...), sets.New(p.RequiredIfPresentContexts...), sets.New(p.OptionalContexts...)
	for _, clash := range []struct {
		contexts sets.Set[string]
		what     string
	}{
		{required.Intersection(optional), "required and optional"},
		{required.Intersection(ifPresent), "required and required if present"},
		{optional.Intersection(ifPresent), "optional and required if present"},
	} {
		if clash.contexts.Len() > 0 {
			l.warn("tide-context-policy", at, "%s/%s, branch %s: these contexts are both %s: %s", org, repo, branch, clash.what, strings.Join(sets.List(clash.contexts), ", "))
		}
	}
}
