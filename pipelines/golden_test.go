package pipelines

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"sigs.k8s.io/yaml"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

var update = flag.Bool("update", false, "write what is compiled into the golden files")

// input is the run that the tests compile: an outsider's pull request with a title that tries to break out.
func input(job *prow.Presubmit) Input {
	return Input{
		Job: job, Type: TypePresubmit, Trigger: "auto", BuildID: "1900000000000000001",
		Refs: Refs{
			Org: "o", Repo: "r", RepoLink: "https://github.com/o/r", BaseRef: "main", BaseSHA: strings.Repeat("a", 40),
			Pulls: []Pull{{
				Number: 7, Author: "mallory", SHA: strings.Repeat("b", 40), HeadRef: "fix/$(context.pipelineRun.name)",
				Title: "Fix $(params.x) and `$(HOME)`", Link: "https://github.com/o/r/pull/7",
			}},
		},
		Options: Options{Namespace: "test-pods", ToolsImage: "registry.example.com/bowsprit/tools:v1"},
	}
}

// jobOf reads a job as a job file has it, with what the catalog would have filled in.
func jobOf(t *testing.T, text string) *prow.Presubmit {
	t.Helper()
	job := &prow.Presubmit{}
	if err := yaml.UnmarshalStrict([]byte(text), job); err != nil {
		t.Fatal(err)
	}
	if job.Agent == "" {
		job.Agent = prow.AgentKubernetes
	}
	if job.Context == "" {
		job.Context = job.Name
	}
	if job.RerunCommand == "" {
		job.RerunCommand = "/test " + job.Name
	}
	return job
}

// TestGolden compiles the job of every testdata/*.txtar: first comes why the case is there, then job.yaml, then what Compile answered.
// Refresh with `go test ./pipelines -update`, and read the difference.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d golden files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil || len(archive.Files) == 0 || archive.Files[0].Name != "job.yaml" {
				t.Fatalf("read %s: %v, want job.yaml first", file, err)
			}
			got := &txtar.Archive{Comment: archive.Comment, Files: append(archive.Files[:1:1], answer(t, string(archive.Files[0].Data))...)}
			if *update {
				if err := os.WriteFile(file, txtar.Format(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(txtar.Format(got))); diff != "" {
				t.Errorf("compiled differently; go test ./pipelines -update writes the new answer\n%s", diff)
			}
		})
	}
}

func answer(t *testing.T, job string) []txtar.File {
	t.Helper()
	compiled, err := Compile(input(jobOf(t, job)))
	if err != nil {
		return []txtar.File{{Name: "error", Data: []byte(err.Error() + "\n")}}
	}
	var warnings strings.Builder
	for _, w := range compiled.Warnings {
		warnings.WriteString(w.String() + "\n")
	}
	b, err := yaml.Marshal(compiled.Run)
	if err != nil {
		t.Fatal(err)
	}
	return []txtar.File{{Name: "warnings", Data: []byte(warnings.String())}, {Name: "run.yaml", Data: b}}
}
