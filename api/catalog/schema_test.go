package catalog

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/invopop/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"
	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/yaml"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

//go:generate go test -run UpToDate . -update

// schemas are the files for editors, by what they describe.
var schemas = map[string]struct {
	title string
	of    any
}{
	"config.schema.json":  {"Prow's config.yaml", &prow.Config{}},
	"plugins.schema.json": {"Prow's plugins.yaml", &prow.PluginConfig{}},
	"jobs.schema.json":    {"A Prow job file", &prow.JobConfig{}},
	"inrepo.schema.json":  {"A repository's own jobs: .prow.yaml, or a file in .prow/", &repoConfig{}},
}

func schemaFile(name string) string { return filepath.Join("../../docs/reference", name) }

// schemaOf generates a schema from a type and its comments. The words of Kubernetes and Tekton are taken from their
// types: a pod's keys are listed, a PipelineRun's are left to Tekton's own schema.
func schemaOf(t *testing.T, title string, of any) []byte {
	t.Helper()
	r := &jsonschema.Reflector{RequiredFromJSONSchemaTags: true, ExpandedStruct: true, Anonymous: true, Mapper: special}
	for _, pkg := range []string{"prow", "catalog"} {
		if err := r.AddGoComments("github.com/bowsprit-ci/bowsprit/api/"+pkg, "../"+pkg, jsonschema.WithFullComment()); err != nil {
			t.Fatal(err)
		}
	}
	for name, comment := range r.CommentMap {
		r.CommentMap[unrooted(name)] = strings.Join(strings.Fields(comment), " ")
	}
	s := r.Reflect(of)
	s.Title = title
	text, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return append(text, '\n')
}

// unrooted takes "../" out of the name that the reflector gives a comment of a folder beside this one.
func unrooted(name string) string {
	return strings.NewReplacer("/../prow", "", "/../catalog", "").Replace(name)
}

// special are the types that read themselves.
func special(t reflect.Type) *jsonschema.Schema {
	text, number := &jsonschema.Schema{Type: "string"}, &jsonschema.Schema{Type: "number"}
	switch t {
	case reflect.TypeFor[resource.Quantity](), reflect.TypeFor[intstr.IntOrString]():
		return &jsonschema.Schema{OneOf: []*jsonschema.Schema{text, number}}
	case reflect.TypeFor[prow.Duration](), reflect.TypeFor[metav1.Duration]():
		return &jsonschema.Schema{Type: "string", Description: "A duration as Go writes it, such as 2h30m."}
	case reflect.TypeFor[metav1.Time]():
		return text
	case reflect.TypeFor[prow.OrgPlugins](): // the old form is the list itself
		return &jsonschema.Schema{OneOf: []*jsonschema.Schema{{Type: "array", Items: text}, {Type: "object"}}}
	case reflect.TypeFor[prow.OrgMergeMethod](), reflect.TypeFor[prow.RepoMergeMethod]():
		return &jsonschema.Schema{OneOf: []*jsonschema.Schema{text, {Type: "object"}}}
	case reflect.TypeFor[prow.Raw]():
		return jsonschema.TrueSchema
	case reflect.TypeFor[pipelinev1.PipelineRunSpec](), reflect.TypeFor[pipelinev1.Param]():
		return &jsonschema.Schema{Type: "object"}
	}
	return nil
}

func TestSchemasAreUpToDate(t *testing.T) {
	for name, s := range schemas {
		want := schemaOf(t, s.title, s.of)
		if *update {
			if err := os.WriteFile(schemaFile(name), want, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(schemaFile(name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is out of date: run go generate ./api/catalog", name)
		}
	}
}

// TestSchemasDescribeEveryKeyOfOurs walks what this module's own types describe.
func TestSchemasDescribeEveryKeyOfOurs(t *testing.T) {
	var s struct {
		Defs map[string]struct {
			Properties map[string]struct{ Description string }
		} `json:"$defs"`
	}
	if err := json.Unmarshal(schemaOf(t, "", &prow.JobConfig{}), &s); err != nil {
		t.Fatal(err)
	}
	for _, def := range []string{"Presubmit", "Postsubmit", "Periodic", "DecorationConfig", "Refs"} {
		if len(s.Defs[def].Properties) < 10 {
			t.Errorf("%s has %d keys", def, len(s.Defs[def].Properties))
		}
	}
	for _, key := range []string{"name", "run_if_changed", "always_run", "spec", "decorate", "context"} {
		if s.Defs["Presubmit"].Properties[key].Description == "" {
			t.Errorf("the key %s of a presubmit is not described", key)
		}
	}
}

func TestSchemasTellGoodFromBad(t *testing.T) {
	tests := map[string]struct {
		schema, file, wrong string
	}{
		"a job file": {schema: "jobs.schema.json", file: `
presets: [{labels: {a: "true"}, env: [{name: A, value: a}]}]
presubmits:
  o/r:
  - name: unit
    always_run: true
    decorate: true
    decoration_config: {timeout: 2h}
    branches: [^main$]
    spec: {containers: [{image: golang, command: [make], resources: {requests: {cpu: 2, memory: 1Gi}}, livenessProbe: {httpGet: {port: 80}}}]}
postsubmits: {o/r: [{name: image, agent: tekton-pipeline, tekton_pipeline_run_spec: {v1beta1: {pipelineRef: {name: x}}}}]}
periodics: [{name: nightly, cron: '@daily', extra_refs: [{org: o, repo: r, base_ref: main}]}]
prow_ignored: [anything, {goes: here}]`},
		"config.yaml": {schema: "config.schema.json", file: `
plank: {default_decoration_config_entries: [{config: {timeout: 2h}}], max_concurrency: 3}
tide: {queries: [{orgs: [o], labels: [lgtm]}], merge_method: {o: squash, p: {r: {main: rebase}}}, context_options: {orgs: {o: {required-contexts: [a]}}}}
branch-protection: {protect-tested-repos: true, orgs: {o: {repos: {r: {branches: {main: {protect: true}}}}}}}
slack_reporter_configs: {'*': {channel: a}}
in_repo_config: {enabled: {o/r: true}}
sinker: {max_pod_age: 24h}
presubmits: {o/r: [{name: unit, spec: {containers: [{image: golang}]}}]}`},
		"an unknown key of config.yaml":  {schema: "config.schema.json", file: `tide: {querys: []}`, wrong: "querys"},
		"plugins.yaml":                   {schema: "plugins.schema.json", file: `{plugins: {o/r: {plugins: [trigger]}}, triggers: [{repos: [o/r], trusted_org: o}], size: {s: 10}}`},
		"an unknown key of plugins.yaml": {schema: "plugins.schema.json", file: `trigers: []`, wrong: "trigers"},
		"a repository's own jobs":        {schema: "inrepo.schema.json", file: `presubmits: [{name: unit, spec: {containers: [{image: golang}]}}]`},
		"a key that nobody reads":        {schema: "jobs.schema.json", file: `periodics: [{name: a, crom: '@daily'}]`, wrong: "crom"},
		"a key in the pod":               {schema: "jobs.schema.json", file: `periodics: [{name: a, spec: {containers: [{imagee: x}]}}]`, wrong: "imagee"},
		"a number in place of text":      {schema: "jobs.schema.json", file: `periodics: [{name: 1}]`, wrong: "string"},
		"jobs by repository in a repo":   {schema: "inrepo.schema.json", file: `presubmits: {o/r: [{name: unit}]}`, wrong: "array"},
		"periodics in a repository":      {schema: "inrepo.schema.json", file: `periodics: [{name: unit}]`, wrong: "periodics"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			schema, err := validator.NewCompiler().Compile(schemaFile(test.schema))
			if err != nil {
				t.Fatal(err)
			}
			var file any
			if err := yaml.Unmarshal([]byte(test.file), &file); err != nil {
				t.Fatal(err)
			}
			err = schema.Validate(file)
			if (err != nil) != (test.wrong != "") || err != nil && !strings.Contains(err.Error(), test.wrong) {
				t.Errorf("got %v, want an error with %q", err, test.wrong)
			}
		})
	}
}
