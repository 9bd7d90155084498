package match

import (
	"cmp"
	"encoding/json"
	"slices"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// CommentKind is what kind of comment Prow would write.
type CommentKind string

// The kinds of comments. Those that begin with "help" list the jobs that can be asked for.
const (
	CommentNone CommentKind = "none"
	// CommentWelcome greets an outsider who opened a pull request, CommentDraft a member who opened a draft.
	CommentWelcome CommentKind = "welcome"
	CommentDraft   CommentKind = "draft"
	// CommentUntrusted refuses an outsider's command, CommentRevokeDenied an outsider's /ok-to-test cancel.
	CommentUntrusted    CommentKind = "untrusted"
	CommentRevokeDenied CommentKind = "revoke-denied"
	// CommentHelp answers a question, or says that no job runs for the branch.
	CommentHelp CommentKind = "help"
	// The others say what was wrong with the command.
	CommentNoTarget     CommentKind = "help:no-target"
	CommentRetestTarget CommentKind = "help:retest-target"
	CommentNotFound     CommentKind = "help:not-found"
	CommentNoTestAll    CommentKind = "help:no-test-all"
)

// Answer is what Prow would do. Its lists are never nil, so that they are [] in JSON.
type Answer struct {
	ID json.RawMessage `json:"id,omitempty"`
	// Jobs are the runs that would start, sorted by name followed by context.
	Jobs    []Job       `json:"jobs"`
	Comment CommentKind `json:"comment"`
	// LabelsAdded and LabelsRemoved are sorted.
	LabelsAdded   []string `json:"labels_added"`
	LabelsRemoved []string `json:"labels_removed"`
	// AbortsRunning is true if unfinished presubmits of the pull request would be aborted.
	AbortsRunning bool `json:"aborts_running"`
	// RetestLabel is true if runs would start that are labelled as a retest.
	RetestLabel bool `json:"retest_label"`
	// SkippedContexts are the contexts that Prow's plugin skip would set to success, sorted, whether or not it is enabled.
	SkippedContexts []string `json:"skipped_contexts"`
}

// Job is one run that would start.
type Job struct {
	Name    string       `json:"name"`
	Context string       `json:"context"`
	Type    prow.JobType `json:"type"`
}

// finish sorts the lists; name and context of a job are compared as one word, as the corpora have them.
func (a *Answer) finish() {
	slices.SortFunc(a.Jobs, func(x, y Job) int { return cmp.Compare(x.Name+x.Context, y.Name+y.Context) })
	for _, list := range []*[]string{&a.LabelsAdded, &a.LabelsRemoved, &a.SkippedContexts} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
}
