package pipelines

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/pipelines/clonespec"
)

// cloneWorkspace is the workspace into which the catalog task git-clone clones, which Prow puts in a placeholder's place.
const cloneWorkspace = "output"

// resultsDir is where Tekton reads a task's results.
const resultsDir = "/tekton/results/"

// placeClones turns each of Prow's placeholders into a task that clones. Everything else that its author wrote about the task
// stays.
func (t *tekton) placeClones() error {
	return t.eachTask(func(task *pipelinev1.PipelineTask, at string) error {
		if task.TaskRef == nil || task.TaskRef.Resolver != "" {
			return nil
		}
		index, found, err := t.placeholder(task.TaskRef.Name, at+".taskRef.name")
		if err != nil || !found {
			return err
		}
		return t.placeClone(task, index, at)
	})
}

// placeholder finds the index in refs that a task reference stands for.
func (t *tekton) placeholder(name, at string) (index int, found bool, err error) {
	periodic := t.in.Job.Type == prow.TypePeriodic
	number, extra := strings.CutPrefix(name, prow.ExtraGitRef)
	switch {
	case name == prow.ImplicitGitRef && periodic:
		return 0, false, refuse("git-placeholder", at, "a periodic tests no repository of its own; write %s0", prow.ExtraGitRef)
	case name == prow.ImplicitGitRef:
		return 0, true, nil
	case !extra:
		return 0, false, nil
	}
	index, err = strconv.Atoi(number)
	if err != nil || strconv.Itoa(index) != number || index < 0 || index >= len(t.in.Job.ExtraRefs) {
		return 0, false, refuse("git-placeholder", at, "%q is none of the job's %d extra_refs, which are counted from 0", name, len(t.in.Job.ExtraRefs))
	}
	if !periodic {
		index++
	}
	return index, true, nil
}

func (t *tekton) placeClone(task *pipelinev1.PipelineTask, index int, at string) error {
	workspace, err := cloneTarget(task, at)
	if err != nil {
		return err
	}
	dir, err := t.cloneDir(task, workspace, at)
	if err != nil {
		return err
	}
	spec, err := t.cloneTask(index, dir)
	if err != nil {
		return err
	}
	spec.Workspaces = []pipelinev1.WorkspaceDeclaration{{Name: workspace, MountPath: mountOf(workspace)}}
	t.bindOnly(task, workspace, at)
	t.places = append(t.places, placeOf(task, task.Workspaces[0], strings.TrimPrefix(dir, mountOf(workspace)), at))
	task.TaskRef, task.Params, task.TaskSpec = nil, nil, &pipelinev1.EmbeddedTask{TaskSpec: spec}
	return nil
}

// bindOnly takes away from a clone every workspace but the one that it clones into: what lies in the others is not the clone's, and it
// holds secrets.
func (t *tekton) bindOnly(task *pipelinev1.PipelineTask, workspace, at string) {
	var kept []pipelinev1.WorkspacePipelineTaskBinding
	for i, w := range task.Workspaces {
		if w.Name != workspace {
			t.warn("clone-workspace", fmt.Sprintf("%s.workspaces[%d]", at, i), "%s has no effect: the clone sees only %s", w.Name, workspace)
			continue
		}
		t.warnUnshared(w, at)
		kept = append(kept, w)
	}
	task.Workspaces = kept
}

// warnUnshared speaks of a clone that nobody will see: each task gets an emptyDir of its own.
func (t *tekton) warnUnshared(w pipelinev1.WorkspacePipelineTaskBinding, at string) {
	name := w.Workspace
	if name == "" {
		name = w.Name
	}
	for _, b := range t.spec.Workspaces {
		if b.Name == name && b.EmptyDir != nil {
			t.warn("workspace-unshared", at+".workspaces", "the run binds %s to an emptyDir, of which each task has its own: other tasks will not see the clone; bind a volumeClaimTemplate", name)
		}
	}
}

func mountOf(workspace string) string { return "/workspace/" + workspace }

// cloneTarget is the workspace to clone into: "output" as in the task git-clone, or the only one.
func cloneTarget(task *pipelinev1.PipelineTask, at string) (string, error) {
	names := make([]string, len(task.Workspaces))
	for i, w := range task.Workspaces {
		names[i] = w.Name
	}
	switch {
	case slices.Contains(names, cloneWorkspace):
		return cloneWorkspace, nil
	case len(names) == 1:
		return names[0], nil
	}
	return "", refuse("git-placeholder", at+".workspaces", "the clone needs a place: bind one workspace called %q, not %d others", cloneWorkspace, len(names))
}

// cloneDir is the folder of the clone. Of the parameters of the task git-clone only subdirectory has a meaning here; url and
// revision are Prow's to say.
func (t *tekton) cloneDir(task *pipelinev1.PipelineTask, workspace, at string) (string, error) {
	dir := mountOf(workspace)
	for i, p := range task.Params {
		field := fmt.Sprintf("%s.params[%d]", at, i)
		if p.Name != "subdirectory" {
			t.warn("clone-param", field, "%s has no effect: the clone follows from the job's refs and clone options", p.Name)
			continue
		}
		sub := p.Value.StringVal
		if sub == "" || sub == "." {
			continue
		}
		if !aliasExpr.MatchString(sub) || path.Clean(sub) != sub || sub == ".." || strings.HasPrefix(sub, "../") {
			return "", refuse("git-placeholder", field, "%q is not a clean relative path of letters, digits and ._~@:+-", sub)
		}
		dir = mountOf(workspace) + "/" + sub
	}
	return dir, nil
}

// cloneTask is a task whose only step clones one of the refs into a folder. Its results are those of the task git-clone that
// are known before anything ran, and what Tekton Chains reads.
func (t *tekton) cloneTask(index int, dir string) (pipelinev1.TaskSpec, error) {
	ref, err := t.cloneRef(index, dir)
	if err != nil {
		return pipelinev1.TaskSpec{}, err
	}
	results := cloneResults(ref)
	step, err := t.cloneStep(ref, results)
	if err != nil {
		return pipelinev1.TaskSpec{}, err
	}
	spec := pipelinev1.TaskSpec{Steps: []pipelinev1.Step{step}, Volumes: cloneVolumes(t.credentials())}
	for _, r := range results {
		spec.Results = append(spec.Results, pipelinev1.TaskResult{Name: path.Base(r.Path), Type: pipelinev1.ResultsTypeString})
	}
	return spec, nil
}

// cloneRef is one of the refs, to be cloned into a folder.
func (t *tekton) cloneRef(index int, dir string) (clonespec.Ref, error) {
	t.cloned[index] = true
	ref, err := cloneRef(t.in, t.refs[index], refsField(t.in, index))
	ref.Dir = dir
	return ref, err
}

// cloneStep is the step that clones a ref and writes results.
func (t *tekton) cloneStep(ref clonespec.Ref, results []clonespec.Result) (pipelinev1.Step, error) {
	d := t.credentials()
	o := clonespec.Options{Refs: []clonespec.Ref{ref}, KnownHosts: d.SSHHostFingerprints, Results: results}
	step, err := toolsStep(t.in, cloneStepName, nil, "clone")
	for _, c := range cloneCredentials(d) {
		c.use(&o)
		step.VolumeMounts = append(step.VolumeMounts, c.mount())
	}
	step.VolumeMounts = append(step.VolumeMounts, corev1.VolumeMount{Name: tmpVolume, MountPath: "/tmp"})
	step.Env = []corev1.EnvVar{{Name: clonespec.EnvName, Value: o.String()}}
	step.Timeout = &metav1.Duration{Duration: cloneTimeout}
	return step, err
}

// cloneResults are the results of a clone whose commit is known: the head of the only pull request, else the base. A branch's tip is
// known only later, and then there are none.
func cloneResults(ref clonespec.Ref) (out []clonespec.Result) {
	commit := ref.BaseSHA
	if len(ref.Pulls) == 1 {
		commit = ref.Pulls[0].SHA
	}
	if commit == "" {
		return nil
	}
	for _, name := range []string{"url", "CHAINS-GIT_URL"} {
		out = append(out, clonespec.Result{Path: resultsDir + name, Value: ref.URI})
	}
	for _, name := range []string{"commit", "CHAINS-GIT_COMMIT"} {
		out = append(out, clonespec.Result{Path: resultsDir + name, Value: commit})
	}
	return out
}

// credentials is the decoration whose secrets the clone may use. Prow decorates no job of this agent, so that the
// administrators' default for the repository counts. The secrets live where pods usually do.
func (t *tekton) credentials() prow.DecorationConfig {
	job := t.in.Job
	switch {
	case job.DecorationConfig != nil:
		return *job.DecorationConfig
	case t.in.CentralDecoration == nil || !clonesOnlyItself(job) || job.Namespace != "" && job.Namespace != t.in.Options.Namespace:
		return prow.DecorationConfig{}
	}
	return *t.in.CentralDecoration
}
