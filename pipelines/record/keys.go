package record

// Bowsprit's labels. They serve selectors and people (`tkn pipelinerun list -l ...`); their values are cleaned copies, the truth
// is in the annotations.
const (
	LabelJob  = "bowsprit.dev/job"
	LabelOrg  = "bowsprit.dev/org"
	LabelRepo = "bowsprit.dev/repo"
	LabelType = "bowsprit.dev/type"
	// LabelPull is only on runs of a pull request.
	LabelPull = "bowsprit.dev/pull"
	// LabelHead is the commit that is tested.
	LabelHead = "bowsprit.dev/head"
)

// Annotations that others need to name: the compiler reads text that is not to be trusted back from them in the pod.
const (
	AnnotationBaseRef      = "bowsprit.dev/base-ref"
	AnnotationCancelReason = "bowsprit.dev/cancel-reason"
)

// The other annotations of the record.
const (
	annotationOrg            = "bowsprit.dev/org"
	annotationRepo           = "bowsprit.dev/repo"
	annotationSubject        = "bowsprit.dev/subject"
	annotationHeadSHA        = "bowsprit.dev/head-sha"
	annotationJob            = "bowsprit.dev/job"
	annotationTrigger        = "bowsprit.dev/trigger"
	annotationSpecHash       = "bowsprit.dev/spec-hash"
	annotationType           = "bowsprit.dev/type"
	annotationContext        = "bowsprit.dev/context"
	annotationRerunCommand   = "bowsprit.dev/rerun-command"
	annotationSkipReport     = "bowsprit.dev/skip-report"
	annotationOptional       = "bowsprit.dev/optional"
	annotationMaxConcurrency = "bowsprit.dev/max-concurrency"
	annotationBaseSHA        = "bowsprit.dev/base-sha"
	annotationPull           = "bowsprit.dev/pull"
	annotationBuildID        = "bowsprit.dev/build-id"
	annotationCheckRunID     = "bowsprit.dev/reported-check-run"
	annotationDigest         = "bowsprit.dev/reported-digest"
	annotationFinal          = "bowsprit.dev/reported-final"
)

// Domain is the prefix of every label and annotation of ours; a job must not set one itself.
const Domain = "bowsprit.dev/"

// Prow's labels and annotations, so that selectors, dashboards and policies written for Prow's pods go on working.
const (
	prowCreated    = "created-by-prow"
	prowJob        = "prow.k8s.io/job"
	prowContext    = "prow.k8s.io/context"
	prowType       = "prow.k8s.io/type"
	prowID         = "prow.k8s.io/id"
	prowBuildID    = "prow.k8s.io/build-id"
	prowIsOptional = "prow.k8s.io/is-optional"
	prowOrg        = "prow.k8s.io/refs.org"
	prowRepo       = "prow.k8s.io/refs.repo"
	prowBaseRef    = "prow.k8s.io/refs.base_ref"
	prowPull       = "prow.k8s.io/refs.pull"
)
