package prow

import (
	"fmt"
	"reflect"
	"strings"
)

// The values of JobBase.Agent.
const (
	AgentKubernetes = "kubernetes"
	AgentJenkins    = "jenkins"
	AgentTekton     = "tekton-pipeline"
)

// DefaultPodNamespace and DefaultCluster hold where a configuration names none.
const (
	DefaultPodNamespace = "default"
	DefaultCluster      = "default"
)

// PodNamespaceOrDefault is pod_namespace or its default.
func (c *Config) PodNamespaceOrDefault() string { return or(c.PodNamespace, DefaultPodNamespace) }

// Default fills in what a presubmit of a repository ("org/repo") leaves out, as Prow does. It changes the job; it does
// not merge presets (MergePresets does).
func (p *Presubmit) Default(repo string, c *Config) {
	p.Agent = or(p.Agent, AgentKubernetes)
	p.Cluster = or(p.Cluster, DefaultCluster)
	p.Namespace = or(p.Namespace, c.PodNamespaceOrDefault())
	p.Context = or(p.Context, p.Name)
	if p.Trigger == "" && p.RerunCommand == "" {
		p.Trigger = DefaultTrigger(p.Name)
		p.RerunCommand = "/test " + p.Name
	}
	p.decorate(repo, c)
}

// DefaultTrigger is the expression for a job that gives none. The name is not quoted: in Prow `/test axb` runs the job
// a.b, and existing configurations were written for it.
func DefaultTrigger(name string) string {
	return fmt.Sprintf(`(?m)^/test( | .* )%s,?($|\s.*)`, name)
}

// decorate resolves `decorate`, and the decoration of a decorated job.
func (p *Presubmit) decorate(repo string, c *Config) {
	if p.Decorate == nil {
		all := c.DecorateAllJobs
		p.Decorate = &all
	}
	if !*p.Decorate {
		return
	}
	d := p.DecorationConfig.over(c.DecorationFor(repo, p.Cluster))
	if d.Timeout == nil {
		d.Timeout = &Duration{DefaultTimeout}
	}
	if d.GracePeriod == nil {
		d.GracePeriod = &Duration{DefaultGracePeriod}
	}
	p.DecorationConfig = d
}

// DecorationFor is the default of decoration for a repository ("org/repo") and a build cluster; never nil. Prow allows
// either form in a configuration, the list or the map.
func (c *Config) DecorationFor(repo, cluster string) *DecorationConfig {
	merged := &DecorationConfig{}
	org, _, _ := strings.Cut(repo, "/")
	for _, key := range []string{"*", org, repo} {
		merged = c.Plank.DefaultDecorationConfigs[key].over(merged)
	}
	for _, e := range c.Plank.DefaultDecorationConfigEntries {
		if matchesRepo(e.OrgRepo, org, repo) && (e.Cluster == "" || e.Cluster == "*" || e.Cluster == cluster) {
			merged = e.Config.over(merged)
		}
	}
	return merged
}

func matchesRepo(pattern, org, repo string) bool {
	return pattern == "" || pattern == "*" || pattern == org || pattern == repo
}

// over lays d over a base: a field of d that is set wins. Both may be nil; the result is new and never nil.
func (d *DecorationConfig) over(base *DecorationConfig) *DecorationConfig {
	out := DecorationConfig{}
	if base != nil {
		out = *base
	}
	if d == nil {
		return &out
	}
	src, dst := reflect.ValueOf(d).Elem(), reflect.ValueOf(&out).Elem()
	for i := range src.NumField() {
		if !src.Field(i).IsZero() {
			dst.Field(i).Set(src.Field(i))
		}
	}
	return &out
}

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}
