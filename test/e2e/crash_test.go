package e2e

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/bowsprit-ci/bowsprit/test/forge"
	"github.com/bowsprit-ci/bowsprit/test/street"
)

// crashPoint is a moment of the street: before or after its n-th write to the outside.
type crashPoint struct {
	n     int
	after bool
}

func (p crashPoint) String() string {
	if p.after {
		return fmt.Sprintf("after write %d", p.n)
	}
	return fmt.Sprintf("before write %d", p.n)
}

// crashStory is something that people do, at once and without waiting for Bowsprit, and that ends with a green check.
type crashStory struct {
	name string
	// least is how many writes it takes when no patch meets a conflict.
	least int
	// begin does it on a branch of its own and returns the pull request as it was opened, and the head that must go green.
	begin func(t *testing.T, s *street.Street, branch string) (opened forge.PullView, head string)
}

var crashStories = []crashStory{
	{"opened by a member", 10, func(t *testing.T, s *street.Street, branch string) (forge.PullView, string) {
		pull := got(s.OpenPull(street.Member, branch, map[string]string{"log.txt": branch}))(t)
		return pull, pull.Head.SHA
	}},
	{"opened by an outsider and granted", 14, func(t *testing.T, s *street.Street, branch string) (forge.PullView, string) {
		pull := got(s.OpenPull(street.Outsider, branch, map[string]string{"log.txt": branch}))(t)
		got(s.Forge.Comment(street.Member, street.Repo, pull.Number, "/ok-to-test "+pull.Head.SHA))(t)
		return pull, pull.Head.SHA
	}},
	{"pushed to while it runs", 12, func(t *testing.T, s *street.Street, branch string) (forge.PullView, string) {
		pull := got(s.OpenPull(street.Member, branch, slow))(t)
		must(t, s.Forge.WaitDelivered(within(t, limit)))
		return pull, got(s.Change(street.Member, branch, green))(t)
	}},
}

// TestCrashBetweenEveryTwoWrites lets each story end well once to count its writes, and then kills Bowsprit with SIGKILL
// after each one, and before those that the seed picks, in a story of its own. Whatever the moment: one run for one cause, one final check for one run.
func TestCrashBetweenEveryTwoWrites(t *testing.T) {
	t.Parallel()
	for _, story := range crashStories {
		t.Run(story.name, func(t *testing.T) {
			t.Parallel()
			s := open(t, nil)
			writes := rehearse(t, s, story)
			for _, p := range crashPoints(len(writes)) {
				t.Run(p.String(), func(t *testing.T) { crashAt(t, s, story, p) })
			}
		})
	}
}

// rehearse plays the story without a crash and returns its writes.
func rehearse(t *testing.T, s *street.Street, story crashStory) []street.Write {
	t.Helper()
	s.Tap.Watch(nil, nil)
	pull, head := story.begin(t, s, "rehearsal")
	got(s.WaitCheck(within(t, limit), head, "unit", street.Concluded("success")))(t)
	settle(t, s)
	assertOnce(t, s, pull, head)
	writes := s.Tap.Writes()
	for i, w := range writes {
		t.Logf("write %d: %s", i+1, w)
	}
	if len(writes) < story.least {
		t.Fatalf("%d writes, expected at least %d: the tap does not see them all", len(writes), story.least)
	}
	return writes
}

// crashPoints is every point in order; the short form leaves out "before write n+1" where "after write n" is the same
// moment for the outside, except for a few that the seed picks.
func crashPoints(writes int) (points []crashPoint) {
	rng := rand.New(rand.NewPCG(uint64(*seed), 0))
	for n := 1; n <= writes; n++ {
		if n == 1 || *soak || rng.IntN(6) == 0 {
			points = append(points, crashPoint{n, false})
		}
		points = append(points, crashPoint{n, true})
	}
	return points
}

func crashAt(t *testing.T, s *street.Street, story crashStory, p crashPoint) {
	killed := make(chan struct{})
	var once sync.Once
	kill := func(n int, w street.Write) (drop bool) {
		if n != p.n {
			return false
		}
		once.Do(func() {
			t.Logf("kill -9 %s: %s", p, w)
			s.Kill()
			close(killed)
		})
		return true
	}
	if p.after {
		s.Tap.Watch(nil, func(n int, w street.Write) { kill(n, w) })
	} else {
		s.Tap.Watch(kill, nil)
	}
	pull, head := story.begin(t, s, fmt.Sprintf("crash-%d-%t", p.n, p.after))
	if !waitKilled(t, s, head, killed) {
		if p.n <= story.least {
			t.Fatalf("the story ended before write %d", p.n)
		}
		t.Skipf("this time it took fewer than %d writes: conflicts vary", p.n)
	}
	s.Tap.Watch(nil, nil)
	must(t, s.Start(within(t, time.Minute)))
	redeliverFailed(t, s)
	got(s.WaitCheck(within(t, limit), head, "unit", street.Concluded("success")))(t)
	settle(t, s)
	assertOnce(t, s, pull, head)
}

// waitKilled waits until Bowsprit was killed and says true, or false if the head's check ended before that.
func waitKilled(t *testing.T, s *street.Street, head string, killed <-chan struct{}) bool {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		if _, err := s.WaitCheck(within(t, limit), head, "unit", street.Completed); err == nil {
			time.Sleep(3 * time.Second) // the note that follows the last word is a write, too
		}
	}()
	select {
	case <-killed:
		return true
	case <-done:
	}
	select {
	case <-killed:
		return true
	default:
		return false
	}
}

// redeliverFailed does what a person does in GitHub's delivery log: what was not answered with 2xx is sent again.
func redeliverFailed(t *testing.T, s *street.Street) {
	t.Helper()
	must(t, s.Forge.WaitDelivered(within(t, limit)))
	last := map[string]forge.DeliveryView{}
	for _, d := range s.Forge.Deliveries() {
		last[d.GUID] = d
	}
	for _, d := range last {
		if d.StatusCode/100 != 2 {
			must(t, s.Forge.Redeliver(d.ID))
		}
	}
}

// settle waits until Bowsprit has written nothing for two seconds.
func settle(t *testing.T, s *street.Street) {
	t.Helper()
	deadline := time.Now().Add(limit)
	for last := -1; ; time.Sleep(2 * time.Second) {
		n := len(s.Tap.Writes())
		if n == last {
			return
		}
		if last = n; time.Now().After(deadline) {
			t.Fatal("Bowsprit does not stop writing")
		}
	}
}

// assertOnce asserts one run and one final check for the head that went green, and at most one of each for the head with
// which the pull request was opened.
func assertOnce(t *testing.T, s *street.Street, pull forge.PullView, head string) {
	t.Helper()
	runs := map[string]int{}
	for _, run := range got(s.Runs(t.Context()))(t) {
		runs[run.Labels["bowsprit.dev/head"]]++
	}
	finals := map[int64]int{}
	for _, e := range s.Forge.History() {
		if e.Detail["status"] == "completed" && e.Detail["name"] == "unit" {
			finals[e.ID]++
		}
	}
	if runs[head] != 1 || countChecks(s, head, "unit") != 1 {
		t.Errorf("%d runs and %d check runs for the head, want one of each", runs[head], countChecks(s, head, "unit"))
	}
	if n := countChecks(s, pull.Head.SHA, "unit"); runs[pull.Head.SHA] > 1 || n > 1 {
		t.Errorf("%d runs and %d check runs for the first head, want at most one of each", runs[pull.Head.SHA], n)
	}
	for _, sha := range []string{head, pull.Head.SHA} {
		for _, check := range s.Forge.CheckRuns(street.Repo, sha) {
			if check.Name == "unit" && finals[check.ID] != 1 {
				t.Errorf("check run %d on %s (%s) was completed %d times, want once", check.ID, sha[:7], check.Status, finals[check.ID])
			}
		}
	}
}

// TestCrashAtRandom kills Bowsprit again and again, at moments that the seed picks, while people open pull requests.
func TestCrashAtRandom(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	pulls, kills := 4, 6
	if *soak {
		pulls, kills = 60, 120
	}
	rng := rand.New(rand.NewPCG(uint64(*seed), 1))
	opened := make(chan forge.PullView, pulls)
	go func() {
		defer close(opened)
		for i := range pulls {
			pull, err := s.OpenPull(street.Member, fmt.Sprintf("squall-%d", i), map[string]string{"log.txt": fmt.Sprint(i)})
			if err != nil {
				t.Error(err)
				return
			}
			opened <- pull
			time.Sleep(time.Second)
		}
	}()
	for i := range kills {
		time.Sleep(time.Duration(200+rng.IntN(2500)) * time.Millisecond)
		t.Logf("kill %d", i+1)
		s.Kill()
		must(t, s.Start(within(t, time.Minute)))
	}
	for pull := range opened {
		redeliverFailed(t, s)
		got(s.WaitCheck(within(t, limit), pull.Head.SHA, "unit", street.Concluded("success")))(t)
		settle(t, s)
		assertOnce(t, s, pull, pull.Head.SHA)
	}
}
