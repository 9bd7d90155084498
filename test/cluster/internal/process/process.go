// Package process starts, finds and stops the cluster's daemons. It keeps no PID files: every daemon carries a mark in
// its environment, and /proc is asked who is there, so nothing goes stale when something is killed, and a PID that was
// given to another program is never mistaken for ours. What the daemons are is not its business.
package process

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// markName is the environment variable that marks our daemons and what they start:
// "<state folder>|<daemon>|<fingerprint>".
const markName = "BOWSPRIT_CLUSTER_DAEMON"

// Spec is a daemon that should run.
type Spec struct {
	// Name is short and unique.
	Name string
	// Args is the command line; the first is the program's absolute path.
	Args []string
	// Inputs are files whose content the daemon reads at its start: a daemon that runs with other content is restarted.
	Inputs []string
	// Env is added to a minimal environment.
	Env []string
}

// Found is a running process that carries our mark.
type Found struct {
	PID         int
	Daemon      string
	Fingerprint string
	// Main tells the daemon itself from what it has started.
	Main bool
}

// Supervisor looks after the daemons of one state folder.
type Supervisor struct {
	// State is the folder that the mark names.
	State string
	// Logs is the folder of the daemons' output.
	Logs string
	// Proc is where the kernel's process tree is mounted, normally /proc.
	Proc string
}

// fingerprint is over the command line, the environment and the content of the inputs.
func (s Spec) fingerprint() (string, error) {
	h := sha256.New() // a hash never refuses a write
	_, _ = fmt.Fprintf(h, "%q %q\n", s.Args, s.Env)
	for _, f := range s.Inputs {
		content, err := os.ReadFile(f)
		if err != nil {
			return "", err
		}
		_, _ = fmt.Fprintf(h, "%s %d\n%s", f, len(content), content)
	}
	return hex.EncodeToString(h.Sum(nil))[:16], nil
}

// Ensure starts the daemon unless it runs as specified; one that runs otherwise is stopped first. It returns whether
// it has started one.
func (s Supervisor) Ensure(ctx context.Context, spec Spec) (bool, error) {
	want, err := spec.fingerprint()
	if err != nil {
		return false, fmt.Errorf("start %s: %w", spec.Name, err)
	}
	running, err := s.Main(spec.Name)
	if err != nil {
		return false, err
	}
	if running != nil && running.Fingerprint == want {
		return false, nil
	}
	if err := s.Stop(ctx, spec.Name); err != nil {
		return false, err
	}
	if err := s.start(spec, want); err != nil {
		return false, fmt.Errorf("start %s: %w", spec.Name, err)
	}
	return true, nil
}

func (s Supervisor) start(spec Spec, fingerprint string) error {
	if err := os.MkdirAll(s.Logs, 0o700); err != nil {
		return err
	}
	log, err := os.OpenFile(s.Log(spec.Name), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close() //nolint:errcheck // the daemon has its own copy
	cmd := exec.Command(spec.Args[0], spec.Args[1:]...)
	cmd.Dir = s.State
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH") + ":/usr/local/sbin:/usr/sbin:/sbin", "HOME=" + s.State, "LANG=C.UTF-8",
		fmt.Sprintf("%s=%s|%s|%s", markName, s.State, spec.Name, fingerprint),
	}, spec.Env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }() // so that a daemon that dies while we run is no zombie
	return s.seen(cmd.Process.Pid, ended)
}

// seen waits until the mark can be read: for a moment after its start the kernel shows a program without environment,
// and whoever looks then would think that the daemon does not run. One that has ended already is not waited for.
func (s Supervisor) seen(pid int, ended <-chan struct{}) error {
	for range 1000 {
		if _, ok := s.look(pid); ok {
			return nil
		}
		select {
		case <-ended:
			return nil
		case <-time.After(2 * time.Millisecond):
		}
	}
	return errors.New("its environment cannot be read")
}

// Log is the file with a daemon's output.
func (s Supervisor) Log(name string) string { return filepath.Join(s.Logs, name+".log") }

// Main returns the running daemon of that name, or nil.
func (s Supervisor) Main(name string) (*Found, error) {
	all, err := s.All()
	if err != nil {
		return nil, err
	}
	for _, f := range all {
		if f.Main && f.Daemon == name {
			return &f, nil
		}
	}
	return nil, nil
}

// All lists every process that carries our mark, by PID.
func (s Supervisor) All() ([]Found, error) {
	entries, err := os.ReadDir(s.Proc)
	if err != nil {
		return nil, err
	}
	var found []Found
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		if f, ok := s.look(pid); ok {
			found = append(found, f)
		}
	}
	sort.Slice(found, func(i, j int) bool { return found[i].PID < found[j].PID })
	return found, nil
}

// look reads a process's mark. A process that ends meanwhile, or a zombie, has no environment and is not ours.
func (s Supervisor) look(pid int) (Found, bool) {
	dir := filepath.Join(s.Proc, strconv.Itoa(pid))
	environ, err := os.ReadFile(filepath.Join(dir, "environ"))
	if err != nil {
		return Found{}, false
	}
	daemon, fingerprint, ok := parseMark(environ, s.State)
	if !ok {
		return Found{}, false
	}
	stat, err := os.ReadFile(filepath.Join(dir, "stat"))
	if err != nil {
		return Found{}, false
	}
	// Daemons are started as leaders of a session of their own; what they start is not.
	return Found{PID: pid, Daemon: daemon, Fingerprint: fingerprint, Main: session(stat) == pid && !isShim(dir)}, true
}

// isShim tells containerd's shims, which lead sessions of their own but inherit containerd's environment.
func isShim(dir string) bool {
	cmdline, err := os.ReadFile(filepath.Join(dir, "cmdline"))
	program, _, _ := bytes.Cut(cmdline, []byte{0})
	return err == nil && strings.HasPrefix(filepath.Base(string(program)), "containerd-shim")
}

func parseMark(environ []byte, state string) (daemon, fingerprint string, ok bool) {
	for _, v := range bytes.Split(environ, []byte{0}) {
		mark, found := strings.CutPrefix(string(v), markName+"=")
		if !found {
			continue
		}
		parts := strings.Split(mark, "|")
		if len(parts) == 3 && parts[0] == state {
			return parts[1], parts[2], true
		}
	}
	return "", "", false
}

// session is the sixth field of /proc/PID/stat; the second, the program's name, may hold spaces and parentheses.
func session(stat []byte) int {
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 4 {
		return -1
	}
	id, err := strconv.Atoi(string(fields[3]))
	if err != nil {
		return -1
	}
	return id
}

// grace is how long a daemon may take to end by itself. It is short because daemons are only stopped to be started
// anew, all of them survive a kill, and etcd and the API server wait long for their clients.
const grace = 2 * time.Second

// Stop ends a daemon: SIGTERM, and SIGKILL when it takes too long. It waits until the daemon is gone.
func (s Supervisor) Stop(ctx context.Context, name string) error {
	f, err := s.Main(name)
	if err != nil || f == nil {
		return err
	}
	return s.end(ctx, *f, syscall.SIGTERM)
}

// Kill ends every process that carries our mark, at once.
func (s Supervisor) Kill(ctx context.Context) error {
	for range 20 { // a killed parent may have started another just before
		all, err := s.All()
		if err != nil || len(all) == 0 {
			return err
		}
		for _, f := range all {
			if err := s.end(ctx, f, syscall.SIGKILL); err != nil {
				return err
			}
		}
	}
	return errors.New("kill the cluster's processes: new ones keep appearing")
}

func (s Supervisor) end(ctx context.Context, f Found, signal syscall.Signal) error {
	limit := time.After(grace)
	for {
		if err := syscall.Kill(f.PID, signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("stop %s (PID %d): %w", f.Daemon, f.PID, err)
		}
		signal = 0 // from now on only look
		if _, alive := s.look(f.PID); !alive {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-limit:
			signal, limit = syscall.SIGKILL, nil
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// LogTail is the last n lines of a daemon's output, or why it cannot be read.
func (s Supervisor) LogTail(name string, n int) string {
	text, err := os.ReadFile(s.Log(name))
	if errors.Is(err, fs.ErrNotExist) {
		return "(no log)"
	}
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
