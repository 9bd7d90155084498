package pipelines

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/pipelines/record"
)

// toldByType is what Prow tells jobs of each type beside JOB_SPEC, for the input of the golden tests.
var toldByType = map[prow.JobType]map[string]string{
	prow.TypePeriodic: {},
	prow.TypePostsubmit: {
		"REPO_OWNER": "o", "REPO_NAME": "r", "SRC_HOST": "github.com", "SRC_BASE": "o/r", "PULL_BASE_REF": "main",
		"PULL_BASE_SHA": strings.Repeat("a", 40), "PULL_REFS": "main:" + strings.Repeat("a", 40),
	},
	prow.TypeBatch: {
		"REPO_OWNER": "o", "REPO_NAME": "r", "SRC_HOST": "github.com", "SRC_BASE": "o/r", "PULL_BASE_REF": "main",
		"PULL_BASE_SHA": strings.Repeat("a", 40),
		"PULL_REFS":     "main:" + strings.Repeat("a", 40) + ",7:" + strings.Repeat("b", 40) + ",9:" + strings.Repeat("c", 40),
	},
	prow.TypePresubmit: {
		"REPO_OWNER": "o", "REPO_NAME": "r", "SRC_HOST": "github.com", "SRC_BASE": "o/r", "PULL_BASE_REF": "main",
		"PULL_BASE_SHA": strings.Repeat("a", 40), "PULL_REFS": "main:" + strings.Repeat("a", 40) + ",7:" + strings.Repeat("b", 40),
		"PULL_NUMBER": "7", "PULL_PULL_SHA": strings.Repeat("b", 40),
		"PULL_HEAD_REF": "fix/$(context.pipelineRun.name)", "PULL_TITLE": "Fix $(params.x) and `$(HOME)`",
	},
}

func TestTheEnvironmentOfEachTypeIsProws(t *testing.T) {
	for kind, want := range toldByType {
		t.Run(string(kind), func(t *testing.T) {
			in := jobInput(t, kind, "name: unit\ndecorate: true\nspec: {containers: [{image: b, command: [b]}]}")
			in.ProwJobID = "given"
			got, err := Environment(in)
			if err != nil {
				t.Fatal(err)
			}
			delete(got, "JOB_SPEC")
			all := merged(want, map[string]string{
				"CI": "true", "JOB_NAME": "unit", "JOB_TYPE": string(kind), "PROW_JOB_ID": "given", "BUILD_ID": in.BuildID, "BUILD_NUMBER": in.BuildID,
			})
			if diff := cmp.Diff(all, got); diff != "" {
				t.Error(diff)
			}
			inTheRun(t, in, all)
		})
	}
}

// inTheRun says that the compiled run tells the job the same, however it carries the texts.
func inTheRun(t *testing.T, in Input, want map[string]string) {
	t.Helper()
	c, err := Compile(in)
	if err != nil {
		t.Fatal(err)
	}
	got := seen(c)
	for name, text := range want {
		if got[name] != text {
			t.Errorf("%s is %q in the run, want %q", name, got[name], text)
		}
	}
	if c.Run.Labels["prow.k8s.io/id"] != "given" {
		t.Errorf("the run's PROW_JOB_ID is %s", c.Run.Labels["prow.k8s.io/id"])
	}
}

func TestBuildNumberIsForAgentKubernetesOnly(t *testing.T) {
	in := input(jobOf(t, plainJob))
	in.Job.Agent = prow.AgentTekton
	got, err := Environment(in)
	if _, told := got["BUILD_NUMBER"]; told || err != nil {
		t.Errorf("BUILD_NUMBER is %q, %v", got["BUILD_NUMBER"], err)
	}
}

// The refs of JOB_SPEC are those of the event, with the job's clone options where it has any, and the decoration's defaults for
// all of them; sparse checkouts are for what is tested only.
func TestJobSpecHasTheEffectiveRefs(t *testing.T) {
	in := jobInput(t, prow.TypePostsubmit, `
name: unit
decorate: true
path_alias: example.com/r
clone_uri: https://example.com/r.git
clone_depth: 3
skip_submodules: true
skip_fetch_head: true
decoration_config: {blobless_fetch: true, sparse_checkout_files: [Dockerfile]}
extra_refs: [{org: o, repo: a, base_ref: main}, {org: o, repo: b, base_ref: main, blobless_fetch: false}]
spec: {containers: [{image: b, command: [b]}]}`)
	env, err := Environment(in)
	if err != nil {
		t.Fatal(err)
	}
	var got jobSpec
	if err := json.Unmarshal([]byte(env["JOB_SPEC"]), &got); err != nil {
		t.Fatal(err)
	}
	yes, no := true, false
	want := jobSpec{
		Type: "postsubmit", Job: "unit", BuildID: in.BuildID, ProwJobID: record.ProwJobID(record.Name(CauseOf(in))),
		Refs: &prow.Refs{
			Org: "o", Repo: "r", RepoLink: "https://github.com/o/r", BaseRef: "main", BaseSHA: strings.Repeat("a", 40),
			BaseLink: "https://github.com/o/r/compare/x...y", PathAlias: "example.com/r", CloneURI: "https://example.com/r.git",
			CloneDepth: 3, SkipSubmodules: true, SkipFetchHead: true, BloblessFetch: &yes, SparseCheckoutFiles: []string{"Dockerfile"},
		},
		ExtraRefs: []prow.Refs{
			{Org: "o", Repo: "a", BaseRef: "main", BloblessFetch: &yes},
			{Org: "o", Repo: "b", BaseRef: "main", BloblessFetch: &no},
		},
		DecorationConfig: in.Job.DecorationConfig,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if in.Job.ExtraRefs[0].BloblessFetch != nil {
		t.Error("the job itself was changed")
	}
}

func TestCauses(t *testing.T) {
	a, b, c := strings.Repeat("a", 40), strings.Repeat("b", 40), strings.Repeat("c", 40)
	for kind, want := range map[prow.JobType]record.Cause{
		prow.TypePresubmit:  {Org: "o", Repo: "r", Subject: "pull-7", HeadSHA: b, Job: "unit", Trigger: "auto"},
		prow.TypeBatch:      {Org: "o", Repo: "r", Subject: "batch-7-9", HeadSHA: b + "," + c, Job: "unit", Trigger: "auto"},
		prow.TypePostsubmit: {Org: "o", Repo: "r", Subject: "ref-main", HeadSHA: a, Job: "unit", Trigger: "auto"},
		prow.TypePeriodic:   {Subject: "periodic", Job: "unit", Trigger: "at-2026-11-23T12:00:00Z"},
	} {
		in := jobInput(t, kind, "name: unit\nextra_refs: [{org: o, repo: x, base_ref: main}]\nspec: {containers: [{image: b, command: [b]}]}")
		compiled, err := Compile(in)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, compiled.Record.Cause); diff != "" {
			t.Errorf("%s: %s", kind, diff)
		}
		if got, err := record.Decode(compiled.Run); err != nil || got != compiled.Record {
			t.Errorf("%s: %+v came back as %+v, %v", kind, compiled.Record, got, err)
		}
	}
}
