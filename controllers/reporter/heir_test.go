package reporter_test

import (
	"context"
	"errors"
	"testing"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/bowsprit-ci/bowsprit/internal/runs/runstest"
	"github.com/bowsprit-ci/bowsprit/pipelines/record"
)

// family makes a run and, by a command, its heir on the same commit.
func family(t *testing.T, api *runstest.API, ns string, bend func(heir *record.Record)) (old, heir *pipelinev1.PipelineRun) {
	t.Helper()
	return api.Create(t, runstest.Run(ns, runstest.Record(nil))), api.Create(t, runstest.Run(ns, runstest.Record(func(r *record.Record) {
		if r.Cause.Trigger = "4711"; bend != nil {
			bend(r)
		}
	})))
}

// superseded cancels a run in favour of its heir, and ends it.
func superseded(t *testing.T, api *runstest.API, old, heir *pipelinev1.PipelineRun) {
	t.Helper()
	ctx, store := context.Background(), api.Store(t, old.Namespace)
	if err := errors.Join(store.Cancel(ctx, old, "superseded by run "+heir.Name), api.Ended(ctx, old, corev1.ConditionFalse, "Cancelled")); err != nil {
		t.Fatal(err)
	}
}

// A commit has one status of a name: what the old run would say last, it would say over its heir.
func TestASupersededRunSetsNoStatus(t *testing.T) {
	api := runstest.Get(t)
	ns, p, ctx := api.Namespace(t), &page{token: true}, context.Background()
	const pending = `aaaaaaa unit pending "Queued: next in line"`
	old := api.Create(t, runstest.Run(ns, runstest.Record(nil)))
	watch(t, api, ns, p)
	p.expect(t, pending)
	heir := api.Create(t, runstest.Run(ns, runstest.Record(func(r *record.Record) { r.Cause.Trigger = "4711" })))
	runstest.Eventually(t, "the heir is reported", func() error { return noted(ctx, api, heir) })
	before := len(p.lines())
	superseded(t, api, old, heir)
	settled(t, api, old)
	if after := p.lines(); len(after) != before {
		t.Errorf("the old run spoke over its heir: %q", after[before:])
	}
}

// After an outage both are reported late, in any order. The newest check run is the one that GitHub shows.
func TestASupersededRunMakesNoCheck(t *testing.T) {
	api := runstest.Get(t)
	ns, p := api.Namespace(t), &page{}
	old, heir := family(t, api, ns, nil)
	superseded(t, api, old, heir)
	watch(t, api, ns, p)
	settled(t, api, old)
	p.expect(t, queuedLine)
	if c := p.checks[0]; c.ExternalID != heir.Name {
		t.Errorf("the check is of %s, want the heir's", c.ExternalID)
	}
}

// A check that the old run has already must not stay open.
func TestASupersededRunCompletesItsCheck(t *testing.T) {
	api := runstest.Get(t)
	ns, p, ctx := api.Namespace(t), &page{}, context.Background()
	old := api.Create(t, runstest.Run(ns, runstest.Record(nil)))
	watch(t, api, ns, p)
	p.expect(t, queuedLine)
	runstest.Eventually(t, "the check is noted", func() error { return noted(ctx, api, old) })
	heir := api.Create(t, runstest.Run(ns, runstest.Record(func(r *record.Record) { r.Cause.Trigger = "4711" })))
	runstest.Eventually(t, "the heir is reported", func() error { return noted(ctx, api, heir) })
	superseded(t, api, old, heir)
	settled(t, api, old)
	if lines := p.lines(); len(lines) != 3 || lines[2] != `aaaaaaa unit completed cancelled "Superseded by run `+heir.Name+`"` {
		t.Errorf("the writes are %q", lines)
	}
}

// Whoever speaks under another name, or not at all, speaks for nobody else.
func TestASupersededRunWithoutASpeakingHeirIsReported(t *testing.T) {
	api := runstest.Get(t)
	for name, bend := range map[string]func(*record.Record){
		"the heir reports under another context": func(r *record.Record) { r.Context = "unit-tests" },
		"the heir reports nothing":               func(r *record.Record) { r.SkipReport = true },
	} {
		t.Run(name, func(t *testing.T) {
			ns, p := api.Namespace(t), &page{token: true}
			old, heir := family(t, api, ns, bend)
			superseded(t, api, old, heir)
			watch(t, api, ns, p)
			settled(t, api, old)
			runstest.Eventually(t, "the old run's status has ended", func() error {
				want := `aaaaaaa unit failure "Superseded by run ` + heir.Name + `"`
				for _, l := range p.lines() {
					if l == want {
						return nil
					}
				}
				return errors.New("not yet")
			})
		})
	}
}

// lines are the writes so far.
func (p *page) lines() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.writes...)
}

// noted says why no report is noted on a run; nil if one is.
func noted(ctx context.Context, api *runstest.API, run *pipelinev1.PipelineRun) error {
	live := &pipelinev1.PipelineRun{}
	if err := api.Client.Get(ctx, client.ObjectKeyFromObject(run), live); err != nil {
		return err
	}
	if rec, err := record.Decode(live); err != nil || rec.Reported.Digest == "" {
		return errors.Join(err, errors.New("nothing is noted"))
	}
	return nil
}
