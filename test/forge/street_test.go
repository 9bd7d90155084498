package forge

import (
	"context"
	"testing"

	"github.com/google/go-github/v92/github"
)

// TestStreet walks the main street of a CI under GitHub's contract: what people do, what the App does, which events
// come, in which order.
func TestStreet(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	p := w.openPull("bob", "feature", map[string]string{"main.go": "package main\n\nfunc main() { println(1) }\n"})
	if got, want := w.events(), "create push check_suite.requested pull_request.opened"; got != want {
		t.Errorf("events of a new pull request:\n got %s\nwant %s", got, want)
	}
	app := w.asApp()
	pr, _, err := app.PullRequests.Get(ctx, "acme", "site", p.Number)
	w.ok(err)
	if !pr.GetMergeable() || pr.GetMergeableState() != "clean" || pr.GetHead().GetSHA() != p.Head.SHA || pr.GetChangedFiles() != 1 {
		t.Errorf("pull request: mergeable %v %s, head %s, %d files", pr.GetMergeable(), pr.GetMergeableState(), pr.GetHead().GetSHA(), pr.GetChangedFiles())
	}
	run, _, err := app.Checks.CreateCheckRun(ctx, "acme", "site", github.CreateCheckRunOptions{Name: "unit", HeadSHA: p.Head.SHA, ExternalID: new("run-1")})
	w.ok(err)
	if got, want := w.events(), "check_run.created"; got != want {
		t.Errorf("events of a new check run: got %s, want %s", got, want)
	}
	_, _, err = app.Checks.UpdateCheckRun(ctx, "acme", "site", run.GetID(), github.UpdateCheckRunOptions{
		Name: "unit", Status: new("completed"), Conclusion: new("failure"),
		Output: &github.CheckRunOutput{Title: new("1 test failed"), Summary: new("see log"), Text: new("```\nFAIL\n```"), Annotations: []*github.CheckRunAnnotation{
			{Path: new("main.go"), StartLine: new(3), EndLine: new(3), AnnotationLevel: new("failure"), Message: new("bad")},
		}},
	})
	w.ok(err)
	if got, want := w.events(), "check_run.completed check_suite.completed"; got != want {
		t.Errorf("events of a completed check run: got %s, want %s", got, want)
	}
	if _, err := w.Push(PushSpec{Who: "bob", Repo: "acme/site", Branch: "feature", Files: map[string]string{"main.go": "package main\n\nfunc main() { println(2) }\n"}}); err != nil {
		t.Fatal(err)
	}
	if got, want := w.events(), "push check_suite.requested pull_request.synchronize"; got != want {
		t.Errorf("events of a push: got %s, want %s", got, want)
	}
	c, err := w.Comment("alice", "acme/site", p.Number, "/test unit")
	w.ok(err)
	w.ok(w.EditComment("alice", c.ID, "/test all"))
	w.ok(w.Label("alice", "acme/site", p.Number, "lgtm"))
	w.ok(w.Unlabel("alice", "acme/site", p.Number, "lgtm"))
	w.ok(w.Review(ReviewSpec{Who: "alice", Repo: "acme/site", Number: p.Number, Event: "APPROVE", Body: "Good", Lines: []LineSpec{{Path: "main.go", Line: 3, Body: "nice"}}}))
	w.ok(w.DeleteComment("alice", c.ID))
	want := "issue_comment.created issue_comment.edited label.created pull_request.labeled pull_request.unlabeled pull_request_review.submitted issue_comment.deleted"
	if got := w.events(); got != want {
		t.Errorf("events of a conversation:\n got %s\nwant %s", got, want)
	}
	_, _, err = app.PullRequests.Merge(ctx, "acme", "site", p.Number, "", &github.PullRequestOptions{MergeMethod: "squash"})
	w.ok(err)
	if got, want := w.events(), "push check_suite.requested pull_request.closed"; got != want {
		t.Errorf("events of a merge: got %s, want %s", got, want)
	}
	if v, _ := w.Pull("acme/site", p.Number); !v.Merged || v.MergedBy.Login != "bowsprit[bot]" || v.State != "closed" {
		t.Errorf("after the merge: merged %v by %v, %s", v.Merged, v.MergedBy, v.State)
	}
}
