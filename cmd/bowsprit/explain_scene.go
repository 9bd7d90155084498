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
	f.StringVar(&s.event, "event", "pull_request", "pull_request, issue_comment or check_run")
	f.StringVar(&s.action, "action", "", "GitHub's action of the event (default: opened, created or rerequested)")
	f.StringVar(&s.author, "author", "", "who opened the pull request (required)")
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
	f.BoolVar(&s.baseChanged, "base-changed", false, "an edited event moved the pull request to another base")
}

// check fills in the defaults that depend on other flags, and refuses what makes no sense.
func (s *scene) check(cmd *cobra.Command) error {
	s.defaults(cmd.Flags().Changed)
	var errs []error
	if _, repo, ok := strings.Cut(s.repo, "/"); !ok || repo == "" || strings.Contains(repo, "/") {
		errs = append(errs, fmt.Errorf("--repo %q: want org/repo", s.repo))
	}
	if s.author == "" {
		errs = append(errs, errors.New("--author is required"))
	}
	errs = append(errs, oneOf("event", s.event, "pull_request", "issue_comment", "check_run"), oneOf("gate", s.gate, "none", "waiting", "granted"))
	if (s.event == "issue_comment") != (s.comment != "") {
		errs = append(errs, errors.New("--comment and --event issue_comment go together"))
	}
	if (s.event == "check_run") != (s.checkRun != "") {
		errs = append(errs, errors.New("--check-run and --event check_run go together"))
	}
	for _, st := range s.statuses {
		name, state, ok := strings.Cut(st, "=")
		if !ok || name == "" || !slices.Contains([]string{"success", "failure", "error", "pending"}, state) {
			errs = append(errs, fmt.Errorf("--status %q: want CONTEXT=success, failure, error or pending", st))
		}
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
	org, repo, _ := strings.Cut(s.repo, "/")
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

// madeUp answers the mind's questions from a scene.
type madeUp struct{ *scene }

var _ triggers.World = madeUp{}

func (w madeUp) PullRequest(_ context.Context, org, repo string, number int) (triggers.PullRequest, error) {
	mergeable := !w.conflict
	return triggers.PullRequest{Org: org, Repo: repo, Number: number, Title: "made up", Author: w.author, Draft: w.draft, Closed: w.closed,
		Mergeable: &mergeable, HeadSHA: sceneHead, HeadRef: "topic", BaseRef: w.base, BaseSHA: sceneBase, Labels: w.labels}, nil
}

func (w madeUp) ChangedFiles(context.Context, string, string, int) ([]string, error) {
	return w.changed, nil
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
		name, state, _ := strings.Cut(s, "=")
		out = append(out, triggers.Context{Name: name, State: triggers.ContextState(state), Ours: true})
	}
	return out, nil
}

func (w madeUp) BotLogin(context.Context) (string, error) { return sceneBot, nil }
