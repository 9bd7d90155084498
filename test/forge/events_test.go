package forge

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-github/v92/github"
)

// TestEveryEvent makes every event happen that the forge knows, at the App's hook and at a hook of the repository, under
// GitHub's webhook schemas.
func TestEveryEvent(t *testing.T) {
	w := newWorld(t)
	repoInbox := newInbox(t, "r")
	_, err := w.InstallHook(HookSpec{Repo: "acme/site", URL: repoInbox.url, Secret: "r"})
	w.ok(err)
	p := w.openPull("bob", "topic", map[string]string{"a": "b"})
	n := p.Number
	_, err = w.Push(PushSpec{Who: "bob", Repo: "acme/site", Branch: "topic", Files: map[string]string{"a": "c"}})
	w.ok(err)
	w.ok(w.SetDraft("bob", "acme/site", n, true))
	w.ok(w.SetDraft("bob", "acme/site", n, false))
	_, err = w.Push(PushSpec{Who: "bob", Repo: "acme/site", Branch: "release", Base: "main", Files: map[string]string{"r": "r"}})
	w.ok(err)
	title, body, base := "New title", "New body", "release"
	w.ok(w.EditPull("bob", "acme/site", n, &title, &body, &base))
	base = "main"
	w.ok(w.EditPull("bob", "acme/site", n, nil, nil, &base))
	w.ok(w.Assign("alice", "acme/site", n, "dora"))
	w.ok(w.Assign("alice", "acme/site", n))
	w.ok(w.Label("alice", "acme/site", n, "kind/bug"))
	w.ok(w.Unlabel("alice", "acme/site", n, "kind/bug"))
	w.ok(w.ClosePull("bob", "acme/site", n))
	w.ok(w.ReopenPull("bob", "acme/site", n))
	c, err := w.Comment("mallory", "acme/site", n, "hello")
	w.ok(err)
	w.ok(w.EditComment("mallory", c.ID, "hello again"))
	w.ok(w.DeleteComment("mallory", c.ID))
	w.ok(w.Review(ReviewSpec{Who: "alice", Repo: "acme/site", Number: n, Event: "REQUEST_CHANGES", Body: "no", Lines: []LineSpec{{Path: "a", Line: 1, Body: "why?"}}}))
	v, _ := w.Pull("acme/site", n)
	ctx := context.Background()
	alice, app := w.as("alice"), w.asApp()
	_, _, err = alice.PullRequests.DismissReview(ctx, "acme", "site", n, v.Reviews[0].ID, github.PullRequestDismissReviewRequest{Message: "was wrong"})
	w.ok(err)
	_, _, err = alice.PullRequests.RequestReviewers(ctx, "acme", "site", n, github.ReviewersRequest{Reviewers: []string{"dora"}})
	w.ok(err)
	_, err = alice.PullRequests.RemoveReviewers(ctx, "acme", "site", n, github.ReviewersRequest{Reviewers: []string{"dora"}})
	w.ok(err)
	_, err = alice.Issues.DeleteLabel(ctx, "acme", "site", "kind/bug")
	w.ok(err)
	w.ok(w.SetStatus(StatusSpec{Who: "bob", Repo: "acme/site", SHA: v.Head.SHA, State: "pending", Context: "lint"}))
	run, _, err := app.Checks.CreateCheckRun(ctx, "acme", "site", github.CreateCheckRunOptions{
		Name: "unit", HeadSHA: v.Head.SHA, Status: new("completed"), Conclusion: new("neutral"),
		Actions: []*github.CheckRunAction{{Label: "Fix", Description: "fix it", Identifier: "fix"}},
	})
	w.ok(err)
	w.ok(w.PressAction("bob", run.GetID(), "fix"))
	w.ok(w.RerunCheck("bob", run.GetID()))
	w.ok(w.RerunSuite("bob", run.CheckSuite.GetID()))
	if err := w.RerunCheck("mallory", run.GetID()); err == nil {
		t.Error("a stranger may press Re-run")
	}
	w.ok(w.DeleteBranch("bob", "acme/site", "release"))
	_, _, err = alice.Git.CreateRef(ctx, "acme", "site", github.CreateRef{Ref: "refs/tags/v1", SHA: v.Head.SHA})
	w.ok(err)
	issue, err := w.OpenIssue(IssueSpec{Who: "mallory", Repo: "acme/site", Title: "Bug", Body: "b"})
	w.ok(err)
	w.ok(w.Label("alice", "acme/site", issue, "question"))
	w.ok(w.ClosePull("mallory", "acme/site", issue))
	_, err = w.CreateRuleset("acme/site", []byte(queueRules))
	w.ok(err)
	w.ok(w.Enqueue("alice", "acme/site", n))
	w.ok(w.Dequeue("alice", "acme/site", n))
	w.settle()
	both := append(kinds(repoInbox.take()), kinds(w.appInbox.take())...)
	for _, want := range strings.Fields(`ping push create delete status label.created label.deleted merge_group.checks_requested merge_group.destroyed
		pull_request.opened pull_request.synchronize pull_request.edited pull_request.converted_to_draft pull_request.ready_for_review
		pull_request.assigned pull_request.unassigned pull_request.labeled pull_request.unlabeled pull_request.closed pull_request.reopened
		pull_request.review_requested pull_request.review_request_removed pull_request.enqueued pull_request.dequeued
		issue_comment.created issue_comment.edited issue_comment.deleted pull_request_review.submitted pull_request_review.dismissed
		pull_request_review_comment.created check_run.created check_run.completed check_run.rerequested check_run.requested_action
		check_suite.requested check_suite.completed check_suite.rerequested issues.opened issues.labeled issues.closed`) {
		if !slices.Contains(both, want) {
			t.Errorf("no event %s came", want)
		}
	}
}

func kinds(list []received) []string { return strings.Fields(names(list)) }

// TestInstalled tells an App that it was installed, and where else.
func TestInstalled(t *testing.T) {
	w := newWorld(t)
	_, err := w.CreateRepo(RepoSpec{Owner: "alice", Name: "one", Files: map[string]string{"a": "a"}})
	w.ok(err)
	_, err = w.CreateRepo(RepoSpec{Owner: "alice", Name: "two"})
	w.ok(err)
	w.events()
	id, err := w.Install(w.app.ID, "alice", "alice/one")
	w.ok(err)
	w.ok(w.AddInstallationRepo(id, "alice/two"))
	if got, want := w.events(), "installation.created installation_repositories.added"; got != want {
		t.Errorf("events: got %s, want %s", got, want)
	}
}
