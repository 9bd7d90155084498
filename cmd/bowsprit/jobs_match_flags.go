package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/bowsprit-ci/bowsprit/triggers/match"
)

// adHocQuestion is one question that is made up from flags.
type adHocQuestion struct {
	q                 match.Question
	kind              string
	members, statuses []string
	conflict, closed  bool
}

// addFlags adds the flags of a question; none of them goes together with a file of questions.
func (a *adHocQuestion) addFlags(cmd *cobra.Command) {
	f, ev := pflag.NewFlagSet("question", pflag.ContinueOnError), &a.q.Event
	f.StringVar(&a.q.Repo, "repo", "", "the repository, as org/repo (required without --questions)")
	f.StringVar(&a.kind, "event", "", "pull_request, comment or push (default: what the other flags are about)")
	f.StringVar(&ev.Action, "action", "", "GitHub's action of the event (default: opened or created)")
	f.StringVar(&ev.Base, "base", "main", "the base branch of the pull request")
	f.StringVar(&ev.Ref, "ref", "", "what was pushed: refs/heads/BRANCH, refs/tags/TAG, or a short name")
	f.BoolVar(&ev.Deleted, "deleted", false, "the push deleted the ref")
	f.StringVar(&ev.Author, "author", "", "who opened the pull request")
	f.StringVar(&ev.Body, "comment", "", "the text of a comment")
	f.StringVar(&ev.Commenter, "commenter", "", "who wrote the comment (default: the author)")
	f.StringVar(&ev.Sender, "sender", "", "who caused the event (default: the author)")
	f.StringArrayVar(&a.members, "member", nil, "LOGIN, a member of the organisation, or ORG:LOGIN, of another (repeatable)")
	f.StringArrayVar(&a.q.Collaborators, "collaborator", nil, "a collaborator of the repository (repeatable)")
	f.StringArrayVar(&ev.Changed, "changed", nil, "a changed file (repeatable)")
	f.StringArrayVar(&ev.Labels, "label", nil, "a label that the pull request has (repeatable); the last one is that of a labeled event")
	f.StringArrayVar(&a.statuses, "status", nil, "CONTEXT=success|failure|error|pending on the head (repeatable)")
	f.BoolVar(&ev.Draft, "draft", false, "the pull request is a draft")
	f.BoolVar(&a.conflict, "conflict", false, "the pull request conflicts with its base branch")
	f.BoolVar(&a.closed, "closed", false, "the pull request is closed")
	f.BoolVar(&ev.BaseChanged, "base-changed", false, "an edited event moved the pull request to another base")
	cmd.Flags().AddFlagSet(f)
	f.VisitAll(func(flag *pflag.Flag) { cmd.MarkFlagsMutuallyExclusive("questions", flag.Name) })
	cmd.MarkFlagsOneRequired("questions", "repo")
}

// questionFlags are the flags that mean something for some kinds of events only.
var questionFlags = meaningFor{
	"ref": {"push"}, "deleted": {"push"}, "comment": {"comment"}, "commenter": {"comment"}, "closed": {"comment"},
	"base-changed": {"pull_request"}, "sender": {"pull_request"},
	"action": {"pull_request", "comment"}, "base": {"pull_request", "comment"}, "author": {"pull_request", "comment"},
	"member": {"pull_request", "comment"}, "collaborator": {"pull_request", "comment"}, "label": {"pull_request", "comment"},
	"status": {"pull_request", "comment"}, "draft": {"pull_request", "comment"}, "conflict": {"pull_request", "comment"},
}

// question is the question that the flags make. Flags that mean nothing for its event are refused.
func (a *adHocQuestion) question(given func(flag string) bool) (match.Question, error) {
	a.defaults(given)
	org, _ := splitSlug(a.q.Repo)
	a.q.OrgMembers = map[string][]string{}
	for _, m := range a.members {
		of, login, other := strings.Cut(m, ":")
		if !other {
			of, login = org, m
		}
		a.q.OrgMembers[of] = append(a.q.OrgMembers[of], login)
	}
	return a.q, errors.Join(a.q.Validate(), questionFlags.misplaced(string(a.q.Event.Kind), given), a.missing(), a.addStatuses())
}

// defaults fills in what other flags imply.
func (a *adHocQuestion) defaults(given func(flag string) bool) {
	ev := &a.q.Event
	switch {
	case a.kind != "":
		ev.Kind = match.Kind(a.kind)
	case given("comment"):
		ev.Kind = match.KindComment
	case given("ref"):
		ev.Kind = match.KindPush
	default:
		ev.Kind = match.KindPullRequest
	}
	setDefault(&ev.Action, map[match.Kind]string{match.KindPullRequest: "opened", match.KindComment: "created"}[ev.Kind])
	setDefault(&ev.Commenter, ev.Author)
	setDefault(&ev.Sender, ev.Author)
	if n := len(ev.Labels); n > 0 && strings.HasSuffix(ev.Action, "labeled") {
		ev.Label = ev.Labels[n-1]
	}
	mergeable := !a.conflict
	ev.Mergeable, ev.IssueState = &mergeable, "open"
	if a.closed {
		ev.IssueState = "closed"
	}
}

// missing says what the event lacks.
func (a *adHocQuestion) missing() error {
	ev := a.q.Event
	switch {
	case ev.Kind == match.KindPush && ev.Ref == "":
		return errors.New("--event push needs --ref")
	case ev.Kind == match.KindComment && ev.Body == "":
		return errors.New("--event comment needs --comment")
	case ev.Kind != match.KindPush && ev.Author == "":
		return errors.New("--author is required")
	}
	return nil
}

// addStatuses reads --status.
func (a *adHocQuestion) addStatuses() error {
	var errs []error
	for _, text := range a.statuses {
		name, state, err := readStatus(text)
		errs = append(errs, err)
		a.q.Event.Statuses = append(a.q.Event.Statuses, match.Status{Context: name, State: state})
	}
	return errors.Join(errs...)
}
