package match

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// Kind is what happened.
type Kind string

// The kinds of events.
const (
	KindPullRequest Kind = "pull_request"
	KindComment     Kind = "comment"
	KindPush        Kind = "push"
)

// Bot is the login under which Prow itself acts in every question. It is trusted, and its comments are not read.
const Bot = "k8s-ci-robot"

// Question is an event, and what GitHub knows about those who take part.
type Question struct {
	// ID is given back in the answer; any JSON value.
	ID json.RawMessage `json:"id,omitempty"`
	// Repo is "org/repo".
	Repo string `json:"repo"`
	// OrgMembers are logins by organisation, Collaborators those who collaborate on Repo.
	OrgMembers    map[string][]string `json:"org_members,omitempty"`
	Collaborators []string            `json:"collaborators,omitempty"`
	Event         Event               `json:"event"`
}

// Event is what happened, and the state of its pull request.
type Event struct {
	Kind Kind `json:"kind"`
	// Action is GitHub's: opened, synchronize, labeled and so on for a pull request; created, edited, deleted for a comment.
	Action string `json:"action,omitempty"`
	// Author opened the pull request, Commenter wrote the comment, Sender did what happened; all are logins.
	Author    string `json:"author,omitempty"`
	Commenter string `json:"commenter,omitempty"`
	Sender    string `json:"sender,omitempty"`
	// Base is the branch that the pull request wants into.
	Base string `json:"base,omitempty"`
	// BaseChanged is true for an edit of the base branch.
	BaseChanged bool `json:"base_changed,omitempty"`
	// Ref is what a push moved: refs/heads/BRANCH, refs/tags/TAG, or a short name. Deleted is true if the push removed it.
	Ref     string `json:"ref,omitempty"`
	Deleted bool   `json:"deleted,omitempty"`
	// Body is the comment.
	Body string `json:"body,omitempty"`
	// Changed are the repo-relative paths that the pull request or the push touches.
	Changed []string `json:"changed,omitempty"`
	Draft   bool     `json:"draft,omitempty"`
	// Mergeable is nil while GitHub has not computed it, which counts as mergeable.
	Mergeable *bool `json:"mergeable,omitempty"`
	// Label is the label of a labeled event, Labels are those that the pull request has.
	Label  string   `json:"label,omitempty"`
	Labels []string `json:"labels,omitempty"`
	// Statuses are the combined statuses of the head commit.
	Statuses []Status `json:"statuses,omitempty"`
	// IssueState is open or closed; comments only.
	IssueState string `json:"issue_state,omitempty"`
}

// Status is a status of a commit.
type Status struct {
	Context string `json:"context"`
	// State is GitHub's: success, failure, error or pending.
	State string `json:"state"`
}

// Validate says what makes a question unanswerable: a repo that is not "org/repo", or an unknown kind of event.
func (q Question) Validate() error {
	org, repo, ok := strings.Cut(q.Repo, "/")
	if !ok || org == "" || repo == "" || strings.Contains(repo, "/") {
		return fmt.Errorf("repo: %q is not of the form org/repo", q.Repo)
	}
	kinds := []string{string(KindComment), string(KindPullRequest), string(KindPush)}
	kind := string(q.Event.Kind)
	if slices.Contains(kinds, kind) {
		return nil
	}
	guess := ""
	if g := prow.Closest(kind, kinds); g != "" {
		guess = fmt.Sprintf("; did you mean %s?", g)
	}
	return fmt.Errorf("event.kind: %q is none of %s%s", kind, strings.Join(kinds, ", "), guess)
}
