package tier

import (
	"fmt"
	"strings"

	"github.com/tektoncd/pipeline/pkg/apis/pipeline"
	"github.com/tektoncd/pipeline/pkg/apis/pipeline/pod"
	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Own is what the central configuration gave to a run, whatever its job's tier: the decoration's credentials and account.
type Own struct {
	// Secrets may be mounted as volumes by the containers that Helper knows, and by nobody else.
	Secrets []string
	// Helper says whether a container is Bowsprit's own: its name, image and command, without a script. Nil means none is.
	Helper func(name, image string, command []string) bool
	// ServiceAccount is the account of jobs that name none; empty for none.
	ServiceAccount string
	// Namespace is the namespace of all pods.
	Namespace string
}

// Check says what a run uses that the tier does not allow, in the run's order; none is good. cluster is the build cluster
// that the run goes to. A nil policy allows everything.
func (p *Policy) Check(run *pipelinev1.PipelineRun, cluster string, name Name, own Own) []Denial {
	if p == nil {
		return nil
	}
	t, ok := p.tier(name)
	if !ok {
		return []Denial{{Tier: name, Code: "unknown-tier", Field: "tier", Value: "this job's tier"}}
	}
	c := &check{name: name, tier: t, own: own, run: run}
	c.allowed(t.Clusters, "cluster", "cluster", cluster, "clusters")
	if run.Namespace != own.Namespace {
		c.allowed(t.Namespaces, "namespace", "metadata.namespace", run.Namespace, "namespaces")
	}
	c.spec(&run.Spec, "spec")
	return c.found
}

// check collects what is denied on a walk through one run.
type check struct {
	name  Name
	tier  Tier
	own   Own
	run   *pipelinev1.PipelineRun
	found []Denial
	// around says why the task at hand cannot keep what the central configuration would grant it; empty if it can.
	around string
}

func (c *check) deny(code, field, value, setting string) {
	c.found = append(c.found, Denial{Tier: c.name, Code: code, Field: field, Value: value, Setting: setting})
}

// allowed denies a name that is not in the list; the empty name is nothing.
func (c *check) allowed(list []string, code, field, name, setting string) {
	if name != "" && !allows(list, name) {
		c.deny(code, field, fmt.Sprintf("%s %q", strings.ReplaceAll(code, "-", " "), name), setting)
	}
}

// secret denies a secret that is not in the list; one without a name is denied too, since something else may fill it in.
func (c *check) secret(field, name string) {
	if !allows(c.tier.Secrets, name) {
		c.deny("secret", field, fmt.Sprintf("secret %q", name), "secrets")
	}
}

func (c *check) remote(field, ref string) {
	c.allowed(c.tier.RemoteRefs, "remote-ref", field, ref, "remote_refs")
}

func (c *check) spec(s *pipelinev1.PipelineRunSpec, at string) {
	c.pipelineRef(s.PipelineRef, at+".pipelineRef")
	if s.ManagedBy != nil && *s.ManagedBy != pipeline.ManagedBy {
		c.remote(at+".managedBy", "controller/"+*s.ManagedBy)
	}
	c.account(s.TaskRunTemplate.ServiceAccountName, s.TaskRunTemplate.PodTemplate, at+".taskRunTemplate")
	c.podTemplate(s.TaskRunTemplate.PodTemplate, at+".taskRunTemplate.podTemplate")
	for i, w := range s.Workspaces {
		c.workspace(w, fmt.Sprintf("%s.workspaces[%d]", at, i))
	}
	for i, t := range s.TaskRunSpecs {
		c.taskRunSpec(t, s.TaskRunTemplate, fmt.Sprintf("%s.taskRunSpecs[%d]", at, i))
	}
	if s.PipelineSpec != nil {
		c.pipeline(s.PipelineSpec, at+".pipelineSpec")
	}
}

func (c *check) pipelineRef(r *pipelinev1.PipelineRef, at string) {
	switch {
	case r == nil:
	case r.Resolver != "":
		c.remote(at, "resolver/"+string(r.Resolver))
	default:
		c.remote(at, "pipeline/"+r.Name)
	}
}

// account denies an account that is not allowed. Without a token the default account is nobody, and the central configuration's is
// everybody's.
func (c *check) account(name string, template *pod.Template, at string) {
	token := template == nil || template.AutomountServiceAccountToken == nil || *template.AutomountServiceAccountToken
	switch {
	case name == "" || name == "default" || name == c.own.ServiceAccount:
		if name = string(or(Name(name), "default")); token && !allows(c.tier.ServiceAccounts, name) {
			c.found = append(c.found, Denial{Tier: c.name, Code: "service-account", Field: at + ".podTemplate.automountServiceAccountToken",
				Value: fmt.Sprintf("the token of service account %q", name), Setting: "service_accounts", Instead: "write false"})
		}
	default:
		c.allowed(c.tier.ServiceAccounts, "service-account", at+".serviceAccountName", name, "service_accounts")
	}
}

// taskRunSpec judges what a run says for one of its tasks; what it leaves open is the run's.
func (c *check) taskRunSpec(t pipelinev1.PipelineTaskRunSpec, run pipelinev1.PipelineTaskRunTemplate, at string) {
	name, template := t.ServiceAccountName, t.PodTemplate
	if name == "" {
		name = run.ServiceAccountName
	}
	if template == nil {
		template = run.PodTemplate
	} else if template.AutomountServiceAccountToken == nil && run.PodTemplate != nil {
		template = template.DeepCopy()
		template.AutomountServiceAccountToken = run.PodTemplate.AutomountServiceAccountToken
	}
	c.account(name, template, at)
	c.podTemplate(t.PodTemplate, at+".podTemplate")
}

func (c *check) podTemplate(t *pod.Template, at string) {
	if t == nil {
		return
	}
	for i, s := range t.ImagePullSecrets {
		c.secret(fmt.Sprintf("%s.imagePullSecrets[%d]", at, i), s.Name)
	}
	c.env(t.Env, nil, at)
	c.volumes(t.Volumes, nil, at)
	c.standards(&metav1.ObjectMeta{}, podOf(&pipelinev1.TaskSpec{}, t), at)
}

func (c *check) pipeline(p *pipelinev1.PipelineSpec, at string) {
	for _, list := range []struct {
		name  string
		tasks []pipelinev1.PipelineTask
	}{{"tasks", p.Tasks}, {"finally", p.Finally}} {
		for i, task := range list.tasks {
			outer := c.around
			c.around = c.surroundings(p, task, outer)
			c.pipelineTask(task, fmt.Sprintf("%s.%s[%d]", at, list.name, i))
			c.around = outer
		}
	}
}

func (c *check) pipelineTask(t pipelinev1.PipelineTask, at string) {
	c.taskRef(t.TaskRef, at+".taskRef")
	c.pipelineRef(t.PipelineRef, at+".pipelineRef")
	if t.PipelineSpec != nil {
		c.around = "in a pipeline within the pipeline"
		c.pipeline(t.PipelineSpec, at+".pipelineSpec")
	}
	if t.TaskSpec == nil {
		return
	}
	if kind := t.TaskSpec.Kind; kind != "" && kind != "Task" || len(t.TaskSpec.Spec.Raw) > 0 {
		c.remote(at+".taskSpec", "custom/"+kind)
	}
	c.task(&t.TaskSpec.TaskSpec, at+".taskSpec")
	c.baseline(t, at)
}

func (c *check) taskRef(r *pipelinev1.TaskRef, at string) {
	switch {
	case r == nil:
	case r.Resolver != "":
		c.remote(at, "resolver/"+string(r.Resolver))
	case r.Kind != "" && r.Kind != pipelinev1.NamespacedTaskKind || r.IsCustomTask():
		c.remote(at, "custom/"+string(r.Kind))
	default:
		c.remote(at, "task/"+r.Name)
	}
}

func (c *check) task(t *pipelinev1.TaskSpec, at string) {
	c.volumes(t.Volumes, t, at)
	if s := t.StepTemplate; s != nil {
		c.env(s.Env, s.EnvFrom, at+".stepTemplate")
	}
	for i, s := range t.Steps {
		field := fmt.Sprintf("%s.steps[%d]", at, i)
		c.env(s.Env, s.EnvFrom, field)
		c.stepRef(s.Ref, field+".ref")
	}
	for i, s := range t.Sidecars {
		c.env(s.Env, s.EnvFrom, fmt.Sprintf("%s.sidecars[%d]", at, i))
	}
}

func (c *check) stepRef(r *pipelinev1.Ref, at string) {
	switch {
	case r == nil:
	case r.Resolver != "":
		c.remote(at, "resolver/"+string(r.Resolver))
	default:
		c.remote(at, "stepaction/"+r.Name)
	}
}

// env denies secrets that a container would read into variables.
func (c *check) env(vars []corev1.EnvVar, from []corev1.EnvFromSource, at string) {
	for i, v := range vars {
		if v.ValueFrom != nil && v.ValueFrom.SecretKeyRef != nil {
			c.secret(fmt.Sprintf("%s.env[%d].valueFrom.secretKeyRef", at, i), v.ValueFrom.SecretKeyRef.Name)
		}
	}
	for i, f := range from {
		if f.SecretRef != nil {
			c.secret(fmt.Sprintf("%s.envFrom[%d].secretRef", at, i), f.SecretRef.Name)
		}
	}
}
