package admitter_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/bowsprit-ci/bowsprit/controllers/admitter"
	"github.com/bowsprit-ci/bowsprit/internal/runs/runstest"
	"github.com/bowsprit-ci/bowsprit/pipelines/record"
)

// leader starts a manager with an admitter in it.
func leader(t *testing.T, api *runstest.API, ns string, limit int) (stop func()) {
	t.Helper()
	mgr := api.Manager(t, ns)
	r := &admitter.Reconciler{
		Runs: mgr.Runs, MaxRunning: limit,
		Turnstile: admitter.Turnstile{Client: mgr.GetClient(), Live: mgr.GetAPIReader(), Namespace: ns},
	}
	if err := r.SetupWithManager(mgr, runstest.Options()); err != nil {
		t.Fatal(err)
	}
	return mgr.Run(t)
}

// queued creates n runs of different pull requests and one job.
func queued(t *testing.T, api *runstest.API, ns string, n, maxConcurrency int) {
	t.Helper()
	for i := range n {
		api.Create(t, runstest.Run(ns, runstest.Record(func(r *record.Record) {
			r.Pull, r.Cause.Subject = i+1, fmt.Sprintf("pull-%d", i+1)
			r.MaxConcurrency, r.BuildID = maxConcurrency, fmt.Sprint(100+i)
		})))
	}
}

// tally counts the runs of a namespace.
type tally struct{ pending, running, done int }

func count(ctx context.Context, api *runstest.API, ns string) (tally, []pipelinev1.PipelineRun, error) {
	var list pipelinev1.PipelineRunList
	var n tally
	err := api.Client.List(ctx, &list, client.InNamespace(ns), client.MatchingLabelsSelector{Selector: labels.Everything()})
	for i := range list.Items {
		switch run := &list.Items[i]; {
		case run.IsDone():
			n.done++
		case run.IsPending():
			n.pending++
		default:
			n.running++
		}
	}
	return n, list.Items, err
}

// tekton ends every running run after a moment, until the test ends, and remembers the most that ran at a time.
func tekton(t *testing.T, api *runstest.API, ns string) (most *atomic.Int64) {
	t.Helper()
	most = &atomic.Int64{}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			n, list, err := count(ctx, api, ns)
			if err != nil {
				continue
			}
			most.Store(max(most.Load(), int64(n.running)))
			for i := range list {
				if run := &list[i]; !run.IsDone() && !run.IsPending() {
					_ = api.Ended(ctx, run, corev1.ConditionTrue, "Succeeded") // ended in the next turn if not in this
					break
				}
			}
			time.Sleep(5 * time.Millisecond)
		}
	}()
	t.Cleanup(func() { cancel(); <-ended })
	return most
}

func allDone(api *runstest.API, ns string, want int) func() error {
	return func() error {
		n, _, err := count(context.Background(), api, ns)
		if err == nil && n.done != want {
			err = fmt.Errorf("%+v, want %d done", n, want)
		}
		return err
	}
}

func TestTwoLeadersNeverExceedTheLimit(t *testing.T) {
	api := runstest.Get(t)
	for name, tc := range map[string]struct{ limit, maxConcurrency int }{
		"of all runs":   {limit: 3},
		"of the job":    {limit: 20, maxConcurrency: 3},
		"of both":       {limit: 3, maxConcurrency: 4},
		"one at a time": {limit: 1},
	} {
		t.Run(name, func(t *testing.T) {
			ns := api.Namespace(t)
			queued(t, api, ns, 12, tc.maxConcurrency)
			most := tekton(t, api, ns)
			leader(t, api, ns, tc.limit)
			leader(t, api, ns, tc.limit)
			runstest.Eventually(t, "every run gets its turn", allDone(api, ns, 12))
			want := int64(tc.limit)
			if tc.maxConcurrency > 0 {
				want = min(want, int64(tc.maxConcurrency))
			}
			if most.Load() > want {
				t.Errorf("%d runs ran at a time, the limit is %d", most.Load(), want)
			}
		})
	}
}

func TestANewCommitSupersedes(t *testing.T) {
	api := runstest.Get(t)
	ns := api.Namespace(t)
	old := api.Create(t, runstest.Run(ns, runstest.Record(nil)))
	leader(t, api, ns, 1)
	runstest.Eventually(t, "the first run is admitted", func() error {
		n, _, err := count(context.Background(), api, ns)
		if err == nil && n.running != 1 {
			err = fmt.Errorf("%+v", n)
		}
		return err
	})
	api.Create(t, runstest.Run(ns, runstest.Record(func(r *record.Record) {
		r.Cause.HeadSHA, r.BuildID = "bcd2345"+strings.Repeat("0", 33), "2"
	})))
	runstest.Eventually(t, "the first run is cancelled and says why", func() error {
		live := &pipelinev1.PipelineRun{}
		if err := api.Client.Get(context.Background(), client.ObjectKeyFromObject(old), live); err != nil {
			return err
		}
		if !live.IsGracefullyCancelled() || record.CancelReason(live) != "superseded by bcd2345" {
			return fmt.Errorf("spec.status %q for %q", live.Spec.Status, record.CancelReason(live))
		}
		return nil
	})
}

// A leader that dies between its promise and the admission leaves a promise behind: the next one keeps it.
func TestAPromiseOutlivesItsLeader(t *testing.T) {
	api := runstest.Get(t)
	ns := api.Namespace(t)
	queued(t, api, ns, 3, 0)
	_, list, err := count(context.Background(), api, ns)
	if err != nil {
		t.Fatal(err)
	}
	last := list[len(list)-1]
	cm := &corev1.ConfigMap{Data: map[string]string{"promised": fmt.Sprintf("[%q]", ns+"/"+last.Name)}}
	cm.Namespace, cm.Name = ns, admitter.TurnstileName
	if err := api.Client.Create(context.Background(), cm); err != nil {
		t.Fatal(err)
	}
	leader(t, api, ns, 1)
	runstest.Eventually(t, "the promised run is the one that runs", func() error {
		live := &pipelinev1.PipelineRun{}
		if err := api.Client.Get(context.Background(), client.ObjectKeyFromObject(&last), live); err != nil {
			return err
		}
		if n, _, err := count(context.Background(), api, ns); err != nil || live.IsPending() || n.running != 1 {
			return fmt.Errorf("pending: %t, %+v, %w", live.IsPending(), n, err)
		}
		return nil
	})
}
