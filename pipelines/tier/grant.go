package tier

import (
	"fmt"
	"slices"

	"github.com/tektoncd/pipeline/pkg/apis/pipeline/pod"
	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	corev1 "k8s.io/api/core/v1"
)

// granted says whether a volume of a task holds a secret of the central configuration's that only Bowsprit's own containers mount, and
// why nobody else can reach it through them. Where somebody can, the secret needs the tier's leave as any other, and why says how.
func (c *check) granted(secret, volume string, t *pipelinev1.TaskSpec) (ok bool, why string) {
	if t == nil || c.own.Helper == nil || !slices.Contains(c.own.Secrets, secret) {
		return false, ""
	}
	for _, reason := range []string{c.rewritten(t), c.strangers(volume, t), c.beside(volume, t), c.around} {
		if reason != "" {
			return false, reason
		}
	}
	return true, ""
}

// rewritten says what the job's author writes into every container of the task's pod. Tekton puts a pod template's variables behind a
// step's own, and those could give the clone other options or another git.
func (c *check) rewritten(t *pipelinev1.TaskSpec) string {
	s := t.StepTemplate
	if s != nil && (len(s.VolumeMounts) > 0 || s.Image != "" || s.Command != nil || s.Args != nil || len(s.Env) > 0 || len(s.EnvFrom) > 0) {
		return "beside a stepTemplate that changes every step"
	}
	templates := []*pod.Template{c.run.Spec.TaskRunTemplate.PodTemplate}
	for _, s := range c.run.Spec.TaskRunSpecs {
		templates = append(templates, s.PodTemplate)
	}
	for _, p := range templates {
		switch {
		case p == nil:
		case len(p.Env) > 0:
			return "with a podTemplate.env, which changes every step"
		case len(p.HostAliases) > 0 || p.DNSConfig != nil:
			return "with a podTemplate that says where hosts are"
		}
	}
	return ""
}

// strangers says who mounts the volume beside our own containers.
func (c *check) strangers(volume string, t *pipelinev1.TaskSpec) string {
	for _, s := range t.Steps {
		if mounts(s.VolumeMounts, volume) && !c.helper(s.Name, s.Image, s.Script, s.Command) {
			return fmt.Sprintf("which step %q mounts", s.Name)
		}
	}
	for _, s := range t.Sidecars {
		if mounts(s.VolumeMounts, volume) && !c.helper(s.Name, s.Image, s.Script, s.Command) {
			return fmt.Sprintf("which sidecar %q mounts", s.Name)
		}
	}
	return ""
}

// beside says which sidecar runs beside a step of ours that mounts the volume, and shares another volume with it: it could change what
// git reads there while the step works.
func (c *check) beside(volume string, t *pipelinev1.TaskSpec) string {
	for _, step := range t.Steps {
		if !mounts(step.VolumeMounts, volume) {
			continue
		}
		for _, side := range t.Sidecars {
			if c.helper(side.Name, side.Image, side.Script, side.Command) {
				continue
			}
			if len(side.Workspaces)+len(t.Workspaces) > 0 {
				return fmt.Sprintf("beside sidecar %q, which shares a workspace with step %q", side.Name, step.Name)
			}
			for _, m := range step.VolumeMounts {
				if mounts(side.VolumeMounts, m.Name) {
					return fmt.Sprintf("beside sidecar %q, which shares the volume %q with step %q", side.Name, m.Name, step.Name)
				}
			}
		}
	}
	return ""
}

func (c *check) helper(name, image, script string, command []string) bool {
	return script == "" && c.own.Helper(name, image, command)
}

func mounts(list []corev1.VolumeMount, volume string) bool {
	return slices.ContainsFunc(list, func(m corev1.VolumeMount) bool { return m.Name == volume || computed(m.Name) })
}

// surroundings says who could write into a workspace of a task before the task or beside it: then it may keep no secret, since git would
// read there what others wrote. outer is what holds for the pipeline as a whole.
func (c *check) surroundings(p *pipelinev1.PipelineSpec, task pipelinev1.PipelineTask, outer string) string {
	if outer != "" {
		return outer
	}
	for _, w := range task.Workspaces {
		name := bound(w)
		binding := c.binding(name)
		switch {
		case binding != nil && binding.EmptyDir != nil: // each task has one of its own
			continue
		case binding != nil && binding.PersistentVolumeClaim != nil:
			return fmt.Sprintf("in workspace %q, into which other runs write", name)
		}
		for _, other := range slices.Concat(p.Tasks, p.Finally) {
			if other.Name != task.Name && binds(other, name) && !c.ours(other) && !after(p, other, task) {
				return fmt.Sprintf("in workspace %q, into which task %q may write before (let it run after %q)", name, other.Name, task.Name)
			}
		}
	}
	return ""
}

// bound is the pipeline's name for a task's workspace.
func bound(w pipelinev1.WorkspacePipelineTaskBinding) string {
	return string(or(Name(w.Workspace), Name(w.Name)))
}

func binds(task pipelinev1.PipelineTask, workspace string) bool {
	return slices.ContainsFunc(task.Workspaces, func(w pipelinev1.WorkspacePipelineTaskBinding) bool { return bound(w) == workspace })
}

// binding is what the run binds to a workspace of its pipeline; nil if nothing.
func (c *check) binding(name string) *pipelinev1.WorkspaceBinding {
	for i, w := range c.run.Spec.Workspaces {
		if w.Name == name {
			return &c.run.Spec.Workspaces[i]
		}
	}
	return nil
}

// ours says whether a task is Bowsprit's own: it holds a secret of the central configuration's, which the author of the run never names.
func (c *check) ours(task pipelinev1.PipelineTask) bool {
	return task.TaskSpec != nil && slices.ContainsFunc(task.TaskSpec.Volumes, func(v corev1.Volume) bool {
		return v.Secret != nil && slices.Contains(c.own.Secrets, v.Secret.SecretName)
	})
}

// after says whether a task always runs after another one: the other is before it in the order of Tekton's graph, or it is one of finally
// and the other is not.
func after(p *pipelinev1.PipelineSpec, task, first pipelinev1.PipelineTask) bool {
	final := func(name string) bool {
		return slices.ContainsFunc(p.Finally, func(t pipelinev1.PipelineTask) bool { return t.Name == name })
	}
	if final(task.Name) || final(first.Name) {
		return !final(first.Name)
	}
	deps := pipelinev1.PipelineTaskList(p.Tasks).Deps()
	seen, next := map[string]bool{}, deps[task.Name]
	for len(next) > 0 {
		name := next[0]
		next = next[1:]
		if name == first.Name {
			return true
		}
		if !seen[name] {
			seen[name] = true
			next = append(next, deps[name]...)
		}
	}
	return false
}
