package forge

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bowsprit-ci/bowsprit/test/forge/fault"
	"github.com/google/go-github/v92/github"
	"golang.org/x/sync/errgroup"
)

// TestFork opens a pull request from an outsider's fork: the base repository has the commits, no suite is requested, and
// a push to the fork brings the pull request up to date.
func TestFork(t *testing.T) {
	w := newWorld(t)
	_, err := w.Fork("mallory", "acme/site")
	w.ok(err)
	_, err = w.Push(PushSpec{Who: "mallory", Repo: "mallory/site", Branch: "evil", Files: map[string]string{"evil.sh": "#!/bin/sh\n"}})
	w.ok(err)
	p, err := w.OpenPull(PullSpec{Who: "mallory", Repo: "acme/site", Head: "mallory:evil", Title: "Hello"})
	w.ok(err)
	if got, want := w.events(), "pull_request.opened"; got != want {
		t.Errorf("events of a fork's pull request: got %s, want %s", got, want)
	}
	if p.AuthorAssociation != "NONE" || p.Head.Label() != "mallory:evil" || len(p.Files) != 1 {
		t.Errorf("pull request: %s, %s, %d files", p.AuthorAssociation, p.Head.Label(), len(p.Files))
	}
	sha, err := w.Push(PushSpec{Who: "mallory", Repo: "mallory/site", Branch: "evil", Files: map[string]string{"more": "x"}})
	w.ok(err)
	if got, want := w.events(), "pull_request.synchronize"; got != want {
		t.Errorf("events of a push to the fork: got %s, want %s", got, want)
	}
	run, _, err := w.asApp().Checks.CreateCheckRun(context.Background(), "acme", "site", github.CreateCheckRunOptions{Name: "unit", HeadSHA: sha})
	w.ok(err)
	if len(run.PullRequests) != 0 || run.CheckSuite.GetID() == 0 {
		t.Errorf("a check run on a fork's commit: pull requests %v, suite %v", run.PullRequests, run.CheckSuite)
	}
	if _, err := w.Merge("mallory", "acme/site", p.Number, "merge"); err == nil || !strings.Contains(err.Error(), "push access") {
		t.Errorf("an outsider merged: %v", err)
	}
	_, err = w.Merge("alice", "acme/site", p.Number, "merge")
	w.ok(err)
}

// TestLazyMergeable asks twice, as a careful client must.
func TestLazyMergeable(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.LazyMergeable = true })
	w.openPull("bob", "topic", map[string]string{"a": "b"})
	c := w.as("bob")
	for i, want := range []string{"unknown", "clean", "clean"} {
		pr, _, err := c.PullRequests.Get(context.Background(), "acme", "site", 1)
		w.ok(err)
		if pr.GetMergeableState() != want || (pr.Mergeable == nil) != (want == "unknown") {
			t.Errorf("answer %d: %v %s, want %s", i+1, pr.Mergeable, pr.GetMergeableState(), want)
		}
	}
}

// TestRebuiltHead pushes another history over a head: the timeline says so, and old commits are no part of it.
func TestRebuiltHead(t *testing.T) {
	w := newWorld(t)
	p := w.openPull("bob", "topic", map[string]string{"a": "b"})
	sha, err := w.Push(PushSpec{Who: "bob", Repo: "acme/site", Branch: "topic", Base: "main", Files: map[string]string{"c": "d"}, Force: true})
	w.ok(err)
	v, _ := w.Pull("acme/site", p.Number)
	var kinds []string
	for _, item := range v.Timeline {
		kinds = append(kinds, item.Kind)
	}
	if got, want := strings.Join(kinds, " "), "committed head_ref_force_pushed committed"; got != want || v.Head.SHA != sha || len(v.Commits) != 1 {
		t.Errorf("timeline %s, want %s; head %s, want %s; %d commits", got, want, v.Head.SHA, sha, len(v.Commits))
	}
}

// TestHistory sees every write once, whoever makes it and by which way.
func TestHistory(t *testing.T) {
	w := newWorld(t)
	before := len(w.History())
	p := w.openPull("bob", "topic", map[string]string{"a": "b"})
	_, _, err := w.asApp().Issues.CreateComment(context.Background(), "acme", "site", p.Number, github.IssueCommentRequest{Body: "hello"})
	w.ok(err)
	var got []string
	for i, e := range w.History() {
		if e.Seq != i+1 || e.At.IsZero() {
			t.Errorf("entry %d: number %d at %s", i, e.Seq, e.At)
		}
		if i >= before {
			got = append(got, e.Who+"/"+e.Via+" "+e.What)
		}
	}
	want := "bob/go ref.create, bob/go pull.open, bowsprit[bot]/rest comment.create"
	if strings.Join(got, ", ") != want {
		t.Errorf("history:\n got %s\nwant %s", strings.Join(got, ", "), want)
	}
}

// TestWaitFor wakes up by a change, and gives up with its context.
func TestWaitFor(t *testing.T) {
	w := newWorld(t)
	p := w.openPull("bob", "topic", map[string]string{"a": "b"})
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	go func() { _, _ = w.Comment("alice", "acme/site", p.Number, "done") }()
	w.ok(w.WaitFor(ctx, func(v *View) bool { return len(v.Comments("acme/site", p.Number)) == 1 }))
	short, stop := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer stop()
	if err := w.WaitFor(short, func(*View) bool { return false }); err == nil {
		t.Error("waiting for what never comes ended without an error")
	}
}

// TestFaults spoils an answer after its effect and doubles a delivery.
func TestFaults(t *testing.T) {
	plan := &fault.Plan{}
	w := newWorld(t, func(o *Options) { o.Faults = plan })
	plan.Add(
		fault.On("POST", "/issues/*/comments").Nth(1).Then(fault.AfterEffect(http.StatusBadGateway)),
		fault.OnEvent("issue_comment").Nth(1).Deliver(fault.Doubled()),
	)
	p := w.openPull("bob", "topic", map[string]string{"a": "b"})
	w.events()
	_, resp, err := w.as("bob").Issues.CreateComment(context.Background(), "acme", "site", p.Number, github.IssueCommentRequest{Body: "hello"})
	if err == nil || resp.StatusCode != http.StatusBadGateway {
		t.Errorf("the spoilt answer: %v", err)
	}
	w.settle()
	twice := w.appInbox.take()
	if len(w.Comments("acme/site", p.Number)) != 1 || len(twice) != 2 || twice[0].GUID != twice[1].GUID {
		t.Errorf("comments: %d, want 1; deliveries: %s, want the same twice", len(w.Comments("acme/site", p.Number)), names(twice))
	}
}

// TestForgedDelivery lets a test play an attacker against a receiver.
func TestForgedDelivery(t *testing.T) {
	w := newWorld(t)
	got := make(chan http.Header, 2)
	h := newPlain(t, got)
	id, err := w.InstallHook(HookSpec{Org: "acme", URL: h, Secret: "right"})
	w.ok(err)
	w.settle()
	if ping := <-got; ping.Get("X-GitHub-Event") != "ping" || ping.Get("X-Hub-Signature-256") == "" {
		t.Errorf("the greeting of a hook: %v", ping)
	}
	code, err := w.SendRaw(id, "push", "guid", "", []byte(`{}`))
	w.ok(err)
	if sent := <-got; code != http.StatusAccepted || sent.Get("X-Hub-Signature-256") != "" || sent.Get("X-GitHub-Delivery") != "guid" {
		t.Errorf("an unsigned delivery: %d %v", code, sent)
	}
}

// TestCrowd lets many act at once: nothing is lost, and each write has its number.
func TestCrowd(t *testing.T) {
	w := newWorld(t)
	p := w.openPull("bob", "topic", map[string]string{"a": "b"})
	w.events()
	before := len(w.History())
	clients := []*github.Client{w.as("alice"), w.as("bob"), w.as("dora"), w.asApp()}
	var group errgroup.Group
	const each = 5
	for _, c := range clients {
		group.Go(func() error {
			for range each {
				if _, _, err := c.Issues.CreateComment(context.Background(), "acme", "site", p.Number, github.IssueCommentRequest{Body: "hi"}); err != nil {
					return err
				}
				if _, _, err := c.PullRequests.Get(context.Background(), "acme", "site", p.Number); err != nil {
					return err
				}
			}
			return nil
		})
	}
	group.Go(func() error {
		for i := range each {
			spec := PushSpec{Who: "bob", Repo: "acme/site", Branch: "topic", Files: map[string]string{"n": strings.Repeat("x", i)}}
			if _, err := w.Push(spec); err != nil {
				return err
			}
		}
		return nil
	})
	w.ok(group.Wait())
	w.settle()
	counts := map[string]int{}
	for _, r := range w.appInbox.take() {
		counts[r.name()]++
	}
	if counts["issue_comment.created"] != each*len(clients) || counts["pull_request.synchronize"] != each {
		t.Errorf("webhooks: %v", counts)
	}
	if got, want := len(w.History())-before, each*len(clients)+2*each; got != want {
		t.Errorf("history grew by %d, want %d", got, want)
	}
}

// TestSettings changes a repository's settings and sees them obeyed.
func TestSettings(t *testing.T) {
	w := newWorld(t)
	w.ok(w.EditRepo("acme/site", func(s *RepoSettings) { s.DeleteBranchOnMerge = true }))
	p := w.openPull("bob", "topic", map[string]string{"a": "b"})
	_, err := w.Merge("bob", "acme/site", p.Number, "squash")
	w.ok(err)
	w.View(func(v *View) {
		if _, ok := v.Resolve("acme/site", "topic"); ok {
			t.Error("the head branch is still there after the merge")
		}
	})
	w.ok(w.EditRepo("acme/site", func(s *RepoSettings) { s.Archived = true }))
	_, resp, err := w.as("bob").Issues.CreateComment(context.Background(), "acme", "site", p.Number, github.IssueCommentRequest{Body: "late"})
	if err == nil || resp.StatusCode != http.StatusForbidden {
		t.Errorf("a comment in an archived repository: %v", err)
	}
}

// TestPushRules asks the API to change a branch directly that may be changed through pull requests and by some only.
func TestPushRules(t *testing.T) {
	w := newWorld(t)
	p := w.openPull("bob", "topic", map[string]string{"a": "b"})
	patch := func(who string) (int, string) {
		resp, body := w.raw("PATCH", "/repos/acme/site/git/refs/heads/main", w.token(who), `{"sha":"`+p.Head.SHA+`"}`)
		message, _ := body["message"].(string)
		return resp.StatusCode, message
	}
	w.ok(w.Protect("acme/site", "main", ProtectionSpec{Approvals: 1}))
	if code, message := patch("bob"); code != http.StatusUnprocessableEntity || !strings.Contains(message, "through a pull request") {
		t.Errorf("a writer: %d %s", code, message)
	}
	if code, message := patch("alice"); code != http.StatusOK {
		t.Errorf("an administrator, for whom it is not enforced: %d %s", code, message)
	}
	if v, _ := w.Pull("acme/site", p.Number); !v.Merged {
		t.Error("moving the branch to the head did not mark the pull request as merged")
	}
}

// TestMilestone moves a pull request and an issue from one milestone to another.
func TestMilestone(t *testing.T) {
	w := newWorld(t)
	p := w.openPull("bob", "topic", map[string]string{"a": "b"})
	issue, err := w.OpenIssue(IssueSpec{Who: "mallory", Repo: "acme/site", Title: "Bug"})
	w.ok(err)
	w.events()
	for _, title := range []string{"v1", "v1", "v2", ""} {
		w.ok(w.SetMilestone("alice", "acme/site", p.Number, title))
		w.ok(w.SetMilestone("alice", "acme/site", issue, title))
	}
	want := "pull_request.milestoned pull_request.demilestoned pull_request.milestoned pull_request.demilestoned"
	if got := w.events(); got != want {
		t.Errorf("events: got %s, want %s", got, want)
	}
}
