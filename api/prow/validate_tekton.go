package prow

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// The names of tasks in a pipeline_run_spec that stand for cloning a repository.
const (
	// ImplicitGitRef is the repository that the job tests.
	ImplicitGitRef = "PROW_IMPLICIT_GIT_REF"
	// ExtraGitRef, with a number behind it, is that one of extra_refs.
	ExtraGitRef = "PROW_EXTRA_GIT_REF_"
)

var extraGitRef = regexp.MustCompile(ExtraGitRef + `(\d+)`)

// tekton checks that a run's spec uses the repositories that the job names, all of them and no others.
func (c *checker) tekton() {
	spec := c.job.RunSpec()
	if spec == nil {
		return
	}
	used := c.gitRefs(spec)
	if c.job.PipelineRef != nil {
		return // it is given its repositories as files, not by tasks
	}
	for i := range c.job.ExtraRefs {
		if !slices.Contains(used, i) {
			c.errorf("extra-ref-unused", c.at.Child("extra_refs").Index(i), "no task of the run names %s%d; let one do so, or remove the ref", ExtraGitRef, i)
		}
	}
	for _, i := range used {
		if i >= len(c.job.ExtraRefs) {
			c.errorf("extra-ref-missing", c.runSpecPath(), "a task names %s%d, and the job has %d extra_refs, counted from 0", ExtraGitRef, i, len(c.job.ExtraRefs))
		}
	}
}

// gitRefs lists the numbers of the extra refs that tasks name, each once.
func (c *checker) gitRefs(spec *pipelinev1.PipelineRunSpec) (used []int) {
	if spec.PipelineSpec == nil {
		return nil
	}
	at := func(i int) *field.Path {
		return c.runSpecPath().Child("pipelineSpec", "tasks").Index(i).Child("taskRef")
	}
	for i := range spec.PipelineSpec.Tasks {
		task := spec.PipelineSpec.Tasks[i].TaskRef
		if task == nil {
			c.strictf("task-inline", at(i), "the task has a spec of its own, which is right; Prow cannot load a configuration with such a job")
			continue
		}
		if task.Name == ImplicitGitRef && c.kind == TypePeriodic {
			c.errorf("implicit-ref-periodic", at(i).Child("name"), "a periodic tests no repository for which %s could stand; name it in extra_refs", ImplicitGitRef)
		}
		if m := extraGitRef.FindStringSubmatch(task.Name); m != nil {
			used = c.gitRef(used, m[1], at(i))
		}
	}
	return used
}

func (c *checker) gitRef(used []int, digits string, at *field.Path) []int {
	n, err := strconv.Atoi(digits)
	if err != nil || len(digits) > 1 && digits[0] == '0' {
		c.errorf("extra-ref-number", at.Child("name"), "%s%s: want the number of an extra ref, counted from 0, without zeros in front", ExtraGitRef, digits)
		return used
	}
	if slices.Contains(used, n) {
		return used
	}
	return append(used, n)
}

// runSpecPath is where the run's spec stands.
func (c *checker) runSpecPath() *field.Path {
	if t := c.job.TektonPipelineRunSpec; t != nil && t.V1Beta1 != nil {
		return c.at.Child("tekton_pipeline_run_spec", "v1beta1")
	}
	return c.at.Child("pipeline_run_spec")
}

// resolvers are those that come with Tekton.
var resolvers = []string{"bundles", "cluster", "git", "http", "hub"}

// pipelineRef checks Bowsprit's own way to name a Pipeline.
func (c *checker) pipelineRef() {
	r := c.job.PipelineRef
	if r == nil {
		return
	}
	at := c.at.Child("pipeline_ref")
	if c.job.Agent != AgentTekton {
		c.errorf("pipeline-ref-agent", at, "only jobs of agent tekton-pipeline have one, and this one's agent is %s", c.job.Agent)
	}
	if spec := c.job.RunSpec(); spec != nil && (spec.PipelineSpec != nil || spec.PipelineRef != nil) {
		c.errorf("pipeline-ref-exclusive", at, "the job's pipeline_run_spec says already what to run; keep one of them")
	}
	said := 0
	for _, s := range [...]string{r.File, r.Name, r.Resolver} {
		if s != "" {
			said++
		}
	}
	if said != 1 {
		c.errorf("pipeline-ref-exclusive", at, "want exactly one of file, name and resolver, there are %d", said)
	}
	c.pipelineRefParts(r, at)
}

func (c *checker) pipelineRefParts(r *PipelineRef, at *field.Path) {
	if r.File != "" && (strings.HasPrefix(r.File, "/") || slices.Contains(strings.Split(r.File, "/"), "..")) {
		c.errorf("pipeline-ref-file", at.Child("file"), "%q: want a path inside the repository, such as .tekton/build.yaml", r.File)
	}
	if r.Resolver != "" && !slices.Contains(resolvers, r.Resolver) {
		c.warnf("pipeline-ref-resolver", at.Child("resolver"), "%q is none of Tekton's own (%s)%s", r.Resolver, strings.Join(resolvers, ", "), guess(r.Resolver, resolvers))
	}
	if r.Resolver == "" && len(r.Params) > 0 {
		c.errorf("pipeline-ref-params", at.Child("params"), "they are for a resolver, and there is none")
	}
}
