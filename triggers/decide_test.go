package triggers_test

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
	"github.com/bowsprit-ci/bowsprit/triggers"
	"github.com/bowsprit-ci/bowsprit/triggers/command"
)

// codeSpan is a code span as the mind writes it: one backtick on each side, all on one line.
var codeSpan = regexp.MustCompile("`[^`\n]+`")

// commandBlock is the only code block the mind writes: the grant of one commit, and nothing else.
var commandBlock = regexp.MustCompile("\n\n```\n/ok-to-test [0-9a-f]{40}\n```(\n\n|$)")

// checkComments holds every comment of a plan against the rules for text that GitHub shows.
func checkComments(t interface{ Fatalf(string, ...any) }, p triggers.Plan) {
	for _, a := range p.Actions {
		c, ok := a.(triggers.Comment)
		if !ok {
			continue
		}
		if got := command.Parse(c.Body); len(got) > 0 {
			t.Fatalf("a comment of ours gives commands: %v", got)
		}
		body := commandBlock.ReplaceAllString(c.Body, "\n\n")
		for _, line := range strings.Split(body, "\n") {
			if strings.HasPrefix(strings.TrimSpace(line), "/") {
				t.Fatalf("a line of a comment begins with a slash, and may be taken for a command: %q", line)
			}
		}
		if rest := codeSpan.ReplaceAllString(body, ""); strings.ContainsAny(rest, "`@<") {
			t.Fatalf("outside of code a comment may mention nobody and hold no HTML: %q", rest)
		}
	}
}

// jobsOf is a catalog of one repository.
type jobsOf struct {
	jobs     []prow.Presubmit
	pushed   []prow.Postsubmit
	trigger  prow.Trigger
	disabled bool
}

func (c jobsOf) Presubmits(string, string) []prow.Presubmit   { return c.jobs }
func (c jobsOf) Postsubmits(string, string) []prow.Postsubmit { return c.pushed }
func (c jobsOf) Trust(string, string) prow.Trigger            { return c.trigger }
func (c jobsOf) Enabled(string, string) bool                  { return !c.disabled }

// runsOn says whether a presubmit runs for a base branch.
func (c jobsOf) runsOn(name, branch string) bool {
	return slices.ContainsFunc(c.jobs, func(j prow.Presubmit) bool { return j.Name == name && j.ShouldRun(branch) })
}

func job(name string, change func(*prow.Presubmit)) prow.Presubmit {
	p := prow.Presubmit{JobBase: prow.JobBase{Name: name}}
	if change != nil {
		change(&p)
	}
	p.Default("o/r", &prow.Config{})
	return p
}

func always(p *prow.Presubmit)   { p.AlwaysRun = true }
func onChange(p *prow.Presubmit) { p.RunIfChanged = `\.go$` }

func TestDecideTakesNoPart(t *testing.T) {
	opened := v1alpha1.Event{Kind: v1alpha1.KindPullRequest, Action: "opened", Org: "o", Repo: "r", Number: 7}
	tests := map[string]struct {
		why   string
		cat   jobsOf
		event v1alpha1.Event
		want  string
	}{
		"the repository has no jobs":    {cat: jobsOf{}, event: opened, want: "`o/r` has no presubmits"},
		"the plugin is not enabled":     {why: "plugins.yaml decides, as in Prow", cat: jobsOf{jobs: []prow.Presubmit{job("unit", always)}, disabled: true}, event: opened, want: "the plugin `trigger` is not enabled for `o/r`"},
		"no postsubmits":                {cat: jobsOf{jobs: []prow.Presubmit{job("unit", always)}}, event: pushTo("main"), want: "`o/r` has no postsubmits"},
		"a push, not enabled":           {cat: jobsOf{pushed: []prow.Postsubmit{pushedJob("image", nil)}, disabled: true}, event: pushTo("main"), want: "the plugin `trigger` is not enabled for `o/r`"},
		"a deleted branch":              {cat: jobsOf{pushed: []prow.Postsubmit{pushedJob("image", nil)}}, event: v1alpha1.Event{Kind: v1alpha1.KindPush, Org: "o", Repo: "r", Ref: "old", Deleted: true}, want: "`old` was deleted: there is no commit to test"},
		"no pull request":               {why: "GitHub names none for check runs of forks", cat: jobsOf{jobs: []prow.Presubmit{job("unit", always)}}, event: v1alpha1.Event{Kind: v1alpha1.KindCheckRun, Org: "o", Repo: "r"}, want: "the event belongs to no pull request"},
		"a kind that nobody handles":    {cat: jobsOf{jobs: []prow.Presubmit{job("unit", always)}}, event: v1alpha1.Event{Kind: "star", Org: "o", Repo: "r", Number: 7}, want: "nothing handles events of kind `star`"},
		"a comment without a command":   {cat: jobsOf{jobs: []prow.Presubmit{job("unit", always)}}, event: commentBy("bob", "nice"), want: "the comment holds no command"},
		"an event of a comment without": {cat: jobsOf{jobs: []prow.Presubmit{job("unit", always)}}, event: v1alpha1.Event{Kind: v1alpha1.KindIssueComment, Action: "created", Org: "o", Repo: "r", Number: 7}, want: "commands count when a comment is created, not when it is changed"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := &world{}
			plan, err := triggers.Decide(t.Context(), test.event, answers{w}, test.cat)
			if diff := cmp.Diff(triggers.Plan{Why: test.want}, plan); diff != "" || err != nil {
				t.Errorf("%s: %v (-want +got):\n%s", test.why, err, diff)
			}
			if len(w.asked) > 0 {
				t.Errorf("GitHub was asked for %v, for nothing", w.asked)
			}
		})
	}
}

func commentBy(login, body string) v1alpha1.Event {
	return v1alpha1.Event{Kind: v1alpha1.KindIssueComment, Action: "created", Org: "o", Repo: "r", Number: 7, Sender: v1alpha1.User{Login: login},
		Comment: &v1alpha1.Comment{ID: 9, Author: v1alpha1.User{Login: login}, Body: body}}
}

// TestDecideFailsClosed makes every question fail in turn: then there is an error and no plan at all.
func TestDecideFailsClosed(t *testing.T) {
	cat := jobsOf{jobs: []prow.Presubmit{job("unit", always), job("go", onChange)}}
	pull := v1alpha1.Event{Kind: v1alpha1.KindPullRequest, Action: "opened", Org: "o", Repo: "r", Number: 7}
	click := v1alpha1.Event{Kind: v1alpha1.KindCheckRun, Action: "rerequested", Org: "o", Repo: "r", Number: 7,
		CheckRun: &v1alpha1.CheckRun{Name: "unit", ExternalID: "unit-1"}}
	tests := map[string]struct {
		why       string
		event     v1alpha1.Event
		author    string
		questions []string
	}{
		"a member's pull request":   {event: pull, author: "alice", questions: []string{"PullRequest", "Trusted", "ChangedFiles"}},
		"an outsider's":             {event: pull, author: "eve", questions: []string{"PullRequest", "Trusted", "Contexts"}},
		"a command":                 {event: commentBy("alice", "/retest"), author: "alice", questions: []string{"BotLogin", "PullRequest", "Trusted", "Contexts", "ChangedFiles"}},
		"a command for an outsider": {event: commentBy("alice", "/ok-to-test"), author: "eve", questions: []string{"BotLogin", "PullRequest", "Trusted", "Contexts"}},
		"the Re-run button":         {event: click, author: "alice", questions: []string{"PullRequest", "Trusted"}},
	}
	for name, test := range tests {
		for _, question := range test.questions {
			t.Run(name+" without "+question, func(t *testing.T) {
				w := &world{Pull: triggers.PullRequest{Org: "o", Repo: "r", Number: 7, Author: test.author, BaseRef: "main"}, Trust: []string{"alice"}, fails: question}
				plan, err := triggers.Decide(t.Context(), test.event, answers{w}, cat)
				if !errors.Is(err, errDown) {
					t.Errorf("error %v, want one that is %v; asked were %v", err, errDown, w.asked)
				}
				if len(plan.Decisions)+len(plan.Actions) > 0 {
					t.Errorf("there is a plan all the same: %s", plan)
				}
			})
		}
	}
}

func TestAnOutsiderCostsFewQuestions(t *testing.T) {
	w := &world{Pull: triggers.PullRequest{Author: "eve"}}
	ev := v1alpha1.Event{Kind: v1alpha1.KindPullRequest, Action: "opened", Org: "o", Repo: "r", Number: 7}
	if _, err := triggers.Decide(t.Context(), ev, answers{w}, jobsOf{jobs: []prow.Presubmit{job("go", onChange)}}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"PullRequest", "Trusted", "Contexts"}, w.asked); diff != "" {
		t.Errorf("trust comes first, and nothing dear before it (-want +got):\n%s", diff)
	}
}

func TestReservedContextsHoldTheGate(t *testing.T) {
	if !strings.HasPrefix(triggers.GateContext, prow.ReservedContextPrefix) {
		t.Errorf("a job could report as %s: the prefix %q is what validation keeps from jobs", triggers.GateContext, prow.ReservedContextPrefix)
	}
}
