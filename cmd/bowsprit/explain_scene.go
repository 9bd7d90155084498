package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
	"github.com/bowsprit-ci/bowsprit/triggers"
)

// scene is a pull request, an event and a world that are made up from flags.
type scene struct {
	repo, base, event, action, author       string
	members, collaborators, changed, labels []string
	comment, commenter, sender              string
	checkRun, gate                          string
	statuses                                []string
	draft, closed, conflict, baseChanged    bool
	fork                                    bool
	ref                                     string
	deleted                                 bool
}

// The made-up facts: one number, two commits, and a minute between what happened before the comment and the comment.
const (
	sceneNumber = 1
	sceneBot    = "bowsprit[bot]"
	sceneRun    = "earlier-run"
)

var (
	sceneHead = strings.Repeat("1", 40)
	sceneBase = strings.Repeat("2", 40)
	sceneTime = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
)

func (s *scene) addFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&s.repo, "repo", "", "the repository, as org/repo (required)")
	f.StringVar(&s.base, "base", "main", "the base branch")
	f.StringVar(&s.event, "event", "pull_request", "pull_request, issue_comment, check_run or push")
	f.StringVar(&s.action, "action", "", "GitHub's action of the event (default: opened, created or rerequested)")
	f.StringVar(&s.author, "author", "", "who opened the pull request, or pushed (required)")
	f.StringVar(&s.sender, "sender", "", "who caused the event (default: the author, or the commenter)")
	f.StringArrayVar(&s.members, "member", nil, "LOGIN, a member of the organisation, or ORG:LOGIN, of another (repeatable)")
	f.StringArrayVar(&s.collaborators, "collaborator", nil, "a collaborator of the repository (repeatable)")
	f.StringArrayVar(&s.changed, "changed", nil, "a changed file (repeatable)")
	f.StringArrayVar(&s.labels, "label", nil, "a label that the pull request has (repeatable); the last one is that of a labeled event")
	f.StringVar(&s.comment, "comment", "", "the text of a comment; makes --event issue_comment the default")
	f.StringVar(&s.commenter, "commenter", "", "who wrote the comment (default: the author)")
	f.StringVar(&s.checkRun, "check-run", "", "the name of a check that is to run again; makes --event check_run the default")
	f.StringArrayVar(&s.statuses, "status", nil, "CONTEXT=success|failure|error|pending on the head (repeatable)")
	f.StringVar(&s.gate, "gate", "waiting", "an outsider's gate on the head: none, waiting or granted; none holds for pull_request events")
	f.BoolVar(&s.draft, "draft", false, "the pull request is a draft")
	f.BoolVar(&s.closed, "closed", false, "the pull request is closed")
	f.BoolVar(&s.conflict, "conflict", false, "the pull request conflicts with its base branch")
	f.BoolVar(&s.fork, "fork", false, "the pull request comes from another repository")
	f.StringVar(&s.ref, "ref", "", "the branch or tag that was pushed; makes --event push the default")
	f.BoolVar(&s.deleted, "deleted", false, "the push deleted the branch or tag")
	f.BoolVar(&s.baseChanged, "base-changed", false, "an edited event moved the pull request to another base")
}

// sceneFlags are the flags that mean something for some events only.
var sceneFlags = meaningFor{
	"ref": {"push"}, "deleted": {"push"}, "check-run": {"check_run"}, "comment": {"issue_comment"}, "commenter": {"issue_comment"},
	"base": pullEvents, "action": pullEvents, "collaborator": pullEvents, "member": pullEvents, "label": pullEvents, "status": pullEvents,
	"gate": pullEvents, "draft": pullEvents, "closed": pullEvents, "conflict": pullEvents, "base-changed": pullEvents, "fork": pullEvents,
}

// pullEvents are the events that concern a pull request.
var pullEvents = []string{"pull_request", "issue_comment", "check_run"}

// check fills in the defaults that depend on other flags, and refuses what makes no sense.
func (s *scene) check(cmd *cobra.Command) error {
	given := cmd.Flags().Changed
	s.defaults(given)
	var errs []error
	if org, _ := splitSlug(s.repo); org == "" {
		errs = append(errs, fmt.Errorf("--repo %q: want org/repo", s.repo))
	}
	if s.author == "" {
		errs = append(errs, errors.New("--author is required"))
	}
	errs = append(errs, oneOf("event", s.event, append(pullEvents, "push")...), oneOf("gate", s.gate, "none", "waiting", "granted"))
	errs = append(errs, s.checkEvent(given), s.checkStatuses())
	return errors.Join(errs...)
}

// checkEvent refuses an event without what it is about, and flags that belong to other events.
func (s *scene) checkEvent(given func(flag string) bool) error {
	errs := []error{sceneFlags.misplaced(s.event, given)}
	for event, flag := range map[string]string{"push": "ref", "check_run": "check-run", "issue_comment": "comment"} {
		if s.event == event && !given(flag) {
			errs = append(errs, fmt.Errorf("--event %s needs --%s", event, flag))
		}
	}
	return errors.Join(errs...)
}

func (s *scene) checkStatuses() error {
	var errs []error
	for _, text := range s.statuses {
		_, _, err := readStatus(text)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func oneOf(flag, value string, allowed ...string) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	return fmt.Errorf("--%s %q: want one of %s", flag, value, strings.Join(allowed, ", "))
}

func (s *scene) defaults(given func(flag string) bool) {
	switch {
	case given("event"):
	case s.comment != "":
		s.event = "issue_comment"
	case s.checkRun != "":
		s.event = "check_run"
	case s.ref != "":
		s.event = "push"
	}
	if s.action == "" {
		s.action = map[string]string{"issue_comment": "created", "check_run": "rerequested"}[s.event]
	}
	if s.action == "" {
		s.action = "opened"
	}
	if s.commenter == "" {
		s.commenter = s.author
	}
	if s.sender == "" && s.event == "issue_comment" {
		s.sender = s.commenter
	}
	if s.sender == "" {
		s.sender = s.author
	}
	if s.event == "pull_request" && !given("gate") {
		s.gate = "none"
	}
}

func (s *scene) toEvent() v1alpha1.Event {
	org, repo := splitSlug(s.repo)
	if s.event == "push" {
		return s.toPush(org, repo)
	}
	ev := v1alpha1.Event{Kind: v1alpha1.EventKind(s.event), Action: s.action, Org: org, Repo: repo, Number: sceneNumber,
		HeadSHA: sceneHead, BaseChanged: s.baseChanged, Sender: v1alpha1.User{Login: s.sender}}
	if n := len(s.labels); n > 0 && strings.HasSuffix(s.action, "labeled") {
		ev.Label = s.labels[n-1]
	}
	switch s.event {
	case "issue_comment":
		ev.HeadSHA = ""
		ev.Comment = &v1alpha1.Comment{ID: 1, Author: v1alpha1.User{Login: s.commenter}, Body: s.comment,
			CreatedAt: metav1.NewTime(sceneTime.Add(time.Minute))}
	case "check_run":
		ev.CheckRun = &v1alpha1.CheckRun{ID: 1, Name: s.checkRun, ExternalID: sceneRun}
	}
	return ev
}

// toPush is a push that moved a branch or tag from one commit to another.
func (s *scene) toPush(org, repo string) v1alpha1.Event {
	ev := v1alpha1.Event{Kind: v1alpha1.KindPush, Org: org, Repo: repo, Sender: v1alpha1.User{Login: s.sender},
		Ref: s.ref, Before: sceneBase, After: sceneHead, Deleted: s.deleted, Changed: s.changed}
	if s.deleted {
		ev.After = ""
	}
	return ev
}

// madeUp answers the mind's questions from a scene.
type madeUp struct{ *scene }

var _ triggers.World = madeUp{}

func (w madeUp) PullRequest(_ context.Context, org, repo string, number int) (triggers.PullRequest, error) {
	mergeable := !w.conflict
	return triggers.PullRequest{Org: org, Repo: repo, Number: number, Title: "made up", Author: w.author, Draft: w.draft, Closed: w.closed,
		Mergeable: &mergeable, Fork: w.fork, HeadSHA: sceneHead, HeadRef: "topic", BaseRef: w.base, BaseSHA: sceneBase, Labels: w.labels}, nil
}

func (w madeUp) ChangedFiles(context.Context, string, string, int) ([]string, error) {
	return w.changed, nil
}

func (w madeUp) PushedFiles(context.Context, string, string, string, string) ([]string, bool, error) {
	return w.changed, true, nil
}

func (w madeUp) Trusted(_ context.Context, org, _, login string, policy triggers.TrustPolicy) (bool, error) {
	app, isApp := strings.CutSuffix(login, "[bot]")
	return login == org || login == sceneBot || slices.Contains(w.members, login) || slices.Contains(w.members, org+":"+login) ||
		(policy.TrustedOrg != "" && slices.Contains(w.members, policy.TrustedOrg+":"+login)) ||
		(!policy.OnlyOrgMembers && slices.Contains(w.collaborators, login)) ||
		(isApp && slices.Contains(policy.TrustedApps, app)), nil
}

func (w madeUp) Contexts(context.Context, string, string, string) ([]triggers.Context, error) {
	var out []triggers.Context
	if state, ok := map[string]triggers.ContextState{"waiting": triggers.StatePending, "granted": triggers.StateSuccess}[w.gate]; ok {
		out = append(out, triggers.Context{Name: triggers.GateContext, State: state, Ours: true})
	}
	for _, s := range w.statuses {
		name, state, _ := readStatus(s) // check has tried it
		out = append(out, triggers.Context{Name: name, State: triggers.ContextState(state), Ours: true})
	}
	return out, nil
}

func (w madeUp) BotLogin(context.Context) (string, error) { return sceneBot, nil }
