package pipelines

import (
	"errors"
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
		"a privileged container":          {job: same + "spec: {containers: [{image: b, command: [b], securityContext: {privileged: true}}]}", code: "tier-privileged"},
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
	const job = tektonJob + "pipeline_ref: {file: ci.yaml}\npipeline_run_spec: {taskRunTemplate: {serviceAccountName: builder}}"
	const quiet = tektonJob + "pipeline_ref: {file: ci.yaml}\npipeline_run_spec: {taskRunTemplate: {podTemplate: {automountServiceAccountToken: false}}}"
	task := func(fields string) string {
		return "workspaces: [{name: source}]\ntasks: [{name: a, workspaces: [{name: source}], taskSpec: {workspaces: [{name: source}], steps: [{name: s, image: i, command: [c]}]" + fields + "}}]"
	}
	for why, tc := range map[string]struct{ job, file, code string }{
		"with the account that the job names":       {job: job, file: task("")},
		"without a token":                           {job: quiet, file: task("")},
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
