package queue_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bowsprit-ci/bowsprit/controllers/admitter/queue"
	"github.com/bowsprit-ci/bowsprit/pipelines/record"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// run makes a presubmit's run that was created n seconds after noon.
func run(name string, n int, state queue.State, opts ...func(*queue.Run)) queue.Run {
	r := queue.Run{
		Key:       queue.Key{Namespace: "ci", Name: name},
		State:     state,
		Presubmit: true,
		Cause:     record.Cause{Org: "o", Repo: "r", Subject: "pull-" + name, HeadSHA: strings.Repeat("a", 40), Job: "unit"},
		CreatedAt: noon.Add(time.Duration(n) * time.Second),
		BuildID:   fmt.Sprint(100 + n),
	}
	for _, o := range opts {
		o(&r)
	}
	return r
}

func pull(n int) func(*queue.Run) {
	return func(r *queue.Run) { r.Cause.Subject = fmt.Sprintf("pull-%d", n) }
}
func head(sha string) func(*queue.Run)  { return func(r *queue.Run) { r.Cause.HeadSHA = sha } }
func job(name string) func(*queue.Run)  { return func(r *queue.Run) { r.Cause.Job = name } }
func limit(n int) func(*queue.Run)      { return func(r *queue.Run) { r.MaxConcurrency = n } }
func repo(name string) func(*queue.Run) { return func(r *queue.Run) { r.Cause.Repo = name } }
func build(id string) func(*queue.Run)  { return func(r *queue.Run) { r.BuildID = id } }
func periodic(r *queue.Run)             { r.Presubmit = false; r.Cause.Subject = "" }

// story prints a plan as prose, one action a line.
func story(actions []queue.Action) string {
	var b strings.Builder
	for _, a := range actions {
		verb := map[string]string{"queue.Admit": "admit", "queue.Cancel": "cancel", "queue.Wait": "wait"}[fmt.Sprintf("%T", a)]
		fmt.Fprintf(&b, "%s %s: %s\n", verb, a.Of().Name, a.Because())
	}
	return b.String()
}

func TestPlan(t *testing.T) {
	const free = "a slot is free"
	for name, tc := range map[string]struct {
		why  string
		max  int
		runs []queue.Run
		want string
	}{
		"an empty cluster": {why: "nothing to do is an answer", want: ""},
		"the oldest starts first": {
			why: "whatever the order of the list", max: 1,
			runs: []queue.Run{run("b", 2, queue.Queued), run("a", 1, queue.Queued)},
			want: "admit a: " + free + "\nwait b: 1 of at most 1 runs are running, 0 ahead in the queue\n",
		},
		"a finished run holds no slot": {
			why: "slots are counted from what lives", max: 1,
			runs: []queue.Run{run("a", 1, queue.Done), run("b", 2, queue.Queued)},
			want: "admit b: " + free + "\n",
		},
		"a run that was told to stop holds its slot until it has stopped": {
			why: "its pod still uses the node", max: 1,
			runs: []queue.Run{run("a", 1, queue.Ending), run("b", 2, queue.Queued)},
			want: "wait b: 1 of at most 1 runs are running, 0 ahead in the queue\n",
		},
		"a promised run holds a slot and is admitted again": {
			why: "whoever promised may have died before keeping it", max: 1,
			runs: []queue.Run{run("a", 1, queue.Promised), run("b", 0, queue.Queued)},
			want: "wait b: 1 of at most 1 runs are running, 0 ahead in the queue\nadmit a: its admission was decided before\n",
		},
		"max_concurrency counts over all repositories": {
			why: "Prow counts by job name",
			runs: []queue.Run{
				run("a", 1, queue.Running, repo("x"), limit(1)),
				run("b", 2, queue.Queued, repo("y"), limit(1)),
			},
			want: "wait b: job unit runs 1 of at most 1 at a time (max_concurrency)\n",
		},
		"a job at its limit does not hold others back": {
			why: "its place in the line is kept, the slot goes to the next", max: 2,
			runs: []queue.Run{
				run("a", 1, queue.Running, limit(1)),
				run("b", 2, queue.Queued, limit(1)),
				run("c", 3, queue.Queued, job("lint")),
				run("d", 4, queue.Queued, job("lint")),
			},
			want: "wait b: job unit runs 1 of at most 1 at a time (max_concurrency)\n" +
				"admit c: " + free + "\n" +
				"wait d: 2 of at most 2 runs are running, 1 ahead in the queue\n",
		},
		"a new commit supersedes": {
			why: "whether the old run waits or runs", max: 2,
			runs: []queue.Run{
				run("a", 1, queue.Running, pull(7)),
				run("b", 2, queue.Queued, pull(7)),
				run("c", 3, queue.Queued, pull(7), head("bcd1234"+strings.Repeat("0", 33))),
			},
			want: "cancel a: superseded by bcd1234\ncancel b: superseded by bcd1234\nadmit c: " + free + "\n",
		},
		"a second /test on the same commit supersedes": {
			why:  "the commit does not tell them apart, so the run is named",
			runs: []queue.Run{run("a", 1, queue.Running, pull(7)), run("b", 2, queue.Queued, pull(7))},
			want: "cancel a: superseded by run b\nadmit b: " + free + "\n",
		},
		"runs of the same second are ordered by build id": {
			why:  "creation times have one second; 99 is older than 100 although \"99\" > \"100\"",
			runs: []queue.Run{run("z", 1, queue.Queued, pull(7), build("99")), run("a", 1, queue.Queued, pull(7), build("100"))},
			want: "cancel z: superseded by run a\nadmit a: " + free + "\n",
		},
		"a run that is stopping is not told again": {
			why:  "a plan without change writes nothing",
			runs: []queue.Run{run("a", 1, queue.Ending, pull(7)), run("b", 2, queue.Running, pull(7))},
			want: "",
		},
		"another job of the same pull request is left alone": {
			why:  "only a run of the same job replaces",
			runs: []queue.Run{run("a", 1, queue.Running, pull(7)), run("b", 2, queue.Running, pull(7), job("lint"))},
			want: "",
		},
		"a finished run supersedes nothing": {
			why:  "after a force-push back the older run is the head's, and the dispatcher makes no second one",
			runs: []queue.Run{run("a", 1, queue.Running, pull(7)), run("b", 2, queue.Done, pull(7), head("bcd1234"))},
			want: "",
		},
		"a run that was told to stop supersedes nothing": {
			why: "its commit was left again, so the older run is the only one that the head has",
			runs: []queue.Run{
				run("a", 1, queue.Queued, pull(7)),
				run("b", 2, queue.Ending, pull(7), head("bcd1234")),
			},
			want: "admit a: " + free + "\n",
		},
		"the newest that lives supersedes past one that was told to stop": {
			why: "three pushes in a row leave the last",
			runs: []queue.Run{
				run("a", 1, queue.Running, pull(7)),
				run("b", 2, queue.Running, pull(7), head("bcd1234")),
				run("c", 3, queue.Ending, pull(7), head("cde1234")),
			},
			want: "cancel a: superseded by bcd1234\n",
		},
		"only presubmits supersede": {
			why:  "each periodic and each postsubmit counts",
			runs: []queue.Run{run("a", 1, queue.Running, periodic), run("b", 2, queue.Queued, periodic)},
			want: "admit b: " + free + "\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := story(queue.Plan(queue.Snapshot{Runs: tc.runs, MaxRunning: tc.max}))
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Errorf("%s (-want +got):\n%s", tc.why, d)
			}
		})
	}
}
