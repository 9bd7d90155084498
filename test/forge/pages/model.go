package pages

import (
	"strconv"
	"time"
)

// Repository is a repository with its pull requests, newest first.
type Repository struct {
	Name        string // owner/name
	Description string
	Private     bool
	Branches    []Branch
	Pulls       []PullSummary
}

// Open counts the open pull requests.
func (r Repository) Open() (n int) {
	for _, p := range r.Pulls {
		if p.State == "open" || p.State == "draft" {
			n++
		}
	}
	return n
}

// Branch is a branch and its tip.
type Branch struct{ Name, SHA string }

// PullSummary is a pull request in a list.
type PullSummary struct {
	Number  int
	Title   string
	Author  string
	State   string // open, draft, merged or closed
	Labels  []Label
	Created time.Time
	Mark    string // the state of all checks of the head: success, failure, pending or empty
}

// Pull is a pull request.
type Pull struct {
	PullSummary
	Repo       string
	Body       string // Markdown
	HeadLabel  string // owner:branch
	BaseLabel  string
	MergeState string // GitHub's mergeable_state: clean, dirty, blocked, behind, draft, unstable or unknown
	MergedBy   string
	MergeSHA   string
	Review     string // GitHub's reviewDecision, or empty
	Timeline   []Item
	Commits    []Commit // without checks
	Files      []File
	Head       Commit
}

// Item is one thing in a timeline.
type Item struct {
	At     time.Time
	Actor  string
	Kind   string // GitHub's word: commented, committed, labeled, …
	Text   string // a sentence without the actor, for all kinds but comments and reviews
	Body   string // Markdown of a comment or a review
	Label  *Label
	SHA    string // of a commit
	Edited bool
	Anchor string // id of the item on the page
	Place  string // path:line of a comment on a line
}

// Label is a label with its colour.
type Label struct {
	Name, Description string
	Color             string // six hex digits
}

// File is a changed file.
type File struct {
	Path, Previous, Status string
	Additions, Deletions   int
	Patch                  string // unified diff hunks
}

// Commit is a commit with what was reported about it.
type Commit struct {
	Repo      string
	SHA       string
	Message   string
	Author    string
	Date      time.Time
	Parents   []string
	Files     []File
	CheckRuns []CheckRun // all attempts, oldest first
	Statuses  []Status   // all, oldest first
}

// CheckRun is one attempt of a check.
type CheckRun struct {
	ID          int64
	Name        string
	App         string
	State       string // queued or in_progress, or the conclusion
	Title       string
	Summary     string // Markdown
	Text        string // Markdown
	DetailsURL  string
	ExternalID  string
	Created     time.Time
	Started     time.Time
	Completed   time.Time
	Annotations []Annotation
	Actions     []string
	Latest      bool // no newer attempt of the same name and App
}

// Annotation points at lines of a file.
type Annotation struct {
	Path, Level, Title, Message, Raw string
	Start, End                       int
}

// Place is path:line or path:first-last.
func (a Annotation) Place() string {
	place := a.Path + ":" + strconv.Itoa(a.Start)
	if a.End > a.Start {
		place += "-" + strconv.Itoa(a.End)
	}
	return place
}

// Status is one commit status.
type Status struct {
	Context, State, Description, TargetURL, Creator string
	Created                                         time.Time
	Latest                                          bool // no newer status has the same context
}

// Delivery is an attempt to deliver a webhook.
type Delivery struct {
	At         time.Time
	Event      string // with the action: pull_request.opened
	Repo       string
	GUID       string
	Redelivery bool
	Status     string
	OK         bool
	Duration   time.Duration
	Body       string // as sent, indented
	Answer     string
}
