package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	"knative.dev/pkg/apis"

	"github.com/bowsprit-ci/bowsprit/test/street"
)

// teller tells the story: chapters, and a line for every hand-over that it sees at GitHub or in the cluster.
type teller struct {
	mu     sync.Mutex
	out    io.Writer
	start  time.Time
	events int
	seen   map[string]bool
}

func newTeller(out io.Writer) *teller {
	return &teller{out: out, start: time.Now(), seen: map[string]bool{}}
}

func (t *teller) chapter(title string) { t.print("\n== " + title) }

func (t *teller) line(text string) {
	t.print(fmt.Sprintf("%7.1fs  %s", time.Since(t.start).Seconds(), text))
}

func (t *teller) block(text string) {
	t.print("          | " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n          | "))
}

func (t *teller) print(text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, _ = fmt.Fprintln(t.out, text) // a closed terminal is no reason to stop
}

// once tells a hand-over the first time that it is seen.
func (t *teller) once(key, text string) {
	t.mu.Lock()
	known := t.seen[key]
	t.seen[key] = true
	t.mu.Unlock()
	if !known {
		t.line(text)
	}
}

// settle gives the hand-overs that already happened the time to be told.
func (t *teller) settle() { time.Sleep(300 * time.Millisecond) }

// follow looks at GitHub and the cluster until the returned function is called.
func (t *teller) follow(ctx context.Context, s *street.Street) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			t.lookAtGitHub(s)
			t.lookAtCluster(ctx, s)
			time.Sleep(100 * time.Millisecond)
		}
	}()
	return func() { cancel(); <-done }
}

func (t *teller) lookAtGitHub(s *street.Street) {
	for _, d := range s.Forge.Deliveries() {
		t.once("sent "+d.GUID, fmt.Sprintf("GitHub -> receiver      %s %s, delivery %s", d.Event, d.Action, d.GUID[:8]))
	}
	history := s.Forge.History()
	for _, e := range history[t.events:] {
		if strings.HasPrefix(e.What, "check_run.") {
			t.line(fmt.Sprintf("reporter -> GitHub      check %s on %s: %s %s", e.Detail["name"], e.SHA[:7], e.Detail["status"], e.Detail["conclusion"]))
		}
	}
	t.events = len(history)
}

func (t *teller) lookAtCluster(ctx context.Context, s *street.Street) {
	deliveries, err := s.Deliveries(ctx)
	if err != nil {
		return // the cluster is going down, or will answer next time
	}
	for _, d := range deliveries {
		t.once("stored "+d.Name, fmt.Sprintf("receiver -> dispatcher  Delivery %s stored, GitHub got its 2xx", d.Name[:8]))
		for _, decision := range d.Status.Decisions {
			t.once("decided "+d.Name+decision.Job, fmt.Sprintf("dispatcher              %s %s: %s", decision.Verdict, decision.Job, decision.Why))
		}
	}
	runs, err := s.Runs(ctx)
	if err != nil {
		return
	}
	for _, run := range runs {
		t.tellRun(run)
	}
}

func (t *teller) tellRun(run pipelinev1.PipelineRun) {
	t.once("created "+run.Name, "dispatcher -> queue     PipelineRun "+run.Name+" created, Pending")
	if run.Spec.Status != pipelinev1.PipelineRunSpecStatusPending {
		t.once("admitted "+run.Name, "admitter -> Tekton      "+run.Name+" admitted")
	}
	if c := run.Status.GetCondition(apis.ConditionSucceeded); c != nil && !c.IsUnknown() {
		t.once("finished "+run.Name, fmt.Sprintf("Tekton -> reporter      %s finished: %s", run.Name, c.Reason))
	}
}
