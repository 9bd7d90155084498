package pipelines

import (
	"fmt"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/pipelines/record"
)

// TypePresubmit is Prow's job type of a job that tests a pull request; the only type that is compiled so far.
const TypePresubmit = "presubmit"

// Input is everything that a run follows from. The same input always compiles to the same run.
type Input struct {
	// Job is defaulted and validated (package catalog does both).
	Job *prow.Presubmit
	// Type is Prow's job type; TypePresubmit.
	Type string
	// Refs is what to test. The job's clone options are filled in from Job.
	Refs Refs
	// Trigger is why the job runs, as in record.Cause.
	Trigger string
	// BuildID is Prow's BUILD_ID: decimal digits, larger for later runs.
	BuildID string
	Options Options
}

// Options are Bowsprit's own settings about runs.
type Options struct {
	// Namespace is where runs live whose job names no namespace.
	Namespace string
	// ToolsImage is the image with `bowsprit-tools`; needed for decorated jobs.
	ToolsImage string
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

// CauseOf is the cause of the run that the input compiles to. Its Name is known even if the job does not compile, so that a refusal can be
// reported under it.
func CauseOf(in Input) record.Cause {
	c := record.Cause{
		Org: in.Refs.Org, Repo: in.Refs.Repo, Subject: "ref-" + in.Refs.BaseRef, HeadSHA: in.Refs.BaseSHA,
		Job: in.Job.Name, Trigger: in.Trigger,
	}
	if len(in.Refs.Pulls) == 1 {
		c.Subject, c.HeadSHA = fmt.Sprintf("pull-%d", in.Refs.Pulls[0].Number), in.Refs.Pulls[0].SHA
	}
	return c
}
