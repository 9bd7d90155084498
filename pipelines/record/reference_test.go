package record_test

import (
	"cmp"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	"sigs.k8s.io/yaml"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/pipelines"
	"github.com/bowsprit-ci/bowsprit/pipelines/record"
)

//go:generate go test -run UpToDate . -update

var update = flag.Bool("update", false, "write the reference page")

const page = "../../docs/reference/labels.md"

// The page has the keys of a run that was really compiled, and the comments beside them in keys.go.
func TestReferenceIsUpToDate(t *testing.T) {
	want := reference(finishedRun(t), comments(t))
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(want, string(got)); diff != "" {
		t.Errorf("%s is out of date: run go generate ./pipelines/record\n%s", page, diff)
	}
}

// The keys in the code and the keys on a run that has every fact are the same, and each has a meaning.
func TestEveryKeyIsWrittenAndExplained(t *testing.T) {
	run, said := finishedRun(t), comments(t)
	maps.Copy(said.labels, said.prow)
	for what, where := range map[string]struct{ onRun, inCode map[string]string }{
		"label":      {run.Labels, said.labels},
		"annotation": {run.Annotations, said.annotations},
	} {
		for key := range where.inCode {
			if _, ok := where.onRun[key]; !ok {
				t.Errorf("keys.go has the %s %s, but the run does not", what, key)
			}
		}
		for key := range where.onRun {
			if meaning(run, key, where.inCode, said.prow) == "" {
				t.Errorf("the run has the %s %s, but no comment in keys.go says what it means", what, key)
			}
		}
	}
}

// finishedRun is a run of a job that has every fact, as it is after its last report.
func finishedRun(t *testing.T) *pipelinev1.PipelineRun {
	t.Helper()
	presubmit := &prow.Presubmit{}
	err := yaml.UnmarshalStrict([]byte(`{name: unit, agent: kubernetes, context: unit, rerun_command: /test unit, max_concurrency: 4, optional: true,
  skip_report: true, decorate: true, spec: {containers: [{image: "golang:1.26", command: [make, test]}]}}`), presubmit)
	if err != nil {
		t.Fatal(err)
	}
	compiled, err := pipelines.Compile(pipelines.Input{
		Job: presubmit.Job(), Trigger: "auto", BuildID: "1900000000000000001",
		Refs: prow.Refs{Org: "harbor", Repo: "sloop", BaseRef: "main", BaseSHA: strings.Repeat("1b", 20), Pulls: []prow.Pull{{
			Number: 12, Author: "bob", SHA: strings.Repeat("7e", 20), HeadRef: "reef", Title: "Reef the mainsail",
		}}},
		Options: pipelines.Options{Namespace: "test-pods", ToolsImage: "bowsprit-tools"},
	})
	if err != nil {
		t.Fatal(err)
	}
	record.SetReported(compiled.Run, record.Reported{CheckRunID: 8412, Digest: strings.Repeat("c4", 32), Final: true})
	record.SetCancelReason(compiled.Run, "superseded by 7e7e7e7")
	return compiled.Run
}

// keyComments are the comments beside the keys in keys.go. Prow's keys are labels, and some are annotations too.
type keyComments struct{ labels, annotations, prow map[string]string }

func comments(t *testing.T) keyComments {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "keys.go", nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	c := keyComments{labels: map[string]string{}, annotations: map[string]string{}, prow: map[string]string{}}
	ast.Inspect(file, func(n ast.Node) bool {
		if constant, ok := n.(*ast.ValueSpec); ok {
			c.add(t, constant)
		}
		return true
	})
	return c
}

func (c keyComments) add(t *testing.T, constant *ast.ValueSpec) {
	t.Helper()
	key, err := strconv.Unquote(constant.Values[0].(*ast.BasicLit).Value)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.TrimSpace(constant.Comment.Text())
	switch name := strings.ToLower(constant.Names[0].Name); {
	case strings.HasPrefix(name, "label"):
		c.labels[key] = text
	case strings.HasPrefix(name, "annotation"):
		c.annotations[key] = text
	case strings.HasPrefix(name, "prow"):
		c.prow[key] = text
	case key != record.Domain:
		t.Errorf("%s is neither label, annotation nor Prow's", constant.Names[0].Name)
	}
}

// meaning is the comment of a key, from the first table that has it, and the variable by which the job sees its value. The
// compiler's own annotations have only the variable.
func meaning(run *pipelinev1.PipelineRun, key string, tables ...map[string]string) string {
	var text string
	for _, said := range tables {
		text = cmp.Or(text, said[key])
	}
	steps := run.Spec.PipelineSpec.Tasks[0].TaskSpec.Steps
	for _, e := range steps[len(steps)-1].Env {
		if from := e.ValueFrom; from != nil && from.FieldRef != nil && from.FieldRef.FieldPath == "metadata.annotations['"+key+"']" {
			text = cmp.Or(text, "text from the pull request") + "; the job sees it as `" + e.Name + "`"
		}
	}
	return text
}

// reference is the page.
func reference(run *pipelinev1.PipelineRun, said keyComments) string {
	ours := func(key string) bool { return strings.HasPrefix(key, record.Domain) }
	prows := func(key string) bool { return !ours(key) }
	table := func(on, said, prow map[string]string, wanted func(string) bool) string {
		rows := "| key | example | meaning |\n|---|---|---|\n"
		for _, key := range slices.Sorted(maps.Keys(on)) {
			if wanted(key) {
				rows += fmt.Sprintf("| `%s` | `%s` | %s |\n", key, short(on[key]), meaning(run, key, said, prow))
			}
		}
		return rows
	}
	return strings.NewReplacer(
		"OUR LABELS\n", table(run.Labels, said.labels, said.prow, ours),
		"PROW LABELS\n", table(run.Labels, said.labels, said.prow, prows),
		"OUR ANNOTATIONS\n", table(run.Annotations, said.annotations, said.prow, ours),
		"PRIMARY", pipelines.AnnotationPrimaryContainer, "PARALLEL", pipelines.AnnotationParallelContainers,
		"PROW ANNOTATIONS\n", table(run.Annotations, said.annotations, said.prow, prows),
	).Replace(frame)
}

// short cuts a value that would make the table wide.
func short(value string) string {
	if len(value) > 24 {
		return value[:12] + "…"
	}
	return value
}

const frame = `<!-- Generated by go generate ./pipelines/record from keys.go and a compiled run. Edit those, not this page. -->

# Labels and annotations

Everything that Bowsprit knows about a run is written on the run, and Tekton copies it to the TaskRun and the pod. Labels
are for finding runs. Annotations are the record that Bowsprit reads back. The examples are those of a run of the job
` + "`unit`" + ` on pull request 12 of ` + "`harbor/sloop`" + `.

## Find runs

All runs, in the namespace that Prow's ` + "`pod_namespace`" + ` names:

` + "```sh" + `
tkn pipelinerun list -n test-pods --label bowsprit.dev/job
` + "```" + `

The runs of a pull request, and the runs of a job in one repository:

` + "```sh" + `
tkn pipelinerun list -n test-pods --label bowsprit.dev/org=harbor,bowsprit.dev/repo=sloop,bowsprit.dev/pull=12
tkn pipelinerun list -n test-pods --label bowsprit.dev/repo=sloop,bowsprit.dev/job=unit --limit 10
` + "```" + `

The runs of one commit, with their jobs in a column:

` + "```sh" + `
kubectl get pipelineruns -n test-pods -l bowsprit.dev/head=<sha> -L bowsprit.dev/job,bowsprit.dev/pull
` + "```" + `

Why a run was cancelled:

` + "```sh" + `
kubectl get pipelinerun <run> -n test-pods -o jsonpath='{.metadata.annotations.bowsprit\.dev/cancel-reason}'
` + "```" + `

A label's value has at most 63 characters: letters, digits, ` + "`-`, `_` and `.`" + `. Other characters become ` + "`-`" + `, and what is
longer is cut. The annotation of the same name has the whole text.

## Labels

OUR LABELS

Prow's labels are there too, so that selectors and policies that were written for Prow's pods go on working. If a job sets
one of them itself, the job's value stays, as in Prow.

PROW LABELS

## Annotations

The **cause** says why the run exists; the run's name is a hash of it. A run whose cause was edited, or that was cloned
under another name, is left alone.

OUR ANNOTATIONS

Two of Prow's keys are annotations as well, because a label may be too short for them:

PROW ANNOTATIONS

A job must not set a label or annotation that begins with ` + "`bowsprit.dev/`" + `;
` + "`bowsprit compile`" + ` refuses it with the code ` + "`key-reserved`" + `. Two annotations are for jobs to set, and say what several containers are to
each other:

| annotation | meaning |
|---|---|
| ` + "`" + `PRIMARY` + "`" + ` | the name of the container whose exit code is the job's; the others are sidecars |
| ` + "`" + `PARALLEL` + "`" + ` | ` + "`true`" + `: each container is a task of its own, with its own clone |
`
