package runs_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/bowsprit-ci/bowsprit/internal/runs"
	"github.com/bowsprit-ci/bowsprit/internal/runs/runstest"
	"github.com/bowsprit-ci/bowsprit/pipelines/record"
)

func TestManyCreatorsMakeOneRun(t *testing.T) {
	api := runstest.Get(t)
	ns := api.Namespace(t)
	store := api.Store(t, ns)
	var wg sync.WaitGroup
	var made atomic.Int64
	for range 8 {
		wg.Go(func() {
			live, now, err := store.Create(context.Background(), runstest.Run(ns, runstest.Record(nil)))
			if err != nil || live.UID == "" {
				t.Errorf("create: %v", err)
			}
			if now {
				made.Add(1)
			}
		})
	}
	wg.Wait()
	if made.Load() != 1 {
		t.Errorf("%d creators made the run, want 1", made.Load())
	}
}

func TestCreateAdoptsNothingElse(t *testing.T) {
	api := runstest.Get(t)
	ns := api.Namespace(t)
	store := api.Store(t, ns)
	ctx := context.Background()
	if _, _, err := store.Create(ctx, runstest.Run(ns, runstest.Record(nil))); err != nil {
		t.Fatal(err)
	}

	_, _, err := store.Create(ctx, runstest.Run(ns, runstest.Record(func(r *record.Record) { r.SpecHash = strings.Repeat("2", 64) })))
	if taken, ok := errors.AsType[*runs.TakenError](err); !ok || !taken.SameCause {
		t.Errorf("another configuration of the job: %v, want a TakenError of the same cause", err)
	}

	squatter := runstest.Run(ns, runstest.Record(func(r *record.Record) { r.Cause.Job = "lint" }))
	foreign := squatter.DeepCopy()
	foreign.Labels, foreign.Annotations = nil, nil
	api.Create(t, foreign)
	_, _, err = store.Create(ctx, squatter)
	if taken, ok := errors.AsType[*runs.TakenError](err); !ok || taken.SameCause {
		t.Errorf("an object of somebody else's: %v, want a TakenError of another cause", err)
	}

	store.Client = api.Client
	_, _, err = store.Create(ctx, runstest.Run("no-such-namespace", runstest.Record(nil)))
	if _, ok := errors.AsType[*runs.RefusedError](err); !ok {
		t.Errorf("a namespace that does not exist: %v, want a RefusedError", err)
	}
}

func TestAdmitOnlyWhatIsQueued(t *testing.T) {
	api := runstest.Get(t)
	ns := api.Namespace(t)
	store := api.Store(t, ns)
	ctx := context.Background()
	stale := api.Create(t, runstest.Run(ns, runstest.Record(nil))).DeepCopy()
	if err := store.MarkReported(ctx, stale, record.Reported{CheckRunID: 7, Digest: "queued"}); err != nil {
		t.Fatal(err)
	}
	if err := store.Admit(ctx, stale); err != nil {
		t.Fatalf("admit by a stale copy: %v", err)
	}
	live := get(t, api, stale)
	if live.IsPending() {
		t.Fatal("the run is still pending")
	}
	if rec, err := record.Decode(live); err != nil || rec.Reported.CheckRunID != 7 {
		t.Errorf("the note on the report is lost: %+v, %v", rec.Reported, err)
	}

	if err := store.Cancel(ctx, live, "superseded by bcd2345"); err != nil {
		t.Fatal(err)
	}
	if err := store.Admit(ctx, stale); err != nil {
		t.Fatal(err)
	}
	if live = get(t, api, stale); !live.IsGracefullyCancelled() {
		t.Errorf("spec.status is %q, want it cancelled gracefully and no longer admitted", live.Spec.Status)
	}
}

func TestCancel(t *testing.T) {
	api := runstest.Get(t)
	ctx := context.Background()
	for name, tc := range map[string]struct {
		why     string
		prepare func(*testing.T, *runs.Store, *pipelinev1.PipelineRun)
		want    pipelinev1.PipelineRunSpecStatus
		reason  string
	}{
		"queued": {
			why:     "a run that never started must not run its finally tasks",
			prepare: func(*testing.T, *runs.Store, *pipelinev1.PipelineRun) {},
			want:    pipelinev1.PipelineRunSpecStatusCancelled, reason: "a new commit",
		},
		"admitted": {
			why: "what runs may clean up",
			prepare: func(t *testing.T, s *runs.Store, r *pipelinev1.PipelineRun) {
				if err := s.Admit(ctx, r); err != nil {
					t.Fatal(err)
				}
			},
			want: pipelinev1.PipelineRunSpecStatusCancelledRunFinally, reason: "a new commit",
		},
		"done": {
			why: "nothing may change after the end",
			prepare: func(t *testing.T, s *runs.Store, r *pipelinev1.PipelineRun) {
				if err := errors.Join(s.Admit(ctx, r), api.Ended(ctx, r, corev1.ConditionTrue, "Succeeded")); err != nil {
					t.Fatal(err)
				}
			},
			want: "", reason: "",
		},
		"cancelled before": {
			why: "the first reason stays",
			prepare: func(t *testing.T, s *runs.Store, r *pipelinev1.PipelineRun) {
				if err := s.Cancel(ctx, r, "the first reason"); err != nil {
					t.Fatal(err)
				}
			},
			want: pipelinev1.PipelineRunSpecStatusCancelled, reason: "the first reason",
		},
	} {
		t.Run(name, func(t *testing.T) {
			ns := api.Namespace(t)
			store := api.Store(t, ns)
			stale := api.Create(t, runstest.Run(ns, runstest.Record(nil))).DeepCopy()
			tc.prepare(t, store, stale)
			if err := store.Cancel(ctx, stale, "a new commit"); err != nil {
				t.Fatal(err)
			}
			live := get(t, api, stale)
			if live.Spec.Status != tc.want || record.CancelReason(live) != tc.reason {
				t.Errorf("%s: spec.status %q for %q, want %q for %q", tc.why, live.Spec.Status, record.CancelReason(live), tc.want, tc.reason)
			}
		})
	}
}

func TestTwoReportersNoteOneReport(t *testing.T) {
	api := runstest.Get(t)
	ns := api.Namespace(t)
	store := api.Store(t, ns)
	ctx := context.Background()
	seen := api.Create(t, runstest.Run(ns, runstest.Record(nil))).DeepCopy()
	first := record.Reported{CheckRunID: 7, Digest: "queued"}
	if err := store.MarkReported(ctx, seen, first); err != nil {
		t.Fatal(err)
	}
	if err := store.MarkReported(ctx, seen, first); err != nil {
		t.Errorf("the same note again: %v", err)
	}
	if err := store.MarkReported(ctx, seen, record.Reported{CheckRunID: 8, Digest: "queued"}); !errors.Is(err, runs.ErrReportedElsewhere) {
		t.Errorf("another note on top of one that was not seen: %v, want ErrReportedElsewhere", err)
	}
	if rec, err := record.Decode(get(t, api, seen)); err != nil || rec.Reported != first {
		t.Errorf("the note is %+v (%v), want the first", rec.Reported, err)
	}
}

func TestTaskRunsAndLogs(t *testing.T) {
	api := runstest.Get(t)
	ns := api.Namespace(t)
	store := api.Store(t, ns)
	ctx := context.Background()
	run := api.Create(t, runstest.Run(ns, runstest.Record(nil)))
	if err := api.FailedStep(ctx, run, "no-such-pod"); err != nil {
		t.Fatal(err)
	}
	tasks, err := store.TaskRuns(ctx, get(t, api, run))
	if err != nil || len(tasks) != 1 || tasks[0].Status.PodName != "no-such-pod" {
		t.Fatalf("TaskRuns: %v, %v; want the one child", tasks, err)
	}
	if _, err := store.LogTail(ctx, runs.Container{Namespace: ns, Pod: "no-such-pod", Name: "step-test"}, 10, 1000); !errors.Is(err, runs.ErrNoLog) {
		t.Errorf("the log of a pod that is gone: %v, want ErrNoLog", err)
	}
}

func get(t *testing.T, api *runstest.API, run *pipelinev1.PipelineRun) *pipelinev1.PipelineRun {
	t.Helper()
	live := &pipelinev1.PipelineRun{}
	if err := api.Client.Get(context.Background(), client.ObjectKeyFromObject(run), live); err != nil {
		t.Fatal(err)
	}
	return live
}
