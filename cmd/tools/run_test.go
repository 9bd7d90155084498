package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/bowsprit-ci/bowsprit/pipelines/runspec"
)

// asProgram makes the test binary behave as bowsprit-tools, so that signals and exit statuses are real.
const asProgram = "TEST_AS_BOWSPRIT_TOOLS"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		if err := os.Unsetenv(asProgram); err != nil {
			panic(err)
		}
		os.Exit(run(os.Args[1:]))
	}
	os.Exit(m.Run())
}

func entrypoint(t testing.TB, opts runspec.Options, args ...string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	text, err := json.Marshal(opts)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], append([]string{"run"}, args...)...)
	cmd.Env = append(os.Environ(), asProgram+"=1", runspec.EnvName+"="+string(text), "GREETING=hello")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	return cmd, &out
}

func TestRun(t *testing.T) {
	for why, tc := range map[string]struct {
		opts   runspec.Options
		args   []string
		status int
		says   string
	}{
		"its exit status is the process's":           {args: []string{"--", "sh", "-c", "exit 7"}, status: 7},
		"success":                                    {args: []string{"--", "true"}},
		"a signal is 128 and its number":             {args: []string{"--", "sh", "-c", "kill -9 $$"}, status: 137},
		"args of the options are expanded":           {opts: runspec.Options{Args: []string{"echo", "$(GREETING)", "$$(GREETING)", "$(NOPE)"}}, says: "hello $(GREETING) $(NOPE)\n"},
		"args behind the dashes are not":             {args: []string{"--", "echo", "$(GREETING)"}, says: "$(GREETING)\n"},
		"a program that is not there":                {args: []string{"--", "no-such-program"}, status: runspec.ExitNotStarted, says: "no-such-program"},
		"nothing to run":                             {status: runspec.ExitNotStarted, says: "no command"},
		"dashes are the process's own":               {args: []string{"--", "echo", "--", "run"}, says: "-- run\n"},
		"our options are not in its environment":     {args: []string{"--", "sh", "-c", "env | grep -c BOWSPRIT_RUN"}, status: 1, says: "0\n"},
		"a timeout is SIGINT, with the grace to end": {opts: runspec.Options{Timeout: 300 * time.Millisecond, GracePeriod: 10 * time.Second}, args: []string{"--", "sh", "-c", "trap 'echo bye; exit 0' INT; while :; do sleep 0.05; done"}, status: runspec.ExitTimeout, says: "bye\n"},
		"it is killed after the grace period":        {opts: runspec.Options{Timeout: 200 * time.Millisecond, GracePeriod: 200 * time.Millisecond}, args: []string{"--", "sh", "-c", "trap '' INT; while :; do sleep 0.05; done"}, status: runspec.ExitTimeout, says: "it is killed"},
		"the signal reaches what it has started":     {opts: runspec.Options{Timeout: 300 * time.Millisecond, GracePeriod: 20 * time.Second}, args: []string{"--", "sh", "-c", "sleep 15; echo never"}, status: runspec.ExitTimeout, says: "after the signal"},
	} {
		for _, logged := range []bool{false, true} {
			t.Run(why, func(t *testing.T) {
				dir := t.TempDir()
				opts := tc.opts
				opts.Marker, opts.Artifacts = filepath.Join(dir, "marker"), filepath.Join(dir, "artifacts")
				if logged {
					opts.Log = filepath.Join(dir, "log")
				}
				cmd, out := entrypoint(t, opts, tc.args...)
				start := time.Now()
				if _, isExit := errors.AsType[*exec.ExitError](cmd.Run()); !isExit && tc.status != 0 {
					t.Errorf("no exit status, want %d", tc.status)
				}
				if got := cmd.ProcessState.ExitCode(); got != tc.status || !strings.Contains(out.String(), tc.says) {
					t.Errorf("status %d, want %d; want %q in\n%s", got, tc.status, tc.says, out)
				}
				if took := time.Since(start); took > 8*time.Second {
					t.Errorf("it took %s", took)
				}
				if b, err := os.ReadFile(opts.Marker); err != nil || string(b) != strconv.Itoa(tc.status) {
					t.Errorf("marker %q, %v", b, err)
				}
				if b, err := os.ReadFile(opts.Log); logged && (err != nil || !strings.Contains(string(b), tc.says)) {
					t.Errorf("log %q, %v, want %q", b, err, tc.says)
				}
			})
		}
	}
}

func TestBeingToldToStopIsPassedOn(t *testing.T) {
	dir := t.TempDir()
	opts := runspec.Options{GracePeriod: 10 * time.Second, Marker: filepath.Join(dir, "marker"), Log: filepath.Join(dir, "log")}
	cmd, out := entrypoint(t, opts, "--", "sh", "-c", "trap 'echo got it; exit 0' TERM; echo ready; while :; do sleep 0.05; done")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() bool {
		b, err := os.ReadFile(opts.Log)
		return err == nil && strings.Contains(string(b), "ready")
	})
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // the status is looked at
	if got := cmd.ProcessState.ExitCode(); got != runspec.ExitInterrupted || !strings.Contains(out.String(), "got it") {
		t.Errorf("status %d\n%s", got, out)
	}
}

func eventually(t *testing.T, met func() bool) {
	t.Helper()
	for range 500 {
		if met() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("it never came")
}

func TestAFullDiskCostsTheCopyAndNotTheJob(t *testing.T) {
	cmd, out := entrypoint(t, runspec.Options{Log: "/dev/full"}, "--", "sh", "-c", "echo one; sleep 0.2; echo two; exit 3")
	_ = cmd.Run() // the status is looked at
	if got := cmd.ProcessState.ExitCode(); got != 3 {
		t.Errorf("status %d", got)
	}
	if s := out.String(); !strings.Contains(s, "one\n") || !strings.Contains(s, "two\n") || strings.Count(s, "not complete") != 1 {
		t.Errorf("log:\n%s", s)
	}
}

func TestWhatTheProcessLeavesBehindMayWriteItsLastLines(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	cmd, out := entrypoint(t, runspec.Options{Log: log}, "--", "sh", "-c", "(sleep 0.5; echo last) & echo first")
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(log)
	if err != nil || string(b) != "first\nlast\n" || out.String() != "first\nlast\n" {
		t.Errorf("log %q, %v; output %q", b, err, out)
	}
}

func TestItWaitsForTheUpload(t *testing.T) {
	dir := t.TempDir()
	opts := runspec.Options{Marker: filepath.Join(dir, "marker"), WaitFor: filepath.Join(dir, "done"), Alive: filepath.Join(dir, "alive")}
	cmd, _ := entrypoint(t, opts, "--", "sh", "-c", "exit 4")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() bool { return exists(opts.Marker) })
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // the process's status is an error here
		close(ended)
	}()
	select {
	case <-ended:
		t.Fatal("it did not wait")
	case <-time.After(300 * time.Millisecond):
	}
	if err := os.WriteFile(opts.WaitFor, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	<-ended
	if got := cmd.ProcessState.ExitCode(); got != 4 {
		t.Errorf("status %d, want the process's own", got)
	}
}

func TestADeadUploaderIsNotAwaited(t *testing.T) {
	dir := t.TempDir()
	var log bytes.Buffer
	start := time.Now()
	await(filepath.Join(dir, "done"), filepath.Join(dir, "alive"), &log, 100*time.Millisecond, time.Millisecond)
	if took := time.Since(start); took > 5*time.Second || !strings.Contains(log.String(), "no sign of life") {
		t.Errorf("%s: %s", took, log.String())
	}
}

func TestPlace(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tools")
	if got := run([]string{"place", dir}); got != 0 {
		t.Fatalf("status %d", got)
	}
	info, err := os.Stat(filepath.Join(dir, "bowsprit-tools"))
	if err != nil || info.Mode().Perm() != 0o755 {
		t.Fatalf("%v, %v", info, err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("%v, %v", entries, err)
	}
}

// BenchmarkEntrypoint compares a process under the entrypoint with a bare one: a short one, and one that prints 200 MB.
func BenchmarkEntrypoint(b *testing.B) {
	for name, script := range map[string]string{"short": "true", "200MB": "head -c 200000000 /dev/zero"} {
		for how, start := range map[string]func() *exec.Cmd{
			"bare": func() *exec.Cmd { return exec.Command("sh", "-c", script) },
			"run":  func() *exec.Cmd { cmd, _ := entrypoint(b, runspec.Options{}, "--", "sh", "-c", script); return cmd },
			"run-with-log": func() *exec.Cmd {
				cmd, _ := entrypoint(b, runspec.Options{Log: filepath.Join(b.TempDir(), "log")}, "--", "sh", "-c", script)
				return cmd
			},
		} {
			b.Run(name+"/"+how, func(b *testing.B) {
				for b.Loop() {
					cmd := start()
					cmd.Stderr = nil
					drained := pipeTo(b, cmd)
					if err := cmd.Run(); err != nil {
						b.Fatal(err)
					}
					drained()
				}
			})
		}
	}
}

// pipeTo gives a command a pipe for its output that is read as a container runtime reads it.
func pipeTo(b *testing.B, cmd *exec.Cmd) func() {
	r, w, err := os.Pipe()
	if err != nil {
		b.Fatal(err)
	}
	cmd.Stdout = w
	done := make(chan struct{})
	go func() {
		defer close(done)
		buffer := make([]byte, 256<<10)
		for {
			if _, err := r.Read(buffer); err != nil {
				return
			}
		}
	}()
	return func() { _ = w.Close(); <-done; _ = r.Close() }
}
