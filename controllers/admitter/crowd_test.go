package admitter_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr/funcr"
	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	corev1 "k8s.io/api/core/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/bowsprit-ci/bowsprit/controllers/admitter"
	"github.com/bowsprit-ci/bowsprit/internal/runs/runstest"
	"github.com/bowsprit-ci/bowsprit/pipelines/record"
)

// A long queue says the same about each run in each round: that is for those who ask for it.
func TestTheLogTellsWhatMovesOnly(t *testing.T) {
	api := runstest.Get(t)
	for name, tc := range map[string]struct {
		verbosity int
		want      int
	}{
		"by default":          {verbosity: 0, want: 2},
		"for those who asked": {verbosity: 1, want: 5},
	} {
		t.Run(name, func(t *testing.T) {
			ns := api.Namespace(t)
			queued(t, api, ns, 5, 0)
			var lines []string
			sink := funcr.New(func(_, line string) { lines = append(lines, line) }, funcr.Options{Verbosity: tc.verbosity})
			r := &admitter.Reconciler{
				Runs: api.Store(t, ns), MaxRunning: 2,
				Turnstile: admitter.Turnstile{Client: api.Client, Live: api.Client, Namespace: ns},
			}
			if _, err := r.Reconcile(log.IntoContext(context.Background(), sink), ctrl.Request{}); err != nil {
				t.Fatal(err)
			}
			if admitted := strings.Count(strings.Join(lines, "\n"), `"verdict"="admit"`); len(lines) != tc.want || admitted != 2 {
				t.Errorf("%d lines, %d of them tell of an admission, want %d and 2:\n%s", len(lines), admitted, tc.want, strings.Join(lines, "\n"))
			}
		})
	}
}

// A push was taken back before the run of the commit before it was cancelled. That run is the head's only one, although
// the other one is newer.
func TestAPushThatWasTakenBackSupersedesNothing(t *testing.T) {
	api := runstest.Get(t)
	ctx := context.Background()
	for name, last := range map[string]func(context.Context, *runstest.API, string, *pipelinev1.PipelineRun) error{
		"while its run stops": func(ctx context.Context, api *runstest.API, ns string, run *pipelinev1.PipelineRun) error {
			return api.Store(t, ns).Cancel(ctx, run, "superseded by aaaaaaa")
		},
		"after its run was stopped": func(ctx context.Context, api *runstest.API, ns string, run *pipelinev1.PipelineRun) error {
			return errors.Join(
				api.Store(t, ns).Cancel(ctx, run, "superseded by aaaaaaa"), api.Ended(ctx, run, corev1.ConditionFalse, "Cancelled"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			ns := api.Namespace(t)
			time.Sleep(time.Until(time.Now().Truncate(time.Second).Add(time.Second))) // both in one second: build ids tell them apart
			kept := api.Create(t, runstest.Run(ns, runstest.Record(func(r *record.Record) { r.BuildID = "1" })))
			left := api.Create(t, runstest.Run(ns, runstest.Record(func(r *record.Record) {
				r.Cause.HeadSHA, r.BuildID = "bcd2345"+strings.Repeat("0", 33), "2"
			})))
			if err := last(ctx, api, ns, left); err != nil {
				t.Fatal(err)
			}
			_, round := stage(t, api, ns, 5)
			round()
			live := &pipelinev1.PipelineRun{}
			if err := api.Client.Get(ctx, client.ObjectKeyFromObject(kept), live); err != nil {
				t.Fatal(err)
			}
			if why := record.CancelReason(live); live.IsPending() || why != "" {
				t.Errorf("the head's run: pending %t, cancelled %q; want it admitted", live.IsPending(), why)
			}
		})
	}
}
