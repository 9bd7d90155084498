package pipelines

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/pipelines/clonespec"
)

// tektonJob is a job of agent tekton-pipeline with the given fields.
const tektonJob = "name: tekton\nagent: tekton-pipeline\n"

// inline is such a job whose pipeline has one task with the given fields.
func inlineTask(fields string) string {
	return tektonJob + "pipeline_run_spec: {workspaces: [{name: w, emptyDir: {}}], pipelineSpec: {workspaces: [{name: w}], tasks: [" + fields + "]}}"
}

const onePipeline = `
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: ci}
spec:
  workspaces: [{name: source}]
  tasks:
  - name: test
    workspaces: [{name: code, workspace: source}]
    taskSpec:
      workspaces: [{name: code}]
      steps: [{name: make, image: golang, workingDir: $(workspaces.code.path), command: [make]}]
`

const twoTasks = `
workspaces: [{name: source}]
tasks:
- name: clone
  workspaces: [{name: source}]
  taskSpec: {workspaces: [{name: source}], steps: [{name: make, image: golang, command: [make]}]}
- name: later
  runAfter: [clone]
  workspaces: [{name: source}]
  taskSpec: {workspaces: [{name: source}], steps: [{name: make, image: golang, command: [make]}]}
`

func TestTektonRefusals(t *testing.T) {
	for why, tc := range map[string]struct {
		kind        prow.JobType
		job, file   string
		code, field string
	}{
		"nothing to run":                        {job: tektonJob, code: "no-pipeline", field: "pipeline_run_spec"},
		"a pipeline without tasks":              {job: tektonJob + "pipeline_run_spec: {pipelineSpec: {}}", code: "no-pipeline", field: "pipeline_run_spec.pipelineSpec.tasks"},
		"a reference to nothing":                {job: tektonJob + "pipeline_ref: {}", code: "no-pipeline", field: "pipeline_ref"},
		"two pipelines":                         {job: tektonJob + "pipeline_ref: {name: a}\npipeline_run_spec: {pipelineRef: {name: b}}", code: "pipeline-twice", field: "pipeline_ref"},
		"a file that nobody read":               {job: tektonJob + "pipeline_ref: {file: ci/p.yaml}", code: "pipeline-file-missing", field: "pipeline_ref.file"},
		"a file that is no YAML":                {job: tektonJob + "pipeline_ref: {file: p.yaml}", file: "a: [", code: "pipeline-file", field: "pipeline_ref.file"},
		"a file of an old version":              {job: tektonJob + "pipeline_ref: {file: p.yaml}", file: "apiVersion: tekton.dev/v1beta1\nkind: Pipeline", code: "pipeline-file", field: "pipeline_ref.file"},
		"a file of another kind":                {job: tektonJob + "pipeline_ref: {file: p.yaml}", file: "apiVersion: tekton.dev/v1\nkind: Task", code: "pipeline-file", field: "pipeline_ref.file"},
		"a file with a slip of the pen":         {job: tektonJob + "pipeline_ref: {file: p.yaml}", file: "task: []", code: "pipeline-file", field: "pipeline_ref.file"},
		"a file of several documents":           {job: tektonJob + "pipeline_ref: {file: p.yaml}", file: onePipeline + "\n---\n" + onePipeline, code: "pipeline-file", field: "pipeline_ref.file"},
		"a file that is a run, and a run":       {job: tektonJob + "pipeline_ref: {file: p.yaml}\npipeline_run_spec: {timeouts: {pipeline: 1h}}", file: "kind: PipelineRun\nspec: {pipelineRef: {name: a}}", code: "pipeline-file", field: "pipeline_ref.file"},
		"a run that is cancelled already":       {job: tektonJob + "pipeline_run_spec: {status: Cancelled, pipelineRef: {name: a}}", code: "run-status", field: "pipeline_run_spec.status"},
		"a clone without a place":               {job: inlineTask("{name: c, taskRef: {name: PROW_IMPLICIT_GIT_REF}}"), code: "git-placeholder", field: "pipeline_run_spec.pipelineSpec.tasks[0].workspaces"},
		"a clone with too many places":          {job: inlineTask("{name: c, taskRef: {name: PROW_IMPLICIT_GIT_REF}, workspaces: [{name: a, workspace: w}, {name: b, workspace: w}]}"), code: "git-placeholder", field: "pipeline_run_spec.pipelineSpec.tasks[0].workspaces"},
		"an extra ref that is not there":        {job: inlineTask("{name: c, taskRef: {name: PROW_EXTRA_GIT_REF_0}}"), code: "git-placeholder", field: "pipeline_run_spec.pipelineSpec.tasks[0].taskRef.name"},
		"an extra ref with a leading zero":      {job: inlineTask("{name: c, taskRef: {name: PROW_EXTRA_GIT_REF_00}}") + "\nextra_refs: [{org: o, repo: s, base_ref: main}]", code: "git-placeholder", field: "pipeline_run_spec.pipelineSpec.tasks[0].taskRef.name"},
		"a clone outside of its place":          {job: inlineTask("{name: c, taskRef: {name: PROW_IMPLICIT_GIT_REF}, params: [{name: subdirectory, value: ../up}], workspaces: [{name: output, workspace: w}]}"), code: "git-placeholder", field: "pipeline_run_spec.pipelineSpec.tasks[0].params[0]"},
		"a clone into what Tekton computes":     {job: inlineTask("{name: c, taskRef: {name: PROW_IMPLICIT_GIT_REF}, params: [{name: subdirectory, value: $(params.PULL_TITLE)}], workspaces: [{name: output, workspace: w}]}"), code: "git-placeholder", field: "pipeline_run_spec.pipelineSpec.tasks[0].params[0]"},
		"an annotation of ours on a task":       {job: inlineTask("{name: c, taskSpec: {metadata: {annotations: {bowsprit.dev/pull-title: x}}, steps: [{image: i, command: [c]}]}}"), code: "key-reserved", field: "pipeline_run_spec.pipelineSpec.tasks[0].taskSpec.metadata"},
		"a label of Tekton's on one task's pod": {job: tektonJob + "pipeline_run_spec: {pipelineRef: {name: a}, taskRunSpecs: [{pipelineTaskName: b, metadata: {labels: {tekton.dev/x: v}}}]}", code: "key-reserved", field: "pipeline_run_spec.taskRunSpecs[0].metadata"},
		"what Tekton itself refuses":            {job: inlineTask("{name: A_B, taskRef: {name: t}}"), code: "tekton", field: "spec"},
		"a periodic's own repository": {kind: prow.TypePeriodic, code: "git-placeholder", field: "pipeline_run_spec.pipelineSpec.tasks[0].taskRef.name",
			job: inlineTask("{name: c, taskRef: {name: PROW_IMPLICIT_GIT_REF}, workspaces: [{name: output, workspace: w}]}")},
	} {
		t.Run(why, func(t *testing.T) {
			if tc.kind == "" {
				tc.kind = prow.TypePresubmit
			}
			in := jobInput(t, tc.kind, tc.job)
			in.PipelineFile = []byte(tc.file)
			_, err := Compile(in)
			var refusal *Error
			if !errors.As(err, &refusal) || refusal.Code != tc.code || refusal.Field != tc.field {
				t.Errorf("%v, want %s: %s", err, tc.code, tc.field)
			}
		})
	}
}

func compiledTekton(t *testing.T, in Input) *Compiled {
	t.Helper()
	c, err := Compile(in)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// cloneOf reads what a step clones.
func cloneOf(t *testing.T, step pipelinev1.Step) clonespec.Options {
	t.Helper()
	for _, e := range step.Env {
		if e.Name == clonespec.EnvName {
			o, err := clonespec.Parse(e.Value)
			if err != nil {
				t.Fatal(err)
			}
			return o
		}
	}
	t.Fatalf("step %s clones nothing", step.Name)
	return clonespec.Options{}
}

func TestABatchIsClonedWhole(t *testing.T) {
	in := jobInput(t, prow.TypeBatch, inlineTask("{name: c, taskRef: {name: PROW_IMPLICIT_GIT_REF}, workspaces: [{name: output, workspace: w}]}"))
	in.MergeMethod = clonespec.MergeMethodSquash
	c := compiledTekton(t, in)
	ref := cloneOf(t, c.Run.Spec.PipelineSpec.Tasks[0].TaskSpec.Steps[0]).Refs[0]
	if len(ref.Pulls) != 2 || ref.BaseSHA != in.Refs.BaseSHA || ref.MergeMethod != clonespec.MergeMethodSquash || ref.Dir != "/workspace/output" {
		t.Errorf("clones %+v", ref)
	}
	for _, w := range c.Warnings {
		if w.Code == "workspace-unshared" {
			return
		}
	}
	t.Errorf("no word about the emptyDir that nobody shares: %v", c.Warnings)
}

func TestAPipelineOfTheRepositoryWithOneTaskIsClonedInItsPod(t *testing.T) {
	in := jobInput(t, prow.TypePresubmit, tektonJob+"pipeline_ref: {file: ci.yaml}")
	in.PipelineFile = []byte(onePipeline)
	spec := compiledTekton(t, in).Run.Spec
	steps := spec.PipelineSpec.Tasks[0].TaskSpec.Steps
	if len(spec.PipelineSpec.Tasks) != 1 || len(steps) != 2 || cloneOf(t, steps[0]).Refs[0].Dir != "/workspace/code" {
		t.Errorf("tasks %d, steps %+v", len(spec.PipelineSpec.Tasks), steps)
	}
	if len(spec.Workspaces) != 1 || spec.Workspaces[0].EmptyDir == nil {
		t.Errorf("workspaces %+v", spec.Workspaces)
	}
}

func TestTasksThatShareTheSourceGetACloneBeforeThem(t *testing.T) {
	in := jobInput(t, prow.TypePostsubmit, tektonJob+"pipeline_ref: {file: ci.yaml}")
	in.PipelineFile = []byte(twoTasks)
	spec := compiledTekton(t, in).Run.Spec
	after := map[string][]string{}
	for _, task := range spec.PipelineSpec.Tasks {
		after[task.Name] = task.RunAfter
	}
	if diff := gocmp.Diff(map[string][]string{"clone-2": nil, "clone": {"clone-2"}, "later": {"clone"}}, after); diff != "" {
		t.Error(diff)
	}
	if len(spec.Workspaces) != 1 || spec.Workspaces[0].VolumeClaimTemplate == nil {
		t.Errorf("workspaces %+v", spec.Workspaces)
	}
}

func TestTheJobsOwnWorkspaceForTheSourceStays(t *testing.T) {
	in := jobInput(t, prow.TypePostsubmit, tektonJob+"pipeline_ref: {file: ci.yaml}\npipeline_run_spec: {workspaces: [{name: source, persistentVolumeClaim: {claimName: cache}}]}")
	in.PipelineFile = []byte(onePipeline)
	spec := compiledTekton(t, in).Run.Spec
	if len(spec.Workspaces) != 1 || spec.Workspaces[0].PersistentVolumeClaim == nil || len(spec.PipelineSpec.Tasks) != 2 {
		t.Errorf("workspaces %+v, %d tasks", spec.Workspaces, len(spec.PipelineSpec.Tasks))
	}
}

func TestTheSourceOfAPeriodicIsItsFirstRefThatIsNotAuxiliary(t *testing.T) {
	in := jobInput(t, prow.TypePeriodic, tektonJob+"pipeline_ref: {file: ci.yaml}\nextra_refs: [{org: o, repo: tools, base_ref: main, auxiliary: true}, {org: o, repo: r, base_ref: main}]")
	in.PipelineFile = []byte(onePipeline)
	c := compiledTekton(t, in)
	if ref := cloneOf(t, c.Run.Spec.PipelineSpec.Tasks[0].TaskSpec.Steps[0]).Refs[0]; ref.Repo != "r" {
		t.Errorf("clones %s", ref.Repo)
	}
	if len(c.Warnings) != 1 || c.Warnings[0].Code != "extra-ref-unused" || c.Warnings[0].Field != "extra_refs[0]" {
		t.Errorf("warnings %v", c.Warnings)
	}
}

func TestAPlaceholderStandsForTheCloneOfTheSource(t *testing.T) {
	in := jobInput(t, prow.TypePresubmit, tektonJob+"pipeline_ref: {file: ci.yaml}\npipeline_run_spec: {workspaces: [{name: source, persistentVolumeClaim: {claimName: cache}}]}")
	in.PipelineFile = []byte("workspaces: [{name: source}]\ntasks: [{name: fetch, taskRef: {name: PROW_IMPLICIT_GIT_REF}, workspaces: [{name: output, workspace: source}]}]")
	if tasks := compiledTekton(t, in).Run.Spec.PipelineSpec.Tasks; len(tasks) != 1 || tasks[0].Name != "fetch" {
		t.Errorf("%d tasks", len(tasks))
	}
}

func TestTheClonesKeyIsTheAdministratorsAndInAPodOfItsOwn(t *testing.T) {
	in := jobInput(t, prow.TypePresubmit, tektonJob+"pipeline_ref: {file: ci.yaml}")
	in.PipelineFile, in.CentralDecoration = []byte(onePipeline), read[prow.DecorationConfig](t, centralDecoration)
	tasks := compiledTekton(t, in).Run.Spec.PipelineSpec.Tasks
	if len(tasks) != 2 || len(cloneOf(t, tasks[0].TaskSpec.Steps[0]).SSHKeyDirs) != 1 || len(tasks[1].TaskSpec.Volumes) != 0 {
		t.Errorf("%d tasks, the second with volumes %v", len(tasks), tasks[1].TaskSpec.Volumes)
	}
	in.Job.Namespace = "elsewhere" // where the secret need not be
	if tasks := compiledTekton(t, in).Run.Spec.PipelineSpec.Tasks; len(tasks) != 1 {
		t.Errorf("%d tasks in a namespace without the key", len(tasks))
	}
}

func TestAFileMayBeAWholeRun(t *testing.T) {
	in := jobInput(t, prow.TypePostsubmit, tektonJob+"pipeline_ref: {file: ci.yaml}")
	in.PipelineFile = []byte("kind: PipelineRun\nspec: {timeouts: {pipeline: 3h}, pipelineRef: {name: ci}}")
	spec := compiledTekton(t, in).Run.Spec
	if spec.PipelineRef == nil || spec.PipelineRef.Name != "ci" || spec.Timeouts.Pipeline.Hours() != 3 || spec.Status != pipelinev1.PipelineRunSpecStatusPending {
		t.Errorf("%+v", spec)
	}
}

func TestParametersHoldNoCodeOfStrangers(t *testing.T) {
	in := jobInput(t, prow.TypePresubmit, tektonJob+"pipeline_ref: {resolver: bundles, params: [{name: name, value: ci}]}")
	in.Refs.Pulls[0].Title = "-x $(params.y) `id` \"; rm -rf / #\n' <(a) Grüße"
	in.Refs.Pulls[0].HeadRef = "$(touch${IFS}x)"
	in.Refs.Pulls[0].Author = "o'neil`id`"
	params := map[string]string{}
	for _, p := range compiledTekton(t, in).Run.Spec.Params {
		params[p.Name] = p.Value.StringVal
	}
	if diff := gocmp.Diff("_x __params.y_ _id_ __ rm -rf / ___ __a_ Grüße", params["PULL_TITLE"]); diff != "" {
		t.Error(diff)
	}
	if diff := gocmp.Diff("__touch__IFS_x_", params["PULL_HEAD_REF"]); diff != "" {
		t.Error(diff)
	}
	spec := params["JOB_SPEC"]
	if strings.ContainsAny(spec, "'`$\n") {
		t.Errorf("JOB_SPEC leaves its quotes: %s", spec)
	}
	var read struct{ Refs prow.Refs }
	if err := json.Unmarshal([]byte(spec), &read); err != nil || read.Refs.Pulls[0].Title != in.Refs.Pulls[0].Title {
		t.Errorf("JOB_SPEC lost the title: %q, %v", read.Refs.Pulls[0].Title, err)
	}
}

func TestADeclaredParameterOfAnotherTypeIsLeftAlone(t *testing.T) {
	in := jobInput(t, prow.TypePostsubmit, tektonJob+"pipeline_run_spec: {pipelineSpec: {params: [{name: PULL_REFS, type: array, default: [a]}], tasks: [{name: a, taskRef: {name: t}}]}}")
	c := compiledTekton(t, in)
	for _, p := range c.Run.Spec.Params {
		if p.Name == "PULL_REFS" {
			t.Errorf("offers %+v", p)
		}
	}
	if len(c.Warnings) != 1 || c.Warnings[0].Code != "param-kept" {
		t.Errorf("warnings %v", c.Warnings)
	}
}

func TestADecorationThatCannotHoldIsNamed(t *testing.T) {
	c := compiledTekton(t, jobInput(t, prow.TypePostsubmit, tektonJob+"pipeline_run_spec: {pipelineRef: {name: a}}\ndecoration_config: {grace_period: 1m}"))
	if len(c.Warnings) != 1 || c.Warnings[0].Code != "decoration-partly" {
		t.Errorf("warnings %v", c.Warnings)
	}
	for _, p := range c.Run.Spec.Params {
		if p.Name == "ARTIFACTS" || p.Name == "GOPATH" {
			t.Errorf("offers %s, which is a folder of one pod", p.Name)
		}
	}
}

func TestTimeoutsComeFromTheSpecThenFromTheDecoration(t *testing.T) {
	for why, tc := range map[string]struct{ fields, want string }{
		"the spec's own":            {"pipeline_run_spec: {timeouts: {pipeline: 3h}, pipelineRef: {name: a}}\ndecoration_config: {timeout: 1h}", "3h0m0s"},
		"the decoration's":          {"pipeline_run_spec: {pipelineRef: {name: a}}\ndecoration_config: {timeout: 1h}", "1h0m0s"},
		"the cluster's, as in Prow": {"pipeline_run_spec: {pipelineRef: {name: a}}", ""},
	} {
		got := ""
		if tt := compiledTekton(t, jobInput(t, prow.TypePostsubmit, tektonJob+tc.fields)).Run.Spec.Timeouts; tt != nil {
			got = tt.Pipeline.Duration.String()
		}
		if got != tc.want {
			t.Errorf("%s: %q, want %q", why, got, tc.want)
		}
	}
}
