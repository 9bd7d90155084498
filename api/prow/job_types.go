package prow

import (
	"encoding/json"
	"time"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
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
	// Name identifies the job, such as pull-sloop-unit: letters, digits, '-', '.', '_', and for agent jenkins '/' inside.
	// Required. Presubmits of one repository may share a name only if no branch matches both, and so may postsubmits; a
	// periodic's name is its own among all repositories. Prow's label of the name ends after 63 characters.
	Name string `json:"name"`
	// Labels are copied to the run and its pod, and win over Prow's own. They also select presets. Keys and values are those of
	// Kubernetes; created-by-prow, prow.k8s.io/type and prow.k8s.io/id are reserved.
	Labels map[string]string `json:"labels,omitempty"`
	// Annotations are copied to the run and its pod. Keys are those of Kubernetes, values are free.
	Annotations map[string]string `json:"annotations,omitempty"`
	// MaxConcurrency limits how many runs of this name run at a time, over all repositories; 0, the default, is no limit, and less
	// is an error.
	MaxConcurrency int `json:"max_concurrency,omitempty"`
	// Agent is who runs the job: "kubernetes" (the default, with Spec), "tekton-pipeline" (with PipelineRunSpec,
	// TektonPipelineRunSpec or PipelineRef) or "jenkins", which Bowsprit lists and matches but does not run. Any other value
	// loads, as in Prow, and does not run.
	Agent string `json:"agent,omitempty"`
	// Cluster is the build cluster's name, which is a context of the kubeconfig; default "default".
	Cluster string `json:"cluster,omitempty"`
	// Namespace is where the run lives; default is the configuration's pod_namespace, and only agent tekton-pipeline may have
	// another.
	Namespace string `json:"namespace,omitempty"`
	// SourcePath is the file that defines the job. It is not part of the document.
	SourcePath string `json:"-"`
	// SourceLine is the line in SourcePath on which the job begins, counted from 1.
	SourceLine int `json:"-"`
	// Spec is the pod that Prow would run, a Kubernetes PodSpec; after loading, presets are merged in. Required for agent
	// kubernetes, an error for the others. Several containers need Decorate; initContainers must have restartPolicy: Always.
	Spec *corev1.PodSpec `json:"spec,omitempty"`

	// Overridden are fields, as paths in the job, in which a configuration's default won over what the job says. Prow has one
	// such field, mediaTypes. It is not part of the document.
	Overridden []string `json:"-"`
	// InRepo is true for a job that the repository itself defines, in .prow.yaml or .prow/. It is not part of the document.
	InRepo bool `json:"-"`

	// ErrorOnEviction says what becomes of an evicted pod: true makes the run end in an error, false (the default) makes it run
	// again. Agent kubernetes only.
	ErrorOnEviction bool `json:"error_on_eviction,omitempty"`
	// PipelineRunSpec is what a job of agent tekton-pipeline runs: the spec of a Tekton PipelineRun (v1). A task whose taskRef is
	// named PROW_IMPLICIT_GIT_REF or PROW_EXTRA_GIT_REF_n (n counts extra_refs from 0) clones; every extra ref must be used.
	PipelineRunSpec *pipelinev1.PipelineRunSpec `json:"pipeline_run_spec,omitempty"`
	// TektonPipelineRunSpec is the same under a newer key, and wins over PipelineRunSpec.
	TektonPipelineRunSpec *TektonPipelineRunSpec `json:"tekton_pipeline_run_spec,omitempty"`
	// PipelineRef is Bowsprit's own, and Prow ignores it: a job of agent tekton-pipeline may name a Pipeline in place of writing
	// a run's spec, and gets clone and report around it.
	PipelineRef *PipelineRef `json:"pipeline_ref,omitempty"`
	// ReporterConfig says how the job reports to Slack.
	ReporterConfig *ReporterConfig `json:"reporter_config,omitempty"`
	// RerunAuthConfig says who may run the job again from a page, beside those whom the configuration's `deck` names.
	RerunAuthConfig *RerunAuthConfig `json:"rerun_auth_config,omitempty"`
	// Hidden keeps the job off the public pages; default false.
	Hidden bool `json:"hidden,omitempty"`
	// ProwJobDefaults are the tenant and the ResultStore project of the job's runs. Defaults are prowjob_default_entries, all that
	// match in their order; after defaulting it is never nil, and shared between jobs.
	ProwJobDefaults *JobDefault `json:"prowjob_defaults,omitempty"`
	// JobQueueName is a key of plank.job_queue_capacities; the queue's capacity limits the job together with others. Any other
	// name is an error.
	JobQueueName string `json:"job_queue_name,omitempty"`

	UtilityConfig `json:",inline"`
}

// UtilityConfig is what Prow's pod utilities do around a job: clone, and decorate.
type UtilityConfig struct {
	// Decorate asks for Prow's decoration: cloning, $ARTIFACTS, timeout. Nil means the configuration's decorate_all_jobs;
	// after defaulting it is never nil.
	Decorate *bool `json:"decorate,omitempty"`
	// PathAlias is the folder under $GOPATH/src for the clone, such as k8s.io/sloop; default github.com/ORG/REPO.
	PathAlias string `json:"path_alias,omitempty"`
	// CloneURI is where to clone from, such as https://github.com/o/r.git; default the repository's page with ".git". Beside an
	// oauth_token_secret it must be http or https, and name no user.
	CloneURI string `json:"clone_uri,omitempty"`
	// SkipSubmodules leaves submodules out; default false.
	SkipSubmodules bool `json:"skip_submodules,omitempty"`
	// CloneDepth is how many commits of the base are fetched; 0, the default, is all of them. Pull requests are fetched whole.
	CloneDepth int `json:"clone_depth,omitempty"`
	// SkipFetchHead leaves out the fetch of all branches and tags before the one of the base; default false.
	SkipFetchHead bool `json:"skip_fetch_head,omitempty"`
	// ExtraRefs are further repositories to clone beside what is tested. The first also says whose defaults a periodic has.
	ExtraRefs []Refs `json:"extra_refs,omitempty"`
	// DecorationConfig adjusts the decoration. For a decorated job it holds the configuration's defaults, and is never
	// nil, after defaulting; it is shared between jobs. A job that is not decorated gets no defaults, but what it says is validated.
	DecorationConfig *DecorationConfig `json:"decoration_config,omitempty"`
}

// Presubmit is a job that tests pull requests.
type Presubmit struct {
	JobBase `json:",inline"`

	// AlwaysRun runs the job for every pull request on a matching branch; default false. Excludes the file filters. Without
	// either, the job runs when a comment asks for it.
	AlwaysRun bool `json:"always_run,omitempty"`
	// Optional keeps the job from blocking a merge; default false.
	Optional bool `json:"optional,omitempty"`
	// Trigger is the expression (RE2) that a comment must match to run the job; default is DefaultTrigger, which matches
	// "/test NAME". It comes with RerunCommand: both are written, or neither.
	Trigger string `json:"trigger,omitempty"`
	// RerunCommand is the comment that runs the job again, and must match Trigger; default "/test NAME".
	RerunCommand string `json:"rerun_command,omitempty"`
	// RunBeforeMerge makes the merge pool run the job before every merge into a matching branch, whatever files changed.
	RunBeforeMerge bool `json:"run_before_merge,omitempty"`
	// JenkinsSpec is for agent jenkins, which Bowsprit does not run.
	JenkinsSpec *JenkinsSpec `json:"jenkins_spec,omitempty"`

	Brancher            `json:",inline"`
	RegexpChangeMatcher `json:",inline"`
	Reporter            `json:",inline"`
}

// Postsubmit is a job that runs on a pushed branch or tag.
type Postsubmit struct {
	JobBase `json:",inline"`

	// AlwaysRun false keeps a job without file filter from running by itself. Nil means true; beside a file filter true is
	// an error, and the filter decides.
	AlwaysRun *bool `json:"always_run,omitempty"`
	// JenkinsSpec is for agent jenkins, which Bowsprit does not run.
	JenkinsSpec *JenkinsSpec `json:"jenkins_spec,omitempty"`

	Brancher            `json:",inline"`
	RegexpChangeMatcher `json:",inline"`
	Reporter            `json:",inline"`
}

// Periodic is a job that the clock starts. Exactly one of Interval, MinimumInterval and Cron is set.
type Periodic struct {
	JobBase `json:",inline"`

	// Interval is the time from one start to the next, as Go writes durations (90m, 24h; there is no unit for days); the next
	// one waits for the last to end.
	Interval string `json:"interval,omitempty"`
	// MinimumInterval is the time from one end to the next start, written in the same way.
	MinimumInterval string `json:"minimum_interval,omitempty"`
	// Cron is when to start, in UTC: five fields, six with seconds in front, or a descriptor such as @daily.
	Cron string `json:"cron,omitempty"`
	// Tags are free text that nothing reads, as in Prow.
	Tags []string `json:"tags,omitempty"`
	// Retry runs a failed job again; nil means that it waits for its next time.
	Retry *Retry `json:"retry,omitempty"`
}

// Retry says how a failed periodic runs again. Prow's loader writes its interval over the periodic's own and never retries a
// job with a cron; here both intervals hold, and a cron's run is retried as well.
type Retry struct {
	// RunAll runs all attempts, also after one has passed.
	RunAll bool `json:"run_all,omitempty"`
	// Attempts is how many runs follow a failed one; at most MaxRetryAttempts.
	Attempts int `json:"attempts,omitempty"`
	// Interval is the time between attempts, as Go writes durations. Required.
	Interval string `json:"interval,omitempty"`
}

// JenkinsSpec is what agent jenkins needs.
type JenkinsSpec struct {
	// GitHubBranchSourceJob says that Jenkins' branch-source plugin made the job.
	GitHubBranchSourceJob bool `json:"github_branch_source_job,omitempty"`
}

// Brancher says on which base branches a job runs.
type Brancher struct {
	// SkipBranches are expressions (RE2) of branches on which the job never runs. They win over Branches.
	SkipBranches []string `json:"skip_branches,omitempty"`
	// Branches are expressions (RE2) of branches on which the job runs; empty means all. They are unanchored, so main matches
	// maintenance as well: write ^main$. A list is one expression whose parts are joined by "|".
	Branches []string `json:"branches,omitempty"`
}

// RegexpChangeMatcher says for which changed files a job runs.
type RegexpChangeMatcher struct {
	// RunIfChanged is an unanchored expression (RE2) such as \.go$; the job runs if any changed path, relative to the
	// repository, matches. Excludes SkipIfOnlyChanged.
	RunIfChanged string `json:"run_if_changed,omitempty"`
	// SkipIfOnlyChanged is an unanchored expression (RE2) such as ^docs/; the job runs if any changed path does not match.
	// Nothing changed runs neither kind.
	SkipIfOnlyChanged string `json:"skip_if_only_changed,omitempty"`
}

// Reporter says how a job reports to GitHub.
type Reporter struct {
	// Context is the name of the check run or commit status; default the job's name.
	Context string `json:"context,omitempty"`
	// SkipReport keeps the job from reporting to GitHub; it then cannot be required. Default false. Its context still clashes
	// with another job's.
	SkipReport bool `json:"skip_report,omitempty"`
}
