package prow

import (
	"strings"
	"weak"

	lru "github.com/hashicorp/golang-lru/v2"
)

// DefaultTenantID is the tenant of jobs for which nothing names one.
const DefaultTenantID = "GlobalDefaultID"

// inheritance is what a configuration says for all jobs of one repository and cluster. It is shared between jobs.
type inheritance struct {
	decoration *DecorationConfig
	records    *JobDefault
}

// scope is whose jobs an inheritance is for.
type scope struct {
	config        weak.Pointer[Config]
	repo, cluster string
}

// inheritances keeps them, since a configuration has many more jobs than repositories. It is bounded, and keeps no
// configuration alive.
var inheritances, _ = lru.New[scope, inheritance](4096) // fails only for a size below 1

func (c *Config) inheritance(repo, cluster string) inheritance {
	s := scope{weak.Make(c), repo, cluster}
	if known, ok := inheritances.Get(s); ok {
		return known
	}
	made := inheritance{c.DecorationFor(repo, cluster), c.prowJobDefaultFor(repo, cluster)}
	inheritances.Add(s, made)
	return made
}

// DecorationFor is the default of decoration for a repository ("org/repo", or empty) and a build cluster; never nil. A
// configuration has one of two forms: the map, from "*" over org to org/repo, or the list in its order; later ones win.
func (c *Config) DecorationFor(repo, cluster string) *DecorationConfig {
	merged := &DecorationConfig{}
	org, _, _ := strings.Cut(repo, "/")
	for _, key := range []string{"*", org, repo} {
		merged = c.Plank.DefaultDecorationConfigs[key].over(merged)
	}
	for _, e := range c.Plank.DefaultDecorationConfigEntries {
		if holdsFor(e.OrgRepo, e.Cluster, repo, cluster) {
			merged = e.Config.over(merged)
		}
	}
	return merged
}

// prowJobDefaultFor is the default of prowjob_defaults for a repository and a build cluster; never nil, and never without
// a tenant.
func (c *Config) prowJobDefaultFor(repo, cluster string) *JobDefault {
	merged := &JobDefault{}
	for _, e := range c.ProwJobDefaultEntries {
		if holdsFor(e.OrgRepo, e.Cluster, repo, cluster) {
			merged = e.Config.over(merged)
		}
	}
	return merged.over(&JobDefault{TenantID: DefaultTenantID})
}

// holdsFor says whether an entry for orgRepo and cluster ("*" or empty for all) holds for a repository in a cluster.
func holdsFor(entryRepo, entryCluster, repo, cluster string) bool {
	org, _, _ := strings.Cut(repo, "/")
	ofRepo := entryRepo == "" || entryRepo == "*" || entryRepo == org || entryRepo == repo
	return ofRepo && (entryCluster == "" || entryCluster == "*" || entryCluster == cluster)
}
