package forge

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-github/v92/github"
)

// TestMergeMethods merges one pull request by each method and looks at the history that git then has.
func TestMergeMethods(t *testing.T) {
	for method, test := range map[string]struct {
		why     string
		parents int
		subject string
		commits int // that the base branch gains on its first-parent line
		author  string
	}{
		"merge":  {"a merge commit with both parents", 2, "Merge pull request #1 from acme/topic", 1, "alice"},
		"squash": {"one new commit by the author of the pull request", 1, "Change topic (#1)", 1, "bob"},
		"rebase": {"the commits one by one with a new committer", 1, "Second", 2, "bob"},
	} {
		t.Run(method, func(t *testing.T) {
			w := newWorld(t)
			p := w.openPull("bob", "topic", map[string]string{"one.txt": "1\n"})
			_, err := w.Push(PushSpec{Who: "bob", Repo: "acme/site", Branch: "topic", Files: map[string]string{"two.txt": "2\n"}, Message: "Second"})
			w.ok(err)
			_, err = w.Push(PushSpec{Who: "alice", Repo: "acme/site", Branch: "main", Files: map[string]string{"other.txt": "o\n"}})
			w.ok(err)
			var before string
			w.View(func(v *View) { before, _ = v.Resolve("acme/site", "main") })
			res, _, err := w.as("alice").PullRequests.Merge(context.Background(), "acme", "site", p.Number, "", &github.PullRequestOptions{MergeMethod: method})
			w.ok(err)
			w.View(func(v *View) {
				tip, _ := v.Commit("acme/site", "main")
				if tip.SHA != res.GetSHA() || len(tip.Parents) != test.parents || !strings.HasPrefix(tip.Message, test.subject) || tip.Author.Name != test.author {
					t.Errorf("%s: main is %s %q by %s with %d parents; the answer said %s", test.why, tip.SHA, tip.Message, tip.Author.Name, len(tip.Parents), res.GetSHA())
				}
				g := v.f.repo("acme/site").git
				list, err := g.commits("--first-parent", tip.SHA, "^"+before, "--")
				if err != nil || len(list) != test.commits {
					t.Errorf("%s: main gained %d commits (%v), want %d", test.why, len(list), err, test.commits)
				}
				files, err := g.tree(tip.SHA, "", false)
				if err != nil || len(files) != 5 {
					t.Errorf("%s: main has %d files (%v), want 5", test.why, len(files), err)
				}
			})
			if v, _ := w.Pull("acme/site", p.Number); !v.Merged || v.MergeCommitSHA != res.GetSHA() || len(v.Commits) != 2 {
				t.Errorf("%s: merged %v as %s with %d commits", test.why, v.Merged, v.MergeCommitSHA, len(v.Commits))
			}
		})
	}
}

// TestMergeRefused tries merges that GitHub refuses.
func TestMergeRefused(t *testing.T) {
	for name, test := range map[string]struct {
		why     string
		prepare func(*world, PullView)
		sha     string
		status  int
		words   string
	}{
		"another head was tested": {"the sha guard", func(*world, PullView) {}, strings.Repeat("a", 40), http.StatusConflict, "Head branch was modified"},
		"a draft":                 {"not ready", func(w *world, p PullView) { w.ok(w.SetDraft("bob", p.Repo, p.Number, true)) }, "", 405, "still a draft"},
		"a closed one":            {"not open", func(w *world, p PullView) { w.ok(w.ClosePull("bob", p.Repo, p.Number)) }, "", 405, "not mergeable"},
		"a conflict": {"base changed the same lines", func(w *world, p PullView) {
			_, err := w.Push(PushSpec{Who: "alice", Repo: p.Repo, Branch: "main", Files: map[string]string{"main.go": "other\n"}})
			w.ok(err)
		}, "", 405, "not mergeable"},
		"a method that the repository forbids": {"squash only", func(w *world, p PullView) {
			w.ok(w.EditRepo(p.Repo, func(s *RepoSettings) { s.AllowMerge = false }))
		}, "", 405, "Merge commits are not allowed"},
		"a required check that nobody set": {"branch protection", func(w *world, p PullView) {
			w.ok(w.Protect(p.Repo, "main", ProtectionSpec{Checks: []string{"unit"}, EnforceAdmins: true}))
		}, "", 405, `Required status check "unit" is expected.`},
		"a required check that failed": {"branch protection", func(w *world, p PullView) {
			w.ok(w.Protect(p.Repo, "main", ProtectionSpec{Checks: []string{"unit"}, EnforceAdmins: true}))
			w.ok(w.SetStatus(StatusSpec{Who: "bob", Repo: p.Repo, SHA: p.Head.SHA, State: "error", Context: "unit"}))
		}, "", 405, `is failing`},
		"a check that another App was to set": {"app pinning", func(w *world, p PullView) {
			w.ok(w.Protect(p.Repo, "main", ProtectionSpec{AppChecks: map[string]int64{"unit": w.app.ID}, EnforceAdmins: true}))
			w.ok(w.SetStatus(StatusSpec{Who: "bob", Repo: p.Repo, SHA: p.Head.SHA, State: "success", Context: "unit"}))
		}, "", 405, "is expected"},
		"no approval": {"required reviews", func(w *world, p PullView) {
			w.ok(w.Protect(p.Repo, "main", ProtectionSpec{Approvals: 1, EnforceAdmins: true}))
			w.ok(w.Review(ReviewSpec{Who: "mallory", Repo: p.Repo, Number: p.Number, Event: "APPROVE"}))
		}, "", 405, "At least 1 approving review"},
		"a head behind its base": {"strict checks", func(w *world, p PullView) {
			w.ok(w.Protect(p.Repo, "main", ProtectionSpec{Strict: true}))
			_, err := w.Push(PushSpec{Who: "alice", Repo: p.Repo, Branch: "main", Files: map[string]string{"x": "y"}})
			w.ok(err)
			w.ok(w.Protect(p.Repo, "main", ProtectionSpec{Strict: true, EnforceAdmins: true}))
		}, "", 405, "not up to date"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			p := w.openPull("bob", "topic", map[string]string{"main.go": "package main // new\n"})
			test.prepare(w, p)
			_, resp, err := w.as("bob").PullRequests.Merge(context.Background(), "acme", "site", p.Number, "", &github.PullRequestOptions{SHA: test.sha})
			var refused *github.ErrorResponse
			if !errors.As(err, &refused) || resp.StatusCode != test.status || !strings.Contains(refused.Message, test.words) {
				t.Errorf("%s: got %v, want %d %q", test.why, err, test.status, test.words)
			}
			if v, _ := w.Pull(p.Repo, p.Number); v.Merged {
				t.Errorf("%s: it was merged all the same", test.why)
			}
		})
	}
}

// TestRulesMet merges once everything that the rules want is there.
func TestRulesMet(t *testing.T) {
	w := newWorld(t)
	p := w.openPull("bob", "topic", map[string]string{"main.go": "package main // new\n"})
	w.ok(w.Protect(p.Repo, "main", ProtectionSpec{AppChecks: map[string]int64{"unit": w.app.ID}, Checks: []string{"lint"}, Approvals: 1, DismissStale: true, EnforceAdmins: true}))
	w.ok(w.Review(ReviewSpec{Who: "alice", Repo: p.Repo, Number: p.Number, Event: "APPROVE"}))
	sha, err := w.Push(PushSpec{Who: "bob", Repo: p.Repo, Branch: "topic", Files: map[string]string{"b": "c"}})
	w.ok(err)
	if v, _ := w.Pull(p.Repo, p.Number); v.MergeableState != "blocked" || v.ReviewDecision != "REVIEW_REQUIRED" {
		t.Errorf("after a push the approval is stale: state %s, decision %s", v.MergeableState, v.ReviewDecision)
	}
	w.ok(w.Review(ReviewSpec{Who: "alice", Repo: p.Repo, Number: p.Number, Event: "APPROVE"}))
	w.ok(w.SetStatus(StatusSpec{Who: "bob", Repo: p.Repo, SHA: sha, State: "success", Context: "lint"}))
	_, _, err = w.asApp().Checks.CreateCheckRun(context.Background(), "acme", "site", github.CreateCheckRunOptions{Name: "unit", HeadSHA: sha, Status: new("completed"), Conclusion: new("skipped")})
	w.ok(err)
	if v, _ := w.Pull(p.Repo, p.Number); v.MergeableState != "clean" || v.ReviewDecision != "APPROVED" {
		t.Errorf("all is green: state %s, decision %s", v.MergeableState, v.ReviewDecision)
	}
	_, err = w.Merge("bob", p.Repo, p.Number, "rebase")
	w.ok(err)
}

const queueRules = `{"name":"queue","target":"branch","enforcement":"active","conditions":{"ref_name":{"include":["~DEFAULT_BRANCH"],"exclude":[]}},
"rules":[{"type":"merge_queue","parameters":{"check_response_timeout_minutes":60,"grouping_strategy":"ALLGREEN","max_entries_to_build":5,"max_entries_to_merge":5,"merge_method":"MERGE","min_entries_to_merge":1,"min_entries_to_merge_wait_minutes":0}},
{"type":"required_status_checks","parameters":{"strict_required_status_checks_policy":false,"required_status_checks":[{"context":"unit"}]}}]}`

// TestMergeQueue lets two pull requests go through a merge queue, in which the first fails.
func TestMergeQueue(t *testing.T) {
	w := newWorld(t)
	hook := newInbox(t, "q")
	a := w.openPull("bob", "a", map[string]string{"a": "a"})
	b := w.openPull("bob", "b", map[string]string{"b": "b"})
	resp, body := w.raw("POST", "/repos/acme/site/rulesets", w.token("alice"), queueRules)
	if resp.StatusCode != http.StatusCreated {
		t.Fatalf("create a ruleset: %d %v", resp.StatusCode, body)
	}
	if _, err := w.Merge("alice", "acme/site", a.Number, "merge"); err == nil || !strings.Contains(err.Error(), "merge queue") {
		t.Errorf("a direct merge past the queue: %v", err)
	}
	_, err := w.InstallHook(HookSpec{Repo: "acme/site", URL: hook.url, Secret: "q", Events: []string{"merge_group"}})
	w.ok(err)
	w.ok(w.Enqueue("alice", "acme/site", a.Number))
	w.ok(w.Enqueue("alice", "acme/site", b.Number))
	w.settle()
	groups := hook.take()
	if got, want := names(groups), "ping merge_group.checks_requested merge_group.checks_requested"; got != want {
		t.Fatalf("events: got %s, want %s", got, want)
	}
	sha := func(r received) string {
		group, _ := r.Body["merge_group"].(map[string]any)
		s, _ := group["head_sha"].(string)
		return s
	}
	w.ok(w.SetStatus(StatusSpec{Who: "bob", Repo: "acme/site", SHA: sha(groups[1]), State: "failure", Context: "unit"}))
	w.settle()
	groups = hook.take()
	if got, want := names(groups), "merge_group.destroyed merge_group.destroyed merge_group.checks_requested"; got != want {
		t.Fatalf("events after a failure: got %s, want %s", got, want)
	}
	w.ok(w.SetStatus(StatusSpec{Who: "bob", Repo: "acme/site", SHA: sha(groups[2]), State: "success", Context: "unit"}))
	w.settle()
	va, _ := w.Pull("acme/site", a.Number)
	vb, _ := w.Pull("acme/site", b.Number)
	if va.Merged || !vb.Merged || vb.MergeCommitSHA != sha(groups[2]) {
		t.Errorf("a merged %v, b merged %v as %s, want b only as %s", va.Merged, vb.Merged, vb.MergeCommitSHA, sha(groups[2]))
	}
	w.View(func(v *View) {
		for _, br := range v.Branches("acme/site") {
			if strings.HasPrefix(br.Name, "gh-readonly-queue/") {
				t.Errorf("a branch of the queue is left: %s", br.Name)
			}
		}
	})
}
