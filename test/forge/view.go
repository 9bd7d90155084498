package forge

import "time"

// AccountView is a user, an organisation or an App's bot.
type AccountView struct {
	ID     int64
	NodeID string
	Login  string // an App's bot is "<slug>[bot]"
	Name   string
	Type   string // User, Organization or Bot
}

// RepoView is a repository without its contents.
type RepoView struct {
	ID            int64
	NodeID        string
	Owner         AccountView
	Name          string
	FullName      string // owner/name
	Description   string
	Private       bool
	Archived      bool
	Fork          bool
	Parent        string // full name of the repository that this one was forked from; empty if it is no fork
	DefaultBranch string
	AllowMerge    bool
	AllowSquash   bool
	AllowRebase   bool
	CreatedAt     time.Time
	UpdatedAt     time.Time
	PushedAt      time.Time
}

// LabelView is a label of a repository.
type LabelView struct {
	ID          int64
	NodeID      string
	Name        string
	Color       string // six hex digits, no '#'
	Description string
}

// BranchView is a branch and the commit that it points to.
type BranchView struct {
	Name      string // without refs/heads/
	SHA       string
	Protected bool
}

// SideView is the head or the base of a pull request.
type SideView struct {
	Repo  string // full name; empty if the fork is gone
	Owner string // login
	Ref   string // branch, without refs/heads/
	SHA   string
}

// Label is GitHub's name of the side: owner:branch.
func (s SideView) Label() string { return s.Owner + ":" + s.Ref }

// PullView is a pull request with all that is attached to it. Lists are in order of time, oldest first.
type PullView struct {
	ID                int64
	NodeID            string
	Repo              string // full name
	Number            int
	Title             string
	Body              string
	Author            AccountView
	AuthorAssociation string // as in GitHub's author_association
	State             string // open or closed; a merged pull request is closed
	Merged            bool
	Draft             bool
	Head              SideView
	Base              SideView
	Mergeable         *bool  // nil while not computed
	MergeableState    string // clean, dirty, blocked, behind, draft or unknown
	MergeCommitSHA    string // of the merge if merged, of the test merge if mergeable, else empty
	MergedBy          *AccountView
	Labels            []LabelView
	Assignees         []AccountView
	RequestedReviews  []AccountView
	ReviewDecision    string // APPROVED, CHANGES_REQUESTED, REVIEW_REQUIRED or empty (no review is required)
	CreatedAt         time.Time
	UpdatedAt         time.Time
	ClosedAt          time.Time // zero while open
	MergedAt          time.Time // zero unless merged
	Additions         int
	Deletions         int
	Files             []FileView
	Commits           []CommitView
	Comments          []CommentView
	Reviews           []ReviewView
	ReviewComments    []ReviewCommentView
	Timeline          []TimelineItem
}

// FileView is one file of a diff.
type FileView struct {
	Path      string
	Previous  string // the old path of a renamed file
	Status    string // added, removed, modified, renamed, copied, changed
	Additions int
	Deletions int
	SHA       string // blob after the change, or before it for a removed file
	Patch     string // unified diff hunks; empty for binary files
}

// SignatureView says who and when, in a commit.
type SignatureView struct {
	Name  string
	Email string
	Date  time.Time
}

// CommitView is a commit.
type CommitView struct {
	SHA       string
	Tree      string
	Parents   []string
	Message   string
	Author    SignatureView
	Committer SignatureView
}

// CommentView is a comment in the conversation of an issue or a pull request.
type CommentView struct {
	ID        int64
	NodeID    string
	Repo      string
	Number    int
	Author    AccountView
	Body      string
	CreatedAt time.Time
	UpdatedAt time.Time
}

// ReviewView is a submitted review.
type ReviewView struct {
	ID          int64
	NodeID      string
	Author      AccountView
	State       string // APPROVED, CHANGES_REQUESTED, COMMENTED, DISMISSED or PENDING
	Body        string
	SHA         string // the head that was reviewed
	SubmittedAt time.Time
}

// ReviewCommentView is a comment on a line of a diff.
type ReviewCommentView struct {
	ID        int64
	NodeID    string
	ReviewID  int64
	Author    AccountView
	Path      string
	Line      int
	Side      string // LEFT or RIGHT
	SHA       string
	Body      string
	DiffHunk  string
	InReplyTo int64 // id of the comment that this one answers; 0 if none
	CreatedAt time.Time
	UpdatedAt time.Time
}

// TimelineItem is one thing that happened to a pull request, in the words of GitHub's timeline.
type TimelineItem struct {
	At    time.Time
	Actor AccountView
	// Kind is one of committed, commented, reviewed, line-commented, labeled, unlabeled, closed, reopened, merged,
	// renamed, head_ref_force_pushed, head_ref_deleted, base_ref_changed, convert_to_draft, ready_for_review, assigned,
	// unassigned, review_requested, review_request_removed, review_dismissed, added_to_merge_queue, removed_from_merge_queue.
	Kind    string
	Label   *LabelView         // labeled, unlabeled
	Commit  *CommitView        // committed
	Comment *CommentView       // commented
	Review  *ReviewView        // reviewed, review_dismissed
	Line    *ReviewCommentView // line-commented
	Subject *AccountView       // assigned, review_requested, …
	Before  string             // renamed: old title; head_ref_force_pushed: old SHA; base_ref_changed: old branch
	After   string             // the new one of these; merged: the merge commit
}

// CheckRunView is a check run of an App on a commit.
type CheckRunView struct {
	ID          int64
	NodeID      string
	Repo        string
	Name        string
	HeadSHA     string
	Status      string // queued, in_progress or completed
	Conclusion  string // empty until completed
	ExternalID  string
	DetailsURL  string
	HTMLURL     string
	AppID       int64
	AppSlug     string
	AppName     string
	SuiteID     int64
	Title       string
	Summary     string // Markdown
	Text        string // Markdown
	Annotations []AnnotationView
	Actions     []CheckActionView
	CreatedAt   time.Time
	StartedAt   time.Time // zero if unknown
	CompletedAt time.Time // zero until completed
	Latest      bool      // no newer run of this App has the same name on this commit
	Writes      int       // create and updates so far
}

// AnnotationView points at lines of a file in a check run.
type AnnotationView struct {
	Path        string
	StartLine   int
	EndLine     int
	StartColumn int // 0 if none
	EndColumn   int
	Level       string // notice, warning or failure
	Title       string
	Message     string
	RawDetails  string
}

// CheckActionView is a button that the App offers on a completed check run.
type CheckActionView struct {
	Label       string
	Description string
	Identifier  string
}

// CheckSuiteView gathers the check runs of one App on one commit.
type CheckSuiteView struct {
	ID         int64
	NodeID     string
	Repo       string
	AppID      int64
	AppSlug    string
	HeadSHA    string
	HeadBranch string // empty if the commit was pushed to a fork
	Status     string
	Conclusion string
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// StatusView is one commit status.
type StatusView struct {
	ID          int64
	NodeID      string
	SHA         string
	State       string // error, failure, pending or success
	Context     string
	Description string
	TargetURL   string
	Creator     AccountView
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// DeliveryView is one attempt to deliver a webhook.
type DeliveryView struct {
	ID         int64
	GUID       string // the same for all attempts of one event at one hook
	HookID     int64
	Event      string
	Action     string // empty if the event has none
	Repo       string // full name; empty for events without a repository
	Redelivery bool
	At         time.Time
	Duration   time.Duration
	StatusCode int    // 0 if no answer came
	Status     string // GitHub's words: OK, Invalid HTTP Response: 500, timed out, …
	Header     map[string]string
	Body       []byte // as sent
	Answer     []byte // as answered, capped
}

// Entry is one write in the order in which the forge took it: the material of the tests' monitors.
type Entry struct {
	Seq    int // from 1, without gaps
	At     time.Time
	Who    string // login
	Via    string // go, rest or git
	What   string // noun.verb: pull.open, comment.create, check_run.update, status.create, ref.update, …
	Repo   string // full name; empty for writes outside a repository
	Number int    // of the pull request or issue; 0 if none
	SHA    string // commit concerned; empty if none
	Ref    string // full ref concerned; empty if none
	ID     int64  // of the thing written; 0 if it has none
	Detail map[string]string
}
