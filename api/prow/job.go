package prow

import (
	"fmt"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
)

// JobType is why a job runs, in Prow's words.
type JobType string

// The types of jobs.
const (
	TypePresubmit  JobType = "presubmit"
	TypePostsubmit JobType = "postsubmit"
	TypePeriodic   JobType = "periodic"
	// TypeBatch is a presubmit that tests several pull requests at once.
	TypeBatch JobType = "batch"
)

// Job is a job of any type, as far as a run of it follows from the job: without the filters that say when it runs.
type Job struct {
	Type JobType `json:"type"`
	JobBase
	// Context is the name of the check run or commit status; empty for periodics.
	Context string `json:"context,omitempty"`
	// RerunCommand is the comment that runs the job again; presubmits and batches only.
	RerunCommand string `json:"rerun_command,omitempty"`
	// SkipReport keeps the job from reporting to GitHub; true for periodics and batches.
	SkipReport bool `json:"skip_report,omitempty"`
	// Optional keeps the job from blocking a merge; presubmits and batches only.
	Optional bool `json:"optional,omitempty"`
}

// Job is the presubmit as a job that tests one pull request.
func (p *Presubmit) Job() *Job {
	return &Job{Type: TypePresubmit, JobBase: p.JobBase, Context: p.Context, RerunCommand: p.RerunCommand, SkipReport: p.SkipReport, Optional: p.Optional}
}

// Batch is the presubmit as a job that tests several pull requests together. It reports to nobody, as in Prow: the pool
// reads its outcome.
func (p *Presubmit) Batch() *Job {
	j := p.Job()
	j.Type, j.SkipReport = TypeBatch, true
	return j
}

// Job is the postsubmit as a job that tests a pushed commit.
func (p *Postsubmit) Job() *Job {
	return &Job{Type: TypePostsubmit, JobBase: p.JobBase, Context: p.Context, SkipReport: p.SkipReport}
}

// Job is the periodic as a job. It reports nothing to GitHub, since it belongs to no commit.
func (p *Periodic) Job() *Job {
	return &Job{Type: TypePeriodic, JobBase: p.JobBase, SkipReport: true}
}

// Place is where the job is defined, as FILE:LINE; empty if that is not known.
func (j *JobBase) Place() string {
	if j.SourcePath == "" {
		return ""
	}
	return fmt.Sprintf("%s:%d", j.SourcePath, j.SourceLine)
}

// TektonPipelineRunSpec holds the spec of a run by its version. Prow's key says v1beta1, and its type is v1.
type TektonPipelineRunSpec struct {
	V1Beta1 *pipelinev1.PipelineRunSpec `json:"v1beta1,omitempty"`
}

// RunSpec is what a job of agent tekton-pipeline runs, by Prow's precedence; nil if it says nothing.
func (j *JobBase) RunSpec() *pipelinev1.PipelineRunSpec {
	if t := j.TektonPipelineRunSpec; t != nil && t.V1Beta1 != nil {
		return t.V1Beta1
	}
	return j.PipelineRunSpec
}

// PipelineRef names a Pipeline to run. It is Bowsprit's own; exactly one of File, Name and Resolver is set.
type PipelineRef struct {
	// File is the path of a Pipeline (or a run of one) in the repository that is tested, at the commit that is tested.
	File string `json:"file,omitempty"`
	// Name is a Pipeline in the run's namespace.
	Name string `json:"name,omitempty"`
	// Resolver is one of Tekton's resolvers (git, bundles, hub, cluster, http), Params are its parameters.
	Resolver string            `json:"resolver,omitempty"`
	Params   pipelinev1.Params `json:"params,omitempty"`
}

// ReporterConfig says how a job reports elsewhere than on GitHub.
type ReporterConfig struct {
	Slack *SlackReporterConfig `json:"slack,omitempty"`
}

// SlackReporterConfig says what is reported to which channel of Slack.
type SlackReporterConfig struct {
	Host    string `json:"host,omitempty"`
	Channel string `json:"channel,omitempty"`
	// JobStatesToReport are states in Prow's words: triggered, pending, success, failure, aborted, error.
	JobStatesToReport []string `json:"job_states_to_report,omitempty"`
	// ReportTemplate is a template in Go's syntax over Prow's ProwJob.
	ReportTemplate string `json:"report_template,omitempty"`
	// Report false turns the report off; nil means true.
	Report *bool `json:"report,omitempty"`
}

// RerunAuthConfig says who may run a job again from a page.
type RerunAuthConfig struct {
	// AllowAnyone excludes all lists.
	AllowAnyone bool `json:"allow_anyone,omitempty"`
	// GitHubTeamIDs and GitHubTeamSlugs are teams, GitHubUsers logins in any case, GitHubOrgs organisations.
	GitHubTeamIDs   []int            `json:"github_team_ids,omitempty"`
	GitHubTeamSlugs []GitHubTeamSlug `json:"github_team_slugs,omitempty"`
	GitHubUsers     []string         `json:"github_users,omitempty"`
	GitHubOrgs      []string         `json:"github_orgs,omitempty"`
}

// GitHubTeamSlug is a team of an organisation.
type GitHubTeamSlug struct {
	Slug string `json:"slug"`
	Org  string `json:"org"`
}

// JobDefault is what a configuration says about the records of runs.
type JobDefault struct {
	ResultStoreConfig *ResultStoreConfig `json:"resultstore_config,omitempty"`
	// TenantID is whose the job is; default "GlobalDefaultID".
	TenantID string `json:"tenant_id,omitempty"`
}

// ResultStoreConfig names a project of Google's ResultStore.
type ResultStoreConfig struct {
	ProjectID string `json:"project_id,omitempty"`
}
