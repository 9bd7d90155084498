package pipelines

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/pipelines/tier"
)

// centralDecoration clones with a key and uploads with another one, as administrators would write it.
const centralDecoration = `
ssh_key_secrets: [clone-key]
gcs_configuration: {bucket: logs, path_strategy: explicit}
gcs_credentials_secret: bucket-key
default_service_account_name: builder
`

const onePod = "\nspec: {containers: [{image: b, command: [b]}]}"

func TestWhatAForksOwnJobMayUseOfTheAdministratorsDecoration(t *testing.T) {
	const own = "name: unit\ndecorate: true\ndecoration_config:\n"
	const same = own + "  ssh_key_secrets: [clone-key]\n  gcs_configuration: {bucket: logs, path_strategy: explicit}\n  gcs_credentials_secret: bucket-key\n"
	for why, tc := range map[string]struct {
		job  string
		code string // empty: it runs
	}{
		"the decoration as it is":           {job: same + onePod},
		"another clone key":                 {job: own + "  ssh_key_secrets: [prod-key]" + onePod, code: "tier-secret"},
		"one more clone key":                {job: own + "  ssh_key_secrets: [clone-key, prod-key]" + onePod, code: "tier-secret"},
		"another token":                     {job: own + "  oauth_token_secret: {name: prod, key: token}" + onePod, code: "tier-secret"},
		"an App's key for another endpoint": {job: own + "  github_app_id: '1'\n  github_app_private_key_secret: {name: clone-key, key: k}\n  github_api_endpoints: ['https://evil.example']" + onePod, code: "tier-secret"},
		"the key for an address of its own": {job: same + "clone_uri: ssh://git@evil.example/o/r.git" + onePod, code: "tier-secret"},
		"the key for another repository":    {job: same + "extra_refs: [{org: o, repo: private, base_ref: main}]" + onePod, code: "tier-secret"},
		"the bucket's key for another bucket": {job: own + "  ssh_key_secrets: [clone-key]\n  gcs_configuration: {bucket: evil, path_strategy: explicit}\n  gcs_credentials_secret: bucket-key" + onePod,
			code: "tier-secret"},
		"the clone key in its own volume": {job: same + "spec: {volumes: [{name: v, secret: {secretName: clone-key}}], containers: [{image: b, command: [b], volumeMounts: [{name: v, mountPath: /k}]}]}", code: "tier-secret"},
		"an account of its own":           {job: same + "spec: {serviceAccountName: deployer, containers: [{image: b, command: [b]}]}", code: "tier-service-account"},
		"a sidecar in the clone's folders": {job: same + "annotations: {bowsprit.dev/primary-container: a}" +
			"\nspec: {containers: [{name: a, image: b, command: [b]}, {name: db, image: b, command: [b]}]}", code: "tier-secret"},
		"an account of its own, and its token": {job: same + "  default_service_account_name: builder" + tokenPod, code: "tier-service-account"},
		"the default account without a token":  {job: same + "  default_service_account_name: builder" + onePod},
		"a privileged container":               {job: same + "spec: {containers: [{image: b, command: [b], securityContext: {privileged: true}}]}", code: "tier-privileged"},
	} {
		t.Run(why, func(t *testing.T) {
			in := jobInput(t, prow.TypePresubmit, tc.job)
			in.Job.InRepo, in.Fork, in.Options.Tiers = true, true, &tier.Policy{}
			in.CentralDecoration = read[prow.DecorationConfig](t, centralDecoration)
			want(t, in, tc.code)

			in.Fork = false
			want(t, in, "") // the repository's own branches are trusted
			in.Fork, in.Job.InRepo = true, false
			want(t, in, "") // and so are the administrators' jobs
		})
	}
}

// tokenPod says itself that it wants the token of the default decoration's account.
const tokenPod = "\nspec: {automountServiceAccountToken: true, containers: [{image: b, command: [b]}]}"

func TestAForksOwnPipelineCannotReachOurClone(t *testing.T) {
	const clone = "{name: fetch, %s taskRef: {name: PROW_IMPLICIT_GIT_REF}, workspaces: [{name: output, workspace: w}, {name: other, workspace: v}]}"
	const evil = "{name: evil, %s workspaces: [{name: w}], taskSpec: {steps: [{name: s, image: i, command: [c]}]}}"
	run := func(template, fetch, other string) string {
		return tektonJob + "pipeline_run_spec: {taskRunTemplate: {podTemplate: {automountServiceAccountToken: false" + template + "}}, " +
			"workspaces: [{name: w, volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}}, {name: v, emptyDir: {}}], " +
			"pipelineSpec: {workspaces: [{name: w}, {name: v}], tasks: [" + strings.Replace(clone, "%s", fetch, 1) + ", " + strings.Replace(evil, "%s", other, 1) + "]}}"
	}
	for why, tc := range map[string]struct{ job, code string }{
		"a task after the clone":             {job: run("", "", "runAfter: [fetch],")},
		"a task before the clone":            {job: run("", "runAfter: [evil],", ""), code: "tier-secret"},
		"a task beside the clone":            {job: run("", "", ""), code: "tier-secret"},
		"variables behind the clone's own":   {job: run(", env: [{name: BOWSPRIT_CLONE, value: x}]", "", "runAfter: [fetch],"), code: "tier-secret"},
		"names of hosts that its author set": {job: run(", hostAliases: [{ip: 192.0.2.1, hostnames: [github.com]}]", "", "runAfter: [fetch],"), code: "tier-secret"},
	} {
		t.Run(why, func(t *testing.T) {
			in := jobInput(t, prow.TypePresubmit, tc.job)
			in.Job.InRepo, in.Fork, in.Options.Tiers = true, true, &tier.Policy{}
			in.CentralDecoration = read[prow.DecorationConfig](t, centralDecoration)
			want(t, in, tc.code)
			in.Fork = false
			want(t, in, "")
		})
	}
}

func TestTheCloneSeesOnlyItsOwnWorkspace(t *testing.T) {
	in := jobInput(t, prow.TypePresubmit, tektonJob+"pipeline_run_spec: {workspaces: [{name: w, emptyDir: {}}], pipelineSpec: {workspaces: [{name: w}], "+
		"tasks: [{name: c, taskRef: {name: PROW_IMPLICIT_GIT_REF}, workspaces: [{name: a, workspace: w}, {name: output, workspace: w}]}]}}")
	c := compiledTekton(t, in)
	task := c.Run.Spec.PipelineSpec.Tasks[0]
	if len(task.Workspaces) != 1 || task.Workspaces[0].Name != "output" || len(task.TaskSpec.Workspaces) != 1 || task.TaskSpec.Workspaces[0].Name != "output" {
		t.Errorf("the clone binds %v and declares %v", task.Workspaces, task.TaskSpec.Workspaces)
	}
	if !slices.ContainsFunc(c.Warnings, func(w Warning) bool { return w.Code == "clone-workspace" }) {
		t.Errorf("nothing is said about the other workspace: %v", c.Warnings)
	}
}

func TestClonesThatWouldRemoveEachOtherAreWarnedOf(t *testing.T) {
	for why, tc := range map[string]struct {
		first, second string // what the two tasks say about their place
		volume        string
		want          bool
	}{
		"one inside of the other, at the same time": {"", "params: [{name: subdirectory, value: tools}],", ownClaim, true},
		"one inside of the other, after it":         {"", "runAfter: [a], params: [{name: subdirectory, value: tools}],", ownClaim, false},
		"one inside of the other, before it":        {"runAfter: [b],", "params: [{name: subdirectory, value: tools}],", ownClaim, true},
		"two in one folder":                         {"", "runAfter: [a],", ownClaim, true},
		"two side by side":                          {"params: [{name: subdirectory, value: src}],", "params: [{name: subdirectory, value: src-2}],", ownClaim, false},
		"volumes of their own":                      {"", "", "emptyDir: {}", false},
	} {
		t.Run(why, func(t *testing.T) {
			const place = "workspaces: [{name: output, workspace: w}]"
			c := compiledTekton(t, jobInput(t, prow.TypePresubmit, tektonJob+"extra_refs: [{org: o, repo: s, base_ref: main}]\npipeline_run_spec: {workspaces: [{name: w, "+tc.volume+"}], "+
				"pipelineSpec: {workspaces: [{name: w}], tasks: [{name: a, taskRef: {name: PROW_IMPLICIT_GIT_REF}, "+tc.first+place+"}, {name: b, taskRef: {name: PROW_EXTRA_GIT_REF_0}, "+tc.second+place+"}]}}"))
			if got := slices.ContainsFunc(c.Warnings, func(w Warning) bool { return w.Code == "clone-overlap" }); got != tc.want {
				t.Errorf("warned: %v, want %v: %v", got, tc.want, c.Warnings)
			}
		})
	}
}

// ownClaim binds a claim that goes with the run.
const ownClaim = "volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}"

func TestContainersBesideTheCloneDoNotMountItsVolumes(t *testing.T) {
	const decorated = "name: unit\ndecorate: true\ndecoration_config: {ssh_key_secrets: [key]}\nannotations: {bowsprit.dev/primary-container: a}\n"
	native := func(volume string) string {
		return decorated + "spec: {initContainers: [{name: db, image: b, restartPolicy: Always, volumeMounts: [{name: " + volume + ", mountPath: /v}]}], containers: [{name: a, image: b, command: [b]}]}"
	}
	second := func(volume string) string {
		return decorated + "spec: {containers: [{name: a, image: b, command: [b]}, {name: db, image: b, command: [b], volumeMounts: [{name: " + volume + ", mountPath: /v}]}]}"
	}
	for why, tc := range map[string]struct {
		job             string
		central, inRepo string // the codes of the answer; empty: it runs
	}{
		"a sidecar in the clone's /tmp":       {native("clonerefs-tmp"), "mount-reserved", "mount-reserved"},
		"a sidecar in the clone":              {native("code"), "mount-reserved", "mount-reserved"},
		"a sidecar in the logs":               {native("logs"), "mount-reserved", "mount-reserved"},
		"a sidecar in the tools":              {native("tools"), "mount-reserved", "mount-reserved"},
		"a sidecar with the clone's key":      {native("ssh-keys-key"), "mount-reserved", "mount-reserved"},
		"a container with the clone's key":    {second("ssh-keys-key"), "mount-reserved", "mount-reserved"},
		"a container in the clone's /tmp":     {second("clonerefs-tmp"), "mount-reserved", "mount-reserved"},
		"a container in the tools":            {second("tools"), "mount-reserved", "mount-reserved"},
		"a container in the clone, as Prow's": {second("code"), "", "mount-reserved"},
		"a container in the logs, as Prow's":  {second("logs"), "", "mount-reserved"},
	} {
		t.Run(why, func(t *testing.T) {
			in := jobInput(t, prow.TypePresubmit, tc.job)
			want(t, in, tc.central)
			in.Job.InRepo = true
			want(t, in, tc.inRepo)
		})
	}
}

func want(t *testing.T, in Input, code string) {
	t.Helper()
	_, err := Compile(in)
	var refusal *Error
	switch {
	case code == "" && err != nil:
		t.Errorf("fork %v, in-repo %v: %v", in.Fork, in.Job.InRepo, err)
	case code != "" && (!errors.As(err, &refusal) || refusal.Code != code):
		t.Errorf("fork %v, in-repo %v: %v, want %s", in.Fork, in.Job.InRepo, err, code)
	}
}

func TestAForksPipelineInACentralJob(t *testing.T) {
	const job = tektonJob + "pipeline_ref: {file: ci.yaml}\npipeline_run_spec: {taskRunTemplate: {serviceAccountName: builder, podTemplate: {automountServiceAccountToken: false}}}"
	const quiet = tektonJob + "pipeline_ref: {file: ci.yaml}\npipeline_run_spec: {taskRunTemplate: {podTemplate: {automountServiceAccountToken: false}}}"
	task := func(fields string) string {
		return "workspaces: [{name: source}]\ntasks: [{name: a, workspaces: [{name: source}], taskSpec: {workspaces: [{name: source}], steps: [{name: s, image: i, command: [c]}]" + fields + "}}]"
	}
	for why, tc := range map[string]struct{ job, file, code string }{
		"with the account that the job names": {job: job, file: task("")},
		"without a token":                     {job: quiet, file: task("")},
		"with the token of the job's account": {job: tektonJob + "pipeline_ref: {file: ci.yaml}\npipeline_run_spec: {taskRunTemplate: {serviceAccountName: builder}}", file: task(""), code: "tier-service-account"},
		"with variables in every pod": {job: tektonJob + "pipeline_ref: {file: ci.yaml}", file: "kind: PipelineRun\nspec: {taskRunTemplate: {podTemplate: {automountServiceAccountToken: false, env: [{name: BOWSPRIT_CLONE, value: x}]}}, pipelineSpec: {" +
			"workspaces: [{name: source}], tasks: [{name: a, workspaces: [{name: source}], taskSpec: {steps: [{name: s, image: i, command: [c]}]}}]}}", code: "tier-secret"},
		"with a task before the placeholder": {job: quiet, file: "workspaces: [{name: w}]\ntasks: [{name: evil, workspaces: [{name: w}], taskSpec: {steps: [{name: s, image: i, command: [c]}]}}, " +
			"{name: a, runAfter: [evil], taskRef: {name: PROW_IMPLICIT_GIT_REF}, workspaces: [{name: output, workspace: w}]}]", code: "tier-secret"},
		"with a task behind the placeholder": {job: quiet, file: "workspaces: [{name: w}]\ntasks: [{name: evil, runAfter: [a], workspaces: [{name: w}], taskSpec: {steps: [{name: s, image: i, command: [c]}]}}, " +
			"{name: a, taskRef: {name: PROW_IMPLICIT_GIT_REF}, workspaces: [{name: output, workspace: w}]}]"},
		"with a token that nobody gave":             {job: tektonJob + "pipeline_ref: {file: ci.yaml}", file: task(""), code: "tier-service-account"},
		"with a secret of the namespace":            {job: job, file: task(", volumes: [{name: v, secret: {secretName: prod}}]"), code: "tier-secret"},
		"with the secret of our clone":              {job: job, file: task(", volumes: [{name: v, secret: {secretName: clone-key}}]"), code: "tier-secret"},
		"with a step in our clone's clothes":        {job: job, file: "tasks: [{name: a, taskSpec: {steps: [{name: clone, image: 'registry.example.com/bowsprit/tools:v1', command: [/bowsprit-tools, clone], volumeMounts: [{name: v, mountPath: /k}]}], volumes: [{name: v, secret: {secretName: clone-key}}]}}]", code: "tier-secret"},
		"with a task of the namespace":              {job: job, file: "tasks: [{name: a, taskRef: {name: deploy}}]", code: "tier-remote-ref"},
		"with a placeholder, which is ours to fill": {job: job, file: "workspaces: [{name: w}]\ntasks: [{name: a, taskRef: {name: PROW_IMPLICIT_GIT_REF}, workspaces: [{name: output, workspace: w}]}]"},
	} {
		t.Run(why, func(t *testing.T) {
			in := jobInput(t, prow.TypePresubmit, tc.job)
			in.PipelineFile, in.Fork, in.Options.Tiers = []byte(tc.file), true, &tier.Policy{}
			in.CentralDecoration = read[prow.DecorationConfig](t, centralDecoration)
			want(t, in, tc.code)
			in.Fork = false
			want(t, in, "")
		})
	}
}
