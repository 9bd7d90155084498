package pipelines

import (
	"fmt"
	"slices"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// sourceWorkspace is the workspace of a pipeline_ref's pipeline that gets a clone of what is tested, if it declares one.
const sourceWorkspace = "source"

// sourceSize is the volume that several tasks share when the job names none. Storage that cannot grow makes little use of the
// number, and a repository of more is for its owner to say.
const sourceSize = "1Gi"

// surround puts a clone before a pipeline that a pipeline_ref names and that declares the workspace "source", unless one of its
// tasks clones what is tested. A pipeline whose text is not known (by name or resolver) clones for itself, by the parameters.
func (t *tekton) surround() error {
	index := t.mainRef()
	if t.in.Job.PipelineRef == nil || t.spec.PipelineSpec == nil || index < 0 || t.cloned[index] || !declares(t.spec.PipelineSpec, sourceWorkspace) {
		return nil
	}
	users := t.usersOf(sourceWorkspace)
	if len(users) == 1 && inline(users[0]) && !t.binds(sourceWorkspace) && len(cloneCredentials(t.credentials())) == 0 {
		return t.cloneWithin(users[0], index)
	}
	return t.cloneBefore(index)
}

// mainRef is the index of what is tested; -1 for a periodic that tests nothing.
func (t *tekton) mainRef() int {
	if t.in.Job.Type != prow.TypePeriodic {
		return 0
	}
	return slices.IndexFunc(t.refs, func(r prow.Refs) bool { return !r.Auxiliary })
}

// warnUncloned speaks of extra refs that a pipeline_ref's pipeline does not clone; of the others the loader has spoken.
func (t *tekton) warnUncloned() {
	if t.in.Job.PipelineRef == nil {
		return
	}
	before := len(t.refs) - len(t.in.Job.ExtraRefs)
	for n := range t.in.Job.ExtraRefs {
		if !t.cloned[before+n] {
			t.warn("extra-ref-unused", fmt.Sprintf("extra_refs[%d]", n), "no task clones it; name %s%d in the pipeline", prow.ExtraGitRef, n)
		}
	}
}

func declares(p *pipelinev1.PipelineSpec, workspace string) bool {
	return slices.ContainsFunc(p.Workspaces, func(w pipelinev1.PipelineWorkspaceDeclaration) bool { return w.Name == workspace })
}

func (t *tekton) binds(workspace string) bool {
	return slices.ContainsFunc(t.spec.Workspaces, func(w pipelinev1.WorkspaceBinding) bool { return w.Name == workspace })
}

// usersOf are the tasks that bind one of the pipeline's workspaces, by name or because theirs is called the same.
func (t *tekton) usersOf(workspace string) (users []*pipelinev1.PipelineTask) {
	_ = t.eachTask(func(task *pipelinev1.PipelineTask, _ string) error { // the visitor never fails
		if boundTo(task, workspace) != "" {
			users = append(users, task)
		}
		return nil
	})
	return users
}

// boundTo is the task's own name for a workspace of the pipeline; empty if it does not bind it.
func boundTo(task *pipelinev1.PipelineTask, workspace string) string {
	for _, w := range task.Workspaces {
		if w.Workspace == workspace || w.Workspace == "" && w.Name == workspace {
			return w.Name
		}
	}
	return ""
}

// inline says whether the task's steps are in the run's own text.
func inline(task *pipelinev1.PipelineTask) bool {
	return task.TaskSpec != nil && !task.TaskSpec.IsCustomTask()
}

// cloneWithin puts the clone into the only task that needs it, as its first step: one pod and an emptyDir do, on every
// cluster. With credentials the clone has a pod of its own, since steps of one pod could mount the same volumes.
func (t *tekton) cloneWithin(task *pipelinev1.PipelineTask, index int) error {
	name := boundTo(task, sourceWorkspace)
	dir := mountOf(name)
	for _, w := range task.TaskSpec.Workspaces {
		if w.Name == name && w.MountPath != "" {
			dir = w.MountPath
		}
	}
	ref, err := t.cloneRef(index, dir)
	if err != nil {
		return err
	}
	step, err := t.cloneStep(ref, nil)
	if err != nil {
		return err
	}
	task.TaskSpec.Steps = append([]pipelinev1.Step{step}, task.TaskSpec.Steps...)
	task.TaskSpec.Volumes = append(cloneVolumes(t.credentials()), task.TaskSpec.Volumes...)
	t.spec.Workspaces = append(t.spec.Workspaces, pipelinev1.WorkspaceBinding{Name: sourceWorkspace, EmptyDir: &corev1.EmptyDirVolumeSource{}})
	return nil
}

// cloneBefore puts a task in front that clones, and every task without another one before it behind it. They share a volume;
// where the run names none, it is claimed from the cluster's default storage and goes with the run.
func (t *tekton) cloneBefore(index int) error {
	spec, err := t.cloneTask(index, mountOf(cloneWorkspace))
	if err != nil {
		return err
	}
	name := t.freeName("clone")
	spec.Workspaces = []pipelinev1.WorkspaceDeclaration{{Name: cloneWorkspace, MountPath: mountOf(cloneWorkspace)}}
	p := t.spec.PipelineSpec
	for i := range p.Tasks {
		if len(p.Tasks[i].RunAfter) == 0 {
			p.Tasks[i].RunAfter = []string{name}
		}
	}
	p.Tasks = append([]pipelinev1.PipelineTask{{
		Name:       name,
		TaskSpec:   &pipelinev1.EmbeddedTask{TaskSpec: spec},
		Workspaces: []pipelinev1.WorkspacePipelineTaskBinding{{Name: cloneWorkspace, Workspace: sourceWorkspace}},
	}}, p.Tasks...)
	if !t.binds(sourceWorkspace) {
		t.spec.Workspaces = append(t.spec.Workspaces, pipelinev1.WorkspaceBinding{Name: sourceWorkspace, VolumeClaimTemplate: sharedClaim()})
	}
	return nil
}

func sharedClaim() *corev1.PersistentVolumeClaim {
	return &corev1.PersistentVolumeClaim{
		Spec: corev1.PersistentVolumeClaimSpec{
			AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
			Resources:   corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse(sourceSize)}},
		},
	}
}

// freeName is the name, or the first numbered one that no task has.
func (t *tekton) freeName(name string) string {
	taken := map[string]bool{}
	_ = t.eachTask(func(task *pipelinev1.PipelineTask, _ string) error { // the visitor never fails
		taken[task.Name] = true
		return nil
	})
	free := name
	for i := 2; taken[free]; i++ {
		free = name + "-" + itoa(i)
	}
	return free
}
