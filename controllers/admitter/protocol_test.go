package admitter_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	"k8s.io/apimachinery/pkg/labels"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/bowsprit-ci/bowsprit/controllers/admitter"
	"github.com/bowsprit-ci/bowsprit/internal/runs/runstest"
	"github.com/bowsprit-ci/bowsprit/pipelines/record"
)

// staged is the runs of a leader on a bad day: its cache may be frozen, and it may stop right before it admits.
type staged struct {
	admitter.Runs
	frozen      []pipelinev1.PipelineRun // what List answers; nil asks the real one
	beforeAdmit func()
	admissions  int
}

func (s *staged) List(ctx context.Context, match labels.Selector) ([]pipelinev1.PipelineRun, error) {
	if s.frozen != nil {
		return s.frozen, nil
	}
	return s.Runs.List(ctx, match)
}

func (s *staged) Admit(ctx context.Context, run *pipelinev1.PipelineRun) error {
	if s.beforeAdmit != nil {
		s.beforeAdmit()
	}
	s.admissions++
	return s.Runs.Admit(ctx, run)
}

// stage makes a leader that works only when it is told to.
func stage(t *testing.T, api *runstest.API, ns string, limit int) (*staged, func()) {
	s := &staged{Runs: api.Store(t, ns)}
	r := &admitter.Reconciler{
		Runs: s, MaxRunning: limit,
		Turnstile: admitter.Turnstile{Client: api.Client, Live: api.Client, Namespace: ns},
	}
	return s, func() {
		if _, err := r.Reconcile(context.Background(), ctrl.Request{}); err != nil {
			t.Errorf("reconcile: %v", err)
		}
	}
}

func running(t *testing.T, api *runstest.API, ns string) int {
	t.Helper()
	n, _, err := count(context.Background(), api, ns)
	if err != nil {
		t.Fatal(err)
	}
	return n.running
}

func TestAStaleCacheAdmitsNothing(t *testing.T) {
	api := runstest.Get(t)
	ns := api.Namespace(t)
	queued(t, api, ns, 4, 0)
	_, before, err := count(context.Background(), api, ns)
	if err != nil {
		t.Fatal(err)
	}
	_, first := stage(t, api, ns, 2)
	first()
	stale, second := stage(t, api, ns, 2)
	stale.frozen = before // as if nothing had been admitted
	second()
	if n := running(t, api, ns); n != 2 || stale.admissions != 0 {
		t.Errorf("%d runs run, %d of them admitted on a stale cache; the limit is 2", n, stale.admissions)
	}
}

// One leader stops between its promise and the admission, and a run appears that is older than the promised one: it was
// created in the same second and has a smaller build id. The other leader must count the promise all the same.
func TestAPromiseHoldsItsSlot(t *testing.T) {
	api := runstest.Get(t)
	ns := api.Namespace(t)
	create := func(pull int, build string) {
		api.Create(t, runstest.Run(ns, runstest.Record(func(r *record.Record) {
			r.Pull, r.Cause.Subject, r.BuildID = pull, fmt.Sprintf("pull-%d", pull), build
		})))
	}
	time.Sleep(time.Until(time.Now().Truncate(time.Second).Add(time.Second)))
	create(1, "200")
	slow, one := stage(t, api, ns, 1)
	_, two := stage(t, api, ns, 1)
	slow.beforeAdmit = func() {
		slow.beforeAdmit = nil
		create(2, "100")
		two()
	}
	one()
	if n := running(t, api, ns); n != 1 {
		t.Errorf("%d runs run, the limit is 1", n)
	}
}

// Two leaders read the same turnstile: only one of them may go through.
func TestTheTurnstileLetsOneThrough(t *testing.T) {
	api := runstest.Get(t)
	for name, rounds := range map[string]int{"that is new": 0, "that was used before": 1} {
		t.Run(name, func(t *testing.T) {
			ns := api.Namespace(t)
			queued(t, api, ns, 4, 0)
			_, other := stage(t, api, ns, 1+rounds)
			for range rounds {
				_, before := stage(t, api, ns, 1)
				before()
			}
			late := &staged{Runs: api.Store(t, ns)}
			r := &admitter.Reconciler{
				Runs: &between{staged: late, then: other}, MaxRunning: 1 + rounds,
				Turnstile: admitter.Turnstile{Client: api.Client, Live: api.Client, Namespace: ns},
			}
			result, err := r.Reconcile(context.Background(), ctrl.Request{})
			if err != nil || result.RequeueAfter == 0 || late.admissions != 0 {
				t.Errorf("the late leader: %v, %v, %d admissions; want it to look again", result, err, late.admissions)
			}
			if n := running(t, api, ns); n != 1+rounds {
				t.Errorf("%d runs run, the limit is %d", n, 1+rounds)
			}
		})
	}
}

// between lets another leader do a whole round after this one has listed the runs.
type between struct {
	*staged
	then func()
}

func (b *between) ListLive(ctx context.Context, match labels.Selector) ([]pipelinev1.PipelineRun, error) {
	list, err := b.staged.ListLive(ctx, match)
	b.then()
	return list, err
}
