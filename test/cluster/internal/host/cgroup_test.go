package host

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	version1 = `25 1 8:1 / / rw - ext4 /dev/sda1 rw
30 25 0:26 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu
31 25 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
32 25 0:28 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw`
	version2 = `25 1 8:1 / / rw - ext4 /dev/sda1 rw
30 25 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate`
)

func TestFindCgroups(t *testing.T) {
	for name, tc := range map[string]struct {
		mounts  string
		version int
		roots   []string
		err     string
	}{
		"controllers in hierarchies of their own are version 1, even beside an empty unified one": {
			mounts: version1, version: 1, roots: []string{"/sys/fs/cgroup/cpu", "/sys/fs/cgroup/memory", "/sys/fs/cgroup/unified"}},
		"only the unified hierarchy is version 2": {mounts: version2, version: 2, roots: []string{"/sys/fs/cgroup"}},
		"no hierarchy is refused":                 {mounts: "25 1 8:1 / / rw - ext4 /dev/sda1 rw", err: "no cgroup file system is mounted"},
		"another format is refused":               {mounts: "cgroup /sys/fs/cgroup", err: "not in the format of /proc/self/mountinfo"},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := FindCgroups("x", "", tc.mounts)
			if tc.err != "" {
				if err == nil || !strings.Contains(err.Error(), tc.err) {
					t.Fatalf("error %v does not contain %q", err, tc.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if c.Version() != tc.version {
				t.Errorf("version %d, want %d", c.Version(), tc.version)
			}
			if d := cmp.Diff(tc.roots, c.roots); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}

// The kernel's files are played by plain ones, so what is checked is what we ask of it.
func TestVersion2HandsDownAndRecords(t *testing.T) {
	root := tree(t, map[string]string{"cgroup.controllers": "cpu memory pids rdma\n", "cgroup.subtree_control": "memory\n"})
	record := filepath.Join(t.TempDir(), "cgroup.json")
	c, err := FindCgroups("ours", record, strings.ReplaceAll(version2, "/sys/fs/cgroup", root))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Up(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "ours")); err != nil {
		t.Error(err)
	}
	added, err := recorded(record)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"cpu", "pids"}, added); d != "" {
		t.Errorf("recorded as ours to take back, -want +got:\n%s", d)
	}
	if err := c.Down(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "ours")); !os.IsNotExist(err) {
		t.Errorf("the cgroup is still there: %v", err)
	}
	last, err := os.ReadFile(filepath.Join(root, "cgroup.subtree_control"))
	if err != nil || string(last) != "-pids" {
		t.Errorf("last request %q (%v), want -pids", last, err)
	}
	if _, err := os.Stat(record); !os.IsNotExist(err) {
		t.Errorf("the record is still there: %v", err)
	}
}

func TestUnescape(t *testing.T) {
	for in, want := range map[string]string{
		`/plain`: "/plain", `/with\040space`: "/with space", `/back\134slash`: `/back\slash`, `/end\04`: `/end\04`, `/\999`: `/\999`,
	} {
		if got := unescape(in); got != want {
			t.Errorf("unescape(%q) = %q, want %q", in, got, want)
		}
	}
}
