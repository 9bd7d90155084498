package dispatcher_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
	"github.com/bowsprit-ci/bowsprit/internal/github"
	"github.com/bowsprit-ci/bowsprit/internal/runs"
	"github.com/bowsprit-ci/bowsprit/pipelines/record"
	"github.com/bowsprit-ci/bowsprit/triggers"
)

// concludeAndDelete plays a run's end: its check says how, and the object is deleted. It returns the run's name.
func (s *scene) concludeAndDelete(conclusion, title string) string {
	s.Helper()
	list := s.runs()
	if len(list) != 1 {
		s.Fatalf("%d runs, want 1", len(list))
	}
	run := &list[0]
	rec, err := record.Decode(run)
	if err != nil {
		s.Fatal(err)
	}
	if conclusion != "" {
		if _, err := s.page.UpsertCheck(context.Background(), github.Check{
			SHA: rec.Cause.HeadSHA, Name: rec.Context, ExternalID: run.Name, Status: github.Completed, Conclusion: conclusion, Title: title,
		}); err != nil {
			s.Fatal(err)
		}
	}
	if err := s.api.Client.Delete(context.Background(), run); err != nil {
		s.Fatal(err)
	}
	return run.Name
}

// The name of a deleted run is free again, its check is not: a second run of that name could not be reported.
func TestACauseIsDoneAsLongAsItsCheckSaysSo(t *testing.T) {
	for name, tc := range map[string]struct {
		why               string
		trigger           string
		conclusion, title string
		token, silent     bool
		// runs is how many there are after the same head is decided about again; renamed if it is under another name.
		runs    int
		renamed bool
	}{
		"it passed": {why: "a result is a result", trigger: "auto", conclusion: "success", title: "Passed in 2s"},
		"it failed": {why: "trying again is for people", trigger: "auto", conclusion: "failure", title: "unit failed: exit code 1 in step test"},
		"a person cancelled it": {
			why: "it stays stopped", trigger: "auto", conclusion: "cancelled", title: "Cancelled on request: cancelled by `@alice`",
		},
		"somebody cancelled it in the cluster": {why: "it stays stopped", trigger: "auto", conclusion: "cancelled", title: "Cancelled in the cluster"},
		"it was deleted before its end": {
			why: "nobody knows the result", trigger: "auto", conclusion: "cancelled", title: "PipelineRun deleted before it was finished", runs: 1, renamed: true,
		},
		"it was superseded": {
			why: "the commit came back", trigger: "auto", conclusion: "cancelled", title: "Superseded by bbbbbbb", runs: 1, renamed: true,
		},
		"its pull request was closed": {
			why: "it is open again", trigger: "auto", conclusion: "cancelled", title: "Cancelled: the pull request is closed", runs: 1, renamed: true,
		},
		"its check tells of no end": {why: "nothing was said, so that the same may be said", trigger: "auto", runs: 1},
		"it was for a move to another base": {
			why: "only the automatic run of the head itself is resumed", trigger: "auto-on-main",
			conclusion: "cancelled", title: "PipelineRun deleted before it was finished",
		},
		"a token": {why: "statuses are not tied to runs", trigger: "auto", conclusion: "success", title: "Passed in 2s", token: true, runs: 1},
		"a job that reports nothing": {
			why: "it has no check", trigger: "auto", conclusion: "success", title: "Passed in 2s", silent: true, runs: 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			s.page.token = tc.token
			s.decide(headX, tc.trigger, s.job("unit", func(j *prow.Presubmit) { j.SkipReport = tc.silent }))
			s.must(s.deliver(v1alpha1.KindPullRequest))
			first := s.concludeAndDelete(tc.conclusion, tc.title)
			d := s.deliver(v1alpha1.KindPullRequest)
			s.must(d)
			again := s.deliver(v1alpha1.KindPullRequest)
			s.must(again)
			got := d.Status.Decisions[0]
			if len(s.runs()) != tc.runs || (got.Run != first) != tc.renamed || got.Verdict != "run" {
				t.Errorf("%s: %d runs, the first one is %s, the decision %+v", tc.why, len(s.runs()), first, got)
			}
			if tc.runs == 0 && (!strings.Contains(got.Why, "ended as "+tc.conclusion) || !strings.Contains(got.Why, "/test unit")) {
				t.Errorf("the decision does not say that the cause is done: %+v", got)
			}
			if again.Status.Decisions[0].Run != got.Run {
				t.Errorf("the same once more led to %s, not to %s", again.Status.Decisions[0].Run, got.Run)
			}
		})
	}
}

// A deleted run needs no heir if somebody asked for another one meanwhile.
func TestALivingRunIsTheHeirOfADeletedOne(t *testing.T) {
	s := newScene(t)
	s.makeRun("auto")
	s.concludeAndDelete("cancelled", "PipelineRun deleted before it was finished")
	s.makeRun("4711")
	s.decide(headX, "auto", s.job("unit", nil))
	d := s.deliver(v1alpha1.KindPullRequest)
	s.must(d)
	if list := s.runs(); len(list) != 1 || d.Status.Decisions[0].Run != list[0].Name {
		t.Errorf("%d runs, the decision is %+v", len(list), d.Status.Decisions[0])
	}
}

// The question costs a request per run, so it is asked only where the answer may be yes.
func TestThePastIsAskedAboutOnlyWhereThereMayBeOne(t *testing.T) {
	opened := func(ev *v1alpha1.Event) { ev.Action = "opened" }
	for name, tc := range map[string]struct {
		why     string
		kind    v1alpha1.EventKind
		event   func(*v1alpha1.Event)
		trigger string
		later   time.Duration
		fails   bool
		asked   int
	}{
		"a new pull request": {why: "it has no past", kind: v1alpha1.KindPullRequest, event: opened, trigger: "auto"},
		"a command":          {why: "each comment is a cause of its own", kind: v1alpha1.KindIssueComment, event: commented(4711), trigger: "4711"},
		"a push":             {why: "the commit may have been the head before", kind: v1alpha1.KindPullRequest, trigger: "auto", asked: 1},
		"a grant":            {why: "it may be the second one", kind: v1alpha1.KindIssueComment, event: commented(4711), trigger: "auto", asked: 1},
		"a new pull request after an error": {
			why: "the first try may have made the run", kind: v1alpha1.KindPullRequest, event: opened, trigger: "auto", fails: true, asked: 1,
		},
		"a command after an error": {
			why: "the first try may have made the run", kind: v1alpha1.KindIssueComment, event: commented(4711), trigger: "4711", fails: true, asked: 1,
		},
		"a new pull request after an outage": {
			why: "a crash leaves no trace of its try", kind: v1alpha1.KindPullRequest, event: opened, trigger: "auto", later: time.Hour, asked: 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			d := s.deliverEvent(tc.kind, tc.event)
			s.clock.SetTime(s.clock.Now().Add(tc.later))
			if s.err = github.ErrTemporary; tc.fails {
				if _, err := s.process(d); err == nil {
					t.Fatal("the first try is no error")
				}
			}
			s.err = nil
			s.decide(headX, tc.trigger, s.job("unit", nil))
			s.must(d)
			if s.page.asked != tc.asked || len(s.runs()) != 1 {
				t.Errorf("%s: asked %d times, want %d; %d runs", tc.why, s.page.asked, tc.asked, len(s.runs()))
			}
		})
	}
}

// A pull request is closed, its job is edited, and it is opened again: it is tested with what the job is now.
func TestAStoppedRunIsResumedWithThePresentConfiguration(t *testing.T) {
	for name, tc := range map[string]struct {
		why   string
		kind  v1alpha1.EventKind
		event func(*v1alpha1.Event)
		runs  int
	}{
		"closed":              {why: "nobody asked for its end", kind: v1alpha1.KindPullRequest, runs: 2},
		"cancelled by a user": {why: "a person asked for its end", kind: v1alpha1.KindIssueComment, event: commented(4711), runs: 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			s.makeRun("auto")
			s.plan = triggers.Plan{Why: "an end", Actions: []triggers.Action{triggers.Cancel{Org: "o", Repo: "r", Number: 12, Why: "the pull request is closed"}}}
			s.must(s.deliverEvent(tc.kind, tc.event))
			s.decide(headX, "auto", s.job("unit", func(j *prow.Presubmit) { j.Spec.Containers[0].Image = "another" }))
			d := s.deliver(v1alpha1.KindPullRequest)
			s.must(d)
			s.must(s.deliver(v1alpha1.KindPullRequest))
			list := s.runs()
			if len(list) != tc.runs {
				t.Fatalf("%s: %d runs, want %d; the decision is %+v", tc.why, len(list), tc.runs, d.Status.Decisions[0])
			}
			for _, run := range list {
				if living := run.Name == d.Status.Decisions[0].Run && tc.runs == 2; runs.Stopping(&run) == living {
					t.Errorf("run %s stopped: %t", run.Name, runs.Stopping(&run))
				}
			}
		})
	}
}
