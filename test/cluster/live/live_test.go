// Package live tests the running cluster: that it runs Tekton's pipelines, that it comes back after anything in it was
// killed, and that nothing of it is left afterwards. The tests stop a cluster that runs on this host, so they only run
// when BOWSPRIT_CLUSTER_TEST=1 asks for them.
package live

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// lab is the cluster under test.
type lab struct {
	program string
	env     map[string]string
}

func newLab(t *testing.T) *lab {
	t.Helper()
	if os.Getenv("BOWSPRIT_CLUSTER_TEST") != "1" {
		t.Skip("set BOWSPRIT_CLUSTER_TEST=1 to run this test: it stops the test cluster of this host and starts it several times")
	}
	if os.Geteuid() != 0 {
		t.Skip("this test needs root, as the test cluster does")
	}
	if program := os.Getenv("BOWSPRIT_CLUSTER_PROGRAM"); program != "" { // built elsewhere, for a host without sources
		return &lab{program: program}
	}
	l := &lab{program: filepath.Join(t.TempDir(), "cluster")}
	build := exec.Command("go", "build", "-o", l.program, "../cmd/cluster")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the cluster command: %v\n%s", err, out)
	}
	return l
}

// cluster runs the command and returns what it printed, even when it fails.
func (l *lab) cluster(args ...string) (string, error) {
	out, err := exec.Command(l.program, args...).CombinedOutput()
	return string(out), err
}

func (l *lab) must(t *testing.T, args ...string) string {
	t.Helper()
	out, err := l.cluster(args...)
	if err != nil {
		t.Fatalf("cluster %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// up starts or repairs the cluster, and checks that `status` agrees.
func (l *lab) up(t *testing.T) {
	t.Helper()
	start := time.Now()
	out := l.must(t, "up")
	t.Logf("up took %.1fs:\n%s", time.Since(start).Seconds(), out)
	l.must(t, "status")
	l.env = map[string]string{}
	for _, line := range strings.Split(strings.TrimSpace(l.must(t, "env")), "\n") {
		k, v, _ := strings.Cut(line, "=")
		l.env[k] = v
	}
}

func (l *lab) tool(input, key string, args ...string) (string, error) {
	cmd := exec.Command(l.env[key], args...)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+l.env["KUBECONFIG"])
	cmd.Stdin = strings.NewReader(input)
	out, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

const run = `apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {generateName: live-, namespace: default}
spec:
  pipelineSpec:
    tasks:
    - name: task
      taskSpec:
        steps:
        - {name: step, image: "%s/bowsprit/demo-job:dev", script: "#!/bin/bash\necho said by $(go version)\ngit --version\nmake --version"}
`

// works makes a trivial run and reads its log with tkn.
func (l *lab) works(t *testing.T) {
	t.Helper()
	start := time.Now()
	name, err := l.tool(fmt.Sprintf(run, l.env["BOWSPRIT_IMAGE_PREFIX"]), "KUBECTL", "create", "-f", "-", "-o", "name")
	if err != nil {
		t.Fatalf("create a run: %v: %s", err, name)
	}
	if out, err := l.tool("", "KUBECTL", "wait", "--for=condition=Succeeded", "--timeout=120s", name); err != nil {
		detail, _ := l.tool("", "KUBECTL", "describe", "pipelinerun,pod")
		t.Fatalf("wait for %s: %v: %s\n%s", name, err, out, detail)
	}
	t.Logf("a trivial run took %.1fs", time.Since(start).Seconds())
	log, err := l.tool("", "TKN", "pipelinerun", "logs", strings.TrimPrefix(name, "pipelinerun.tekton.dev/"))
	if err != nil || !strings.Contains(log, "[task : step] said by go version go1.") || !strings.Contains(log, "git version") {
		t.Fatalf("tkn pipelinerun logs: %v: %s", err, log)
	}
}

var statusRow = regexp.MustCompile(`(?m)^(\S+)\s+running\s+PID (\d+)`)

// pids lists the daemons by name.
func (l *lab) pids(t *testing.T) map[string]int {
	t.Helper()
	pids := map[string]int{}
	for _, m := range statusRow.FindAllStringSubmatch(l.must(t, "status"), -1) {
		var pid int
		if _, err := fmt.Sscan(m[2], &pid); err != nil {
			t.Fatal(err)
		}
		pids[m[1]] = pid
	}
	return pids
}

// TestCluster is one story, since every part of it takes a cluster.
func TestCluster(t *testing.T) {
	l := newLab(t)
	l.must(t, "down")
	before := snapshot(t)
	l.up(t)
	l.works(t)

	t.Run("up with everything running changes nothing", func(t *testing.T) {
		pids := l.pids(t)
		l.up(t)
		if d := cmp.Diff(pids, l.pids(t)); d != "" {
			t.Errorf("daemons were restarted, -before +after:\n%s", d)
		}
	})
	pids := l.pids(t)
	if len(pids) != 7 {
		t.Fatalf("status shows %d daemons, want 7: %v", len(pids), pids)
	}
	for name := range pids {
		t.Run("up repairs after kill -9 of "+name, func(t *testing.T) {
			kill(t, l.pids(t)[name])
			if _, err := l.cluster("status"); err == nil {
				t.Error("status says that all is well")
			}
			l.up(t)
			l.works(t)
		})
	}
	t.Run("up repairs after kill -9 of all containers' shims", func(t *testing.T) {
		kill(t, processes(t, "containerd-shim")...)
		l.up(t)
		l.works(t)
	})
	t.Run("up repairs after kill -9 of everything but what runs in pods", func(t *testing.T) {
		kill(t, processes(t, "containerd-shim", "hyperkube", "containerd", "cluster")...)
		l.up(t)
		l.works(t)
	})
	t.Run("up repairs after kill -9 of everything, with mounts and the bridge left", func(t *testing.T) {
		kill(t, processes(t, "containerd-shim", "hyperkube", "containerd", "cluster", "pause", "controller", "webhook", "resolvers")...)
		if !slices.ContainsFunc(snapshot(t).Mounts, func(m string) bool { return strings.Contains(m, "/cluster/") }) {
			t.Error("no mount is left: this test no longer tests what it should")
		}
		l.up(t)
		l.works(t)
	})
	for _, after := range []time.Duration{100, 400, 1500, 3000, 5000, 8000} {
		t.Run(fmt.Sprintf("up repairs after kill -9 of another up %d ms after its start", after), func(t *testing.T) {
			l.must(t, "down")
			first := exec.Command(l.program, "up")
			if err := first.Start(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(after * time.Millisecond)
			_ = first.Process.Kill() // it may have finished
			_ = first.Wait()
			l.up(t)
			l.works(t)
		})
	}
	t.Run("two ups at once make one cluster", func(t *testing.T) {
		l.must(t, "down")
		second := make(chan error, 1)
		go func() {
			out, err := l.cluster("up")
			if err != nil {
				err = fmt.Errorf("%w\n%s", err, out)
			}
			second <- err
		}()
		l.up(t)
		if err := <-second; err != nil {
			t.Error(err)
		}
		l.works(t)
	})
	t.Run("an image that was pushed runs by its digest", l.pushed)
	t.Run("nothing is left after down", func(t *testing.T) {
		start := time.Now()
		l.must(t, "down")
		t.Logf("down took %.1fs", time.Since(start).Seconds())
		time.Sleep(time.Second) // the kernel frees network devices a moment later
		if d := cmp.Diff(before, snapshot(t)); d != "" {
			t.Errorf("-before up +after down:\n%s", d)
		}
		l.must(t, "down") // once more with nothing there
	})
}

func (l *lab) pushed(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "hello")
	if err := os.WriteFile(binary, []byte("#!/bin/sh\necho pushed $WHO, $(id -u)\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	ref := strings.TrimSpace(l.must(t, "push", "live/hello", "--base", "rootfs", "--binary", binary+":/usr/bin/hello",
		"--entrypoint", "/usr/bin/hello", "--user", "65532", "--env", "WHO=here"))
	if !strings.HasPrefix(ref, l.env["BOWSPRIT_IMAGE_PREFIX"]+"/live/hello@sha256:") {
		t.Fatalf("push printed %q", ref)
	}
	if out, err := l.tool("", "KUBECTL", "run", "hello", "--image="+ref, "--restart=Never"); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if out, err := l.tool("", "KUBECTL", "wait", "pod/hello", "--for=jsonpath={.status.phase}=Succeeded", "--timeout=60s"); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if out, err := l.tool("", "KUBECTL", "logs", "hello"); err != nil || out != "pushed here, 65532" {
		t.Errorf("log %q (%v)", out, err)
	}
}

func kill(t *testing.T, pids ...int) {
	t.Helper()
	if len(pids) == 0 {
		t.Fatal("nothing to kill was found")
	}
	for _, p := range pids {
		if err := syscall.Kill(p, syscall.SIGKILL); err != nil && err != syscall.ESRCH {
			t.Fatalf("kill %d: %v", p, err)
		}
	}
	time.Sleep(200 * time.Millisecond)
}

// processes finds ours by the program's name: a daemon's or shim's command line or environment, or a pod's cgroup,
// names the cluster.
func processes(t *testing.T, names ...string) []int {
	t.Helper()
	dirs, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		t.Fatal(err)
	}
	var found []int
	for _, d := range dirs {
		cmdline, _ := os.ReadFile(filepath.Join(d, "cmdline"))
		environ, _ := os.ReadFile(filepath.Join(d, "environ"))
		cgroup, _ := os.ReadFile(filepath.Join(d, "cgroup"))
		program, _, _ := bytes.Cut(cmdline, []byte{0})
		ours := bytes.Contains(environ, []byte("BOWSPRIT_CLUSTER_DAEMON=")) || bytes.Contains(cgroup, []byte("/bowsprit/"))
		named := slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(filepath.Base(string(program)), n) })
		var pid int
		if _, err := fmt.Sscan(filepath.Base(d), &pid); ours && named && err == nil && pid != os.Getpid() {
			found = append(found, pid)
		}
	}
	return found
}
