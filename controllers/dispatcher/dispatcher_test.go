package dispatcher_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clocktesting "k8s.io/utils/clock/testing"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
	"github.com/bowsprit-ci/bowsprit/controllers/dispatcher"
	"github.com/bowsprit-ci/bowsprit/internal/github"
	"github.com/bowsprit-ci/bowsprit/internal/runs"
	"github.com/bowsprit-ci/bowsprit/internal/runs/runstest"
	"github.com/bowsprit-ci/bowsprit/pipelines"
	"github.com/bowsprit-ci/bowsprit/pipelines/record"
	"github.com/bowsprit-ci/bowsprit/triggers"
)

var (
	headX = "aaaaaaa" + strings.Repeat("0", 33)
	headY = "bbbbbbb" + strings.Repeat("0", 33)
	base  = "ccccccc" + strings.Repeat("0", 33)
)

// scene is one dispatcher in a namespace of its own, with the plan that the mind would answer.
type scene struct {
	*testing.T
	api   *runstest.API
	ns    string
	page  *page
	clock *clocktesting.FakePassiveClock
	plan  triggers.Plan
	err   error
	*dispatcher.Reconciler
}

func newScene(t *testing.T) *scene {
	api := runstest.Get(t)
	s := &scene{T: t, api: api, ns: api.Namespace(t), page: newPage(), clock: clocktesting.NewFakePassiveClock(time.Now())}
	s.Reconciler = &dispatcher.Reconciler{
		Client: api.Client, Runs: api.Store(t, s.ns), GitHub: s.page, Clock: s.clock,
		Decide: func(context.Context, v1alpha1.Event) (dispatcher.Judgement, error) {
			return dispatcher.Judgement{Plan: s.plan}, s.err
		},
		Options: func() pipelines.Options { return pipelines.Options{Namespace: s.ns, ToolsImage: "tools:dev"} },
		WebURL:  "https://github.com/",
	}
	return s
}

// job is a presubmit that compiles; edit changes it.
func (s *scene) job(name string, edit func(*prow.Presubmit)) *prow.Presubmit {
	no := false
	j := &prow.Presubmit{RerunCommand: "/test " + name}
	j.Name, j.Context, j.Namespace, j.Decorate = name, name, s.ns, &no
	j.Agent, j.Cluster = "kubernetes", "default"
	j.Spec = &corev1.PodSpec{Containers: []corev1.Container{{Name: "test", Image: "busybox", Command: []string{"true"}}}}
	if edit != nil {
		edit(j)
	}
	return j
}

// decide sets the plan: run the job on the head by a trigger.
func (s *scene) decide(head, trigger string, jobs ...*prow.Presubmit) {
	s.plan = triggers.Plan{Why: "a push"}
	for _, j := range jobs {
		s.plan.Decisions = append(s.plan.Decisions, triggers.Decision{Job: j.Name, Verdict: triggers.VerdictRun, Why: "it always runs"})
		s.plan.Actions = append(s.plan.Actions, triggers.Run{Job: j.Job(), Trigger: trigger, Why: "it always runs", Refs: prow.Refs{
			Org: "o", Repo: "r", BaseRef: "main", BaseSHA: base,
			Pulls: []prow.Pull{{Number: 12, Title: "a title", Author: "alice", SHA: head, HeadRef: "topic"}},
		}})
	}
}

// deliver stores a delivery of a push, or of something else with pull request 12.
func (s *scene) deliver(kind v1alpha1.EventKind) *v1alpha1.Delivery {
	s.Helper()
	return s.deliverEvent(kind, nil)
}

// deliverEvent stores a delivery that edit changes.
func (s *scene) deliverEvent(kind v1alpha1.EventKind, edit func(*v1alpha1.Event)) *v1alpha1.Delivery {
	s.Helper()
	d := &v1alpha1.Delivery{
		ObjectMeta: metav1.ObjectMeta{Namespace: s.ns, GenerateName: "delivery-"},
		Spec: v1alpha1.DeliverySpec{Event: v1alpha1.Event{
			Kind: kind, Action: "synchronize", Org: "o", Repo: "r", Number: 12, Sender: v1alpha1.User{Login: "alice"},
		}},
	}
	if edit != nil {
		edit(&d.Spec.Event)
	}
	if err := s.api.Client.Create(context.Background(), d); err != nil {
		s.Fatal(err)
	}
	return d
}

// process reconciles a delivery once and reads it back.
func (s *scene) process(d *v1alpha1.Delivery) (ctrl.Result, error) {
	s.Helper()
	result, err := s.Reconcile(context.Background(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(d)})
	if getErr := s.api.Client.Get(context.Background(), client.ObjectKeyFromObject(d), d); client.IgnoreNotFound(getErr) != nil {
		s.Fatal(getErr)
	}
	return result, err
}

// must processes a delivery and wants it to have its effect.
func (s *scene) must(d *v1alpha1.Delivery) {
	s.Helper()
	if _, err := s.process(d); err != nil {
		s.Fatal(err)
	}
	if !meta.IsStatusConditionTrue(d.Status.Conditions, v1alpha1.ConditionProcessed) {
		s.Fatalf("the delivery is not processed: %+v", d.Status)
	}
}

func (s *scene) runs() []pipelinev1.PipelineRun {
	s.Helper()
	var list pipelinev1.PipelineRunList
	if err := s.api.Client.List(context.Background(), &list, client.InNamespace(s.ns)); err != nil {
		s.Fatal(err)
	}
	return list.Items
}

func TestTheSameTwiceIsOneRun(t *testing.T) {
	s := newScene(t)
	s.decide(headX, "auto", s.job("unit", nil), s.job("lint", nil))
	first, second := s.deliver(v1alpha1.KindPullRequest), s.deliver(v1alpha1.KindPullRequest)
	s.must(first)
	s.must(second)
	if n := len(s.runs()); n != 2 {
		t.Errorf("%d runs, want one per job", n)
	}
	for i, want := range []string{"unit", "lint"} {
		for _, d := range []*v1alpha1.Delivery{first, second} {
			got := d.Status.Decisions[i]
			if got.Job != want || got.Verdict != "run" || !strings.HasPrefix(got.Run, want+"-") || got.Why != "it always runs" {
				t.Errorf("decision %d is %+v", i, got)
			}
		}
	}
	for _, run := range s.runs() {
		if rec, err := record.Decode(&run); err != nil || len(rec.BuildID) < 18 || !run.IsPending() {
			t.Errorf("run %s: build id %q, pending %t, %v", run.Name, rec.BuildID, run.IsPending(), err)
		}
	}
}

// Whatever write fails first, doing the delivery again ends in the same.
func TestACrashAnywhereIsRepaired(t *testing.T) {
	for step := range 8 {
		t.Run(fmt.Sprintf("after %d writes", step), func(t *testing.T) {
			s := newScene(t)
			s.decide(headX, "auto", s.job("unit", nil), s.job("odd", func(j *prow.Presubmit) { j.Spec.HostPID = true }))
			s.plan.Actions = append(s.plan.Actions,
				triggers.Gate{Org: "o", Repo: "r", SHA: headX, Open: true, Title: "Granted", Why: "alice said so"},
				triggers.Label{Org: "o", Repo: "r", Number: 12, Name: "needs-ok-to-test", Remove: true, Why: "it was granted"},
				triggers.Comment{Org: "o", Repo: "r", Number: 12, Marker: "welcome", Body: "hello", Why: "to say so"},
				triggers.Comment{Org: "o", Repo: "r", Number: 12, Body: "an answer", Why: "somebody asked"})
			writes := 0
			s.page.fail = func(string) error {
				if writes++; writes == step {
					return fmt.Errorf("the connection broke: %w", github.ErrTemporary)
				}
				return nil
			}
			d := s.deliver(v1alpha1.KindPullRequest)
			if _, err := s.process(d); (err != nil) != (step >= 1 && step <= 5) {
				t.Fatalf("the first try ended with %v", err)
			} else if err != nil && meta.FindStatusCondition(d.Status.Conditions, v1alpha1.ConditionProcessed).Reason != v1alpha1.ReasonRetrying {
				t.Errorf("the delivery does not say that it is tried again: %+v", d.Status)
			}
			s.must(d)
			if len(s.runs()) != 1 || len(s.page.checks) != 2 || len(s.page.comments) != 2 || len(s.page.labels) != 1 || len(d.Status.Actions) != 4 {
				t.Errorf("%d runs, checks %v, comments %v, labels %v, actions %q", len(s.runs()), s.page.checks, s.page.comments, s.page.labels, d.Status.Actions)
			}
		})
	}
}

func TestARefusedJobSaysSo(t *testing.T) {
	for _, token := range []bool{false, true} {
		s := newScene(t)
		s.page.token = token
		s.decide(headX, "auto", s.job("odd", func(j *prow.Presubmit) { j.Spec.HostPID = true }))
		d := s.deliver(v1alpha1.KindPullRequest)
		s.must(d)
		if got := d.Status.Decisions[0]; got.Verdict != "refuse" || !strings.Contains(got.Why, "hostPID") || got.Run != "" {
			t.Errorf("the decision is %+v", got)
		}
		said := fmt.Sprint(s.page.statuses)
		for _, c := range s.page.checks {
			if c.Name != "odd" || c.SHA != headX || c.Conclusion != "failure" || !strings.HasPrefix(c.ExternalID, "refused-odd-") {
				t.Errorf("the check is %+v", c)
			}
			said = c.Title + c.Summary
		}
		if len(s.page.checks)+len(s.page.statuses) != 1 || !strings.Contains(said, "Configuration: ") {
			t.Errorf("what is said is %q", said)
		}
	}
}

func TestARunWithAnEarlierConfigurationCounts(t *testing.T) {
	s := newScene(t)
	s.decide(headX, "auto", s.job("unit", nil))
	s.must(s.deliver(v1alpha1.KindPullRequest))
	s.decide(headX, "auto", s.job("unit", func(j *prow.Presubmit) { j.Spec.Containers[0].Image = "another" }))
	d := s.deliver(v1alpha1.KindPullRequest)
	s.must(d)
	if got := d.Status.Decisions[0]; got.Verdict != "run" || !strings.Contains(got.Why, "earlier configuration") {
		t.Errorf("the decision is %+v", got)
	}
	if n := len(s.runs()); n != 1 {
		t.Errorf("%d runs, want 1", n)
	}
}

// X is pushed, then Y, then X again by force: X is wanted again, although its run was stopped.
func TestACommitThatComesBackRunsAgain(t *testing.T) {
	s := newScene(t)
	unit := s.job("unit", nil)
	push := func(head, keep string) *v1alpha1.Delivery {
		s.decide(head, "auto", unit)
		s.plan.Actions = append(s.plan.Actions, triggers.Cancel{Org: "o", Repo: "r", Number: 12, KeepHead: keep, Why: "superseded by " + keep[:7]})
		d := s.deliver(v1alpha1.KindPullRequest)
		s.must(d)
		return d
	}
	first, second, third := push(headX, headX), push(headY, headY), push(headX, headX)
	again := push(headX, headX)
	names := map[string]bool{}
	for _, d := range []*v1alpha1.Delivery{first, second, third} {
		names[d.Status.Decisions[0].Run] = true
	}
	if len(names) != 3 || len(s.runs()) != 3 {
		t.Fatalf("the runs are %v, want three different ones", names)
	}
	if again.Status.Decisions[0].Run != third.Status.Decisions[0].Run {
		t.Errorf("the same head again made %s, want %s", again.Status.Decisions[0].Run, third.Status.Decisions[0].Run)
	}
	for _, run := range s.runs() {
		if stopped := runs.Stopping(&run); stopped == (run.Name == third.Status.Decisions[0].Run) {
			t.Errorf("run %s stopped: %t", run.Name, stopped)
		}
	}
}

func TestWhatAPersonStoppedStaysStopped(t *testing.T) {
	s := newScene(t)
	s.decide(headX, "auto", s.job("unit", nil), s.job("lint", nil))
	s.must(s.deliver(v1alpha1.KindPullRequest))
	s.plan = triggers.Plan{Why: "/cancel unit", Actions: []triggers.Action{
		triggers.Cancel{Org: "o", Repo: "r", Number: 12, Jobs: []string{"unit"}, Why: "@alice commented /cancel"},
	}}
	d := s.deliver(v1alpha1.KindIssueComment)
	s.must(d)
	if len(d.Status.Actions) != 1 || !strings.Contains(d.Status.Actions[0], "cancel unit-") {
		t.Errorf("the actions are %q, want one about unit", d.Status.Actions)
	}
	s.decide(headX, "auto", s.job("unit", nil), s.job("lint", nil))
	s.must(s.deliver(v1alpha1.KindPullRequest))
	if n := len(s.runs()); n != 2 {
		t.Errorf("%d runs, want 2: unit was not wanted", n)
	}
}

func TestErrors(t *testing.T) {
	s := newScene(t)
	for name, tc := range map[string]struct {
		why    string
		err    error
		later  time.Duration
		wait   time.Duration
		reason string
		fails  bool
	}{
		"GitHub is down": {why: "it is tried again with pauses", err: github.ErrTemporary, reason: v1alpha1.ReasonRetrying, fails: true},
		"a rate limit": {
			why: "GitHub says when", err: &github.RateLimited{Until: s.clock.Now().Add(time.Minute)},
			wait: time.Minute, reason: v1alpha1.ReasonRetrying,
		},
		"not found yet":      {why: "a new pull request may take a while to be seen", err: github.ErrNotFound, reason: v1alpha1.ReasonRetrying, fails: true},
		"not found any more": {why: "it is gone", err: github.ErrNotFound, later: time.Hour, reason: v1alpha1.ReasonNothingToDo, wait: 95 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			s.err = fmt.Errorf("read pull request o/r#12: %w", tc.err)
			d := s.deliver(v1alpha1.KindPullRequest)
			s.clock.SetTime(s.clock.Now().Add(tc.later))
			result, err := s.process(d)
			got := meta.FindStatusCondition(d.Status.Conditions, v1alpha1.ConditionProcessed)
			if (err != nil) != tc.fails || got == nil || got.Reason != tc.reason || (result.RequeueAfter-tc.wait).Abs() > 5*time.Second {
				t.Errorf("%s: %v, %v, %+v", tc.why, result, err, got)
			}
			version := d.ResourceVersion
			if _, err := s.process(d); (err != nil) != tc.fails || d.ResourceVersion != version {
				t.Errorf("the same error again was written again (%v)", err)
			}
		})
	}
}

func TestOldDeliveriesAreDeleted(t *testing.T) {
	s := newScene(t)
	d := s.deliver(v1alpha1.KindPullRequest)
	result, err := s.process(d)
	if err != nil || result.RequeueAfter < 95*time.Hour {
		t.Fatalf("%v, %v; want it to come back after four days", result, err)
	}
	s.clock.SetTime(s.clock.Now().Add(result.RequeueAfter + time.Second))
	if _, err := s.process(d); err != nil {
		t.Fatal(err)
	}
	if err := s.api.Client.Get(context.Background(), client.ObjectKeyFromObject(d), d); !apierrors.IsNotFound(err) {
		t.Errorf("after four days: %v, want it gone", err)
	}
}

// Two deliveries of one pull request would each decide without the other's effect.
func TestAPullRequestIsServedByOneWorker(t *testing.T) {
	s := newScene(t)
	one, two := s.deliver(v1alpha1.KindPullRequest), s.deliver(v1alpha1.KindPullRequest)
	inside, leave := make(chan bool), make(chan bool)
	s.Decide = func(context.Context, v1alpha1.Event) (dispatcher.Judgement, error) {
		inside <- true
		<-leave
		return dispatcher.Judgement{}, errors.New("enough")
	}
	ended := make(chan error)
	go func() {
		_, err := s.Reconcile(context.Background(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(one)})
		ended <- err
	}()
	<-inside
	result, err := s.process(two)
	if err != nil || result.RequeueAfter <= 0 || result.RequeueAfter > time.Second {
		t.Errorf("the second delivery: %v, %v; want it to come back soon", result, err)
	}
	leave <- true
	if err := <-ended; err == nil {
		t.Error("the error of the first delivery is lost")
	}
}
