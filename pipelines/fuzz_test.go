package pipelines

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"k8s.io/apimachinery/pkg/util/validation"
	"sigs.k8s.io/yaml"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/pipelines/tier"
)

// mark is in every text of a stranger's that the fuzz target hands to the compiler, and in nothing else.
const mark = "T41NT"

// marks finds the mark also where a label or a parameter was made of it.
var marks = regexp.MustCompile(`(?i)t41nt`)

var kindsOfJobs = []prow.JobType{prow.TypePresubmit, prow.TypeBatch, prow.TypePostsubmit, prow.TypePeriodic}

// fuzzed is the input that the fuzz target compiles; ok is false if the job is none, or forges the mark.
func fuzzed(kind byte, job, file []byte, title, headRef, author, baseRef string) (in Input, ok bool) {
	in = input(&prow.Job{})
	if json.Unmarshal(job, in.Job) != nil || marks.Match(job) || marks.Match(file) {
		return in, false
	}
	// The mark may also be escaped in the document.
	if b, err := json.Marshal(in.Job); err != nil || marks.Match(b) {
		return in, false
	}
	if plain, err := yaml.YAMLToJSON(file); err == nil && marks.Match(plain) {
		return in, false
	}
	in.Job.Type, in.PipelineFile = kindsOfJobs[int(kind)%len(kindsOfJobs)], file
	pull := prow.Pull{Number: 7, SHA: strings.Repeat("b", 40), Title: mark + title, HeadRef: mark + headRef, Author: mark + author}
	in.Refs.BaseRef, in.Refs.Pulls = mark+baseRef, []prow.Pull{pull}
	switch in.Job.Type {
	case prow.TypeBatch:
		second := pull
		second.Number = 8
		in.Refs.Pulls = append(in.Refs.Pulls, second)
	case prow.TypePostsubmit:
		in.Refs.Pulls = nil
	case prow.TypePeriodic:
		in.Refs = prow.Refs{}
	}
	return in, true
}

// FuzzCompile: whatever a job says and whatever a stranger calls a pull request, the answer is a run that Tekton takes or a
// refusal with a code and a field, and the stranger's text is data wherever it is.
func FuzzCompile(f *testing.F) {
	for kind, job := range seeds(f) {
		for i, k := range kindsOfJobs {
			if strings.HasPrefix(kind, string(k)) {
				f.Add(byte(i), job, []byte(onePipeline), "Fix $(params.x) `id` \"' \n", "x/$(context.pipelineRun.name)", "o'neil", "release-1.0")
				f.Add(byte(i), job, []byte(twoTasks), "$(tasks.a.results.b) \x00\xff", "--upload-pack=x", "a", "$(params.JOB_NAME)")
			}
		}
	}
	f.Fuzz(func(t *testing.T, kind byte, job, file []byte, title, headRef, author, baseRef string) {
		in, ok := fuzzed(kind, job, file, title, headRef, author, baseRef)
		if !ok {
			return
		}
		before, err := json.Marshal(in.Job)
		if err != nil {
			t.Fatal(err)
		}
		compiled, err := Compile(in)
		if after, _ := json.Marshal(in.Job); string(after) != string(before) {
			t.Errorf("the job changed: %s", gocmp.Diff(string(before), string(after)))
		}
		if err != nil {
			mustBeCoded(t, err)
			return
		}
		mustBeTaken(t, compiled)
		mustBeInert(t, compiled)
		in.Job.InRepo, in.Fork, in.Options.Tiers = true, true, &tier.Policy{}
		if _, err := Compile(in); err != nil {
			mustBeCoded(t, err)
		}
	})
}

// seeds are the jobs of the golden files as JSON, by type and file.
func seeds(f *testing.F) map[string][]byte {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		f.Fatalf("%d golden files, %v", len(files), err)
	}
	jobs := map[string][]byte{}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		var job map[string]any
		if err := yaml.Unmarshal(archive.Files[0].Data, &job); err != nil {
			f.Fatal(err)
		}
		if job["agent"] == nil {
			job["agent"] = prow.AgentKubernetes
		}
		b, err := json.Marshal(job)
		if err != nil {
			f.Fatal(err)
		}
		jobs[archive.Files[0].Name+" "+file] = b
	}
	jobs["presubmit file"] = []byte(`{"name": "t", "agent": "tekton-pipeline", "pipeline_ref": {"file": "ci.yaml"}}`)
	jobs["periodic tekton"] = []byte(`{"name": "t", "agent": "tekton-pipeline", "extra_refs": [{"org": "o", "repo": "r", "base_ref": "main"}], "pipeline_run_spec": {"workspaces": [{"name": "w", "emptyDir": {}}], "pipelineSpec": {"workspaces": [{"name": "w"}], "tasks": [{"name": "c", "taskRef": {"name": "PROW_EXTRA_GIT_REF_0"}, "workspaces": [{"name": "output", "workspace": "w"}]}]}}}`)
	return jobs
}

func mustBeCoded(t *testing.T, err error) {
	t.Helper()
	var refusal *Error
	if !errors.As(err, &refusal) || refusal.Code == "" || refusal.Field == "" || refusal.Message == "" {
		t.Errorf("refused without code, field or reason: %#v", err)
	}
}

// mustBeTaken asks Tekton about the run as a cluster would see it: written as JSON and read again.
func mustBeTaken(t *testing.T, c *Compiled) {
	t.Helper()
	b, err := json.Marshal(c.Run)
	if err != nil {
		t.Fatalf("a run that cannot be sent: %v", err)
	}
	run := c.Run.DeepCopy()
	if err := json.Unmarshal(b, run); err != nil {
		t.Fatalf("a run that cannot be read: %v", err)
	}
	run.SetDefaults(context.Background())
	if err := run.Validate(context.Background()); err != nil {
		t.Errorf("Tekton refuses it: %v", err)
	}
}

// mustBeInert holds every text of the run that has the mark against the few places where it may be.
func mustBeInert(t *testing.T, c *Compiled) {
	t.Helper()
	b, err := json.Marshal(c.Run)
	if err != nil {
		t.Fatal(err)
	}
	var tree map[string]any
	if err := json.Unmarshal(b, &tree); err != nil {
		t.Fatal(err)
	}
	meta, _ := tree["metadata"].(map[string]any)
	delete(meta, "annotations") // read by fieldRef, which nothing expands
	walkTexts(tree, "", func(at, text string) {
		switch {
		case !marks.MatchString(text):
		case strings.HasPrefix(at, ".metadata.labels."):
			if bad := validation.IsValidLabelValue(text); len(bad) > 0 {
				t.Errorf("label %s is %q: %v", at, text, bad)
			}
		case at == ".metadata.name" && len(validation.IsDNS1123Subdomain(text)) == 0:
		case strings.HasSuffix(at, ".env.value"):
			if strings.Contains(text, "$") {
				t.Errorf("%s would be expanded: %q", at, text)
			}
		case at == ".spec.params.value":
			if strings.ContainsAny(text, "$`';&|<>\n\\") && !json.Valid([]byte(text)) || strings.ContainsAny(text, "$`'\n") {
				t.Errorf("%s would be code in a script: %q", at, text)
			}
		default:
			t.Errorf("a stranger's text at %s: %q", at, text)
		}
	})
}

// walkTexts visits every text, with the path of its fields, and every key.
func walkTexts(node any, at string, visit func(at, text string)) {
	switch n := node.(type) {
	case string:
		visit(at, n)
	case []any:
		for _, child := range n {
			walkTexts(child, at, visit)
		}
	case map[string]any:
		for key, child := range n {
			visit(at+" (key)", key)
			walkTexts(child, at+"."+key, visit)
		}
	}
}
