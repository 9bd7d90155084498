package pipelines

import (
	"strings"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// tektonSource finds what a job of agent tekton-pipeline runs, and the job's field that says so. The spec is a copy.
func tektonSource(in Input) (spec pipelinev1.PipelineRunSpec, at string, err error) {
	at = "pipeline_run_spec"
	if t := in.Job.TektonPipelineRunSpec; t != nil && t.V1Beta1 != nil {
		at = "tekton_pipeline_run_spec.v1beta1"
	}
	if s := in.Job.RunSpec(); s != nil {
		spec = *s.DeepCopy()
	}
	if in.Job.PipelineRef == nil {
		return spec, at, checkSource(spec, at)
	}
	if spec.PipelineSpec != nil || spec.PipelineRef != nil {
		return spec, at, refuse("pipeline-twice", "pipeline_ref", "%s names a pipeline already; write one of them", at)
	}
	return referTo(*in.Job.PipelineRef, in, spec)
}

// checkSource refuses a spec that runs nothing.
func checkSource(spec pipelinev1.PipelineRunSpec, at string) error {
	switch {
	case spec.PipelineSpec == nil && spec.PipelineRef == nil:
		return refuse("no-pipeline", at, "there is nothing to run: write pipelineSpec, pipelineRef, or the job's pipeline_ref")
	case spec.PipelineSpec != nil && len(spec.PipelineSpec.Tasks) == 0:
		return refuse("no-pipeline", at+".pipelineSpec.tasks", "there is nothing to run: Tekton would let an empty pipeline succeed")
	}
	return nil
}

// referTo adds the pipeline that a pipeline_ref names. The job's run spec, if there is one, says the rest: workspaces,
// parameters, account, timeouts.
func referTo(ref prow.PipelineRef, in Input, spec pipelinev1.PipelineRunSpec) (pipelinev1.PipelineRunSpec, string, error) {
	switch {
	case ref.File != "":
		return readPipeline(ref.File, in.PipelineFile, spec)
	case ref.Resolver != "":
		spec.PipelineRef = &pipelinev1.PipelineRef{ResolverRef: pipelinev1.ResolverRef{
			Resolver: pipelinev1.ResolverName(ref.Resolver), Params: ref.Params.DeepCopy(),
		}}
	case ref.Name != "":
		spec.PipelineRef = &pipelinev1.PipelineRef{Name: ref.Name}
	default:
		return spec, "pipeline_ref", refuse("no-pipeline", "pipeline_ref", "write file, name or resolver")
	}
	return spec, "pipeline_ref", nil
}

// readPipeline reads a file of the repository: a Pipeline, a PipelineRun, or the bare spec of a Pipeline. It is read at the
// commit that is tested and becomes a part of the run, so that the run shows what was tested and the trust tier sees all of
// it; Tekton's git resolver could not see a pull request that is merged onto its base.
func readPipeline(name string, text []byte, spec pipelinev1.PipelineRunSpec) (pipelinev1.PipelineRunSpec, string, error) {
	const at = "pipeline_ref.file"
	if len(text) == 0 {
		return spec, at, refuse("pipeline-file-missing", at, "%s is not in the tree that is tested, or is empty", name)
	}
	if strings.Contains(string(text), "\n---") {
		return spec, at, refuse("pipeline-file", at, "%s has several documents; write one Pipeline, with its tasks inline", name)
	}
	var head metav1.TypeMeta
	if err := yaml.Unmarshal(text, &head); err != nil {
		return spec, at, refuse("pipeline-file", at, "read %s: %v", name, err)
	}
	if v := head.APIVersion; v != "" && v != "tekton.dev/v1" {
		return spec, at, refuse("pipeline-file", at, "%s has apiVersion %q; write tekton.dev/v1", name, v)
	}
	out, err := decodePipeline(head.Kind, text, spec)
	if err != nil {
		return spec, at, refuse("pipeline-file", at, "read %s: %v", name, err)
	}
	return out, at, checkSource(out, at)
}

// decodePipeline reads strictly: a field that nobody knows is a mistake in a new document.
func decodePipeline(kind string, text []byte, spec pipelinev1.PipelineRunSpec) (pipelinev1.PipelineRunSpec, error) {
	switch kind {
	case "Pipeline":
		var p pipelinev1.Pipeline
		err := yaml.UnmarshalStrict(text, &p)
		spec.PipelineSpec = &p.Spec
		return spec, err
	case "PipelineRun":
		var run pipelinev1.PipelineRun
		err := yaml.UnmarshalStrict(text, &run)
		if !emptyRunSpec(spec) {
			return spec, refuse("pipeline-twice", "pipeline_run_spec", "the file is a whole PipelineRun; leave pipeline_run_spec out, or write a Pipeline")
		}
		return run.Spec, err
	case "":
		var p pipelinev1.PipelineSpec
		err := yaml.UnmarshalStrict(text, &p)
		spec.PipelineSpec = &p
		return spec, err
	}
	return spec, refuse("pipeline-file", "kind", "%q is not Pipeline or PipelineRun", kind)
}

func emptyRunSpec(spec pipelinev1.PipelineRunSpec) bool {
	return len(spec.Params) == 0 && len(spec.Workspaces) == 0 && len(spec.TaskRunSpecs) == 0 && spec.Timeouts == nil &&
		spec.TaskRunTemplate == pipelinev1.PipelineTaskRunTemplate{}
}
