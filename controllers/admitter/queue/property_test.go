package queue_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/bowsprit-ci/bowsprit/controllers/admitter/queue"
	"github.com/bowsprit-ci/bowsprit/pipelines/record"
)

// snapshots draws clusters with few jobs, pull requests and seconds, so that they collide.
func snapshots(t *rapid.T) queue.Snapshot {
	n := rapid.IntRange(0, 12).Draw(t, "runs")
	s := queue.Snapshot{MaxRunning: rapid.IntRange(0, 4).Draw(t, "max")}
	for i := range n {
		draw := func(label string, hi int) int {
			return rapid.IntRange(0, hi).Draw(t, fmt.Sprintf("%s of run-%d", label, i))
		}
		s.Runs = append(s.Runs, queue.Run{
			Key:   queue.Key{Namespace: "ci", Name: fmt.Sprintf("run-%d", i)},
			State: queue.State(draw("state", int(queue.Done))),
			Cause: record.Cause{
				Org: "o", Repo: fmt.Sprint("r", draw("repo", 1)), Subject: fmt.Sprint("pull-", draw("pull", 2)),
				HeadSHA: fmt.Sprint("head-", draw("head", 1)), Job: fmt.Sprint("job-", draw("job", 2)),
			},
			Presubmit:      draw("presubmit", 1) == 1,
			MaxConcurrency: draw("limit", 2),
			CreatedAt:      noon.Add(time.Duration(draw("second", 3)) * time.Second),
			BuildID:        fmt.Sprint(draw("build", 12)),
		})
	}
	return s
}

// after is the cluster once a plan was carried out, Ending runs still among the living.
func after(s queue.Snapshot) queue.Snapshot {
	s.Runs = slices.Clone(s.Runs)
	for _, a := range queue.Plan(s) {
		i := slices.IndexFunc(s.Runs, func(r queue.Run) bool { return r.Key == a.Of() })
		switch a.(type) {
		case queue.Admit:
			s.Runs[i].State = queue.Running
		case queue.Cancel:
			s.Runs[i].State = map[bool]queue.State{true: queue.Ending, false: queue.Done}[s.Runs[i].State == queue.Running]
		}
	}
	return s
}

func active(r queue.Run) bool {
	return r.State == queue.Promised || r.State == queue.Running || r.State == queue.Ending
}

func count(runs []queue.Run, keep func(queue.Run) bool) int {
	n := 0
	for _, r := range runs {
		if keep(r) {
			n++
		}
	}
	return n
}

func TestPlanNeverExceedsALimit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := snapshots(t)
		before, then := count(s.Runs, active), count(after(s).Runs, active)
		if s.MaxRunning > 0 && then > max(before, s.MaxRunning) {
			t.Fatalf("%d running before, %d after, the limit is %d", before, then, s.MaxRunning)
		}
		for _, a := range queue.Plan(s) {
			i := slices.IndexFunc(s.Runs, func(r queue.Run) bool { return r.Key == a.Of() })
			r := s.Runs[i]
			if _, admit := a.(queue.Admit); !admit || r.State == queue.Promised || r.MaxConcurrency == 0 {
				continue
			}
			same := count(after(s).Runs, func(o queue.Run) bool { return active(o) && o.Cause.Job == r.Cause.Job && !queueYounger(o, r) })
			if same > r.MaxConcurrency {
				t.Fatalf("%s was admitted as number %d of its job, the limit is %d", r.Name, same, r.MaxConcurrency)
			}
		}
	})
}

// queueYounger is true for a run that was admitted in the same plan after r, with perhaps a larger limit of its own.
func queueYounger(o, r queue.Run) bool { return o.State == queue.Running && queue.Older(r, o) < 0 }

func TestPlanIsDeterministic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := snapshots(t)
		shuffled := queue.Snapshot{Runs: rapid.Permutation(s.Runs).Draw(t, "shuffled"), MaxRunning: s.MaxRunning}
		if d := cmp.Diff(story(queue.Plan(s)), story(queue.Plan(shuffled))); d != "" {
			t.Fatalf("the order of the list changed the plan:\n%s", d)
		}
	})
}

func TestPlanNeverAdmitsASupersededRun(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := snapshots(t)
		for _, a := range queue.Plan(s) {
			if _, ok := a.(queue.Admit); !ok {
				continue
			}
			i := slices.IndexFunc(s.Runs, func(r queue.Run) bool { return r.Key == a.Of() })
			for _, o := range s.Runs {
				same := o.Cause.Repo == s.Runs[i].Cause.Repo && o.Cause.Subject == s.Runs[i].Cause.Subject && o.Cause.Job == s.Runs[i].Cause.Job
				lives := o.State != queue.Ending && o.State != queue.Done
				if same && lives && o.Presubmit && s.Runs[i].Presubmit && queue.Older(s.Runs[i], o) < 0 {
					t.Fatalf("%s was admitted although %s is newer", s.Runs[i].Name, o.Name)
				}
			}
		}
	})
}

// If everything that runs ends, every queued run that is not superseded gets its turn, in at most one turn per run.
func TestPlanStarvesNobody(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := snapshots(t)
		for range len(s.Runs) + 1 {
			s = after(s)
			for i := range s.Runs {
				if active(s.Runs[i]) {
					s.Runs[i].State = queue.Done
				}
			}
		}
		if left := count(s.Runs, func(r queue.Run) bool { return r.State != queue.Done }); left > 0 {
			t.Fatalf("%d runs never got a turn:\n%s", left, story(queue.Plan(s)))
		}
	})
}

// Plans that were carried out leave nothing to do but to wait, until something else changes. It takes two: a promised run
// that is superseded gives its slot back when the first is carried out.
func TestPlanSettles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for _, a := range queue.Plan(after(after(snapshots(t)))) {
			if _, ok := a.(queue.Wait); !ok {
				t.Fatalf("a third plan still wants to %T %s", a, a.Of())
			}
		}
	})
}

// Of the runs of one job and pull request that live, the newest goes on: a plan never leaves a subject without a run.
func TestPlanLeavesEachSubjectItsNewestLivingRun(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := snapshots(t)
		living := map[record.Cause]queue.Run{}
		of := func(r queue.Run) record.Cause {
			return record.Cause{Repo: r.Cause.Repo, Subject: r.Cause.Subject, Job: r.Cause.Job}
		}
		for _, r := range s.Runs {
			ended := r.State == queue.Ending || r.State == queue.Done
			if newest, seen := living[of(r)]; r.Presubmit && !ended && (!seen || queue.Older(newest, r) < 0) {
				living[of(r)] = r
			}
		}
		for _, a := range queue.Plan(s) {
			for _, newest := range living {
				if _, cancel := a.(queue.Cancel); cancel && a.Of() == newest.Key {
					t.Fatalf("%s was cancelled (%s), although no newer run lives", newest.Name, a.Because())
				}
			}
		}
	})
}
