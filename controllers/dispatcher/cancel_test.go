package dispatcher_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
	"github.com/bowsprit-ci/bowsprit/internal/github"
	"github.com/bowsprit-ci/bowsprit/internal/runs"
	"github.com/bowsprit-ci/bowsprit/pipelines/record"
	"github.com/bowsprit-ci/bowsprit/triggers"
)

// commented makes an event that of a comment.
func commented(id int64) func(*v1alpha1.Event) {
	return func(ev *v1alpha1.Event) {
		ev.Action, ev.Comment = "created", &v1alpha1.Comment{ID: id, Author: ev.Sender, Body: "a command", CreatedAt: metav1.Now()}
	}
}

// makeRun makes the run of job unit on headX by a trigger, for a delivery of its own.
func (s *scene) makeRun(trigger string) {
	s.Helper()
	s.decide(headX, trigger, s.job("unit", nil))
	s.must(s.deliver(v1alpha1.KindPullRequest))
}

// stopped lists the triggers of the runs that were told to stop, sorted.
func (s *scene) stopped() []string {
	s.Helper()
	var out []string
	for _, run := range s.runs() {
		rec, err := record.Decode(&run)
		if err != nil {
			s.Fatal(err)
		}
		if runs.Stopping(&run) {
			out = append(out, rec.Cause.Trigger)
		}
	}
	slices.Sort(out)
	return out
}

// A delivery takes its effect when it does, again after an error, and beside others: what it cancels is what it was about.
func TestCancelSparesWhatCameLater(t *testing.T) {
	all := triggers.Cancel{Org: "o", Repo: "r", Number: 12, Why: "somebody said so"}
	for name, tc := range map[string]struct {
		why           string
		kind          v1alpha1.EventKind
		event         func(*v1alpha1.Event)
		before, after []string
		cancel        triggers.Cancel
		stopped       []string
	}{
		"a comment cancels what was there": {
			why:  "the person could see it",
			kind: v1alpha1.KindIssueComment, event: commented(4711), cancel: all,
			before: []string{"auto", "4700"}, stopped: []string{"4700", "auto"},
		},
		"a comment spares what came after it": {
			why:  "a later push or command was not known to whoever wrote it",
			kind: v1alpha1.KindIssueComment, event: commented(4711), cancel: all,
			before: []string{"4700"}, after: []string{"auto", "4712"}, stopped: []string{"4700"},
		},
		"a comment spares what an earlier try of it made": {
			why:  "it asked for both, an end and a new run",
			kind: v1alpha1.KindIssueComment, event: commented(4711), cancel: all,
			before: []string{"4711", "auto"}, stopped: []string{"auto"},
		},
		"a pull request that is a draft, or closed, now": {
			why:    "no automatic run is wanted, but one that was asked for since is",
			kind:   v1alpha1.KindPullRequest,
			event:  func(ev *v1alpha1.Event) { ev.Action = "converted_to_draft" },
			cancel: all, before: []string{"4700"}, after: []string{"auto", "4712"}, stopped: []string{"4700", "auto"},
		},
		"a head that is superseded": {
			why:    "its runs may be younger than the push when an earlier delivery was late",
			kind:   v1alpha1.KindPullRequest,
			cancel: triggers.Cancel{Org: "o", Repo: "r", Number: 12, KeepHead: headY, Why: "superseded"},
			after:  []string{"auto", "4712"}, stopped: []string{"4712", "auto"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			for _, trigger := range tc.before {
				s.makeRun(trigger)
			}
			d := s.deliverEvent(tc.kind, tc.event)
			if len(tc.after) > 0 {
				time.Sleep(time.Until(d.CreationTimestamp.Add(time.Second))) // the server's times have seconds
			}
			for _, trigger := range tc.after {
				s.makeRun(trigger)
			}
			s.plan = triggers.Plan{Why: "an end", Actions: []triggers.Action{tc.cancel}}
			s.must(d)
			if diff := cmp.Diff(tc.stopped, s.stopped()); diff != "" {
				t.Errorf("%s: the runs that were stopped (-want +got):\n%s", tc.why, diff)
			}
		})
	}
}

// `/cancel` and `/test unit` in one comment: what was there ends, and what is asked for starts; also when the comment's
// run is one without its number, as a grant makes it.
func TestACommentDoesNotCancelItsOwnRun(t *testing.T) {
	for _, trigger := range []string{"4711", "auto"} {
		s := newScene(t)
		s.makeRun("4700")
		s.decide(headX, trigger, s.job("unit", nil))
		s.plan.Actions = slices.Insert(s.plan.Actions, 0, triggers.Action(triggers.Cancel{Org: "o", Repo: "r", Number: 12, Why: "cancelled by `@alice`"}))
		s.must(s.deliverEvent(v1alpha1.KindIssueComment, commented(4711)))
		if diff := cmp.Diff([]string{"4700"}, s.stopped()); len(s.runs()) != 2 || diff != "" {
			t.Errorf("trigger %s: %d runs, stopped (-want +got):\n%s", trigger, len(s.runs()), diff)
		}
	}
}

// A `/cancel` whose answer could not be written is done again after a push, and leaves the push's run alone.
func TestARetriedCancelSparesALaterPush(t *testing.T) {
	s := newScene(t)
	s.makeRun("4700")
	cancel := triggers.Plan{Why: "/cancel", Actions: []triggers.Action{
		triggers.Cancel{Org: "o", Repo: "r", Number: 12, Why: "cancelled by `@alice`"},
		triggers.Comment{Org: "o", Repo: "r", Number: 12, Body: "an answer", Why: "somebody asked"},
	}}
	d := s.deliverEvent(v1alpha1.KindIssueComment, commented(4711))
	s.plan = cancel
	s.page.fail = func(string) error { return fmt.Errorf("the connection broke: %w", github.ErrTemporary) }
	if _, err := s.process(d); err == nil {
		t.Fatal("the lost answer is no error")
	}
	s.page.fail = nil
	time.Sleep(time.Until(d.CreationTimestamp.Add(time.Second)))
	s.makeRun("auto")
	s.plan = cancel
	s.must(d)
	if diff := cmp.Diff([]string{"4700"}, s.stopped()); diff != "" {
		t.Errorf("the runs that were stopped (-want +got):\n%s", diff)
	}
}
