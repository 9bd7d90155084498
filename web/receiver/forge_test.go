package receiver_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
	"github.com/bowsprit-ci/bowsprit/internal/github"
	"github.com/bowsprit-ci/bowsprit/test/forge"
	"github.com/bowsprit-ci/bowsprit/web/receiver"
)

// pile keeps deliveries in memory, in order.
type pile struct {
	mu   sync.Mutex
	kept []*v1alpha1.Delivery
}

func (p *pile) Store(_ context.Context, d *v1alpha1.Delivery) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if slices.ContainsFunc(p.kept, func(k *v1alpha1.Delivery) bool { return k.Name == d.Name }) {
		return apierrors.NewAlreadyExists(schema.GroupResource{Resource: "deliveries"}, d.Name)
	}
	p.kept = append(p.kept, d)
	return nil
}

// story tells the kept events, one line each.
func (p *pile) story() (lines []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, d := range p.kept {
		e := d.Spec.Event
		line := fmt.Sprintf("%s %s %s/%s#%d by %s", e.Kind, e.Action, e.Org, e.Repo, e.Number, e.Sender.Login)
		switch {
		case e.Comment != nil:
			line += fmt.Sprintf(" %q", e.Comment.Body)
		case e.CheckRun != nil:
			line += " " + e.CheckRun.Name + " " + e.CheckRun.ExternalID
		case e.Label != "":
			line += " " + e.Label
		case e.BaseChanged:
			line += " base changed"
		}
		lines = append(lines, line)
	}
	return lines
}

// What people do on GitHub arrives: webhooks in GitHub's own shapes, over HTTP, through the real translator.
func TestAStoryOnGitHub(t *testing.T) {
	const secret = "0123456789abcdef0123456789abcdef"
	var kept pile
	door := httptest.NewServer(receiver.Handler(receiver.Options{
		Secrets: [][]byte{[]byte(secret)}, Translate: github.Translate, Inbox: &kept,
	}))
	t.Cleanup(door.Close)

	gh := forge.NewForTest(t)
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	settle := func() {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		ok(gh.WaitDelivered(ctx))
	}
	for _, login := range []string{"alice", "mallory"} {
		_, err := gh.CreateUser(login)
		ok(err)
	}
	_, err := gh.CreateOrg("acme", "alice")
	ok(err)
	_, err = gh.CreateRepo(forge.RepoSpec{Owner: "acme", Name: "web", Files: map[string]string{"a.go": "package a\n"}})
	ok(err)
	app, err := gh.CreateApp(forge.AppSpec{
		Slug: "bowsprit", Owner: "acme", HookURL: door.URL, HookSecret: secret,
		Permissions: map[string]string{"checks": "write", "contents": "read", "issues": "write", "pull_requests": "write", "statuses": "write"},
		Events:      []string{"pull_request", "issue_comment", "push", "check_run", "check_suite", "status"},
	})
	ok(err)
	_, err = gh.Install(app.ID, "acme")
	ok(err)

	_, err = gh.Fork("mallory", "acme/web")
	ok(err)
	_, err = gh.Push(forge.PushSpec{Who: "mallory", Repo: "mallory/web", Branch: "fix", Files: map[string]string{"a.go": "package a // fixed\n"}})
	ok(err)
	_, err = gh.Push(forge.PushSpec{Who: "alice", Repo: "acme/web", Branch: "release", Files: map[string]string{"r.go": "package a\n"}})
	ok(err)
	p, err := gh.OpenPull(forge.PullSpec{Who: "mallory", Repo: "acme/web", Head: "mallory:fix", Title: "Fix"})
	ok(err)
	_, err = gh.Comment("alice", "acme/web", p.Number, "/ok-to-test "+p.Head.SHA+"\r\n🚀")
	ok(err)
	issue, err := gh.OpenIssue(forge.IssueSpec{Who: "alice", Repo: "acme/web", Title: "An issue"})
	ok(err)
	_, err = gh.Comment("alice", "acme/web", issue, "/test all")
	ok(err)
	ok(gh.Label("alice", "acme/web", p.Number, "lgtm"))
	ok(gh.Unlabel("alice", "acme/web", p.Number, "lgtm"))
	release := "release"
	ok(gh.EditPull("alice", "acme/web", p.Number, nil, nil, &release))
	_, err = gh.Push(forge.PushSpec{Who: "mallory", Repo: "mallory/web", Branch: "fix", Files: map[string]string{"a.go": "package a // better\n"}})
	ok(err)
	ok(gh.SetDraft("mallory", "acme/web", p.Number, true))
	ok(gh.SetDraft("mallory", "acme/web", p.Number, false))

	bot, err := github.New(github.Options{APIURL: gh.URL() + "/api/v3/", App: github.App{ID: app.ID, PrivateKey: app.PrivateKey}})
	ok(err)
	run, err := bot.UpsertCheck(t.Context(), github.Check{
		Org: "acme", Repo: "web", SHA: p.Head.SHA, Name: "unit", ExternalID: "unit-abc", Status: github.Completed, Conclusion: "failure",
	})
	ok(err)
	ok(gh.RerunCheck("alice", run))
	ok(gh.ClosePull("alice", "acme/web", p.Number))
	ok(gh.ReopenPull("alice", "acme/web", p.Number))
	settle()

	want := []string{
		"push  acme/web#0 by alice",
		"pull_request opened acme/web#1 by mallory",
		fmt.Sprintf("issue_comment created acme/web#1 by alice %q", "/ok-to-test "+p.Head.SHA+"\r\n🚀"),
		"pull_request labeled acme/web#1 by alice lgtm",
		"pull_request edited acme/web#1 by alice base changed",
		"pull_request synchronize acme/web#1 by mallory",
		"pull_request converted_to_draft acme/web#1 by mallory",
		"pull_request ready_for_review acme/web#1 by mallory",
		"check_run rerequested acme/web#0 by alice unit unit-abc",
		"pull_request closed acme/web#1 by alice",
		"pull_request reopened acme/web#1 by alice",
	}
	if diff := cmp.Diff(want, kept.story()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, attempt := range gh.Deliveries() {
		if attempt.StatusCode != http.StatusAccepted && (attempt.StatusCode != http.StatusOK || len(attempt.Answer) == 0) {
			t.Errorf("%s.%s was answered %d %s", attempt.Event, attempt.Action, attempt.StatusCode, attempt.Answer)
		}
	}

	redelivered(t, gh, &kept, settle)
	forged(t, gh, &kept)
}

// redelivered sends everything a second time: nothing is kept twice.
func redelivered(t *testing.T, gh *forge.Forge, kept *pile, settle func()) {
	t.Helper()
	before := kept.story()
	for _, attempt := range gh.Deliveries() {
		if err := gh.Redeliver(attempt.ID); err != nil {
			t.Fatal(err)
		}
	}
	settle()
	if diff := cmp.Diff(before, kept.story()); diff != "" {
		t.Errorf("after redelivery (-before +after):\n%s", diff)
	}
}

// forged sends a true body under another GUID with wrong signatures: nothing is kept, and the answer tells nothing.
func forged(t *testing.T, gh *forge.Forge, kept *pile) {
	t.Helper()
	attempts := gh.Deliveries()
	last := attempts[slices.IndexFunc(attempts, func(a forge.DeliveryView) bool { return a.Event == "issue_comment" })]
	if !json.Valid(last.Body) {
		t.Fatal("no body to forge with")
	}
	before := len(kept.story())
	for _, secret := range []string{"", "guess"} {
		code, err := gh.SendRaw(last.HookID, last.Event, uuid.NewString(), secret, last.Body)
		if err != nil || code != http.StatusUnauthorized {
			t.Errorf("signed with %q: %d, %v", secret, code, err)
		}
	}
	if after := len(kept.story()); after != before {
		t.Errorf("%d forged deliveries were kept", after-before)
	}
}
