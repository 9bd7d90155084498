package pipelines

import (
	"path"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
)

// clonePlace is where a placeholder's task clones: a folder of one of the pipeline's workspaces.
type clonePlace struct{ task, at, workspace, folder string }

// placeOf is the place of a clone into sub, a folder of the workspace that the task binds.
func placeOf(task *pipelinev1.PipelineTask, w pipelinev1.WorkspacePipelineTaskBinding, sub, at string) clonePlace {
	name := w.Workspace
	if name == "" {
		name = w.Name
	}
	return clonePlace{task.Name, at, name, path.Join("/", w.SubPath, sub)}
}

// warnOverlaps speaks of clones that remove each other: each empties its folder first, so one inside of another has to come after it.
func (t *tekton) warnOverlaps() {
	for _, inner := range t.places {
		for _, outer := range t.places {
			if inner.task == outer.task || inner.workspace != outer.workspace || !within(inner.folder, outer.folder) || t.ownFolders(inner.workspace) {
				continue
			}
			if inner.folder == outer.folder || !t.runsAfter(inner.task, outer.task) {
				t.warn("clone-overlap", inner.at+".workspaces", "%s clones into the folder of %s, which empties it first; clone beside it, or into a folder below it after it", inner.task, outer.task)
			}
		}
	}
}

func within(folder, outer string) bool { return outer == "/" || inside(folder, outer) }

// ownFolders says whether each task has a volume of its own behind a workspace.
func (t *tekton) ownFolders(workspace string) bool {
	for _, b := range t.spec.Workspaces {
		if b.Name == workspace {
			return b.EmptyDir != nil
		}
	}
	return false
}

// runsAfter says whether a task waits for another one, be it through others.
func (t *tekton) runsAfter(task, first string) bool {
	deps := pipelinev1.PipelineTaskList(t.spec.PipelineSpec.Tasks).Deps()
	seen := map[string]bool{}
	var waits func(string) bool
	waits = func(name string) bool {
		for _, d := range deps[name] {
			if d == first {
				return true
			}
			if !seen[d] {
				seen[d] = true
				if waits(d) {
					return true
				}
			}
		}
		return false
	}
	return waits(task)
}
