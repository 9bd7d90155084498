package scheduler_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/labels"
	testclock "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/controllers/scheduler"
	"github.com/bowsprit-ci/bowsprit/internal/runs/runstest"
	"github.com/bowsprit-ci/bowsprit/pipelines"
	"github.com/bowsprit-ci/bowsprit/pipelines/record"
)

// began is when the tests' clocks begin: runs get their real creation times, so it must be now.
var began = time.Now().UTC().Truncate(time.Hour).Add(time.Hour)

// periodic is a defaulted job as the catalog has it.
func periodic(name string, edit func(*prow.Periodic)) prow.Periodic {
	no := false
	p := prow.Periodic{JobBase: prow.JobBase{
		Name: name, Agent: prow.AgentKubernetes, Cluster: prow.DefaultCluster,
		UtilityConfig: prow.UtilityConfig{Decorate: &no},
		Spec:          &corev1.PodSpec{Containers: []corev1.Container{{Image: "alpine", Command: []string{"true"}}}},
	}}
	edit(&p)
	return p
}

// newScheduler makes a scheduler with a manager of its own, and its clock.
func newScheduler(t *testing.T, api *runstest.API, ns string, jobs ...prow.Periodic) (*scheduler.Scheduler, *testclock.FakeClock) {
	t.Helper()
	mgr := api.Manager(t, ns)
	clock := testclock.NewFakeClock(began)
	s := &scheduler.Scheduler{
		Runs: mgr.Runs, Clock: clock, Metrics: scheduler.NewMetrics(),
		Periodics:  func() []prow.Periodic { return jobs },
		Decoration: func(string, string) *prow.DecorationConfig { return nil },
		Options:    func() pipelines.Options { return pipelines.Options{Namespace: ns} },
		Memory:     scheduler.Memory{Client: mgr.GetClient(), Live: mgr.GetAPIReader(), Namespace: ns},
	}
	mgr.Run(t)
	if !mgr.GetCache().WaitForCacheSync(context.Background()) {
		t.Fatal("the caches do not fill")
	}
	return s, clock
}

// look lets a scheduler look until nothing went wrong but a write of somebody else at the same time.
func look(t *testing.T, s *scheduler.Scheduler) {
	t.Helper()
	for range 20 {
		_, err := s.Look(context.Background())
		if err == nil {
			return
		}
		if !apierrors.IsConflict(err) && !apierrors.IsAlreadyExists(err) {
			t.Error(err)
			return
		}
	}
	t.Error("two schedulers keep each other from writing")
}

// made lists the triggers of the runs of a namespace, sorted.
func made(t *testing.T, api *runstest.API, ns string) []string {
	t.Helper()
	var list pipelinev1.PipelineRunList
	if err := api.Client.List(context.Background(), &list, client.InNamespace(ns)); err != nil {
		t.Fatal(err)
	}
	var out []string
	for i := range list.Items {
		rec, err := record.Decode(&list.Items[i])
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, rec.Cause.Job+" "+rec.Cause.Trigger)
	}
	slices.Sort(out)
	return out
}

func at(offset time.Duration) string { return "at-" + began.Add(offset).Format(time.RFC3339) }

func TestTwoSchedulersMakeOneRun(t *testing.T) {
	api := runstest.Get(t)
	ns := api.Namespace(t)
	jobs := []prow.Periodic{
		periodic("hourly", func(p *prow.Periodic) { p.Interval = "1h" }),
		periodic("at-the-quarter", func(p *prow.Periodic) { p.Cron = "15 * * * *" }),
	}
	a, clockA := newScheduler(t, api, ns, jobs...)
	b, clockB := newScheduler(t, api, ns, jobs...)
	for _, offset := range []time.Duration{0, time.Minute, 16 * time.Minute, 17 * time.Minute} {
		clockA.SetTime(began.Add(offset))
		clockB.SetTime(began.Add(offset))
		var both sync.WaitGroup
		for _, s := range []*scheduler.Scheduler{a, b, a} {
			both.Go(func() { look(t, s) })
		}
		both.Wait()
	}
	want := []string{"at-the-quarter " + at(15*time.Minute), "hourly " + at(0)}
	if got := made(t, api, ns); !slices.Equal(got, want) {
		t.Errorf("two schedulers that look at the same time made %q, want %q", got, want)
	}
}

func TestARestartLosesNoTime(t *testing.T) {
	api := runstest.Get(t)
	ns := api.Namespace(t)
	job := periodic("nightly", func(p *prow.Periodic) { p.Cron = "15 * * * *" })
	first, _ := newScheduler(t, api, ns, job)
	look(t, first) // it sees the job and ends before the time comes
	if got := made(t, api, ns); len(got) != 0 {
		t.Fatalf("a cron ran before its time: %q", got)
	}
	second, clock := newScheduler(t, api, ns, job)
	clock.SetTime(began.Add(40 * time.Minute))
	look(t, second)
	if got, want := made(t, api, ns), []string{"nightly " + at(15*time.Minute)}; !slices.Equal(got, want) {
		t.Errorf("the time passed while nothing watched: made %q, want %q", got, want)
	}
}

func TestABadJobStopsNoOther(t *testing.T) {
	api := runstest.Get(t)
	ns := api.Namespace(t)
	s, _ := newScheduler(t, api, ns,
		periodic("homeless", func(p *prow.Periodic) { p.Interval, p.Spec.HostPID = "1h", true }),
		periodic("good", func(p *prow.Periodic) { p.Interval = "1h" }))
	if _, err := s.Look(context.Background()); err == nil {
		t.Error("a job that cannot be compiled is not reported")
	}
	if got, want := made(t, api, ns), []string{"good " + at(0)}; !slices.Equal(got, want) {
		t.Errorf("made %q, want %q", got, want)
	}
}

func TestDeletedRunsStartNothing(t *testing.T) {
	api := runstest.Get(t)
	ns := api.Namespace(t)
	s, clock := newScheduler(t, api, ns, periodic("rare", func(p *prow.Periodic) { p.Interval = "3h" }))
	look(t, s)
	seen(t, s, 1)
	look(t, s) // it remembers the run
	for _, run := range runsOf(t, api, ns) {
		if err := api.Client.Delete(context.Background(), &run); err != nil {
			t.Fatal(err)
		}
	}
	clock.SetTime(began.Add(30 * time.Second))
	seen(t, s, 0)
	look(t, s)
	if got := made(t, api, ns); len(got) != 0 {
		t.Errorf("a job of every three hours ran again after its run was deleted: %q", got)
	}
}

// seen waits until a scheduler's cache holds so many runs.
func seen(t *testing.T, s *scheduler.Scheduler, want int) {
	t.Helper()
	runstest.Eventually(t, fmt.Sprintf("the cache holds %d runs", want), func() error {
		list, err := s.Runs.List(context.Background(), labels.Everything())
		if err == nil && len(list) != want {
			err = fmt.Errorf("it holds %d", len(list))
		}
		return err
	})
}

func runsOf(t *testing.T, api *runstest.API, ns string) []pipelinev1.PipelineRun {
	t.Helper()
	var list pipelinev1.PipelineRunList
	if err := api.Client.List(context.Background(), &list, client.InNamespace(ns)); err != nil {
		t.Fatal(err)
	}
	return list.Items
}
