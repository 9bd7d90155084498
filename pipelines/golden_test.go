package pipelines

import (
	"cmp"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"sigs.k8s.io/yaml"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

var update = flag.Bool("update", false, "write what is compiled into the golden files")

// input is the run that the tests compile: an outsider's pull request with a title that tries to break out.
func input(job *prow.Job) Input {
	return Input{
		Job: job, Trigger: "auto", BuildID: "1900000000000000001",
		Refs: prow.Refs{
			Org: "o", Repo: "r", RepoLink: "https://github.com/o/r", BaseRef: "main", BaseSHA: strings.Repeat("a", 40),
			Pulls: []prow.Pull{{
				Number: 7, Author: "mallory", SHA: strings.Repeat("b", 40), HeadRef: "fix/$(context.pipelineRun.name)",
				Title: "Fix $(params.x) and `$(HOME)`", Link: "https://github.com/o/r/pull/7",
			}},
		},
		Options: Options{Namespace: "test-pods", ToolsImage: "registry.example.com/bowsprit/tools:v1"},
	}
}

// jobOf reads a presubmit as a job file has it, with what the catalog would have filled in.
func jobOf(t *testing.T, text string) *prow.Job {
	t.Helper()
	return jobInput(t, prow.TypePresubmit, text).Job
}

// jobInput reads a job of any type, and what it might test.
func jobInput(t *testing.T, kind prow.JobType, text string) Input {
	t.Helper()
	in := input(nil)
	switch kind {
	case prow.TypePresubmit, prow.TypeBatch:
		p := read[prow.Presubmit](t, text)
		p.Context, p.RerunCommand = cmp.Or(p.Context, p.Name), cmp.Or(p.RerunCommand, "/test "+p.Name)
		in.Job = p.Job()
		if kind == prow.TypeBatch {
			in.Job = p.Batch()
			in.Refs.Pulls = append(in.Refs.Pulls, prow.Pull{Number: 9, Author: "bob", SHA: strings.Repeat("c", 40), Title: "Reef"})
		}
	case prow.TypePostsubmit:
		p := read[prow.Postsubmit](t, text)
		p.Context = cmp.Or(p.Context, p.Name)
		in.Job, in.Refs.Pulls, in.Refs.BaseLink = p.Job(), nil, "https://github.com/o/r/compare/x...y"
	case prow.TypePeriodic:
		p := read[prow.Periodic](t, text)
		in.Job, in.Refs, in.Trigger = p.Job(), prow.Refs{}, "at-2026-11-23T12:00:00Z"
	}
	in.Job.Agent = cmp.Or(in.Job.Agent, prow.AgentKubernetes)
	return in
}

func read[T any](t *testing.T, text string) *T {
	t.Helper()
	job := new(T)
	if err := yaml.UnmarshalStrict([]byte(text), job); err != nil {
		t.Fatal(err)
	}
	return job
}

// TestGolden compiles the job of every testdata/*.txtar: first comes why the case is there, then TYPE.yaml, then what Compile answered.
// Refresh with `go test ./pipelines -update`, and read the difference.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d golden files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil || len(archive.Files) == 0 {
				t.Fatalf("read %s: %v, want presubmit.yaml, batch.yaml, postsubmit.yaml or periodic.yaml first", file, err)
			}
			kind := prow.JobType(strings.TrimSuffix(archive.Files[0].Name, ".yaml"))
			in := jobInput(t, kind, string(archive.Files[0].Data))
			got := &txtar.Archive{Comment: archive.Comment, Files: append(archive.Files[:1:1], answer(t, in)...)}
			if *update {
				if err := os.WriteFile(file, txtar.Format(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := gocmp.Diff(string(want), string(txtar.Format(got))); diff != "" {
				t.Errorf("compiled differently; go test ./pipelines -update writes the new answer\n%s", diff)
			}
		})
	}
}

func answer(t *testing.T, in Input) []txtar.File {
	t.Helper()
	compiled, err := Compile(in)
	if err != nil {
		return []txtar.File{{Name: "error", Data: []byte(err.Error() + "\n")}}
	}
	var warnings, defaults strings.Builder
	for _, w := range compiled.Warnings {
		warnings.WriteString(w.String() + "\n")
	}
	for _, d := range compiled.Defaults {
		defaults.WriteString(d.String() + "\n")
	}
	b, err := yaml.Marshal(compiled.Run)
	if err != nil {
		t.Fatal(err)
	}
	return []txtar.File{
		{Name: "warnings", Data: []byte(warnings.String())},
		{Name: "defaults", Data: []byte(defaults.String())},
		{Name: "run.yaml", Data: b},
	}
}
