package host

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Fixed are folders that the programs of a node use whatever their settings say: containerd's shims keep sockets in
// the first, the CNI library its results in the second, kubelet its links to logs and its plugin sockets in the others.
var Fixed = []string{"/run/containerd", "/var/lib/cni", "/var/log/containers", "/var/lib/kubelet", "/opt/cni"}

// RecordFixed remembers in file which of the folders are not there yet, so that RemoveFixed can remove them.
func RecordFixed(file string, folders []string) error {
	absent := []string{}
	for _, d := range folders {
		if _, err := os.Stat(d); errors.Is(err, fs.ErrNotExist) {
			absent = append(absent, d)
		}
	}
	return record(file, absent)
}

// RemoveFixed removes our files from the fixed folders, and the folders that were not there before if they are empty
// now.
func RemoveFixed(file, state string) error {
	if err := errors.Join(
		removeShimSockets(),
		removeMatching("/var/lib/cni/results/*", func(p string) bool { return mentions(p, state) }),
		removeMatching("/var/log/containers/*.log", func(p string) bool { return pointsInto(p, state) }),
	); err != nil {
		return err
	}
	absent, err := recorded(file)
	if err != nil {
		return err
	}
	for _, d := range absent {
		if d == "/var/lib/kubelet" { // kubelet's own socket for device plugins, which stays when it is killed
			if err := removeMatching(d+"/device-plugins/kubelet.sock", nil); err != nil {
				return err
			}
		}
		if err := removeEmpty(d); err != nil {
			return err
		}
	}
	return nil
}

// shimSockets is where shims of every containerd of the host listen.
const shimSockets = "/run/containerd/s"

// removeShimSockets removes the sockets that nobody listens on any more. A shim that was killed leaves its socket, and
// its name, a hash, does not tell whose it was; but a dead socket is of no use to another containerd either.
func removeShimSockets() error {
	sockets, err := filepath.Glob(filepath.Join(shimSockets, "*"))
	if err != nil || len(sockets) == 0 {
		return err
	}
	bound, err := os.ReadFile("/proc/net/unix")
	if err != nil {
		return err
	}
	for _, s := range dead(sockets, string(bound)) {
		if err := os.Remove(s); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// dead returns the sockets that the kernel's table, in the format of /proc/net/unix, does not hold.
func dead(sockets []string, table string) []string {
	alive := map[string]bool{}
	for _, line := range strings.Split(table, "\n") {
		if fields := strings.Fields(line); len(fields) == 8 {
			alive[fields[7]] = true
		}
	}
	var gone []string
	for _, s := range sockets {
		if !alive[s] {
			gone = append(gone, s)
		}
	}
	return gone
}

func removeMatching(pattern string, ours func(string) bool) error {
	files, err := filepath.Glob(pattern)
	if err != nil {
		return err
	}
	for _, f := range files {
		if ours != nil && !ours(f) {
			continue
		}
		if err := os.Remove(f); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func pointsInto(link, dir string) bool {
	to, err := os.Readlink(link)
	return err == nil && strings.HasPrefix(to, dir+"/")
}

// mentions tells our pods' CNI results from others': they name the network namespace, which is below our state.
func mentions(file, dir string) bool {
	text, err := os.ReadFile(file)
	return err == nil && strings.Contains(string(text), dir+"/")
}

// removeEmpty removes folders below dir, and dir, as long as there is nothing in them.
func removeEmpty(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.IsDir() {
			if err := removeEmpty(filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	err = os.Remove(dir)
	if errors.Is(err, syscall.ENOTEMPTY) || errors.Is(err, syscall.EEXIST) {
		return nil
	}
	return err
}
