package record

// Cause is why a run exists. A run is named after it, so that the same cause never makes two runs.
type Cause struct {
	// Org and Repo are the repository; empty for a periodic.
	Org, Repo string
	// Subject is what is tested: "pull-12" for pull request 12, "batch-12-15" for pull requests 12 and 15 together,
	// "ref-<branch>" for a branch, "periodic" for a periodic.
	Subject string
	// HeadSHA is the commit that is tested: several with a comma between them for a batch, empty for a periodic.
	HeadSHA string
	// Job is the job's name.
	Job string
	// Trigger is "auto", a comment's id in decimal, "retest-of-" and the name of a run, or "at-" and the time for which a
	// periodic was due, by RFC 3339.
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
	// Context is the name of the check run or commit status; empty for a periodic.
	Context string
	// RerunCommand is the comment that runs the job again.
	RerunCommand string
	// SkipReport is true for a job that reports nothing to GitHub.
	SkipReport bool
	// Optional is true for a job that does not block a merge.
	Optional bool
	// MaxConcurrency is the job's own limit of running runs; 0 is no limit.
	MaxConcurrency int
	// BaseRef and BaseSHA are what the head was merged onto; of a periodic, the first repository that it clones. BaseSHA is
	// empty if the branch's tip was asked for.
	BaseRef, BaseSHA string
	// Pull is the pull request's number; 0 for none and for a batch.
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
