package tier

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/tektoncd/pipeline/pkg/apis/pipeline/pod"
	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

// evaluator asks Kubernetes' own Pod Security Standards.
var evaluator = sync.OnceValues(func() (policy.Evaluator, error) { return policy.NewEvaluator(policy.DefaultChecks(), nil) })

// baseline denies a task whose pod the baseline level of the Pod Security Standards would not let in. Volumes are left to
// the tier's own lists.
func (c *check) baseline(t pipelinev1.PipelineTask, at string) {
	for _, template := range c.templates(t.Name) {
		c.standards(c.metadata(t), podOf(&t.TaskSpec.TaskSpec, template), at)
	}
}

// standards holds one pod against the baseline level; what was found before is not said again.
func (c *check) standards(meta *metav1.ObjectMeta, spec *corev1.PodSpec, at string) {
	if c.tier.Privileged {
		return
	}
	judge, err := evaluator()
	if err != nil {
		c.deny("privileged", at, fmt.Sprintf("what nobody could check (%v)", err), "privileged")
		return
	}
	for _, result := range judge.EvaluatePod(api.LevelVersion{Level: api.LevelBaseline, Version: api.LatestVersion()}, meta, spec) {
		said := strings.TrimSpace(result.ForbiddenReason + " " + result.ForbiddenDetail)
		known := slices.ContainsFunc(c.found, func(d Denial) bool { return d.Code == "privileged" && d.Value == said })
		if !result.Allowed && !known {
			c.deny("privileged", at, said, "privileged")
		}
	}
}

// templates are the pod templates that a task may get: its own, where the run has one, and the run's.
func (c *check) templates(task string) []*pod.Template {
	out := []*pod.Template{c.run.Spec.TaskRunTemplate.PodTemplate}
	for _, s := range c.run.Spec.TaskRunSpecs {
		if s.PipelineTaskName == task && s.PodTemplate != nil {
			out = append(out, s.PodTemplate)
		}
	}
	return out
}

// metadata is what the task's pod would have: old annotations there can still switch profiles off.
func (c *check) metadata(t pipelinev1.PipelineTask) *metav1.ObjectMeta {
	annotations := map[string]string{}
	maps.Copy(annotations, c.run.Annotations)
	maps.Copy(annotations, t.TaskSpec.Metadata.Annotations)
	for _, s := range c.run.Spec.TaskRunSpecs {
		if s.PipelineTaskName == t.Name && s.Metadata != nil {
			maps.Copy(annotations, s.Metadata.Annotations)
		}
	}
	return &metav1.ObjectMeta{Annotations: annotations}
}

// podOf is the pod of a task as far as the standards look at it. The step template stands as a container of its own, so
// that what steps inherit from it is judged as well.
func podOf(t *pipelinev1.TaskSpec, template *pod.Template) *corev1.PodSpec {
	spec := &corev1.PodSpec{}
	if template != nil {
		spec.SecurityContext, spec.HostNetwork, spec.HostUsers = template.SecurityContext, template.HostNetwork, template.HostUsers
	}
	if t.StepTemplate != nil {
		spec.Containers = append(spec.Containers, *t.StepTemplate.ToK8sContainer())
	}
	for _, s := range t.Steps {
		spec.Containers = append(spec.Containers, *s.ToK8sContainer())
	}
	for _, s := range t.Sidecars {
		spec.Containers = append(spec.Containers, *s.ToK8sContainer())
	}
	return spec
}
