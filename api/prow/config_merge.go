package prow

import (
	"reflect"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Merge takes over what a supplemental file may say, which is Prow's list: branch-protection, slack_reporter_configs,
// tide.merge_method and tide.queries. It lists what else the file says, and what is said twice; the fields are paths in the
// supplemental file.
func (c *Config) Merge(more *Config) Problems {
	k := &checker{job: &JobBase{}}
	rest := *more
	rest.BranchProtection, rest.SlackReporterConfigs = BranchProtection{}, nil
	rest.Tide.MergeMethods, rest.Tide.Queries = nil, nil
	rest.JobConfig = JobConfig{}
	k.onlyAllowed(reflect.ValueOf(rest), nil)
	k.mergeProtection(&c.BranchProtection, &more.BranchProtection)
	for _, key := range sorted(more.SlackReporterConfigs) {
		if _, twice := c.SlackReporterConfigs[key]; twice {
			k.errorf("supplemental-twice", field.NewPath("slack_reporter_configs").Key(key), "it is configured in another file already")
		}
		put(&c.SlackReporterConfigs, key, more.SlackReporterConfigs[key])
	}
	for _, key := range sorted(more.Tide.MergeMethods) {
		if _, twice := c.Tide.MergeMethods[key]; twice {
			k.errorf("supplemental-twice", field.NewPath("tide", "merge_method").Key(key), "it is configured in another file already")
		}
		put(&c.Tide.MergeMethods, key, more.Tide.MergeMethods[key])
	}
	c.Tide.Queries = append(c.Tide.Queries, more.Tide.Queries...)
	return k.problems
}

func put[V any](m *map[string]V, key string, value V) {
	if *m == nil {
		*m = map[string]V{}
	}
	(*m)[key] = value
}

// onlyAllowed reports every key that is set. Tide is looked into, since a part of it is allowed.
func (k *checker) onlyAllowed(v reflect.Value, at *field.Path) {
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		if v.Field(i).IsZero() || name == "" {
			continue
		}
		path := at.Child(name)
		if name == "tide" {
			k.onlyAllowed(v.Field(i), path)
			continue
		}
		k.errorf("supplemental-key", path, "a supplemental file may only hold branch-protection, slack_reporter_configs, tide.merge_method and tide.queries")
	}
}

// mergeProtection adds organisations and repositories; each policy stands in one file.
func (k *checker) mergeProtection(c, more *BranchProtection) {
	at := field.NewPath("branch-protection")
	own := *more
	own.Orgs = nil
	if !reflect.ValueOf(own).IsZero() {
		if mine := *c; mine.withoutOrgs() {
			orgs := c.Orgs
			*c = own
			c.Orgs = orgs
		} else {
			k.errorf("supplemental-twice", at, "the policy for everything is configured in another file already")
		}
	}
	for _, org := range sorted(more.Orgs) {
		k.mergeOrgProtection(c, org, more.Orgs[org], at.Child("orgs").Key(org))
	}
}

func (b BranchProtection) withoutOrgs() bool {
	b.Orgs = nil
	return reflect.ValueOf(b).IsZero()
}

func (k *checker) mergeOrgProtection(c *BranchProtection, org string, more OrgProtection, at *field.Path) {
	mine := c.Orgs[org]
	mine.ProtectionPolicy = k.onePolicy(mine.ProtectionPolicy, more.ProtectionPolicy, at)
	for _, repo := range sorted(more.Repos) {
		path := at.Child("repos").Key(repo)
		r := mine.Repos[repo]
		r.ProtectionPolicy = k.onePolicy(r.ProtectionPolicy, more.Repos[repo].ProtectionPolicy, path)
		for _, branch := range sorted(more.Repos[repo].Branches) {
			b := r.Branches[branch]
			b.ProtectionPolicy = k.onePolicy(b.ProtectionPolicy, more.Repos[repo].Branches[branch].ProtectionPolicy, path.Child("branches").Key(branch))
			put(&r.Branches, branch, b)
		}
		put(&mine.Repos, repo, r)
	}
	put(&c.Orgs, org, mine)
}

// onePolicy is the one of two policies that says something.
func (k *checker) onePolicy(mine, more ProtectionPolicy, at *field.Path) ProtectionPolicy {
	if reflect.ValueOf(more).IsZero() {
		return mine
	}
	if !reflect.ValueOf(mine).IsZero() {
		k.errorf("supplemental-twice", at, "the policy is configured in another file already")
	}
	return more
}
