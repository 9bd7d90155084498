package triggers_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
	"github.com/bowsprit-ci/bowsprit/triggers"
)

// pushedJob is a postsubmit that runs on every push.
func pushedJob(name string, change func(*prow.Postsubmit)) prow.Postsubmit {
	p := prow.Postsubmit{JobBase: prow.JobBase{Name: name}, Reporter: prow.Reporter{Context: name}}
	if change != nil {
		change(&p)
	}
	return p
}

func onPushOf(expr string) func(*prow.Postsubmit) {
	return func(p *prow.Postsubmit) { p.RunIfChanged = expr }
}

func pushTo(ref string, changed ...string) v1alpha1.Event {
	return v1alpha1.Event{Kind: v1alpha1.KindPush, Org: "o", Repo: "r", Ref: ref, Before: heads[0], After: heads[2], Changed: changed, Sender: v1alpha1.User{Login: "mallory"}}
}

func TestPush(t *testing.T) {
	cat := jobsOf{pushed: []prow.Postsubmit{pushedJob("image", nil), pushedJob("docs", onPushOf("^docs/"))}}
	cut := pushTo("main", "main.go")
	cut.ChangedCut = true
	tests := map[string]struct {
		why   string
		event v1alpha1.Event
		world world
		runs  []string
		asked []string
	}{
		"the event holds all changed files":      {why: "GitHub need not be asked", event: pushTo("main", "docs/a.md"), runs: []string{"image", "docs"}},
		"no file matches":                        {event: pushTo("main", "main.go"), runs: []string{"image"}},
		"a tag that brings no commits":           {why: "its list of files is empty, as in Prow", event: pushTo("v1"), runs: []string{"image"}},
		"the event could not hold all":           {event: cut, world: world{Pushed: []string{"main.go", "docs/a.md"}}, runs: []string{"image", "docs"}, asked: []string{"PushedFiles"}},
		"no file matches of all":                 {event: cut, world: world{Pushed: []string{"main.go"}}, runs: []string{"image"}, asked: []string{"PushedFiles"}},
		"GitHub does not list all either":        {why: "the one that matters may be missing, and a run too many does less harm", event: cut, world: world{Pushed: []string{"main.go"}, PushedCut: true}, runs: []string{"image", "docs"}, asked: []string{"PushedFiles"}},
		"an outsider pushed, by whatever right":  {why: "who may push is trusted, as in Prow; the world trusts nobody here", event: pushTo("main"), runs: []string{"image"}},
		"a push without a commit after it":       {why: "GitHub says so with forty zeros, which the event leaves out", event: v1alpha1.Event{Kind: v1alpha1.KindPush, Org: "o", Repo: "r", Ref: "main", Before: heads[0]}},
		"a ref that was deleted with its commit": {event: v1alpha1.Event{Kind: v1alpha1.KindPush, Org: "o", Repo: "r", Ref: "main", Deleted: true, After: heads[0]}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			plan, err := triggers.Decide(t.Context(), test.event, answers{&test.world}, cat)
			if err != nil {
				t.Fatal(err)
			}
			var runs []string
			for _, a := range plan.Actions {
				runs = append(runs, a.(triggers.Run).Job.Name)
			}
			if diff := cmp.Diff(test.runs, runs); diff != "" {
				t.Errorf("%s (-want +got):\n%s\n%s", test.why, diff, plan)
			}
			if diff := cmp.Diff(test.asked, test.world.asked); diff != "" {
				t.Errorf("asked (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPushTestsWhatWasPushed(t *testing.T) {
	cat := jobsOf{pushed: []prow.Postsubmit{pushedJob("image", nil)}}
	plan, err := triggers.Decide(t.Context(), pushTo("release-1"), answers{&world{}}, cat)
	if err != nil {
		t.Fatal(err)
	}
	want := []triggers.Action{triggers.Run{Job: cat.pushed[0].Job(), Trigger: triggers.TriggerAuto, Why: "runs on every push to `release-1`",
		Refs: prow.Refs{Org: "o", Repo: "r", BaseRef: "release-1", BaseSHA: heads[2]}}}
	if diff := cmp.Diff(want, plan.Actions); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, what := triggers.Describe(plan.Actions[0]); what != "image on ccccccc, trigger auto" {
		t.Errorf("described as %q", what)
	}
}

func TestPushFailsClosed(t *testing.T) {
	cat := jobsOf{pushed: []prow.Postsubmit{pushedJob("image", nil), pushedJob("docs", onPushOf("^docs/"))}}
	cut := pushTo("main")
	cut.ChangedCut = true
	plan, err := triggers.Decide(t.Context(), cut, answers{&world{fails: "PushedFiles"}}, cat)
	if !errors.Is(err, errDown) || !strings.Contains(err.Error(), "o/r") || len(plan.Actions)+len(plan.Decisions) > 0 {
		t.Errorf("error %v and plan %s, want an error that names the repository, and no plan", err, plan)
	}
}

func drawPush(t *rapid.T) v1alpha1.Event {
	pick := func(label string, from []string) string { return rapid.SampledFrom(from).Draw(t, label) }
	return v1alpha1.Event{Kind: v1alpha1.KindPush, Org: "o", Repo: "r", Sender: v1alpha1.User{Login: pick("sender", logins)},
		Ref: pick("ref", []string{"main", "release-1", "v1.0", "x` @y\n/test all"}), Before: pick("before", []string{"", heads[0]}), After: pick("after", []string{"", heads[0], heads[1], heads[2]}),
		Created: rapid.Bool().Draw(t, "created"), Deleted: seldom(t, "deleted"), ChangedCut: seldom(t, "cut"),
		Changed: rapid.SliceOf(rapid.SampledFrom([]string{"a.go", "docs/x.md", "`@all`\n/test all"})).Draw(t, "changed")}
}

func drawPushed(t *rapid.T) []prow.Postsubmit {
	never, yes := false, true
	return []prow.Postsubmit{pushedJob("image", nil), pushedJob("docs", onPushOf("^docs/")), pushedJob("all", func(p *prow.Postsubmit) { p.AlwaysRun = &yes }),
		pushedJob("asked", func(p *prow.Postsubmit) { p.AlwaysRun = &never }),
		pushedJob("code", func(p *prow.Postsubmit) {
			p.SkipIfOnlyChanged, p.SkipBranches = `\.md$`, rapid.SliceOf(rapid.SampledFrom([]string{"^main$", "^v"})).Draw(t, "skipped branches")
		}),
		pushedJob("notes", func(p *prow.Postsubmit) { p.Branches = []string{"^release-"} })}
}

// TestPushes holds what must be true of every plan for a push.
func TestPushes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, ev, cat := drawWorld(t), drawPush(t), jobsOf{jobs: []prow.Presubmit{job("unit", always)}, pushed: drawPushed(t)}
		w.Pushed, w.PushedCut = ev.Changed, rapid.Bool().Draw(t, "pushed cut")
		plan, err := triggers.Decide(t.Context(), ev, answers{w}, cat)
		if err != nil {
			t.Fatal(err)
		}
		again, err := triggers.Decide(t.Context(), ev, answers{w}, cat)
		if err != nil || !cmp.Equal(plan, again) {
			t.Fatalf("the same event in the same world gives another plan: %v\n%s\n%s", err, plan, again)
		}
		if strings.Contains(plan.Why, "\n") || (len(w.asked) > 0 && !ev.ChangedCut) {
			t.Fatalf("%q, and asked were %v", plan.Why, w.asked)
		}
		gone := ev.Deleted || ev.After == ""
		if gone && len(plan.Actions)+len(plan.Decisions) > 0 {
			t.Fatalf("something is decided about a ref that is gone: %s", plan)
		}
		if !gone && len(plan.Decisions) != len(cat.pushed) {
			t.Fatalf("%d decisions about %d jobs", len(plan.Decisions), len(cat.pushed))
		}
		for _, a := range plan.Actions {
			checkPushed(t, a, ev, cat)
		}
	})
}

func checkPushed(t *rapid.T, a triggers.Action, ev v1alpha1.Event, cat jobsOf) {
	r, isRun := a.(triggers.Run)
	if !isRun || r.Job.Type != prow.TypePostsubmit || r.Refs.BaseSHA != ev.After || r.Refs.BaseRef != ev.Ref || len(r.Refs.Pulls) > 0 || r.Trigger != triggers.TriggerAuto {
		t.Fatalf("a push starts nothing but runs of its own commit, not %+v", a)
	}
	if strings.Contains(r.Why, "\n") || r.Job.Name == "asked" {
		t.Fatalf("%s must not run, or not for %q", r.Job.Name, r.Why)
	}
	for _, j := range cat.pushed {
		if j.Name == r.Job.Name && !j.ShouldRun(ev.Ref) {
			t.Fatalf("%s does not run on %q", j.Name, ev.Ref)
		}
	}
}
