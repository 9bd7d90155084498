package triggers

import "github.com/bowsprit-ci/bowsprit/api/prow"

// GateContext is the name of the check run (or commit status) that carries the trust in one head commit of an outsider's
// pull request: waiting until somebody trusted says `/ok-to-test`, then success. It lives on the SHA, so a new push waits
// anew. It is the grant: nothing else records it.
const GateContext = "bowsprit/ok-to-test"

// Verdict is what was decided about one job.
type Verdict string

// The verdicts.
const (
	// VerdictRun: a run is made.
	VerdictRun Verdict = "run"
	// VerdictSkip: the job's own rules say that it does not run.
	VerdictSkip Verdict = "skip"
	// VerdictRefuse: the job would run, but may not (trust, draft, conflict).
	VerdictRefuse Verdict = "refuse"
)

// Decision is what was decided about one job, and why.
type Decision struct {
	Job     string
	Verdict Verdict
	// Why is one sentence without a full stop; it goes to the explain page, the delivery's status and the golden tests.
	Why string
}

// Plan is the mind's answer to one event.
type Plan struct {
	// Why says in one sentence what the event was taken for.
	Why string
	// Decisions has one entry per job that was considered, in the order of the configuration.
	Decisions []Decision
	// Actions are what to do, in order.
	Actions []Action
}

// Action is something to do. The set is closed: Run, Cancel, Comment, Label, Gate.
type Action interface {
	action()
	// Because is the action's why: one sentence without a full stop.
	Because() string
}

// Run asks for one run of a job.
type Run struct {
	Job *prow.Job
	// Refs is what to test, without links and clone options: the base with one pull request, or the pushed commit as base.
	Refs prow.Refs
	// Fork is true if the pull request's head is in another repository.
	Fork bool
	// Trigger is the part of the cause that tells apart several runs of one job on one head: "auto", a comment's id in
	// decimal, or "retest-of-" and the name of a run.
	Trigger string
	Why     string
}

// Cancel asks to cancel unfinished runs of a pull request.
type Cancel struct {
	Org, Repo string
	Number    int
	// KeepHead spares runs of this head; empty spares none.
	KeepHead string
	// Jobs limits it to jobs of these names; empty means all.
	Jobs []string
	Why  string
}

// Comment asks for a comment on a pull request. A comment with the same Marker is edited instead of repeated; a comment
// without a marker answers one delivery and is made once for it.
type Comment struct {
	Org, Repo string
	Number    int
	// Marker tells apart comments that are kept up to date, such as "welcome"; empty for an answer.
	Marker string
	// Body is Markdown without any untrusted text outside of code.
	Body string
	Why  string
}

// Label asks for a label to be added to, or removed from, a pull request.
type Label struct {
	Org, Repo string
	Number    int
	Name      string
	Remove    bool
	Why       string
}

// Gate asks to set the gate (GateContext) on a commit.
type Gate struct {
	Org, Repo string
	SHA       string
	// Open is true once trust was granted; false while it waits.
	Open bool
	// Title is the short line of the check, such as "Waiting for /ok-to-test".
	Title string
	// Summary is Markdown that says who may do what next.
	Summary string
	Why     string
}

func (Run) action()     {}
func (Cancel) action()  {}
func (Comment) action() {}
func (Label) action()   {}
func (Gate) action()    {}

// Because is the action's why.
func (a Run) Because() string { return a.Why }

// Because is the action's why.
func (a Cancel) Because() string { return a.Why }

// Because is the action's why.
func (a Comment) Because() string { return a.Why }

// Because is the action's why.
func (a Label) Because() string { return a.Why }

// Because is the action's why.
func (a Gate) Because() string { return a.Why }
