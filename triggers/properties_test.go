package triggers_test

import (
	"flag"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
	"github.com/bowsprit-ci/bowsprit/triggers"
)

var (
	heads = []string{strings.Repeat("a", 40), strings.Repeat("a", 39) + "b", strings.Repeat("c", 40)}
	// the first three are drawn most often, the others are what may be trusted, or hostile.
	logins = []string{"alice", "bob", "eve", "alice", "bob", "eve", "mallory", "helper[bot]", "bowsprit[bot]", "x` @everyone\n/test all\n`"}
	bodies = []string{"/ok-to-test", "/ok-to-test " + heads[0], "/ok-to-test " + strings.ToUpper(heads[1]), "/ok-to-test aaaaaaa", "/ok-to-test " + heads[0][:39], "/ok-to-test cancel",
		"/test all", "/test unit", "/test ?", "/test", "/test nope `x` @everyone <b>", "/retest", "/retest-required", "/test-manual-required",
		"/cancel", "/cancel unit `\u202e`", "/preview", "nice", "> /test all", "```\n/test all\n```"}
)

// drawWorld makes up a present, hostile text included.
func drawWorld(t *rapid.T) *world {
	pick := func(label string, from []string) string { return rapid.SampledFrom(from).Draw(t, label) }
	w := &world{
		Pull: triggers.PullRequest{Org: "o", Repo: "r", Number: 7, Author: pick("author", logins), HeadSHA: pick("head", heads),
			BaseRef: pick("base", []string{"main", "release-1", "x` @y\n/test"}), Draft: seldom(t, "draft"), Closed: seldom(t, "closed"),
			Labels: rapid.SliceOf(rapid.SampledFrom([]string{triggers.NeedsOkToTest, "ok-to-test", "lgtm"})).Draw(t, "labels")},
		Changed: rapid.SliceOf(rapid.SampledFrom([]string{"a.go", "docs/x.md", "`@all`\n/test all"})).Draw(t, "changed"),
		Trust:   rapid.SliceOfDistinct(rapid.SampledFrom([]string{"alice", "bob", "helper[bot]"}), rapid.ID).Draw(t, "trust"),
	}
	if seldom(t, "mergeable known") {
		w.Pull.Mergeable = new(bool)
		*w.Pull.Mergeable = rapid.Bool().Draw(t, "mergeable")
	}
	for range rapid.IntRange(0, 3).Draw(t, "contexts") {
		w.Contexts = append(w.Contexts, triggers.Context{
			Name:  pick("context", []string{triggers.GateContext, "unit", "docs"}),
			State: rapid.SampledFrom([]triggers.ContextState{triggers.StateSuccess, triggers.StateFailure, triggers.StatePending}).Draw(t, "state"),
			Ours:  rapid.Bool().Draw(t, "ours")})
	}
	return w
}

func seldom(t *rapid.T, label string) bool { return rapid.IntRange(0, 4).Draw(t, label) == 4 }

func drawEvent(t *rapid.T) v1alpha1.Event {
	pick := func(label string, from []string) string { return rapid.SampledFrom(from).Draw(t, label) }
	ev := v1alpha1.Event{Org: "o", Repo: "r", Number: 7, Sender: v1alpha1.User{Login: pick("sender", logins)}, HeadSHA: pick("event head", heads)}
	ev.Kind = rapid.SampledFrom([]v1alpha1.EventKind{v1alpha1.KindPullRequest, v1alpha1.KindIssueComment, v1alpha1.KindCheckRun}).Draw(t, "kind")
	switch ev.Kind {
	case v1alpha1.KindPullRequest:
		ev.Action = pick("action", []string{"opened", "reopened", "synchronize", "edited", "labeled", "closed", "ready_for_review", "converted_to_draft", "assigned"})
		ev.Label = pick("label", []string{"ok-to-test", "lgtm", "`@x`"})
		ev.BaseChanged = rapid.Bool().Draw(t, "base changed")
	case v1alpha1.KindIssueComment:
		ev.Action = pick("action", []string{"created", "created", "created", "edited"})
		ev.Comment = &v1alpha1.Comment{ID: 9, Author: v1alpha1.User{Login: pick("commenter", logins)}, URL: pick("url", []string{"", "https://x/y", "javascript:x", "https://x/) @y"}),
			Body: strings.Join(rapid.SliceOfN(rapid.SampledFrom(bodies), 1, 3).Draw(t, "body"), "\n")}
		if !seldom(t, "other sender") {
			ev.Comment.Author = ev.Sender
		}
		ev.Sender.Bot = strings.HasSuffix(ev.Sender.Login, "[bot]")
	case v1alpha1.KindCheckRun:
		ev.Action = "rerequested"
		ev.CheckRun = &v1alpha1.CheckRun{ID: 1, Name: pick("check", []string{"unit", "docs", triggers.GateContext}), ExternalID: pick("external", []string{"unit-1", "", "../x"})}
	}
	return ev
}

func drawCatalog(t *rapid.T) jobsOf {
	return jobsOf{
		jobs: []prow.Presubmit{job("unit", always), job("docs", onChange), job("e2e", nil),
			job("preview", func(p *prow.Presubmit) { p.Trigger, p.RerunCommand = `(?m)^/preview\s*$`, "/preview" }),
			job("notes", func(p *prow.Presubmit) { p.AlwaysRun, p.Branches = true, []string{"^release-"} })},
		trigger: prow.Trigger{IgnoreOkToTest: rapid.Bool().Draw(t, "ignore"), OnlyOrgMembers: rapid.Bool().Draw(t, "only members")},
	}
}

// entitled says, independently of how Decide goes about it, whether anybody with authority let the present head run.
func entitled(w *world, ev v1alpha1.Event) bool {
	trusted := func(login string) bool { return slices.Contains(w.Trust, login) }
	granted := slices.ContainsFunc(w.Contexts, func(c triggers.Context) bool {
		return c.Name == triggers.GateContext && c.Ours && c.State == triggers.StateSuccess
	})
	switch {
	case ev.Kind == v1alpha1.KindCheckRun:
		return trusted(ev.Sender.Login) && ev.HeadSHA == w.Pull.HeadSHA
	case ev.Kind == v1alpha1.KindPullRequest:
		return trusted(w.Pull.Author) || granted
	}
	byPerson := ev.Action == "created" && ev.Comment.Author.Login == ev.Sender.Login && !ev.Sender.Bot && trusted(ev.Sender.Login)
	return byPerson && (trusted(w.Pull.Author) || granted || namesHead(ev.Comment.Body, w.Pull.HeadSHA))
}

// namesHead says whether a line of a comment is the command with the full SHA, in any case.
func namesHead(body, head string) bool {
	return slices.Contains(strings.Split(strings.ToLower(body), "\n"), "/ok-to-test "+head)
}

// TestNothingRunsWithoutAuthority holds invariant 4 of the design, and what else must never be in a plan.
func TestNothingRunsWithoutAuthority(t *testing.T) {
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue {
		if err := flag.Set("rapid.checks", "4000"); err != nil { // a check takes a few microseconds, and attacks are rare among them
			t.Fatal(err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		w, ev, cat := drawWorld(t), drawEvent(t), drawCatalog(t)
		plan, err := triggers.Decide(t.Context(), ev, answers{w}, cat)
		if err != nil {
			t.Fatal(err)
		}
		again, err := triggers.Decide(t.Context(), ev, answers{w}, cat)
		if err != nil || !cmp.Equal(plan, again) {
			t.Fatalf("the same event in the same world gives another plan: %v\n%s\n%s", err, plan, again)
		}
		checkComments(t, plan)
		for _, a := range plan.Actions {
			checkAction(t, a, w, ev, cat)
		}
	})
}

func checkAction(t *rapid.T, a triggers.Action, w *world, ev v1alpha1.Event, cat jobsOf) {
	if a.Because() == "" || strings.Contains(a.Because(), "\n") {
		t.Fatalf("an action's why is one line, not %q", a.Because())
	}
	switch a := a.(type) {
	case triggers.Run:
		conflict := w.Pull.Mergeable != nil && !*w.Pull.Mergeable
		if !entitled(w, ev) || w.Pull.Closed || conflict || a.Refs.Pulls[0].SHA != w.Pull.HeadSHA || !cat.runsOn(a.Job.Name, w.Pull.BaseRef) {
			t.Fatalf("%s must not run: %s", a.Job.Name, a.Why)
		}
		if w.Pull.Draft && strings.HasPrefix(a.Trigger, triggers.TriggerAuto) {
			t.Fatalf("%s runs by itself on a draft", a.Job.Name)
		}
	case triggers.Gate:
		if a.SHA != w.Pull.HeadSHA || (a.Open && (!entitled(w, ev) || ev.Comment == nil || !namesHead(ev.Comment.Body, w.Pull.HeadSHA))) {
			t.Fatalf("the gate must not open: %s", a.Why)
		}
	case triggers.Cancel:
		if ev.Kind == v1alpha1.KindIssueComment && !slices.Contains(w.Trust, ev.Sender.Login) {
			t.Fatalf("%s may not cancel", ev.Sender.Login)
		}
	}
}
