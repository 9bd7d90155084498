package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/node"
	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/settings"
	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/tekton"
)

// Status writes a table of the cluster's parts to out and returns whether all of them work.
func (c Cluster) Status(ctx context.Context, out io.Writer) (bool, error) {
	if c.External != nil {
		if err := c.verifyExternal(ctx); err != nil {
			return false, err
		}
		return true, nil
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	up, err := c.daemonRows(w)
	if err != nil {
		return false, err
	}
	up = c.clusterRows(ctx, w) && up
	row(w, "memory (daemons and pods)", mebibytes(c.memory()))
	row(w, "disk, cluster state", mebibytes(diskUsage(c.State())))
	row(w, "disk, cache in all", mebibytes(diskUsage(c.Cache)))
	return up, w.Flush()
}

// row writes one line; the tabwriter keeps a write error for Flush.
func row(w io.Writer, cells ...string) { _, _ = fmt.Fprintln(w, strings.Join(cells, "\t")) }

func (c Cluster) daemonRows(w io.Writer) (bool, error) {
	up, s := true, c.Supervisor()
	for _, name := range node.Daemons {
		f, err := s.Main(name)
		if err != nil {
			return false, err
		}
		if f == nil {
			up = false
			row(w, name, "not running")
			continue
		}
		row(w, name, "running", fmt.Sprintf("PID %d", f.PID), mebibytes(pss(f.PID)))
	}
	return up, nil
}

// clusterRows asks the API server; without one nothing else can be asked.
func (c Cluster) clusterRows(ctx context.Context, w io.Writer) bool {
	api, err := c.api()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = errors.New("there is no cluster")
	case err == nil:
		err = api.NodeReady(ctx, settings.NodeName, time.Time{})
	}
	row(w, "node", works(err))
	if err != nil {
		row(w, "Tekton", "cannot be asked")
		return false
	}
	err = tekton.Ready(ctx, api)
	row(w, "Tekton", works(err))
	return err == nil
}

func works(err error) string {
	if err != nil {
		return err.Error()
	}
	return "ready"
}

func mebibytes(n int64) string { return fmt.Sprintf("%d MiB", n>>20) }

// memory is the proportional share of all our processes and of those in pods, in bytes.
func (c Cluster) memory() int64 {
	seen := map[int]bool{}
	all, err := c.Supervisor().All()
	if err != nil {
		return 0
	}
	for _, f := range all {
		seen[f.PID] = true
	}
	if groups, err := c.cgroups(); err == nil {
		for _, pid := range groups.Processes() {
			seen[pid] = true
		}
	}
	var sum int64
	for pid := range seen {
		sum += pss(pid)
	}
	return sum
}

// pss is a process's proportional share of memory in bytes; 0 when it has ended.
func pss(pid int) int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0
	}
	for _, line := range strings.Split(string(text), "\n") {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "Pss:" {
			kib, err := strconv.ParseInt(f[1], 10, 64)
			if err == nil {
				return kib << 10
			}
		}
	}
	return 0
}

// diskUsage counts the blocks below dir, on its own file system only, and each file once.
func diskUsage(dir string) int64 {
	var root syscall.Stat_t
	if err := syscall.Stat(dir, &root); err != nil {
		return 0
	}
	seen, sum := map[uint64]bool{}, int64(0)
	// What vanishes while we look is not counted.
	_ = filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		var st syscall.Stat_t
		if err != nil || syscall.Lstat(p, &st) != nil {
			return nil //nolint:nilerr // it vanished
		}
		if st.Dev != root.Dev {
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		if !seen[st.Ino] {
			seen[st.Ino] = true
			sum += st.Blocks * 512
		}
		return nil
	})
	return sum
}

// Logs copies a daemon's output to out.
func (c Cluster) Logs(out io.Writer, name string) error {
	if c.External != nil {
		return fmt.Errorf("show the log of %s: the cluster of %s is not ours", name, c.External.Kubeconfig)
	}
	for _, d := range node.Daemons {
		if d == name {
			f, err := os.Open(c.Supervisor().Log(name))
			if err != nil {
				return err
			}
			_, err = io.Copy(out, f)
			_ = f.Close() // only read
			return err
		}
	}
	return fmt.Errorf("show a log: component %q is not known: use one of %s", name, strings.Join(node.Daemons, ", "))
}
