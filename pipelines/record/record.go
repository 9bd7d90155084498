package record

// Cause is why a run exists. A run is named after it, so that the same cause never makes two runs.
type Cause struct {
	// Org and Repo are the repository.
	Org, Repo string
	// Subject is what is tested: "pull-12" for pull request 12, "ref-<branch>" for a branch.
	Subject string
	// HeadSHA is the commit that is tested.
	HeadSHA string
	// Job is the job's name.
	Job string
	// Trigger is "auto", a comment's id in decimal, or "retest-of-" and the name of a run.
	Trigger string
}

// Record is everything that Bowsprit writes about a run onto the run itself.
type Record struct {
	Cause Cause
	// SpecHash is the SHA-256, in hexadecimal, of the job as it was when the run was made: facts of the moment such as the base commit and
	// the build id are not in it.
	SpecHash string
	// Type is Prow's job type: presubmit, postsubmit, periodic or batch.
	Type string
	// Context is the name of the check run or commit status.
	Context string
	// RerunCommand is the comment that runs the job again.
	RerunCommand string
	// SkipReport is true for a job that reports nothing to GitHub.
	SkipReport bool
	// Optional is true for a job that does not block a merge.
	Optional bool
	// MaxConcurrency is the job's own limit of running runs; 0 is no limit.
	MaxConcurrency int
	// BaseRef and BaseSHA are what the head was merged onto.
	BaseRef, BaseSHA string
	// Pull is the pull request's number; 0 for none.
	Pull int
	// BuildID is Prow's BUILD_ID: decimal digits, later runs have larger ones.
	BuildID string
	// CancelReason says why Bowsprit cancelled the run; empty if it did not.
	CancelReason string
	// Reported is what was last told to GitHub.
	Reported Reported
}

// Reported is what was last told to GitHub about a run.
type Reported struct {
	// CheckRunID is the check run that shows the run; 0 before it was made, and in token mode.
	CheckRunID int64
	// Digest is a hash of the last message that GitHub acknowledged; equal digests need no further write.
	Digest string
	// Final is true once the message of the finished run was acknowledged.
	Final bool
}
