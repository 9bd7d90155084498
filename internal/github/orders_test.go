package github

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
	"github.com/bowsprit-ci/bowsprit/triggers"
	"github.com/bowsprit-ci/bowsprit/triggers/command"
)

func TestALongCommentKeepsItsCommands(t *testing.T) {
	log := strings.Repeat("ok  \texample.com/pkg\t0.01s /tmp/x\n", 1000)
	commands := strings.Repeat("/test unit\n", 1000)
	cases := map[string]struct {
		why  string
		body string
		want string
	}{
		"a command under a log":        {body: strings.Repeat("some line of a log\n", 1000) + "/retest", want: "/retest"},
		"a command under a fenced log": {body: "```\n" + log + "```\n/retest", want: "/retest"},
		"a command in a fenced log":    {why: "it is quoted, not said", body: "```\n/test all\n" + log + "```\n/retest", want: "/retest"},
		"a fence that stays open":      {why: "GitHub shows the rest as code", body: "/test unit\n```\n" + log + "/retest", want: "/test unit"},
		"commands in quotes": {
			why: "a quote is somebody else's", body: "> /test all\n  > /cancel\n/retest\n" + strings.Repeat("x", 5000), want: "/retest",
		},
		"a command in an HTML comment": {
			body: "<!--\n/cancel\n" + strings.Repeat("x", 5000) + "\n-->\n/retest", want: "/retest",
		},
		"a blank that would become a fence": {
			why: "what is left must be read as it was in the whole", body: "<!-- x -->``` /a\n/retest\n" + strings.Repeat("x", 5000), want: "/retest",
		},
		"a job's own word within a line": {
			why: "its trigger may find it there", body: "please /run-e2e now\n" + strings.Repeat("x", 5000), want: "please /run-e2e now",
		},
		"too many commands": {why: "whole lines from the first on", body: commands, want: strings.TrimSuffix(commands[:372*11], "\n")},
		"a command without end": {
			why: "half of it would be another command", body: "/test " + strings.Repeat("x", 5000) + "\n/retest", want: "/retest",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p := payload("issue_comment", "created")
			at(p, "comment")["body"] = c.body
			event, concerns, err := Translate("issue_comment", encode(t, p))
			if err != nil || !concerns {
				t.Fatalf("%t, %v", concerns, err)
			}
			if diff := cmp.Diff(c.want, event.Comment.Body); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.why, diff)
			}
		})
	}
}

// However a comment is abridged, it says no command that the whole does not say, and in the same order.
func FuzzAbridge(f *testing.F) {
	for _, body := range []string{
		"/test all\n/retest", "```\n/test a\n```\n/test b", "<!-- x -->``` /a\n/test a\n```", "> /test a\n/cancel", "<!--\n/test a\n-->/test b",
		"/test a\r/test b\r\n~~~\n/retest", "<!-- -->> /test a\n/retest",
	} {
		f.Add(body, 12)
	}
	f.Fuzz(func(t *testing.T, body string, most int) {
		short := abridge(body, func(b string) bool { return len(b) <= most })
		if len(short) > max(most, 0) && short != "" {
			t.Fatalf("%d bytes, want at most %d", len(short), most)
		}
		whole := command.Parse(body)
		for _, c := range command.Parse(short) {
			for len(whole) > 0 && !cmp.Equal(whole[0], c) {
				whole = whole[1:]
			}
			if len(whole) == 0 && len(command.Parse(body)) < command.MaxCommands {
				t.Fatalf("%q says %v, %q does not", short, c, body)
			}
		}
	})
}

var errAsked = errors.New("the pull request was asked for")

// curious is a world that only tells that somebody looked.
type curious struct{ triggers.World }

func (curious) PullRequest(context.Context, string, string, int) (triggers.PullRequest, error) {
	return triggers.PullRequest{}, errAsked
}

func (curious) BotLogin(context.Context) (string, error) { return "robot", nil }

// oneJob is a configuration with one job that has a command of its own.
type oneJob struct{ job prow.Presubmit }

func (c oneJob) Presubmits(string, string) []prow.Presubmit { return []prow.Presubmit{c.job} }
func (oneJob) Postsubmits(string, string) []prow.Postsubmit { return nil }
func (oneJob) Trust(string, string) prow.Trigger            { return prow.Trigger{} }
func (oneJob) Enabled(string, string) bool                  { return true }

// The inbox keeps exactly what triggers looks into: the rule is written down in both, and this holds them together.
func TestTranslateKeepsWhatTriggersActOn(t *testing.T) {
	cat := oneJob{prow.Presubmit{Trigger: `/run-e2e\b`, RerunCommand: "/run-e2e"}}
	cat.job.Name = "e2e"
	acts := func(t *testing.T, event v1alpha1.Event) bool {
		t.Helper()
		plan, err := triggers.Decide(t.Context(), event, curious{}, cat)
		if err != nil && !errors.Is(err, errAsked) {
			t.Fatal(err)
		}
		return err != nil || len(plan.Actions) > 0
	}
	alice := v1alpha1.User{Login: "alice", ID: 2}
	for _, action := range []string{
		"opened", "reopened", "synchronize", "edited", "labeled", "unlabeled", "closed", "ready_for_review", "converted_to_draft",
		"assigned", "review_requested", "locked", "auto_merge_enabled",
	} {
		for _, label := range []string{"", "ok-to-test", "lgtm", "approved", "LGTM", "needs-ok-to-test"} {
			for _, changes := range []object{{}, {"title": object{"from": "x"}}, {"base": object{"ref": object{"from": "x"}}}} {
				p := payload("pull_request", action)
				p["label"], p["changes"] = object{"name": label}, changes
				event := v1alpha1.Event{
					Kind: v1alpha1.KindPullRequest, Action: action, Org: "acme", Repo: "web", Number: 5, HeadSHA: headSHA, Sender: alice,
					Label: label, BaseChanged: changes["base"] != nil,
				}
				_, concerns, err := Translate("pull_request", encode(t, p))
				if want := acts(t, event); concerns != want || err != nil {
					t.Errorf("%s, label %q, changes %v: kept %t, %v, but triggers acts: %t", action, label, changes, concerns, err, want)
				}
			}
		}
	}
	for _, body := range []string{
		"", "hello", "LGTM, see https://example.com/a/b", "```\n/test all\n```", "> /retest", "`/test all` runs it", "and/or",
		"/test all", "hello\r\n/retest\r\n", "/ok-to-test " + headSHA, "/test?", "/cancel", "please /run-e2e",
	} {
		p := payload("issue_comment", "created")
		at(p, "comment")["body"] = body
		event := v1alpha1.Event{
			Kind: v1alpha1.KindIssueComment, Action: "created", Org: "acme", Repo: "web", Number: 5, Sender: alice,
			Comment: &v1alpha1.Comment{ID: 99, Author: alice, Body: body},
		}
		_, concerns, err := Translate("issue_comment", encode(t, p))
		if want := acts(t, event); concerns != want || err != nil {
			t.Errorf("comment %q: kept %t, %v, but triggers acts: %t", body, concerns, err, want)
		}
	}
}
