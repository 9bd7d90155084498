package catalog

import (
	"slices"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// InRepoEnabled says whether a repository may define jobs itself: of the entries of in_repo_config.enabled for the
// repository, its organisation and "*" the narrowest decides, and without one it may not.
func (c *Catalog) InRepoEnabled(org, repo string) bool {
	enabled := c.config.InRepoConfig.Enabled
	for _, key := range []string{org + "/" + repo, org, "*"} {
		if on := enabled[key]; on != nil {
			return *on
		}
	}
	return false
}

// allowsCluster says whether a repository's own jobs may run on a cluster: in_repo_config.allowed_clusters for the
// repository, its organisation and "*" are added up, and "*" is the cluster "default" unless it is written.
func (c *Catalog) allowsCluster(org, repo, cluster string) bool {
	allowed := c.config.InRepoConfig.AllowedClusters
	if allowed["*"] == nil && cluster == prow.DefaultCluster {
		return true
	}
	return slices.ContainsFunc([]string{org + "/" + repo, org, "*"}, func(key string) bool { return slices.Contains(allowed[key], cluster) })
}
