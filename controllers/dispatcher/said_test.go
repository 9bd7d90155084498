package dispatcher_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
	"github.com/bowsprit-ci/bowsprit/internal/github"
	"github.com/bowsprit-ci/bowsprit/triggers"
)

// Each thing that is said on GitHub is refused in each way: what no retry cures is noted after a while, and everything
// else is said.
func TestWhatGitHubRefusesForGoodIsNoted(t *testing.T) {
	for name, tc := range map[string]struct {
		why  string
		err  error
		ends bool
	}{
		"forbidden":    {why: "a locked conversation or a missing permission", err: github.ErrForbidden, ends: true},
		"invalid":      {why: "GitHub does not take the content", err: github.ErrInvalid, ends: true},
		"gone":         {why: "issues are switched off", err: github.ErrGone, ends: true},
		"not found":    {why: "what hides from us", err: github.ErrNotFound, ends: true},
		"a bad moment": {why: "it passes", err: github.ErrTemporary},
	} {
		for _, what := range []string{"check", "label", "comment"} {
			t.Run(name+" "+what, func(t *testing.T) {
				s := newScene(t)
				s.decide(headX, "auto", s.job("unit", nil))
				s.plan.Actions = append(s.plan.Actions,
					triggers.Comment{Org: "o", Repo: "r", Number: 12, Marker: "welcome", Body: "hello", Why: "to say so"},
					triggers.Gate{Org: "o", Repo: "r", SHA: headX, Open: true, Title: "Granted", Why: "alice said so"},
					triggers.Label{Org: "o", Repo: "r", Number: 12, Name: "needs-ok-to-test", Remove: true, Why: "it was granted"})
				s.page.fail = func(w string) error {
					if w == what {
						return fmt.Errorf("say it: %w", tc.err)
					}
					return nil
				}
				d := s.deliver(v1alpha1.KindPullRequest)
				if _, err := s.process(d); err == nil || len(s.runs()) != 1 {
					t.Fatalf("at first: %v with %d runs; want the run, and an error", err, len(s.runs()))
				}
				if said := len(s.page.checks) + len(s.page.labels) + len(s.page.comments); tc.ends && said != 2 {
					t.Errorf("%d other things were said while one was refused, want 2", said)
				}
				s.clock.SetTime(s.clock.Now().Add(11 * time.Minute))
				_, err := s.process(d)
				done := meta.IsStatusConditionTrue(d.Status.Conditions, v1alpha1.ConditionProcessed)
				if (err == nil) != tc.ends || done != tc.ends {
					t.Fatalf("%s: later %v, %+v", tc.why, err, d.Status)
				}
				if !tc.ends {
					return
				}
				refused := 0
				for _, a := range d.Status.Actions {
					if strings.Contains(a, "GitHub refuses it: say it: "+tc.err.Error()) {
						refused++
					}
				}
				if len(d.Status.Actions) != 3 || refused != 1 || d.Status.Decisions[0].Run == "" {
					t.Errorf("the actions are %q, the decisions %+v", d.Status.Actions, d.Status.Decisions)
				}
			})
		}
	}
}

// A job that cannot run, and whose check GitHub does not take, holds up nothing else for ever.
func TestARefusalThatCannotBeShownIsNoted(t *testing.T) {
	s := newScene(t)
	s.decide(headX, "auto", s.job("odd", func(j *prow.Presubmit) { j.Spec.HostPID = true }))
	s.page.fail = func(string) error { return fmt.Errorf("write it: %w", github.ErrForbidden) }
	d := s.deliver(v1alpha1.KindPullRequest)
	if _, err := s.process(d); err == nil {
		t.Error("it is no error at first")
	}
	s.clock.SetTime(s.clock.Now().Add(11 * time.Minute))
	s.must(d)
	if len(d.Status.Actions) != 1 || !strings.Contains(d.Status.Actions[0], "show why odd cannot run; GitHub refuses it") ||
		d.Status.Decisions[0].Verdict != "refuse" {
		t.Errorf("the status is %+v", d.Status)
	}
}
