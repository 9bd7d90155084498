package prow

import (
	"encoding/json"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// Raw is a value of Prow's format that is carried as it was written, because nothing here reads inside it.
type Raw = json.RawMessage

// DefaultTimeout and DefaultGracePeriod hold for decorated jobs that say nothing. They are the defaults of Prow's
// entrypoint; the key default_job_timeout has no effect in Prow either.
const (
	DefaultTimeout     = 2 * time.Hour
	DefaultGracePeriod = 15 * time.Second
)

// JobBase is what every kind of job has.
type JobBase struct {
	// Name identifies the job: letters, digits, '-', '.', '_'. Jobs of one repository may share a name only if no branch
	// matches both.
	Name string `json:"name"`
	// Labels are copied to the run and its pod. They also select presets.
	Labels map[string]string `json:"labels,omitempty"`
	// Annotations are copied to the run and its pod.
	Annotations map[string]string `json:"annotations,omitempty"`
	// MaxConcurrency limits how many runs of this name run at a time, over all repositories; 0 is no limit.
	MaxConcurrency int `json:"max_concurrency,omitempty"`
	// Agent is who runs the job: "kubernetes", the default, is the only one that runs here so far.
	Agent string `json:"agent,omitempty"`
	// Cluster is the build cluster's name; default "default".
	Cluster string `json:"cluster,omitempty"`
	// Namespace is where the run lives; default is the configuration's pod_namespace.
	Namespace string `json:"namespace,omitempty"`
	// SourcePath is the file that defines the job. It is not part of the document.
	SourcePath string `json:"-"`
	// SourceLine is the line in SourcePath on which the job begins, counted from 1.
	SourceLine int `json:"-"`
	// Spec is the pod that Prow would run, with the presets merged in.
	Spec *corev1.PodSpec `json:"spec,omitempty"`

	// ErrorOnEviction and the fields below are Prow's and are kept as written; Gaps says what becomes of each.
	ErrorOnEviction       bool   `json:"error_on_eviction,omitempty"`
	PipelineRunSpec       Raw    `json:"pipeline_run_spec,omitempty"`
	TektonPipelineRunSpec Raw    `json:"tekton_pipeline_run_spec,omitempty"`
	ReporterConfig        Raw    `json:"reporter_config,omitempty"`
	RerunAuthConfig       Raw    `json:"rerun_auth_config,omitempty"`
	Hidden                bool   `json:"hidden,omitempty"`
	ProwJobDefaults       Raw    `json:"prowjob_defaults,omitempty"`
	JobQueueName          string `json:"job_queue_name,omitempty"`

	UtilityConfig `json:",inline"`
}

// UtilityConfig is what Prow's pod utilities do around a job: clone, and decorate.
type UtilityConfig struct {
	// Decorate asks for Prow's decoration: cloning, $ARTIFACTS, timeout. Nil means the configuration's decorate_all_jobs;
	// after defaulting it is never nil.
	Decorate *bool `json:"decorate,omitempty"`
	// PathAlias is the folder under $GOPATH/src for the clone; default github.com/ORG/REPO.
	PathAlias string `json:"path_alias,omitempty"`
	// CloneURI is where to clone from; default the repository's page with ".git".
	CloneURI string `json:"clone_uri,omitempty"`
	// SkipSubmodules leaves submodules out; default false.
	SkipSubmodules bool `json:"skip_submodules,omitempty"`
	// CloneDepth limits the history of the base; 0 is all of it.
	CloneDepth int `json:"clone_depth,omitempty"`
	// SkipFetchHead leaves out the fetch of all branches and tags.
	SkipFetchHead bool `json:"skip_fetch_head,omitempty"`
	// ExtraRefs are further repositories to clone; Gaps says what becomes of them.
	ExtraRefs []Raw `json:"extra_refs,omitempty"`
	// DecorationConfig adjusts the decoration. For a decorated job it holds the configuration's defaults, and is never
	// nil, after defaulting.
	DecorationConfig *DecorationConfig `json:"decoration_config,omitempty"`
}

// DecorationConfig is Prow's decoration_config. Timeout and GracePeriod are honoured; the rest is kept as written, and
// Gaps says what becomes of each.
type DecorationConfig struct {
	// Timeout is how long the job may run; default DefaultTimeout.
	Timeout *Duration `json:"timeout,omitempty"`
	// GracePeriod is how long the job has after its timeout to end by itself; default DefaultGracePeriod.
	GracePeriod *Duration `json:"grace_period,omitempty"`

	UtilityImages             Raw `json:"utility_images,omitempty"`
	Resources                 Raw `json:"resources,omitempty"`
	GCSConfiguration          Raw `json:"gcs_configuration,omitempty"`
	GCSCredentialsSecret      Raw `json:"gcs_credentials_secret,omitempty"`
	S3CredentialsSecret       Raw `json:"s3_credentials_secret,omitempty"`
	DefaultServiceAccountName Raw `json:"default_service_account_name,omitempty"`
	SSHKeySecrets             Raw `json:"ssh_key_secrets,omitempty"`
	SSHHostFingerprints       Raw `json:"ssh_host_fingerprints,omitempty"`
	BloblessFetch             Raw `json:"blobless_fetch,omitempty"`
	SparseCheckoutFiles       Raw `json:"sparse_checkout_files,omitempty"`
	SkipCloning               Raw `json:"skip_cloning,omitempty"`
	CookiefileSecret          Raw `json:"cookiefile_secret,omitempty"`
	OauthTokenSecret          Raw `json:"oauth_token_secret,omitempty"`
	GitHubAPIEndpoints        Raw `json:"github_api_endpoints,omitempty"`
	GitHubAppID               Raw `json:"github_app_id,omitempty"`
	GitHubAppPrivateKeySecret Raw `json:"github_app_private_key_secret,omitempty"`
	CensorSecrets             Raw `json:"censor_secrets,omitempty"`
	CensoringOptions          Raw `json:"censoring_options,omitempty"`
	UploadIgnoresInterrupts   Raw `json:"upload_ignores_interrupts,omitempty"`
	SetLimitEqualsMemRequest  Raw `json:"set_limit_equals_memory_request,omitempty"`
	DefaultMemoryRequest      Raw `json:"default_memory_request,omitempty"`
	SchedulingOptions         Raw `json:"scheduling_options,omitempty"`
	PodPendingTimeout         Raw `json:"pod_pending_timeout,omitempty"`
	PodRunningTimeout         Raw `json:"pod_running_timeout,omitempty"`
	PodUnscheduledTimeout     Raw `json:"pod_unscheduled_timeout,omitempty"`
	RunAsUser                 Raw `json:"run_as_user,omitempty"`
	RunAsGroup                Raw `json:"run_as_group,omitempty"`
	FsGroup                   Raw `json:"fs_group,omitempty"`
}

// Presubmit is a job that tests pull requests.
type Presubmit struct {
	JobBase `json:",inline"`

	// AlwaysRun runs the job for every pull request on a matching branch. Excludes the file filters.
	AlwaysRun bool `json:"always_run,omitempty"`
	// Optional keeps the job from blocking a merge.
	Optional bool `json:"optional,omitempty"`
	// Trigger is the expression that a comment must match to run the job; default matches RerunCommand.
	Trigger string `json:"trigger,omitempty"`
	// RerunCommand is the comment that runs the job again; default "/test NAME".
	RerunCommand string `json:"rerun_command,omitempty"`
	// RunBeforeMerge and JenkinsSpec are kept as written; Gaps says what becomes of each.
	RunBeforeMerge bool `json:"run_before_merge,omitempty"`
	JenkinsSpec    Raw  `json:"jenkins_spec,omitempty"`

	Brancher            `json:",inline"`
	RegexpChangeMatcher `json:",inline"`
	Reporter            `json:",inline"`
}

// Brancher says on which base branches a job runs.
type Brancher struct {
	// SkipBranches are unanchored expressions of branches on which the job never runs. They win over Branches.
	SkipBranches []string `json:"skip_branches,omitempty"`
	// Branches are unanchored expressions of branches on which the job runs; empty means all.
	Branches []string `json:"branches,omitempty"`
}

// RegexpChangeMatcher says for which changed files a job runs.
type RegexpChangeMatcher struct {
	// RunIfChanged is an unanchored expression; the job runs if any changed path matches.
	RunIfChanged string `json:"run_if_changed,omitempty"`
	// SkipIfOnlyChanged is an unanchored expression; the job runs if any changed path does not match.
	SkipIfOnlyChanged string `json:"skip_if_only_changed,omitempty"`
}

// Reporter says how a job reports to GitHub.
type Reporter struct {
	// Context is the name of the check run or commit status; default the job's name.
	Context string `json:"context,omitempty"`
	// SkipReport keeps the job from reporting to GitHub; it then cannot be required.
	SkipReport bool `json:"skip_report,omitempty"`
}
