package pipelines

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"pgregory.net/rapid"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/pipelines/clonespec"
	"github.com/bowsprit-ci/bowsprit/pipelines/record"
)

// seen is what the job's process finds in its environment: Kubernetes reads annotations for it, and replaces $(NAME) in plain values.
func seen(c *Compiled) map[string]string {
	out := map[string]string{}
	steps := c.Run.Spec.PipelineSpec.Tasks[0].TaskSpec.Steps
	for _, e := range steps[len(steps)-1].Env {
		out[e.Name] = e.Value
		if e.ValueFrom != nil && e.ValueFrom.FieldRef != nil {
			key := strings.TrimSuffix(strings.TrimPrefix(e.ValueFrom.FieldRef.FieldPath, "metadata.annotations['"), "']")
			out[e.Name] = c.Run.Annotations[key]
		}
	}
	return out
}

func TestTheEnvironmentIsProws(t *testing.T) {
	in := input(jobOf(t, plainJob))
	in.Refs.Pulls[0].Title, in.Refs.Pulls[0].HeadRef = "Fix it", "fix"
	c, err := Compile(in)
	if err != nil {
		t.Fatal(err)
	}
	got := seen(c)
	delete(got, "JOB_SPEC")
	a, b := strings.Repeat("a", 40), strings.Repeat("b", 40)
	want := map[string]string{
		"CI": "true", "JOB_NAME": "unit", "JOB_TYPE": "presubmit", "PROW_JOB_ID": record.ProwJobID(c.Run.Name),
		"BUILD_ID": "1900000000000000001", "BUILD_NUMBER": "1900000000000000001",
		"REPO_OWNER": "o", "REPO_NAME": "r", "SRC_HOST": "github.com", "SRC_BASE": "o/r",
		"PULL_BASE_REF": "main", "PULL_BASE_SHA": a, "PULL_REFS": "main:" + a + ",7:" + b,
		"PULL_NUMBER": "7", "PULL_PULL_SHA": b, "PULL_HEAD_REF": "fix", "PULL_TITLE": "Fix it",
		"ARTIFACTS": "/logs/artifacts", "GOPATH": "/home/prow/go",
		"BOWSPRIT_RUN":     `{"timeout":3600000000000,"grace_period":15000000000,"artifacts":"/logs/artifacts"}`,
		"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSourceHostAndBaseAreProws(t *testing.T) {
	for why, tc := range map[string]struct {
		refs             prow.Refs
		host, base, tree string
	}{
		"neither alias nor page":          {prow.Refs{Org: "o", Repo: "r"}, "github.com", "o/r", "/home/prow/go/src/github.com/o/r"},
		"the repository's page":           {prow.Refs{Org: "o", Repo: "r", RepoLink: "https://ghe.example.com/o/r"}, "ghe.example.com", "o/r", "/home/prow/go/src/ghe.example.com/o/r"},
		"an alias":                        {prow.Refs{Org: "o", Repo: "r", PathAlias: "k8s.io/x", RepoLink: "https://github.com/o/r"}, "k8s.io", "x", "/home/prow/go/src/k8s.io/x"},
		"an alias of one element":         {prow.Refs{Org: "o", Repo: "r", PathAlias: "foobar"}, "foobar", "o/r", "/home/prow/go/src/foobar"},
		"an alias that climbs is refused": {prow.Refs{Org: "o", Repo: "r", PathAlias: "../../etc"}, "..", "../etc", ""},
		"an alias with a variable is too": {prow.Refs{Org: "o", Repo: "r", PathAlias: "a/$(params.x)"}, "a", "$(params.x)", ""},
		"an absolute alias is too":        {prow.Refs{Org: "o", Repo: "r", PathAlias: "/etc"}, "", "etc", ""},
	} {
		t.Run(why, func(t *testing.T) {
			host, base := sourceHostAndBase(tc.refs)
			tree, err := workTree(tc.refs, "")
			if host != tc.host || base != tc.base || tree != tc.tree || (err != nil) != (tc.tree == "") {
				t.Errorf("host %q, base %q, tree %q, %v", host, base, tree, err)
			}
		})
	}
}

// TestStrangersTextArrivesAndIsInert lets a stranger choose everything that a stranger can.
func TestStrangersTextArrivesAndIsInert(t *testing.T) {
	alphabet := []rune("$(){}[]'\"`\\ab.x\n\t<>&é\u2028")
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom(alphabet))
		evil := rapid.OneOf(text, rapid.SampledFrom([]string{
			"$(params.x)", "$(context.taskRun.name)", "$(tasks.job.results.y)", "$(workspaces.w.path)", "$(steps.step-clone.exitCode.path)", "$(HOME)", "$$(HOME)", "{{title}}",
		}))
		in := input(jobOf(t, plainJob))
		p := &in.Refs.Pulls[0]
		p.Title, p.HeadRef, p.Author = evil.Draw(rt, "title"), evil.Draw(rt, "head"), evil.Draw(rt, "author")
		c, err := Compile(in)
		if err != nil {
			rt.Fatal(err)
		}
		var spec jobSpec
		env := seen(c)
		if err := json.Unmarshal([]byte(env["JOB_SPEC"]), &spec); err != nil {
			rt.Fatal(err)
		}
		got := spec.Refs.Pulls[0]
		if got.Title != p.Title || got.Author != p.Author || got.HeadRef != p.HeadRef || env["PULL_TITLE"] != p.Title || env["PULL_HEAD_REF"] != p.HeadRef {
			rt.Fatalf("%+v arrived as %+v, %q, %q", p, got, env["PULL_TITLE"], env["PULL_HEAD_REF"])
		}
		for _, s := range c.Run.Spec.PipelineSpec.Tasks[0].TaskSpec.Steps {
			inert(rt, s.Env)
		}
	})
}

// inert fails on a plain value in which Tekton or Kubernetes would look for a variable. The test's job has none of its own.
func inert(t *rapid.T, env []corev1.EnvVar) {
	for _, e := range env {
		if strings.Contains(e.Value, "$") {
			t.Fatalf("%s is %q", e.Name, e.Value)
		}
	}
}

func TestStrangersTextIsCapped(t *testing.T) {
	in := input(jobOf(t, plainJob))
	in.Refs.Pulls[0].Title = strings.Repeat("é", 100_000) + "\x00\xff"
	c, err := Compile(in)
	if err != nil {
		t.Fatal(err)
	}
	if got := seen(c)["PULL_TITLE"]; got != strings.Repeat("é", 512) {
		t.Errorf("%d bytes arrived: %.20q", len(got), got)
	}
}

func TestInputsThatNoRunCanBeMadeOf(t *testing.T) {
	for why, tc := range map[string]struct {
		spoil       func(*Input)
		code, field string
	}{
		"another type of job":        {func(in *Input) { in.Job.Type = "nightly" }, "job-type", "type"},
		"an organisation of two":     {func(in *Input) { in.Refs.Org = "a/b" }, "refs", "refs.org"},
		"a repository that climbs":   {func(in *Input) { in.Refs.Repo = ".." }, "refs", "refs.repo"},
		"a branch that is a flag":    {func(in *Input) { in.Refs.BaseRef = "--x" }, "refs", "refs.base_ref"},
		"an abbreviated base":        {func(in *Input) { in.Refs.BaseSHA = "abc" }, "refs", "refs.base_sha"},
		"no pull request":            {func(in *Input) { in.Refs.Pulls = nil }, "refs", "refs.pulls"},
		"a head that is no commit":   {func(in *Input) { in.Refs.Pulls[0].SHA = "HEAD" }, "refs", "refs.pulls[0]"},
		"a build id of letters":      {func(in *Input) { in.BuildID = "x" }, "build-id", "build_id"},
		"no cause":                   {func(in *Input) { in.Trigger = "" }, "trigger", "trigger"},
		"no image to clone with":     {func(in *Input) { in.Options.ToolsImage = "" }, "tools-image", "options.tools_image"},
		"a clone host with password": {func(in *Input) { in.Options.CloneHost = "https://u:p@x" }, "clone-uri", "clone_uri"},
		"a variable of Prow's":       {func(in *Input) { in.Job.Spec.Containers[0].Env = []corev1.EnvVar{{Name: "PULL_TITLE"}} }, "env-reserved", "spec.containers[0].env"},
		"a mount over the clone": {func(in *Input) {
			in.Job.Spec.Containers[0].VolumeMounts = []corev1.VolumeMount{{Name: "x", MountPath: "/home/prow/go/src"}}
		}, "mount-reserved", "spec.containers[0].volumeMounts"},
		"a periodic with a repository":   {func(in *Input) { in.Job.Type, in.Refs.Pulls = "periodic", nil }, "refs", "refs"},
		"a batch of nothing":             {func(in *Input) { in.Job.Type, in.Refs.Pulls = "batch", nil }, "refs", "refs.pulls"},
		"a postsubmit of a pull request": {func(in *Input) { in.Job.Type = "postsubmit" }, "refs", "refs.pulls"},
		"an extra ref without a branch":  {func(in *Input) { in.Job.ExtraRefs = []prow.Refs{{Org: "o", Repo: "x"}} }, "refs", "extra_refs[0].base_ref"},
		"two clones in one folder":       {func(in *Input) { in.Job.ExtraRefs = []prow.Refs{{Org: "o", Repo: "r", BaseRef: "main"}} }, "refs", "extra_refs[0].path_alias"},
		"an agent that nobody knows":     {func(in *Input) { in.Job.Agent = "make" }, "agent", "agent"},
		"a job without a pod":            {func(in *Input) { in.Job.Spec = nil }, "no-container", "spec"},
		"a variable of Bowsprit's":       {func(in *Input) { in.Job.Spec.Containers[0].Env = []corev1.EnvVar{{Name: "BOWSPRIT_RUN"}} }, "env-reserved", "spec.containers[0].env"},
		"no image":                       {func(in *Input) { in.Job.Spec.Containers[0].Image = "" }, "image", "spec.containers[0].image"},
		"a script that etcd cannot keep": {func(in *Input) { in.Job.Spec.Containers[0].Args = []string{strings.Repeat("x", maxRun)} }, "too-large", "spec"},
		"annotations that are too large": {func(in *Input) { in.Job.Annotations = map[string]string{"a": strings.Repeat("x", maxAnnotations)} }, "too-large", "annotations"},
		"a negative timeout": {func(in *Input) {
			in.Job.DecorationConfig = &prow.DecorationConfig{Timeout: &prow.Duration{Duration: -5 * time.Hour}}
		}, "timeout", "decoration_config.timeout"},
	} {
		t.Run(why, func(t *testing.T) {
			in := input(jobOf(t, plainJob))
			tc.spoil(&in)
			_, err := Compile(in)
			var refusal *Error
			if !errors.As(err, &refusal) || refusal.Code != tc.code || refusal.Field != tc.field || refusal.Message == "" {
				t.Errorf("error %v, want %s: %s", err, tc.code, tc.field)
			}
		})
	}
}

func TestTheRecordIsOnTheRunAndTheSameInputMakesTheSameRun(t *testing.T) {
	in := input(jobOf(t, plainJob))
	a, b := compileJob(t, in.Job), compileJob(t, in.Job)
	if diff := cmp.Diff(a, b); diff != "" {
		t.Error(diff)
	}
	got, err := record.Decode(a.Run)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(a.Record, got); diff != "" {
		t.Error(diff)
	}
	if a.Run.Name != record.Name(CauseOf(in)) {
		t.Errorf("the run is %s, its cause says %s", a.Run.Name, record.Name(CauseOf(in)))
	}
}

func TestSpecHashIsOfTheJobOnly(t *testing.T) {
	in := input(jobOf(t, plainJob))
	base := compileJob(t, in.Job).Record.SpecHash
	in.BuildID, in.Refs.BaseSHA = "2", strings.Repeat("c", 40)
	in.Job.SourcePath, in.Job.SourceLine = "moved.yaml", 3
	moved, err := Compile(in)
	if err != nil || moved.Record.SpecHash != base {
		t.Errorf("another base, build or place in the files changes the hash (%v)", err)
	}
	in.Job.Spec.Containers[0].Image = "c"
	if other, err := SpecHash(in.Job); err != nil || other == base {
		t.Errorf("another image leaves the hash as it was (%v)", err)
	}
}

func hours(h, m, s time.Duration) time.Duration { return h*time.Hour + m*time.Minute + s*time.Second }

func decoratedWith(config string) string {
	return "name: x\ndecorate: true\ndecoration_config: {" + config + "}\nspec: {containers: [{image: b, command: [b]}]}"
}

func TestTimeouts(t *testing.T) {
	for why, tc := range map[string]struct {
		job                   string
		step, tasks, pipeline time.Duration
	}{
		"a job's own, with grace and slack for our entrypoint": {plainJob, hours(1, 1, 15), hours(2, 16, 15), hours(2, 21, 15)},
		"Prow's default":                       {"name: x\ndecorate: true\nspec: {containers: [{image: b, command: [b]}]}", hours(2, 1, 15), hours(3, 16, 15), hours(3, 21, 15)},
		"a long grace":                         {decoratedWith("timeout: 1h, grace_period: 10m"), hours(1, 11, 0), hours(2, 26, 0), hours(2, 31, 0)},
		"time to upload":                       {decoratedWith("timeout: 1h, gcs_configuration: {bucket: b, path_strategy: explicit}"), hours(1, 16, 15), hours(2, 31, 15), hours(2, 36, 15)},
		"limits of the pod":                    {decoratedWith("timeout: 1h, pod_pending_timeout: 20m, pod_unscheduled_timeout: 2m"), hours(1, 1, 15), hours(1, 23, 15), hours(1, 28, 15)},
		"a pod that may run less than the job": {decoratedWith("timeout: 2h, pod_running_timeout: 30m"), hours(0, 30, 0), hours(3, 15, 0), hours(3, 20, 0)},
		"none without decoration":              {"name: x\nspec: {containers: [{image: b, command: [b]}]}", 0, 48*time.Hour + 15*time.Minute, 48*time.Hour + 20*time.Minute},
		"the pod's own deadline":               {"name: x\nspec: {activeDeadlineSeconds: 60, containers: [{image: b, command: [b]}]}", time.Minute, 16 * time.Minute, 21 * time.Minute},
	} {
		t.Run(why, func(t *testing.T) {
			run := compileJob(t, jobOf(t, tc.job)).Run
			steps := run.Spec.PipelineSpec.Tasks[0].TaskSpec.Steps
			var step time.Duration
			if d := steps[len(steps)-1].Timeout; d != nil {
				step = d.Duration
			}
			if step != tc.step || run.Spec.Timeouts.Tasks.Duration != tc.tasks || run.Spec.Timeouts.Pipeline.Duration != tc.pipeline {
				t.Errorf("step %s, %+v", step, run.Spec.Timeouts)
			}
		})
	}
}

func TestTheCloneStepReadsItsOptions(t *testing.T) {
	in := input(jobOf(t, plainJob))
	in.Refs.BaseRef = "release/$(params.x)"
	in.Options.CloneHost = "http://forge.example.com:8080/"
	c, err := Compile(in)
	if err != nil {
		t.Fatal(err)
	}
	env := c.Run.Spec.PipelineSpec.Tasks[0].TaskSpec.Steps[0].Env
	got, err := clonespec.Parse(env[0].Value)
	want := clonespec.Options{
		Refs: []clonespec.Ref{{
			Org: "o", Repo: "r", Dir: "/home/prow/go/src/github.com/o/r", URI: "http://forge.example.com:8080/o/r.git",
			BaseRef: "release/$(params.x)", BaseSHA: strings.Repeat("a", 40), Pulls: []clonespec.Pull{{Number: 7, SHA: strings.Repeat("b", 40)}},
		}},
		Logs: "/logs", Artifacts: "/logs/artifacts", Tools: "/tools",
		Results: []clonespec.Result{
			{Path: "/tekton/results/CHAINS-GIT_URL", Value: "http://forge.example.com:8080/o/r.git"},
			{Path: "/tekton/results/CHAINS-GIT_COMMIT", Value: strings.Repeat("b", 40)},
		},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

func TestAJobKeepsItsOwnGitSettings(t *testing.T) {
	job := jobOf(t, plainJob)
	job.Spec.Containers[0].Env = []corev1.EnvVar{{Name: "GIT_CONFIG_COUNT", Value: "0"}}
	if got := seen(compileJob(t, job)); got["GIT_CONFIG_COUNT"] != "0" || got["GIT_CONFIG_KEY_0"] != "" {
		t.Errorf("git's settings are %q %q", got["GIT_CONFIG_COUNT"], got["GIT_CONFIG_KEY_0"])
	}
}

// BenchmarkCompile is beside its bound: what Tekton itself does with every run, its defaults and its validation.
func BenchmarkCompile(b *testing.B) {
	gcs := &prow.GCSConfiguration{Bucket: "b", PathStrategy: prow.PathStrategyExplicit}
	for name, decoration := range map[string]*prow.DecorationConfig{"plain": nil, "decorated": {GCSConfiguration: gcs}} {
		in := input(&prow.Job{Type: prow.TypePresubmit, JobBase: prow.JobBase{
			Name: "unit", Agent: prow.AgentKubernetes, Spec: &corev1.PodSpec{Containers: []corev1.Container{{Image: "b", Command: []string{"b"}}}},
			UtilityConfig: prow.UtilityConfig{DecorationConfig: decoration},
		}})
		compiled, err := Compile(in)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name+"/compile", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Compile(in); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/bound", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := validate(compiled.Run.DeepCopy()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
