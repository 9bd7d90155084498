package prow

import (
	"cmp"
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
func (c *Config) PodNamespaceOrDefault() string { return cmp.Or(c.PodNamespace, DefaultPodNamespace) }

// Default fills in what a presubmit of a repository ("org/repo") leaves out, as Prow does. It changes the job; it does
// not merge presets (MergePresets does). What the job takes over is shared between jobs: nobody may change it, nor c after
// the first job.
func (p *Presubmit) Default(repo string, c *Config) {
	p.defaultBase(c)
	p.Context = cmp.Or(p.Context, p.Name)
	if p.Trigger == "" && p.RerunCommand == "" {
		p.Trigger = DefaultTrigger(p.Name)
		p.RerunCommand = DefaultRerunCommand(p.Name)
	}
	p.inherit(repo, c)
}

// Default fills in what a postsubmit of a repository ("org/repo") leaves out, as (*Presubmit).Default does. always_run stays
// as it is: what nil means depends on the file filters.
func (p *Postsubmit) Default(repo string, c *Config) {
	p.defaultBase(c)
	p.Context = cmp.Or(p.Context, p.Name)
	p.inherit(repo, c)
}

// Default fills in what a periodic leaves out, as (*Presubmit).Default does. Defaults by repository are those of its first
// extra ref.
func (p *Periodic) Default(c *Config) {
	p.defaultBase(c)
	p.inherit(p.repo(), c)
}

// repo is the repository whose defaults a periodic has, as "org/repo"; empty if it clones none.
func (p *Periodic) repo() string {
	if len(p.ExtraRefs) == 0 {
		return ""
	}
	return p.ExtraRefs[0].Org + "/" + p.ExtraRefs[0].Repo
}

func (j *JobBase) defaultBase(c *Config) {
	j.Agent = cmp.Or(j.Agent, AgentKubernetes)
	j.Cluster = cmp.Or(j.Cluster, DefaultCluster)
	j.Namespace = cmp.Or(j.Namespace, c.PodNamespaceOrDefault())
}

// inherit takes over what the configuration says for all jobs of a repository and a cluster.
func (j *JobBase) inherit(repo string, c *Config) {
	if j.Decorate == nil {
		all := c.DecorateAllJobs
		j.Decorate = &all
	}
	from := c.inheritance(repo, j.Cluster)
	if *j.Decorate {
		if lost := j.DecorationConfig.overridden(from.decoration); lost != "" {
			j.Overridden = append(j.Overridden, lost)
		}
		j.DecorationConfig = j.DecorationConfig.over(from.decoration)
	}
	j.ProwJobDefaults = j.ProwJobDefaults.over(from.records)
}

const (
	triggerHead = `(?m)^/test( | .* )`
	triggerTail = `,?($|\s.*)`
)

// DefaultTrigger is the expression for a job that gives none. The name is not quoted: in Prow `/test axb` runs the job
// a.b, and existing configurations were written for it.
func DefaultTrigger(name string) string { return triggerHead + name + triggerTail }

// DefaultRerunCommand is the comment that runs a job which gives none: "/test NAME".
func DefaultRerunCommand(name string) string { return "/test " + name }
