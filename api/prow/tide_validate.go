package prow

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

func (k *checker) tide(t *Tide, at *field.Path) {
	for i := range t.Queries {
		k.query(&t.Queries[i], at.Child("queries").Index(i))
	}
	k.mergeMethods(t.MergeMethods, at.Child("merge_method"))
	if t.TargetURL != "" && len(t.TargetURLs) > 0 {
		k.errorf("exclusive", at.Child("target_urls"), "cannot stand beside target_url; keep one of them")
	}
	switch _, all := t.PRStatusBaseURLs["*"]; {
	case t.PRStatusBaseURL != "" && len(t.PRStatusBaseURLs) > 0:
		k.errorf("exclusive", at.Child("pr_status_base_urls"), "cannot stand beside pr_status_base_url; keep one of them")
	case len(t.PRStatusBaseURLs) > 0 && !all:
		k.errorf("default-missing", at.Child("pr_status_base_urls"), "there is no entry for *")
	}
	if t.MaxGoroutines <= 0 {
		k.errorf("negative", at.Child("max_goroutines"), "%d: want more than 0", t.MaxGoroutines)
	}
	for _, key := range sorted(t.GitHubMergeBlocksPolicies) {
		k.oneOf("merge-blocks-policy", t.GitHubMergeBlocksPolicies[key], []string{"ignore", "permit", "block"}, at.Child("github_merge_blocks_policy").Key(key))
	}
	for _, key := range sorted(t.MergeCommitTemplates) {
		path := at.Child("merge_commit_template").Key(key)
		k.template(t.MergeCommitTemplates[key].Title, path.Child("title"))
		k.template(t.MergeCommitTemplates[key].Body, path.Child("body"))
	}
	k.contextOptions(&t.ContextOptions, at.Child("context_options"))
}

// query checks one query by Prow's rules.
func (k *checker) query(q *TideQuery, at *field.Path) {
	if len(q.Orgs) == 0 && len(q.Repos) == 0 {
		k.errorf("query-empty", at, "a query needs orgs or repos")
	}
	for i, org := range q.Orgs {
		switch path := at.Child("orgs").Index(i); {
		case org == "":
			k.errorf("query-org", path, "an organisation has a name")
		case strings.Contains(org, "/"):
			k.errorf("query-org", path, "%q: an organisation's name has no slash; repositories belong into repos", org)
		case slices.Contains(q.Orgs[:i], org):
			k.errorf("query-twice", path, "%q is there twice", org)
		}
	}
	for i, repo := range q.Repos {
		k.queryRepo(q, repo, slices.Contains(q.Repos[:i], repo), at.Child("repos").Index(i))
	}
	for i, repo := range q.ExcludedRepos {
		path := at.Child("excludedRepos").Index(i)
		org, name, _ := strings.Cut(repo, "/")
		switch {
		case org == "" || name == "" || strings.Contains(name, "/"):
			k.errorf("query-repo", path, "%q: want org/repo", repo)
		case !slices.Contains(q.Orgs, org):
			k.errorf("query-repo", path, "%q is not in any of the query's orgs, so that there is nothing to exclude%s", repo, guess(org, q.Orgs))
		}
	}
	if len(q.IncludedBranches) > 0 && len(q.ExcludedBranches) > 0 {
		k.errorf("exclusive", at.Child("excludedBranches"), "cannot stand beside includedBranches; keep one of them")
	}
	for i, label := range q.MissingLabels {
		if slices.Contains(q.Labels, label) {
			k.errorf("query-label", at.Child("missingLabels").Index(i), "%q is required in labels, so that nothing is ever found", label)
		}
	}
	for name, list := range map[string][]string{"labels": q.Labels, "missingLabels": q.MissingLabels, "includedBranches": q.IncludedBranches, "excludedBranches": q.ExcludedBranches} {
		for i, v := range list {
			if slices.Contains(list[:i], v) {
				k.errorf("query-twice", at.Child(name).Index(i), "%q is there twice", v)
			}
		}
	}
}

func (k *checker) queryRepo(q *TideQuery, repo string, twice bool, at *field.Path) {
	org, name, _ := strings.Cut(repo, "/")
	switch {
	case org == "" || name == "" || strings.Contains(name, "/"):
		k.errorf("query-repo", at, "%q: want org/repo", repo)
	case slices.Contains(q.Orgs, org):
		k.errorf("query-repo", at, "%q is in the organisation %q already, which the query names", repo, org)
	case twice:
		k.errorf("query-twice", at, "%q is there twice", repo)
	}
}

var mergeMethods = []string{MergeMethodMerge, MergeMethodSquash, MergeMethodRebase}

func (k *checker) mergeMethods(methods map[string]OrgMergeMethod, at *field.Path) {
	for _, key := range sorted(methods) {
		m, path := methods[key], at.Key(key)
		if m.Method != "" {
			k.oneOf("merge-method", m.Method, mergeMethods, path)
		}
		for _, repo := range sorted(m.Repos) {
			r, path := m.Repos[repo], path.Key(repo)
			if r.Method != "" {
				k.oneOf("merge-method", r.Method, mergeMethods, path)
			}
			for _, branch := range sorted(r.Branches) {
				k.regexp(branch, path.Key(branch))
				k.oneOf("merge-method", r.Branches[branch], mergeMethods, path.Key(branch))
			}
		}
	}
}

// contextOptions warns about contexts that are both required and optional, which Prow tolerates, and checks expressions.
func (k *checker) contextOptions(o *ContextOptions, at *field.Path) {
	k.contextPolicy(&o.ContextPolicy, at)
	for _, org := range sorted(o.Orgs) {
		orgOptions, path := o.Orgs[org], at.Child("orgs").Key(org)
		k.contextPolicy(&orgOptions.ContextPolicy, path)
		for _, repo := range sorted(orgOptions.Repos) {
			repoOptions, path := orgOptions.Repos[repo], path.Child("repos").Key(repo)
			k.contextPolicy(&repoOptions.ContextPolicy, path)
			for _, branch := range sorted(repoOptions.Branches) {
				p := repoOptions.Branches[branch]
				k.contextPolicy(&p, path.Child("branches").Key(branch))
			}
		}
	}
}

func (k *checker) contextPolicy(p *ContextPolicy, at *field.Path) {
	k.idleExpressions(p.OptionalRegexContexts, true, at.Child("optional-regex-contexts"))
	for i, c := range p.OptionalContexts {
		if slices.Contains(p.RequiredContexts, c) || slices.Contains(p.RequiredIfPresentContexts, c) {
			k.warnf("context-both", at.Child("optional-contexts").Index(i), "%q is required as well; Prow takes the policy and refuses it when it merges", c)
		}
	}
}
