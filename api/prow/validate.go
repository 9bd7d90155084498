package prow

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// ReservedContextPrefix begins the contexts that Bowsprit itself writes. A job must not report under one: a green job
// could pass for a grant of trust.
const ReservedContextPrefix = "bowsprit/"

// agents are the values of `agent` that Prow knows.
var agents = []string{AgentKubernetes, AgentJenkins, AgentTekton}

// checker collects the problems of one job. Paths are built only for what is wrong: most jobs are right, and there are many.
type checker struct {
	repo     string
	job      *JobBase
	kind     JobType
	config   *Config
	at       *field.Path
	problems Problems
	// seen is for finding names that are there twice.
	seen map[string]bool
}

func (c *checker) errorf(code string, at *field.Path, format string, args ...any) {
	c.add(Problem{Severity: SeverityError, Code: code}, at, format, args...)
}

func (c *checker) warnf(code string, at *field.Path, format string, args ...any) {
	c.add(Problem{Severity: SeverityWarning, Code: code}, at, format, args...)
}

// strictf warns of what Bowsprit does not need, and Prow refuses to load.
func (c *checker) strictf(code string, at *field.Path, format string, args ...any) {
	c.add(Problem{Severity: SeverityWarning, Code: code, Strict: true}, at, format, args...)
}

func (c *checker) add(p Problem, at *field.Path, format string, args ...any) {
	p.Repo, p.Job, p.Field, p.Message = c.repo, c.job.Name, at.String(), fmt.Sprintf(format, args...)
	c.problems = append(c.problems, p)
}

// Validate checks a defaulted presubmit of a repository ("org/repo") by Prow's rules and lists all that is wrong, with
// fields below the path at. What Prow accepts and is surely not meant, and what has no effect, are warnings.
func (p *Presubmit) Validate(repo string, config *Config, at *field.Path) Problems {
	c := &checker{repo: repo, job: &p.JobBase, kind: TypePresubmit, config: config, at: at}
	c.base()
	c.branches(p.Brancher)
	c.files(p.RegexpChangeMatcher, p.AlwaysRun)
	c.trigger(p)
	c.reporter(p.Reporter)
	return c.problems
}

// Validate checks a defaulted postsubmit, as (*Presubmit).Validate does.
func (p *Postsubmit) Validate(repo string, config *Config, at *field.Path) Problems {
	c := &checker{repo: repo, job: &p.JobBase, kind: TypePostsubmit, config: config, at: at}
	c.base()
	c.branches(p.Brancher)
	c.files(p.RegexpChangeMatcher, p.AlwaysRun != nil && *p.AlwaysRun)
	c.reporter(p.Reporter)
	return c.problems
}

// Validate checks a defaulted periodic, as (*Presubmit).Validate does.
func (p *Periodic) Validate(config *Config, at *field.Path) Problems {
	c := &checker{job: &p.JobBase, kind: TypePeriodic, config: config, at: at}
	c.base()
	c.schedule(p)
	c.retry(p)
	return c.problems
}

// base checks what every kind of job has.
func (c *checker) base() {
	c.name()
	c.agent()
	c.metadata()
	if c.job.Spec != nil {
		c.pod()
	}
	if c.job.Agent == AgentTekton {
		c.tekton()
	}
	c.pipelineRef()
	c.decoration()
	c.rerun()
	c.cloning()
	c.gaps()
}

func (c *checker) name() {
	j := c.job
	switch {
	case j.Name == "":
		c.errorf("name-missing", c.at.Child("name"), "a job needs a name")
	case !validName(j.Name, j.Agent):
		c.errorf("name-invalid", c.at.Child("name"), "%q: a name is letters, digits, '-', '.' and '_'", j.Name)
	}
	if j.MaxConcurrency < 0 {
		c.errorf("max-concurrency-negative", c.at.Child("max_concurrency"), "%d: want 0 (no limit) or more", j.MaxConcurrency)
	}
	if _, known := c.config.Plank.JobQueueCapacities[j.JobQueueName]; j.JobQueueName != "" && !known {
		queues := sorted(c.config.Plank.JobQueueCapacities)
		c.errorf("job-queue-unknown", c.at.Child("job_queue_name"), "%q: want a key of plank.job_queue_capacities%s%s", j.JobQueueName, among(queues),
			guess(j.JobQueueName, queues))
	}
}

// validName says whether a name is one by Prow's rule. Jenkins has folders, so there a slash may stand inside.
func validName(name, agent string) bool {
	jenkins := agent == AgentJenkins
	if name == "" || strings.ContainsFunc(name, func(r rune) bool { return !nameRune(r) && (r != '/' || !jenkins) }) {
		return false
	}
	last := name[len(name)-1]
	return !jenkins || name[0] != '/' && (len(name) == 1 || last != '/' && last != '.')
}

func nameRune(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '-' || r == '.' || r == '_'
}

// agent checks what goes with whom: a pod, a run's spec, a namespace.
func (c *checker) agent() {
	j := c.job
	if !slices.Contains(agents, j.Agent) {
		c.warnf("agent-unknown", c.at.Child("agent"), "%q: want one of %s%s", j.Agent, strings.Join(agents, ", "), guess(j.Agent, agents))
		return
	}
	if j.Agent == AgentJenkins {
		c.warnf("agent-jenkins", c.at.Child("agent"), "Bowsprit runs no Jenkins jobs: the job is listed and matched, but not started")
	}
	if j.Agent != AgentKubernetes {
		c.notKubernetes()
	} else if j.Spec == nil {
		c.errorf("spec-missing", c.at.Child("spec"), "a job of agent kubernetes needs a pod spec")
	}
	if j.Agent != AgentTekton {
		c.notTekton()
	} else if j.RunSpec() == nil && j.PipelineRef == nil {
		c.errorf("pipeline-run-spec-missing", c.at.Child("pipeline_run_spec"), "a job of agent tekton-pipeline needs a pipeline_run_spec (or Bowsprit's pipeline_ref)")
	}
}

func (c *checker) notKubernetes() {
	j := c.job
	if j.Spec != nil {
		c.errorf("spec-agent", c.at.Child("spec"), "only jobs of agent kubernetes have a spec, and this one's agent is %s", j.Agent)
	}
	if j.DecorationConfig != nil {
		c.errorf("decorate-agent", c.at.Child("decorate"), "only jobs of agent kubernetes can be decorated; write `decorate: false` and no decoration_config")
	}
	if j.ErrorOnEviction {
		c.errorf("error-on-eviction-agent", c.at.Child("error_on_eviction"), "only jobs of agent kubernetes can be evicted")
	}
}

func (c *checker) notTekton() {
	j := c.job
	if j.RunSpec() != nil {
		c.errorf("pipeline-run-spec-agent", c.at.Child("pipeline_run_spec"), "only jobs of agent tekton-pipeline have one, and this one's agent is %s", j.Agent)
	}
	if namespace := c.config.PodNamespaceOrDefault(); j.Namespace != namespace {
		c.errorf("namespace-other", c.at.Child("namespace"), "%q: jobs of agent %s run in pod_namespace, which is %q", j.Namespace, j.Agent, namespace)
	}
}

func (c *checker) rerun() {
	r := c.job.RerunAuthConfig
	if r == nil || !r.AllowAnyone || len(r.GitHubUsers)+len(r.GitHubOrgs)+len(r.GitHubTeamIDs)+len(r.GitHubTeamSlugs) == 0 {
		return
	}
	report := c.errorf
	if c.job.Spec == nil || len(c.job.Spec.Containers) == 0 {
		report = c.warnf // Prow looks no further at jobs without a pod
	}
	report("rerun-auth-exclusive", c.at.Child("rerun_auth_config", "allow_anyone"), "cannot stand beside users, orgs or teams; keep one of them")
}

func (c *checker) gaps() {
	for _, g := range c.job.Gaps() {
		c.warnf("no-effect-yet", c.at.Child(g.Field), "the job runs, but the field has no effect: %s", g.Why)
	}
	for _, lost := range c.job.Overridden {
		c.warnf("default-wins", c.at.Child(lost), "the default's value is used where both name the same key, as in Prow; change it in plank's default decoration")
	}
}

// again says whether a name came before, since the last call of restart.
func (c *checker) again(name string) bool {
	if c.seen[name] {
		return true
	}
	c.seen[name] = true
	return false
}

func (c *checker) restart() {
	if c.seen == nil {
		c.seen = map[string]bool{}
	}
	clear(c.seen)
}

// guess is `; did you mean "x"?`, or nothing.
func guess(word string, candidates []string) string {
	if g := Closest(word, candidates); g != "" {
		return fmt.Sprintf("; did you mean %q?", g)
	}
	return ""
}

// among is ` (a, b)`, or nothing for no words.
func among(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return " (" + strings.Join(words, ", ") + ")"
}
