package main

import (
	"fmt"
	"slices"
	"strings"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/bowsprit-ci/bowsprit/api/catalog"
	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/internal/settings/live"
	"github.com/bowsprit-ci/bowsprit/pipelines"
	"github.com/bowsprit-ci/bowsprit/pipelines/tier"
	"github.com/bowsprit-ci/bowsprit/web/pages"
)

// configPage is where the page about the configuration is, beside the metrics.
const configPage = "/config"

// loadCatalog reads the Prow configuration. A first start with errors in it is refused: there is no last good one.
func (s *server) loadCatalog() error {
	c := s.settings.Config
	files := catalog.Paths{Config: c.ConfigPath, Jobs: c.JobConfigPath, Plugins: c.PluginConfig,
		SupplementalConfigs: c.SupplementalProwConfigDirs, SupplementalPlugins: c.SupplementalPluginConfigDirs}
	at, paths, err := rooted(files)
	if err != nil {
		return err
	}
	loader := catalog.NewLoader(at.fsys, paths)
	s.config, err = live.New(live.Options{
		Load: func() (*catalog.Catalog, prow.Problems) {
			cat, problems := loader.Load()
			problems = slices.Clone(problems)
			at.rename(problems)
			return cat, problems
		},
		Accept: s.accept, Paths: present(files), Now: s.clock.Now, Say: s.sayConfig,
	})
	if err != nil {
		return fmt.Errorf("the Prow configuration has errors (bowsprit config check shows the same):\n%w", err)
	}
	for _, p := range s.config.State().Problems {
		s.logger.Warn("configuration", "problem", p.String())
	}
	s.namespaces = runNamespaces(s.config.Catalog())
	return s.metrics.Register(s.config)
}

// present lists the paths that are there.
func present(p catalog.Paths) []string {
	all := slices.Concat([]string{p.Config, p.Jobs, p.Plugins}, p.SupplementalConfigs, p.SupplementalPlugins)
	return slices.DeleteFunc(all, func(path string) bool { return path == "" })
}

// accept refuses a changed configuration whose runs would live where nothing watches them.
func (s *server) accept(cat *catalog.Catalog) error {
	for _, ns := range runNamespaces(cat) {
		if !slices.Contains(s.namespaces, ns) {
			return fmt.Errorf("jobs run in namespace %s, which is not watched since no job ran there when Bowsprit was started; "+
				"apply config/rbac/run_namespace.yaml there and restart Bowsprit", ns)
		}
	}
	return nil
}

// sayConfig tells of a change of the configuration, in the log and as an event of the lease, which every installation has a name for.
func (s *server) sayConfig(good bool, reason, message string) {
	kind := corev1.EventTypeNormal
	if good {
		s.logger.Info("configuration", "reason", reason, "message", message)
	} else {
		kind = corev1.EventTypeWarning
		s.logger.Error("configuration", "reason", reason, "message", message)
	}
	place := &coordinationv1.Lease{}
	place.Namespace, place.Name = s.settings.Kubernetes.Namespace, leaseName
	s.manager.GetEventRecorder("bowsprit").Eventf(place, nil, kind, reason, "Reload", "%s", strings.ToValidUTF8(message[:min(len(message), maxEvent)], ""))
}

// maxEvent is how many bytes an event's note may have.
const maxEvent = 1000

// configNow is what the page about the configuration shows.
func (s *server) configNow() pages.Configuration {
	state := s.config.State()
	c := pages.Configuration{Since: state.Since, Tried: state.Tried, Counts: state.Catalog.Counts(), Problems: state.Problems}
	if state.Refused != nil {
		c.Refused = state.Refused.Error()
	}
	return c
}

// runOptions are the compiler's settings as they are now.
func (s *server) runOptions() pipelines.Options {
	return pipelines.Options{
		Namespace: s.config.Catalog().PodNamespace(), ToolsImage: s.settings.Images.Tools, Tiers: s.tiers(),
		CloneHost: strings.TrimSuffix(s.github.WebURL(), "/"),
	}
}

// tiers are what the settings allow runs to use.
func (s *server) tiers() *tier.Policy {
	t := s.settings.Trust
	p := &tier.Policy{Central: tier.Name(t.Central), InRepo: tier.Name(t.InRepo), Fork: tier.Name(t.Fork), Tiers: map[tier.Name]tier.Tier{}}
	for name, allowed := range t.Tiers {
		p.Tiers[tier.Name(name)] = tier.Tier{
			ServiceAccounts: allowed.ServiceAccounts, Secrets: allowed.Secrets, HostPaths: allowed.HostPaths,
			Clusters: allowed.Clusters, Namespaces: allowed.Namespaces, Volumes: allowed.Volumes, RemoteRefs: allowed.RemoteRefs,
			Privileged: allowed.Privileged,
		}
	}
	return p
}

// runNamespaces are all namespaces that the jobs of a catalog name, and the one of those that name none.
func runNamespaces(cat *catalog.Catalog) []string {
	all := []string{cat.PodNamespace()}
	add := func(job *prow.JobBase) {
		if job.Namespace != "" {
			all = append(all, job.Namespace)
		}
	}
	for _, name := range cat.Repos() {
		org, repo, _ := strings.Cut(name, "/")
		for _, job := range cat.Presubmits(org, repo) {
			add(&job.JobBase)
		}
		for _, job := range cat.Postsubmits(org, repo) {
			add(&job.JobBase)
		}
	}
	for _, job := range cat.Periodics() {
		add(&job.JobBase)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
