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

// TestCrashBetweenEveryTwoWrites lets one pull request go green to count the writes, and then kills Bowsprit with
// SIGKILL before and after each one, on a pull request of its own. Whatever the moment: one run, one final check.
func TestCrashBetweenEveryTwoWrites(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	s.Tap.Watch(nil, nil)
	pull := got(s.OpenPull(street.Member, "rehearsal", map[string]string{"log.txt": "rehearsal"}))(t)
	got(s.WaitCheck(within(t, limit), pull.Head.SHA, "unit", street.Concluded("success")))(t)
	settle(t, s)
	writes := s.Tap.Writes()
	for i, w := range writes {
		t.Logf("write %d: %s", i+1, w)
	}
	if len(writes) < 5 {
		t.Fatalf("the street has more than %d writes: a run, its admission, its check", len(writes))
	}
	for _, p := range crashPoints(len(writes)) {
		t.Run(p.String(), func(t *testing.T) { crashAt(t, s, p) })
	}
}

// crashPoints is every point in order; the short form leaves out "before write n+1" where "after write n" is the same
// moment for the outside, except for a few that the seed picks.
func crashPoints(writes int) (points []crashPoint) {
	rng := rand.New(rand.NewPCG(uint64(*seed), 0))
	for n := 1; n <= writes; n++ {
		if n == 1 || *soak || rng.IntN(4) == 0 {
			points = append(points, crashPoint{n, false})
		}
		points = append(points, crashPoint{n, true})
	}
	if *soak {
		all := points
		for range 9 {
			points = append(points, all...)
		}
	}
	return points
}

func crashAt(t *testing.T, s *street.Street, p crashPoint) {
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
	branch := fmt.Sprintf("crash-%d-%t-%d", p.n, p.after, time.Now().UnixNano())
	pull := got(s.OpenPull(street.Member, branch, map[string]string{"log.txt": branch}))(t)
	if !waitKilled(t, s, pull, killed) {
		if p.n <= fewestWrites {
			t.Fatalf("the street ended before write %d", p.n)
		}
		t.Skipf("this time the street needed fewer than %d writes: conflicts vary", p.n)
	}
	s.Tap.Watch(nil, nil)
	must(t, s.Start(within(t, time.Minute)))
	must(t, s.Forge.WaitDelivered(within(t, limit)))
	redeliverFailed(t, s)
	got(s.WaitCheck(within(t, limit), pull.Head.SHA, "unit", street.Concluded("success")))(t)
	settle(t, s)
	assertOnce(t, s, pull)
}

// fewestWrites is what the street needs when no patch meets a conflict: delivery, run, delivery's status, check, note,
// admission, check, note, check, note.
const fewestWrites = 10

// waitKilled waits until Bowsprit was killed and says true, or false if the pull request's check ended before that.
func waitKilled(t *testing.T, s *street.Street, pull forge.PullView, killed <-chan struct{}) bool {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, err := s.WaitCheck(within(t, limit), pull.Head.SHA, "unit", street.Completed)
		if err == nil {
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

// assertOnce asserts one run and one final check for the pull request's head.
func assertOnce(t *testing.T, s *street.Street, pull forge.PullView) {
	t.Helper()
	if n := countChecks(s, pull.Head.SHA, "unit"); n != 1 {
		t.Errorf("%d check runs, want 1", n)
	}
	runs := 0
	for _, run := range got(s.Runs(t.Context()))(t) {
		if run.Labels["prow.k8s.io/refs.pull"] == fmt.Sprint(pull.Number) {
			runs++
		}
	}
	if runs != 1 {
		t.Errorf("%d runs, want 1", runs)
	}
	finals := 0
	for _, e := range s.Forge.History() {
		if e.SHA == pull.Head.SHA && e.Detail["status"] == "completed" {
			finals++
		}
	}
	if finals != 1 {
		t.Errorf("the check was completed %d times, want once", finals)
	}
}
