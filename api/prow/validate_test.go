package prow

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/yaml"
)

// toldOf is what is told of a problem, in short: "code field", with a "~" in front for a warning, and "!" for one that
// Prow refuses.
func toldOf(ps Problems) (out []string) {
	for _, p := range ps {
		mark := ""
		if p.Severity == SeverityWarning {
			mark = "~"
			if p.Strict {
				mark = "!"
			}
		}
		out = append(out, mark+p.Code+" "+p.Field)
	}
	return out
}

// judged is a rule's test: a job as YAML, below a beginning that is right, and what is told of it.
type judged struct {
	why, yaml string
	want      []string
}

// podYAML is a pod spec that is right.
const podYAML = "\nspec: {containers: [{image: x, command: [run]}]}"

// configYAML is a configuration that fills in all that Prow asks of decorated jobs.
const configYAML = `
pod_namespace: jobs
plank:
  job_queue_capacities: {gpu: 2, cpu: 9}
  default_decoration_configs:
    "*":
      utility_images: {clonerefs: c, initupload: i, entrypoint: e, sidecar: s}
      gcs_configuration: {bucket: gs://b, path_strategy: explicit, mediaTypes: {log: text/plain}}
`

func testConfig(t *testing.T) *Config {
	t.Helper()
	c := &Config{}
	if err := yaml.Unmarshal([]byte(configYAML), c); err != nil {
		t.Fatal(err)
	}
	return c
}

// judge decodes, defaults and validates a job of each kind that the text may be.
func judge(t *testing.T, kind JobType, text string) Problems {
	t.Helper()
	c, at := testConfig(t), field.NewPath("job")
	decode := func(into any) {
		if err := yaml.Unmarshal([]byte(text), into); err != nil {
			t.Fatal(err)
		}
	}
	switch kind {
	case TypePostsubmit:
		p := &Postsubmit{}
		decode(p)
		p.Default("o/r", c)
		return p.Validate("o/r", c, at)
	case TypePeriodic:
		p := &Periodic{}
		decode(p)
		p.Default(c)
		return p.Validate(c, at)
	default:
		p := &Presubmit{}
		decode(p)
		p.Default("o/r", c)
		return p.Validate("o/r", c, at)
	}
}

func run(t *testing.T, kind JobType, tests map[string]judged) {
	t.Helper()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			ps := judge(t, kind, test.yaml)
			if diff := cmp.Diff(test.want, toldOf(ps)); diff != "" {
				t.Errorf("%s (-want +got):\n%s\n%v", test.why, diff, ps)
			}
			for _, p := range ps {
				if p.Message == "" || strings.Contains(p.Message, "%!") {
					t.Errorf("message %q", p.Message)
				}
			}
		})
	}
}

func TestValidateBase(t *testing.T) {
	run(t, TypePresubmit, map[string]judged{
		"all is right":               {yaml: "name: a" + podYAML},
		"no name":                    {yaml: "labels: {}" + podYAML, want: []string{"name-missing job.name"}},
		"a name with a slash":        {yaml: "name: a/b" + podYAML, want: []string{"name-invalid job.name"}},
		"a slash, for Jenkins":       {yaml: "name: a/b\nagent: jenkins", want: []string{"~agent-jenkins job.agent"}},
		"a slash at the end":         {yaml: "name: a/\nagent: jenkins", want: []string{"name-invalid job.name", "~agent-jenkins job.agent"}},
		"a slash alone":              {yaml: "name: /\nagent: jenkins", want: []string{"name-invalid job.name", "~agent-jenkins job.agent"}},
		"a dot at Jenkins' end":      {yaml: "name: a.\nagent: jenkins", want: []string{"name-invalid job.name", "~agent-jenkins job.agent"}},
		"a dot at the end":           {yaml: "name: a." + podYAML},
		"negative concurrency":       {yaml: "name: a\nmax_concurrency: -1" + podYAML, want: []string{"max-concurrency-negative job.max_concurrency"}},
		"an unknown queue":           {yaml: "name: a\njob_queue_name: gpus" + podYAML, want: []string{"job-queue-unknown job.job_queue_name", "~no-effect-yet job.job_queue_name"}},
		"a queue":                    {yaml: "name: a\njob_queue_name: gpu" + podYAML, want: []string{"~no-effect-yet job.job_queue_name"}},
		"an unknown agent":           {why: "Prow leaves it alone", yaml: "name: a\nagent: kubernets", want: []string{"~agent-unknown job.agent"}},
		"no pod":                     {yaml: "name: a", want: []string{"spec-missing job.spec"}},
		"a pod for Jenkins":          {yaml: "name: a\nagent: jenkins" + podYAML, want: []string{"~agent-jenkins job.agent", "spec-agent job.spec"}},
		"decoration for Jenkins":     {yaml: "name: a\nagent: jenkins\ndecorate: true", want: []string{"~agent-jenkins job.agent", "decorate-agent job.decorate"}},
		"eviction for Jenkins":       {yaml: "name: a\nagent: jenkins\nerror_on_eviction: true", want: []string{"~agent-jenkins job.agent", "error-on-eviction-agent job.error_on_eviction", "~no-effect-yet job.error_on_eviction"}},
		"a run's spec, for a pod":    {yaml: "name: a\npipeline_run_spec: {}" + podYAML, want: []string{"pipeline-run-spec-agent job.pipeline_run_spec"}},
		"another namespace":          {yaml: "name: a\nnamespace: x" + podYAML, want: []string{"namespace-other job.namespace"}},
		"another namespace, Tekton":  {yaml: "name: a\nnamespace: x\nagent: tekton-pipeline\npipeline_run_spec: {}"},
		"a reserved label":           {yaml: "name: a\nlabels: {prow.k8s.io/id: x}" + podYAML, want: []string{"label-reserved job.labels[prow.k8s.io/id]"}},
		"a label's key":              {yaml: "name: a\nlabels: {'a b': x}" + podYAML, want: []string{"label-invalid job.labels[a b]"}},
		"a label's value":            {yaml: "name: a\nlabels: {a: 'x y'}" + podYAML, want: []string{"label-invalid job.labels[a]"}},
		"an annotation's key":        {yaml: "name: a\nannotations: {'a b': x}" + podYAML, want: []string{"annotation-invalid job.annotations[a b]"}},
		"an annotation's value":      {why: "is free", yaml: "name: a\nannotations: {a: 'x y/z!'}" + podYAML},
		"anyone, and users":          {yaml: "name: a\nrerun_auth_config: {allow_anyone: true, github_users: [u]}" + podYAML, want: []string{"rerun-auth-exclusive job.rerun_auth_config.allow_anyone", "~no-effect-yet job.rerun_auth_config"}},
		"anyone, and users, Jenkins": {why: "Prow looks no further there", yaml: "name: a\nagent: jenkins\nrerun_auth_config: {allow_anyone: true, github_orgs: [u]}", want: []string{"~agent-jenkins job.agent", "~rerun-auth-exclusive job.rerun_auth_config.allow_anyone", "~no-effect-yet job.rerun_auth_config"}},
		"a primary container":        {yaml: "name: a\nannotations: {bowsprit.dev/primary-container: t}\nspec: {containers: [{name: t, image: x}]}"},
		"no such container":          {yaml: "name: a\nannotations: {bowsprit.dev/primary-container: tset}\nspec: {containers: [{name: test, image: x}]}", want: []string{"container-roles job.annotations[bowsprit.dev/primary-container]"}},
		"two roles":                  {yaml: "name: a\nannotations: {bowsprit.dev/primary-container: t, bowsprit.dev/parallel-containers: 'true'}\nspec: {containers: [{name: t, image: x}]}", want: []string{"container-roles job.annotations[bowsprit.dev/parallel-containers]"}},
		"a role that is no role":     {yaml: "name: a\nannotations: {bowsprit.dev/parallel-containers: 'yes'}" + podYAML, want: []string{"container-roles job.annotations[bowsprit.dev/parallel-containers]"}},
		"several are told at once":   {yaml: "max_concurrency: -1\nrun_if_changed: '('", want: []string{"name-missing job.name", "max-concurrency-negative job.max_concurrency", "spec-missing job.spec", "regexp-invalid job.run_if_changed"}},
	})
}
