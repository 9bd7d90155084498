package record

// The comment beside each key is its line in docs/reference/labels.md, which is generated from this file.

// Bowsprit's labels. They serve selectors and people (`tkn pipelinerun list --label ...`); their values are cleaned copies, the truth
// is in the annotations.
const (
	LabelJob  = "bowsprit.dev/job"  // the job's name; every run has this label
	LabelOrg  = "bowsprit.dev/org"  // the repository's organisation or user
	LabelRepo = "bowsprit.dev/repo" // the repository's name, without the organisation
	LabelType = "bowsprit.dev/type" // the job's type in Prow's words
	LabelPull = "bowsprit.dev/pull" // the pull request's number; only on runs of a pull request
	LabelHead = "bowsprit.dev/head" // the commit that is tested
)

// Annotations that others need to name: the compiler reads text that is not to be trusted back from them in the pod.
const (
	AnnotationBaseRef      = "bowsprit.dev/base-ref"      // the branch that the head was merged onto
	AnnotationCancelReason = "bowsprit.dev/cancel-reason" // why Bowsprit cancelled the run; absent if it did not
)

// The other annotations of the record.
const (
	annotationOrg            = "bowsprit.dev/org"                // the repository's organisation or user; part of the cause
	annotationRepo           = "bowsprit.dev/repo"               // the repository's name, without the organisation; part of the cause
	annotationSubject        = "bowsprit.dev/subject"            // what is tested: `pull-NUMBER`, `batch-NUMBER-NUMBER`, `ref-BRANCH` or `periodic`; part of the cause
	annotationHeadSHA        = "bowsprit.dev/head-sha"           // the commit that is tested, or the commits of a batch; part of the cause
	annotationJob            = "bowsprit.dev/job"                // the job's name; part of the cause
	annotationTrigger        = "bowsprit.dev/trigger"            // `auto`, the id of a comment, `retest-of-RUN`, or `at-TIME` for a periodic; part of the cause
	annotationSpecHash       = "bowsprit.dev/spec-hash"          // the SHA-256 of the job's definition when the run was made
	annotationType           = "bowsprit.dev/type"               // the job's type in Prow's words
	annotationContext        = "bowsprit.dev/context"            // the name of the check run or commit status
	annotationRerunCommand   = "bowsprit.dev/rerun-command"      // the comment that runs the job again
	annotationSkipReport     = "bowsprit.dev/skip-report"        // `true` for a job that reports nothing to GitHub; absent otherwise
	annotationOptional       = "bowsprit.dev/optional"           // `true` for a job that does not block a merge; absent otherwise
	annotationMaxConcurrency = "bowsprit.dev/max-concurrency"    // how many runs of the job may be running at the same time; absent for no limit
	annotationBaseSHA        = "bowsprit.dev/base-sha"           // the commit of the branch that the head was merged onto
	annotationPull           = "bowsprit.dev/pull"               // the pull request's number; absent without one
	annotationBuildID        = "bowsprit.dev/build-id"           // Prow's `BUILD_ID`: digits only, larger for later runs
	annotationCheckRunID     = "bowsprit.dev/reported-check-run" // the id of the check run that shows the run; absent before it is made, and for commit statuses
	annotationDigest         = "bowsprit.dev/reported-digest"    // a hash of the last message that GitHub acknowledged, so that nothing is told twice
	annotationFinal          = "bowsprit.dev/reported-final"     // `true` once GitHub acknowledged the message of the finished run
)

// Domain is the prefix of every label and annotation of ours; a job must not set one itself.
const Domain = "bowsprit.dev/"

// Prow's labels and annotations, so that selectors, dashboards and policies written for Prow's pods go on working.
const (
	prowCreated    = "created-by-prow"           // always `true`
	prowJob        = "prow.k8s.io/job"           // the job's name; cut in the label, whole in the annotation
	prowContext    = "prow.k8s.io/context"       // the name of the check; cut in the label, whole in the annotation
	prowType       = "prow.k8s.io/type"          // the job's type
	prowID         = "prow.k8s.io/id"            // Prow's `PROW_JOB_ID`, derived from the run's name
	prowBuildID    = "prow.k8s.io/build-id"      // Prow's `BUILD_ID`
	prowIsOptional = "prow.k8s.io/is-optional"   // presubmits only: `true` for a job that does not block a merge, else `false`
	prowOrg        = "prow.k8s.io/refs.org"      // the repository's organisation or user
	prowRepo       = "prow.k8s.io/refs.repo"     // the repository's name
	prowBaseRef    = "prow.k8s.io/refs.base_ref" // the branch; its last part if it holds a `/`
	prowPull       = "prow.k8s.io/refs.pull"     // the pull request's number
)
