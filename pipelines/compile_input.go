package pipelines

import (
	"fmt"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/pipelines/clonespec"
	"github.com/bowsprit-ci/bowsprit/pipelines/record"
	"github.com/bowsprit-ci/bowsprit/pipelines/tier"
)

// Input is everything that a run follows from. The same input always compiles to the same run.
type Input struct {
	// Job is defaulted and validated (package catalog does both).
	Job *prow.Job
	// Refs is what to test. The job's clone options are filled in from Job. It is empty for a periodic, which tests its
	// first extra_refs that is not auxiliary, if it has any.
	Refs prow.Refs
	// MergeMethod is how a pull request would land: MergeMethodMerge, which is the default, squash or rebase. The clone
	// merges in the same way.
	MergeMethod clonespec.MergeMethod
	// Fork is true if a pull request's head is in another repository than its base. It decides on the trust tier of jobs
	// that the repository itself defines.
	Fork bool
	// CentralDecoration is what the central configuration's default decoration says for the job's repository and cluster; nil
	// if it says nothing. Clone credentials and upload credentials in it are granted to jobs that the repository itself
	// defines, whatever their tier; those that such a job names itself are not.
	CentralDecoration *prow.DecorationConfig
	// Trigger is why the job runs, as in record.Cause.
	Trigger string
	// BuildID is Prow's BUILD_ID: decimal digits, larger for later runs.
	BuildID string
	// ProwJobID is Prow's PROW_JOB_ID; empty means the one that follows from the run's name (record.ProwJobID).
	ProwJobID string
	// PipelineFile is the content of the job's pipeline_ref.file in the tree that is tested; empty if the job names none.
	PipelineFile []byte
	Options      Options
}

// Options are Bowsprit's own settings about runs.
type Options struct {
	// Namespace is where runs live whose job names no namespace.
	Namespace string
	// ToolsImage is the image with `bowsprit-tools` and `bowsprit-upload`; needed for decorated jobs.
	ToolsImage string
	// Tiers are what jobs may use; nil means that every job may use everything, as in Prow.
	Tiers *tier.Policy
	// CloneHost is the base of addresses to clone from, such as "https://github.com"; that is the default. A job's clone_uri wins.
	CloneHost string
}

// Compiled is a run that is ready to be created.
type Compiled struct {
	// Run has its name and namespace, is Pending, and carries Record.
	Run    *pipelinev1.PipelineRun
	Record record.Record
	// Warnings are what the job says in vain.
	Warnings []Warning
	// Defaults are values in the run that the job does not name.
	Defaults []Defaulted
}

// Warning is about a part of a job that is without effect in a run.
type Warning struct {
	// Code is stable kebab-case, Field the path in the job, Message says why.
	Code, Field, Message string
}

// String is the warning in one line.
func (w Warning) String() string { return fmt.Sprintf("%s: %s: %s", w.Code, w.Field, w.Message) }

// Error says why a job cannot be compiled without changing its meaning.
type Error struct {
	// Code is stable kebab-case; Field the path in the job, or in the input; Message says why and what to do instead.
	Code, Field, Message string
}

// Error is the refusal in one line.
func (e *Error) Error() string { return fmt.Sprintf("%s: %s: %s", e.Code, e.Field, e.Message) }

func refuse(code, field, format string, args ...any) *Error {
	return &Error{Code: code, Field: field, Message: fmt.Sprintf(format, args...)}
}
