package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// EventKind is GitHub's own name of an event, as in the X-GitHub-Event header.
type EventKind string

// The kinds that Bowsprit handles. Others are dropped at the receiver.
const (
	KindPullRequest  EventKind = "pull_request"
	KindIssueComment EventKind = "issue_comment"
	KindCheckRun     EventKind = "check_run"
	KindPush         EventKind = "push"
)

// MaxCommentBody is the size in bytes above which only the lines of a comment that may hold a command are kept in an Event,
// as many whole lines as fit. What people paste into a comment, logs above all, is left out.
const MaxCommentBody = 4096

// MaxChanged is how many bytes of changed paths an Event of a push holds, the paths added up; what does not fit is left
// out, and ChangedCut says so.
const MaxChanged = 4096

// Event is a GitHub event reduced to what says where to look. Everything in it may be stale by the time that it is read:
// workers ask GitHub for the present. The exceptions are facts of the moment that GitHub does not keep: who sent it,
// what a comment said when it was created, and what a push moved from where to where.
type Event struct {
	// Kind is GitHub's name of the event.
	Kind EventKind `json:"kind"`
	// Action is GitHub's action of the event: opened, synchronize, created, rerequested.
	Action string `json:"action,omitempty"`
	// Org is the login of the repository's owner, an organisation or a user.
	Org string `json:"org"`
	// Repo is the repository's name without its owner.
	Repo string `json:"repo"`
	// Number is the pull request's number; 0 if the event has none.
	Number int `json:"number,omitempty"`
	// HeadSHA is the head commit as the event saw it; empty for comments, which do not say.
	HeadSHA string `json:"headSHA,omitempty"`
	// BaseChanged is true when a pull_request was edited so that its base branch or base commit changed.
	BaseChanged bool `json:"baseChanged,omitempty"`
	// Label is the label's name of a labeled event.
	Label string `json:"label,omitempty"`
	// Sender is who did it.
	Sender User `json:"sender"`
	// Comment is the comment of an issue_comment event.
	Comment *Comment `json:"comment,omitempty"`
	// CheckRun is the check run of a check_run event.
	CheckRun *CheckRun `json:"checkRun,omitempty"`

	// Ref is the branch or tag that a push moved, by its short name: main for refs/heads/main, v1 for refs/tags/v1. Jobs
	// do not tell a branch from a tag, as in Prow.
	Ref string `json:"ref,omitempty"`
	// Before is the commit that Ref was at before the push; empty if there was no such ref.
	Before string `json:"before,omitempty"`
	// After is the commit that Ref is at after the push; empty if the push deleted it.
	After string `json:"after,omitempty"`
	// Created is true when the push made the ref, Deleted when it removed it.
	Created bool `json:"created,omitempty"`
	Deleted bool `json:"deleted,omitempty"`
	// Changed are the paths that the pushed commits add, remove or modify, sorted, each once, as far as they fit
	// MaxChanged. A push that brings no new commits, such as most tags, has none. They are untrusted.
	//
	// +listType=atomic
	Changed []string `json:"changed,omitempty"`
	// ChangedCut is true when Changed does not hold all of them; then GitHub has to be asked.
	ChangedCut bool `json:"changedCut,omitempty"`
}

// User is a GitHub account.
type User struct {
	// Login is the account's name, which its owner may change.
	Login string `json:"login"`
	// ID is the account's number, which stays.
	ID int64 `json:"id,omitempty"`
	// Bot is true for an App's account.
	Bot bool `json:"bot,omitempty"`
}

// Comment is a comment as it was when the event happened.
type Comment struct {
	// ID is the comment's number; a command's run is named after it.
	ID int64 `json:"id"`
	// Author is who wrote it; authority belongs to them, and only when they are also the event's sender.
	Author User `json:"author"`
	// Body is the text, or its command lines if it is larger than MaxCommentBody. It is untrusted.
	Body string `json:"body"`
	// CreatedAt is when it was written, by GitHub's clock.
	CreatedAt metav1.Time `json:"createdAt"`
	// URL is the page of the comment.
	URL string `json:"url,omitempty"`
}

// CheckRun is a check run that somebody asked to run again.
type CheckRun struct {
	// ID is the check run's number.
	ID int64 `json:"id"`
	// Name is the check run's name: the job's context.
	Name string `json:"name"`
	// ExternalID is what Bowsprit wrote into it: the run's name.
	ExternalID string `json:"externalID,omitempty"`
}
