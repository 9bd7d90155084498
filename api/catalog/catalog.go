package catalog

import (
	"maps"
	"slices"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// Paths name the parts of a configuration, as slash paths in the file system.
type Paths struct {
	// Config is Prow's config.yaml, which may hold jobs too; empty for none.
	Config string
	// Plugins is Prow's plugins.yaml. When it is empty, every repository with jobs is enabled and has no trust settings.
	Plugins string
	// Jobs is a job file, or a folder that is walked for *.yaml and *.yml; empty for none.
	Jobs string
	// SupplementalConfigs are folders that are walked for *_prowconfig.yaml, SupplementalPlugins for *_pluginconfig.yaml.
	SupplementalConfigs, SupplementalPlugins []string
}

// Counts says how much a configuration holds.
type Counts struct {
	Presubmits  int `json:"presubmits"`
	Postsubmits int `json:"postsubmits"`
	Periodics   int `json:"periodics"`
	Presets     int `json:"presets"`
	// Repos is the number of repositories with presubmits or postsubmits.
	Repos int `json:"repos"`
}

// Catalog holds all jobs of a configuration, defaulted and validated. It never changes, and is safe for concurrent use.
type Catalog struct {
	config       *prow.Config
	presubmits   map[string][]prow.Presubmit
	postsubmits  map[string][]prow.Postsubmit
	periodics    []prow.Periodic
	plugins      *prow.PluginConfig
	podNamespace string
	// presets are those of the configuration, which hold for the jobs inside repositories too.
	presets []prow.Preset
	counts  Counts
}

// Presubmits are the presubmits of a repository in the order of the configuration; nil if it has none. The slice is the
// caller's, what the jobs point to (such as Spec) is not.
func (c *Catalog) Presubmits(org, repo string) []prow.Presubmit {
	return slices.Clone(c.presubmits[org+"/"+repo])
}

// Presubmit is the job of that name which runs for pull requests into a branch; false if there is none.
func (c *Catalog) Presubmit(org, repo, name, branch string) (prow.Presubmit, bool) {
	for _, job := range c.presubmits[org+"/"+repo] {
		if job.Name == name && job.ShouldRun(branch) {
			return job, true
		}
	}
	return prow.Presubmit{}, false
}

// Postsubmits are the postsubmits of a repository in the order of the configuration; nil if it has none. The slice is the
// caller's, what the jobs point to (such as Spec) is not.
func (c *Catalog) Postsubmits(org, repo string) []prow.Postsubmit {
	return slices.Clone(c.postsubmits[org+"/"+repo])
}

// Periodics are the periodics in the order of the configuration. The slice is the caller's, what the jobs point to is not.
func (c *Catalog) Periodics() []prow.Periodic { return slices.Clone(c.periodics) }

// Repos are the repositories that have presubmits or postsubmits, as "org/repo", sorted.
func (c *Catalog) Repos() []string {
	repos := slices.AppendSeq(slices.Collect(maps.Keys(c.presubmits)), maps.Keys(c.postsubmits))
	slices.Sort(repos)
	return slices.Compact(repos)
}

// Config is the configuration without its jobs: config.yaml with the supplemental files merged in. It is shared: do not
// change it.
func (c *Catalog) Config() *prow.Config { return c.config }

// Plugins is plugins.yaml with the supplemental files merged in; nil if there is none. It is shared: do not change it.
func (c *Catalog) Plugins() *prow.PluginConfig { return c.plugins }

// Trust is the `triggers` entry of plugins.yaml that holds for a repository: its own, else its organisation's, else an
// empty one. Entries are not merged.
func (c *Catalog) Trust(org, repo string) prow.Trigger {
	if c.plugins == nil {
		return prow.Trigger{}
	}
	return c.plugins.TriggerFor(org, repo)
}

// Enabled says whether jobs of a repository may run at all: plugins.yaml enables Prow's plugin "trigger" for it, or
// there is no plugins.yaml.
func (c *Catalog) Enabled(org, repo string) bool {
	return c.plugins == nil || c.plugins.Enables("trigger", org, repo)
}

// PodNamespace is the namespace of jobs that name none.
func (c *Catalog) PodNamespace() string { return c.podNamespace }

// Counts says how much the configuration holds.
func (c *Catalog) Counts() Counts { return c.counts }

func (c *Catalog) count() {
	c.counts = Counts{Periodics: len(c.periodics), Presets: len(c.presets), Repos: len(c.Repos())}
	for _, jobs := range c.presubmits {
		c.counts.Presubmits += len(jobs)
	}
	for _, jobs := range c.postsubmits {
		c.counts.Postsubmits += len(jobs)
	}
}
