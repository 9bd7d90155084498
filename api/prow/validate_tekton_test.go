package prow

import (
	"fmt"
	"strings"
	"testing"
)

func TestValidateTekton(t *testing.T) {
	tasks := func(names ...string) string {
		var b strings.Builder
		b.WriteString("name: a\nagent: tekton-pipeline\npipeline_run_spec: {pipelineSpec: {tasks: [")
		for i, n := range names {
			fmt.Fprintf(&b, "{name: t%d, taskRef: {name: %s}}, ", i, n)
		}
		return b.String() + "]}}"
	}
	const refs = "\nextra_refs: [{org: o, repo: x, base_ref: m}]"
	tekton := "name: a\nagent: tekton-pipeline\n"
	at := "job.pipeline_run_spec.pipelineSpec.tasks[0].taskRef"
	run(t, TypePresubmit, map[string]judged{
		"no spec":               {yaml: tekton, want: []string{"pipeline-run-spec-missing job.pipeline_run_spec"}},
		"the implicit ref":      {yaml: tasks("PROW_IMPLICIT_GIT_REF")},
		"an extra ref":          {yaml: tasks("PROW_EXTRA_GIT_REF_0", "PROW_EXTRA_GIT_REF_0") + refs},
		"an extra ref not used": {yaml: tasks("other") + refs, want: []string{"extra-ref-unused job.extra_refs[0]"}},
		"one ref too many":      {yaml: tasks("PROW_EXTRA_GIT_REF_0", "PROW_EXTRA_GIT_REF_3") + refs, want: []string{"extra-ref-missing job.pipeline_run_spec"}},
		"zeros in front":        {yaml: tasks("PROW_EXTRA_GIT_REF_00"), want: []string{"extra-ref-number " + at + ".name"}},
		"a number out of reach": {yaml: tasks("PROW_EXTRA_GIT_REF_99999999999999999999"), want: []string{"extra-ref-number " + at + ".name"}},
		"a task of its own":     {why: "Prow panics", yaml: tekton + "pipeline_run_spec: {pipelineSpec: {tasks: [{name: t, taskSpec: {steps: [{image: x}]}}]}}", want: []string{"!task-inline " + at}},
		"the newer key":         {yaml: tekton + "tekton_pipeline_run_spec: {v1beta1: {pipelineSpec: {tasks: [{name: t, taskRef: {name: PROW_EXTRA_GIT_REF_1}}]}}}", want: []string{"extra-ref-missing job.tekton_pipeline_run_spec.v1beta1"}},
		"a file":                {yaml: tekton + "pipeline_ref: {file: .tekton/a.yaml}" + refs},
		"a file elsewhere":      {yaml: tekton + "pipeline_ref: {file: ../a.yaml}", want: []string{"pipeline-ref-file job.pipeline_ref.file"}},
		"nothing named":         {yaml: tekton + "pipeline_ref: {}", want: []string{"pipeline-ref-exclusive job.pipeline_ref"}},
		"two named":             {yaml: tekton + "pipeline_ref: {file: a, name: b}", want: []string{"pipeline-ref-exclusive job.pipeline_ref"}},
		"said already":          {yaml: tekton + "pipeline_ref: {name: b}\npipeline_run_spec: {pipelineRef: {name: c}}", want: []string{"pipeline-ref-exclusive job.pipeline_ref"}},
		"a resolver":            {yaml: tekton + "pipeline_ref: {resolver: gti}", want: []string{"~pipeline-ref-resolver job.pipeline_ref.resolver"}},
		"params of nothing":     {yaml: tekton + "pipeline_ref: {name: b, params: [{name: x, value: y}]}", want: []string{"pipeline-ref-params job.pipeline_ref.params"}},
		"a pod with a file":     {yaml: "name: a\npipeline_ref: {name: b}" + podYAML, want: []string{"pipeline-ref-agent job.pipeline_ref"}},
	})
	run(t, TypePeriodic, map[string]judged{
		"a periodic's implicit ref": {yaml: tasks("PROW_IMPLICIT_GIT_REF") + "\ninterval: 1h", want: []string{"implicit-ref-periodic " + at + ".name"}},
	})
}
