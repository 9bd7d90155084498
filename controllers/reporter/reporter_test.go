package reporter_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/bowsprit-ci/bowsprit/controllers/reporter"
	"github.com/bowsprit-ci/bowsprit/internal/github"
	"github.com/bowsprit-ci/bowsprit/internal/runs/runstest"
	"github.com/bowsprit-ci/bowsprit/pipelines/record"
)

// page is GitHub as far as reports go: it remembers every write.
type page struct {
	mu     sync.Mutex
	token  bool
	writes []string
	checks []github.Check
	// fail is asked before each write; an error refuses it.
	fail func() error
}

func (p *page) CanWriteChecks() bool { return !p.token }

func (p *page) UpsertCheck(_ context.Context, c github.Check) (int64, error) {
	if c.OnlyPresent && !p.shows(c.ExternalID) {
		return 0, nil
	}
	return 7, p.write(c, fmt.Sprintf("%s %s %s %s %q", c.SHA[:7], c.Name, c.Status, c.Conclusion, c.Title))
}

func (p *page) shows(externalID string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.ContainsFunc(p.checks, func(c github.Check) bool { return c.ExternalID == externalID })
}

func (p *page) SetStatus(_ context.Context, s github.Status) error {
	return p.write(github.Check{}, fmt.Sprintf("%s %s %s %q", s.SHA[:7], s.Context, s.State, s.Description))
}

func (p *page) write(c github.Check, line string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fail != nil {
		if err := p.fail(); err != nil {
			return err
		}
	}
	p.writes, p.checks = append(p.writes, line), append(p.checks, c)
	return nil
}

// expect waits for exactly these writes.
func (p *page) expect(t *testing.T, want ...string) {
	t.Helper()
	runstest.Eventually(t, "GitHub shows it", func() error {
		p.mu.Lock()
		defer p.mu.Unlock()
		if strings.Join(p.writes, "\n") != strings.Join(want, "\n") {
			return fmt.Errorf("the writes are\n%s\nwant\n%s", strings.Join(p.writes, "\n"), strings.Join(want, "\n"))
		}
		return nil
	})
}

// watch starts a reporter in a namespace.
func watch(t *testing.T, api *runstest.API, ns string, p *page) (stop func()) {
	t.Helper()
	mgr := api.Manager(t, ns)
	r := &reporter.Reconciler{Cache: mgr.GetClient(), Runs: mgr.Runs, GitHub: p, LogLines: 60, Clock: clock.RealClock{}}
	if err := r.SetupWithManager(mgr, runstest.Options()); err != nil {
		t.Fatal(err)
	}
	return mgr.Run(t)
}

// settled waits until the final report is noted on the run.
func settled(t *testing.T, api *runstest.API, run *pipelinev1.PipelineRun) {
	t.Helper()
	runstest.Eventually(t, "the final report is noted", func() error {
		live := &pipelinev1.PipelineRun{}
		if err := api.Client.Get(context.Background(), client.ObjectKeyFromObject(run), live); err != nil {
			return err
		}
		if rec, err := record.Decode(live); err != nil || !rec.Reported.Final {
			return fmt.Errorf("%+v, %w", rec.Reported, err)
		}
		return nil
	})
}

const (
	queuedLine  = `aaaaaaa unit queued  "Queued: next in line"`
	runningLine = `aaaaaaa unit in_progress  "Running"`
)

func TestAStoryTakesThreeWrites(t *testing.T) {
	api := runstest.Get(t)
	ns, p, ctx := api.Namespace(t), &page{}, context.Background()
	stop := watch(t, api, ns, p)
	run := api.Create(t, runstest.Run(ns, runstest.Record(nil)))
	p.expect(t, queuedLine)
	store := api.Store(t, ns)
	if err := errors.Join(store.Admit(ctx, run), api.Started(ctx, run)); err != nil {
		t.Fatal(err)
	}
	p.expect(t, queuedLine, runningLine)
	if err := errors.Join(api.FailedStep(ctx, run, "no-such-pod"), api.Started(ctx, run), api.Ended(ctx, run, corev1.ConditionFalse, "Failed")); err != nil {
		t.Fatal(err)
	}
	settled(t, api, run)
	final := `aaaaaaa unit completed failure "unit failed: exit code 1 in step test"`
	p.expect(t, queuedLine, runningLine, final)
	if text := p.checks[2].Text; !strings.Contains(text, "There is no log to show: the pod is gone.") || !strings.Contains(text, "tkn pipelinerun logs "+run.Name+" -n "+ns) {
		t.Errorf("the text is\n%s", text)
	}
	if c := p.checks[2]; c.ID != 7 || c.ExternalID != run.Name || c.CompletedAt.IsZero() {
		t.Errorf("the check is %+v", c)
	}

	stop()
	again := &page{}
	watch(t, api, ns, again)
	other := api.Create(t, runstest.Run(ns, runstest.Record(func(r *record.Record) { r.Cause.Job, r.Context = "lint", "lint" })))
	again.expect(t, `aaaaaaa lint queued  "Queued: next in line"`)
	if err := api.Client.Delete(ctx, run); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(store.Cancel(ctx, other, "superseded by bcd2345"), api.Ended(ctx, other, corev1.ConditionFalse, "Cancelled")); err != nil {
		t.Fatal(err)
	}
	again.expect(t, `aaaaaaa lint queued  "Queued: next in line"`, `aaaaaaa lint completed cancelled "Superseded by bcd2345"`)
}

func TestTokenMode(t *testing.T) {
	api := runstest.Get(t)
	ns, p, ctx := api.Namespace(t), &page{token: true}, context.Background()
	run := api.Create(t, runstest.Run(ns, runstest.Record(nil)))
	watch(t, api, ns, p)
	p.expect(t, `aaaaaaa unit pending "Queued: next in line"`)
	if err := errors.Join(api.Store(t, ns).Admit(ctx, run), api.Started(ctx, run), api.Ended(ctx, run, corev1.ConditionTrue, "Succeeded")); err != nil {
		t.Fatal(err)
	}
	settled(t, api, run)
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.writes) != 2 || !strings.HasPrefix(p.writes[1], `aaaaaaa unit success "Passed in `) {
		t.Errorf("the writes are %q", p.writes)
	}
}

func TestADeletedRunIsCompleted(t *testing.T) {
	api := runstest.Get(t)
	ns, p, ctx := api.Namespace(t), &page{}, context.Background()
	run := api.Create(t, runstest.Run(ns, runstest.Record(nil)))
	watch(t, api, ns, p)
	p.expect(t, queuedLine)
	var failed bool
	p.mu.Lock()
	p.fail = func() error {
		if failed {
			return nil
		}
		failed = true
		return github.ErrTemporary
	}
	p.mu.Unlock()
	if err := api.Client.Delete(ctx, run); err != nil {
		t.Fatal(err)
	}
	p.expect(t, queuedLine, `aaaaaaa unit completed cancelled "PipelineRun deleted before it was finished"`)
}

// GitHub is down, then asks to wait: nothing is lost, and the final report is made once.
func TestReportsAreTriedForEver(t *testing.T) {
	api := runstest.Get(t)
	ns, p, ctx := api.Namespace(t), &page{}, context.Background()
	tries := 0
	p.fail = func() error {
		switch tries++; {
		case tries < 4:
			return fmt.Errorf("write check run: %w", github.ErrTemporary)
		case tries == 4:
			return fmt.Errorf("write check run: %w", &github.RateLimited{Until: time.Now().Add(100 * time.Millisecond)})
		}
		return nil
	}
	run := api.Create(t, runstest.Run(ns, runstest.Record(nil)))
	if err := errors.Join(api.Store(t, ns).Admit(ctx, run), api.Ended(ctx, run, corev1.ConditionTrue, "Succeeded")); err != nil {
		t.Fatal(err)
	}
	watch(t, api, ns, p)
	settled(t, api, run)
	if p.mu.Lock(); len(p.writes) != 1 || tries != 5 {
		t.Errorf("%d tries ended in the writes %q", tries, p.writes)
	}
	p.mu.Unlock()
}

func TestWhatGitHubWillNotTake(t *testing.T) {
	api := runstest.Get(t)
	for name, tc := range map[string]struct {
		why    string
		err    error
		writes int
	}{
		"a commit that is gone":      {why: "nobody can be told", err: github.ErrGone},
		"a text that GitHub refuses": {why: "the conclusion is worth more than the text", err: github.ErrInvalid, writes: 1},
	} {
		t.Run(name, func(t *testing.T) {
			ns, p, ctx := api.Namespace(t), &page{}, context.Background()
			tries := 0
			p.fail = func() error {
				if tries++; tries == 1 || tc.writes == 0 {
					return tc.err
				}
				return nil
			}
			run := api.Create(t, runstest.Run(ns, runstest.Record(nil)))
			if err := errors.Join(api.Store(t, ns).Admit(ctx, run), api.Ended(ctx, run, corev1.ConditionTrue, "Succeeded")); err != nil {
				t.Fatal(err)
			}
			watch(t, api, ns, p)
			settled(t, api, run)
			p.mu.Lock()
			defer p.mu.Unlock()
			if len(p.writes) != tc.writes || tc.writes == 1 && p.checks[0].Text != "" {
				t.Errorf("%s: the writes are %q", tc.why, p.writes)
			}
		})
	}
}

// Runs that are not ours, that were cloned, or that report nothing are none of GitHub's business.
func TestOthersAreLeftAlone(t *testing.T) {
	api := runstest.Get(t)
	ns, p := api.Namespace(t), &page{}
	clone := runstest.Run(ns, runstest.Record(nil))
	clone.Name = "a-rerun-by-hand"
	api.Create(t, clone)
	api.Create(t, runstest.Run(ns, runstest.Record(func(r *record.Record) { r.Cause.Job, r.SkipReport = "quiet", true })))
	watch(t, api, ns, p)
	api.Create(t, runstest.Run(ns, runstest.Record(nil)))
	p.expect(t, queuedLine)
}

// What waits is told how many are before it: those that are older and have not begun.
func TestAQueuedRunTellsHowManyAreAhead(t *testing.T) {
	api := runstest.Get(t)
	ns, p, ctx := api.Namespace(t), &page{}, context.Background()
	before := func(job string) *pipelinev1.PipelineRun {
		return api.Create(t, runstest.Run(ns, runstest.Record(func(r *record.Record) { r.Cause.Job, r.SkipReport = job, true })))
	}
	before("waits")
	before("waits-too")
	if err := errors.Join(api.Store(t, ns).Admit(ctx, before("runs")), api.Ended(ctx, before("has-ended"), corev1.ConditionTrue, "Succeeded")); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Until(time.Now().Truncate(time.Second).Add(time.Second))) // creation times have one second
	api.Create(t, runstest.Run(ns, runstest.Record(nil)))
	watch(t, api, ns, p)
	p.expect(t, `aaaaaaa unit queued  "Queued: 2 ahead"`)
}
