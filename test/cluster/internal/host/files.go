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
		removeShimSockets(state),
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

// removeShimSockets finds the sockets through the address files that containerd keeps in its state.
func removeShimSockets(state string) error {
	files, err := filepath.Glob(filepath.Join(state, "containerd", "state", "io.containerd.runtime.v2.task", "*", "*", "address"))
	if err != nil {
		return err
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			return err
		}
		socket := strings.TrimPrefix(strings.TrimSpace(string(text)), "unix://")
		if !strings.HasPrefix(socket, "/run/containerd/s/") {
			continue
		}
		if err := os.Remove(socket); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
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
