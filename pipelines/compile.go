package pipelines

import (
	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/pipelines/record"
)

// Compile makes the run that a job and its refs ask for: one Pending PipelineRun. It keeps the meaning of every field of the
// job, or answers with an *Error that names the field and the way out; parts that are without effect in a run become warnings.
func Compile(in Input) (*Compiled, error) {
	if err := checkInput(in); err != nil {
		return nil, err
	}
	warnings, err := judgeJob(in.Job)
	if err != nil {
		return nil, err
	}
	refs := effectiveRefs(in)
	env, err := environmentOf(in, refs)
	if err != nil {
		return nil, err
	}
	spec, more, err := compileSpec(in, refs, env)
	if err != nil {
		return nil, err
	}
	run, rec, err := dress(in, refs, env, spec)
	if err != nil {
		return nil, err
	}
	if err := checkRun(run); err != nil {
		return nil, err
	}
	if err := checkTier(in, run); err != nil {
		return nil, err
	}
	return &Compiled{Run: run, Record: rec, Warnings: append(warnings, more...), Defaults: defaults(in)}, nil
}

// compileSpec makes what the run does, by the job's agent.
func compileSpec(in Input, refs []prow.Refs, env environment) (pipelinev1.PipelineRunSpec, []Warning, error) {
	switch in.Job.Agent {
	case prow.AgentKubernetes:
		return compilePod(in, refs, env)
	case prow.AgentTekton:
		return compileTekton(in, refs, env)
	case prow.AgentJenkins:
		return pipelinev1.PipelineRunSpec{}, nil, refuse("agent-jenkins", "agent", "Bowsprit runs no Jenkins jobs; leave the job with Prow, or write a pod and agent: %s", prow.AgentKubernetes)
	}
	return pipelinev1.PipelineRunSpec{}, nil, refuse("agent", "agent", "%q is none of %s, %s and %s", in.Job.Agent, prow.AgentKubernetes, prow.AgentTekton, prow.AgentJenkins)
}

// dress puts everything on the run that is not what it does: its name, its record, its labels and annotations, and that it waits.
func dress(in Input, refs []prow.Refs, env environment, spec pipelinev1.PipelineRunSpec) (*pipelinev1.PipelineRun, record.Record, error) {
	rec, err := recordOf(in, refs)
	if err != nil {
		return nil, rec, err
	}
	spec.Status = pipelinev1.PipelineRunSpecStatusPending
	run := &pipelinev1.PipelineRun{
		TypeMeta: metav1.TypeMeta{APIVersion: pipelinev1.SchemeGroupVersion.String(), Kind: "PipelineRun"},
		ObjectMeta: metav1.ObjectMeta{
			Name: record.Name(rec.Cause), Namespace: namespace(in), Labels: labels(in, refs), Annotations: merged(in.Job.Annotations, env.texts),
		},
		Spec: spec,
	}
	record.Encode(rec, run)
	record.SetProwJobID(run, prowJobID(in))
	return run, rec, nil
}

func namespace(in Input) string {
	if in.Job.Namespace != "" {
		return in.Job.Namespace
	}
	return in.Options.Namespace
}
