package process

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

func supervisor(t *testing.T) Supervisor {
	t.Helper()
	state := t.TempDir()
	s := Supervisor{State: state, Logs: filepath.Join(state, "logs"), Proc: "/proc"}
	t.Cleanup(func() {
		if err := s.Kill(t.Context()); err != nil && t.Context().Err() == nil {
			t.Error(err)
		}
		all, _ := s.All()
		for _, f := range all {
			_ = syscall.Kill(f.PID, syscall.SIGKILL)
		}
	})
	return s
}

func program(t *testing.T, name string) string {
	t.Helper()
	p, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("this test starts %s, which is not on PATH", name)
	}
	return p
}

func TestEnsureStartsOnceAndRestartsWhenInputsChange(t *testing.T) {
	s, input := supervisor(t), filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(input, []byte("1"), 0o644); err != nil {
		t.Fatal(err)
	}
	spec := Spec{Name: "sleeper", Args: []string{program(t, "sleep"), "600"}, Inputs: []string{input}}
	ensure := func() (bool, int) {
		t.Helper()
		started, err := s.Ensure(t.Context(), spec)
		if err != nil {
			t.Fatal(err)
		}
		f, err := s.Main("sleeper")
		if err != nil || f == nil {
			t.Fatalf("the daemon does not run (%v)", err)
		}
		return started, f.PID
	}
	started, first := ensure()
	if !started {
		t.Error("the first Ensure started nothing")
	}
	if started, again := ensure(); started || again != first {
		t.Errorf("the second Ensure started PID %d beside %d", again, first)
	}
	if err := os.WriteFile(input, []byte("2"), 0o644); err != nil {
		t.Fatal(err)
	}
	if started, changed := ensure(); !started || changed == first {
		t.Error("a changed input did not restart the daemon")
	}
	if err := syscall.Kill(first, 0); err == nil {
		t.Errorf("PID %d, started with the old input, still runs", first)
	}
}

func TestKillFindsChildrenThatOutliveTheirDaemon(t *testing.T) {
	s := supervisor(t)
	spec := Spec{Name: "parent", Args: []string{program(t, "sh"), "-c", program(t, "setsid") + " sleep 600 & sleep 600 & wait"}}
	if _, err := s.Ensure(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	for { // until the shell has started both
		all, err := s.All()
		if err != nil {
			t.Fatal(err)
		}
		if len(all) >= 3 {
			break
		}
	}
	main, err := s.Main("parent")
	if err != nil || main == nil {
		t.Fatalf("the daemon does not run (%v)", err)
	}
	if err := syscall.Kill(main.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if err := s.Kill(t.Context()); err != nil {
		t.Fatal(err)
	}
	if all, err := s.All(); err != nil || len(all) > 0 {
		t.Errorf("still running: %v (%v)", all, err)
	}
}

func TestStopKillsWhatIgnoresSIGTERM(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for the grace period")
	}
	s := supervisor(t)
	ready := filepath.Join(s.State, "ready")
	spec := Spec{Name: "stubborn", Args: []string{program(t, "sh"), "-c", "trap '' TERM; touch " + ready + "; while :; do sleep 1; done"}}
	if _, err := s.Ensure(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(ready); err == nil {
			break
		}
	}
	if err := s.Stop(t.Context(), "stubborn"); err != nil {
		t.Fatal(err)
	}
	if f, err := s.Main("stubborn"); err != nil || f != nil {
		t.Errorf("still running: %v (%v)", f, err)
	}
}

func TestParseMark(t *testing.T) {
	mark := markName + "=/state|etcd|abc\x00"
	for name, tc := range map[string]struct {
		environ string
		ok      bool
	}{
		"our mark":                              {"A=b\x00" + mark, true},
		"another state folder's mark":           {markName + "=/state2|etcd|abc\x00", false},
		"no mark":                               {"A=b\x00", false},
		"a zombie has no environment":           {"", false},
		"a name that only ends like the mark's": {"X" + mark, false},
	} {
		t.Run(name, func(t *testing.T) {
			daemon, fingerprint, ok := parseMark([]byte(tc.environ), "/state")
			if ok != tc.ok || (ok && (daemon != "etcd" || fingerprint != "abc")) {
				t.Errorf("got %q %q %v", daemon, fingerprint, ok)
			}
		})
	}
}

func TestSessionOfANameWithParentheses(t *testing.T) {
	if got := session([]byte("42 (a) b (c)) S 1 42 41 0 -1 4194560")); got != 41 {
		t.Errorf("session %d, want 41", got)
	}
}
