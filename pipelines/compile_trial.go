package pipelines

import (
	"slices"
	"strings"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	corev1 "k8s.io/api/core/v1"
)

// trialOf is a copy of a run that Tekton's validation answers for as it would for the run, in a tenth of the time. That validation
// compiles several regular expressions for each text in a step, to find variables; texts without "$(" have none, so that
// they are left out where no other rule looks at them.
func trialOf(run *pipelinev1.PipelineRun) *pipelinev1.PipelineRun {
	light := *run
	if run.Spec.PipelineSpec != nil {
		pipeline := *run.Spec.PipelineSpec
		pipeline.Tasks, pipeline.Finally = lightTasks(pipeline.Tasks), lightTasks(pipeline.Finally)
		light.Spec.PipelineSpec = &pipeline
	}
	return light.DeepCopy()
}

func lightTasks(tasks []pipelinev1.PipelineTask) []pipelinev1.PipelineTask {
	tasks = slices.Clone(tasks)
	for i, t := range tasks {
		if t.TaskSpec == nil || t.TaskSpec.StepTemplate != nil || len(t.TaskSpec.Workspaces) > 0 {
			continue // their rules look at the steps as a whole
		}
		spec := *t.TaskSpec
		spec.Steps = slices.Clone(spec.Steps)
		for j := range spec.Steps {
			lightStep(&spec.Steps[j])
		}
		tasks[i].TaskSpec = &spec
	}
	return tasks
}

// lightStep leaves steps alone whose fields exclude each other.
func lightStep(s *pipelinev1.Step) {
	if s.Ref != nil || s.Script != "" {
		return
	}
	s.Command, s.Args = withVariables(s.Command), withVariables(s.Args)
	s.Env = kept(s.Env, func(e corev1.EnvVar) bool {
		return e.ValueFrom != nil && e.ValueFrom.FieldRef == nil || hasVariable(e.Value)
	})
	s.VolumeMounts = kept(s.VolumeMounts, func(m corev1.VolumeMount) bool {
		return hasVariable(m.Name+m.MountPath+m.SubPath) || strings.Contains(m.MountPath, "tekton") || strings.HasPrefix(m.Name, "tekton")
	})
}

func withVariables(texts []string) []string { return kept(texts, hasVariable) }

func hasVariable(text string) bool { return strings.Contains(text, "$(") }

// kept is a new slice of what is to be kept.
func kept[T any](all []T, keep func(T) bool) (out []T) {
	for _, v := range all {
		if keep(v) {
			out = append(out, v)
		}
	}
	return out
}
