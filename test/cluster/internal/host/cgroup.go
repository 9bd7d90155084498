package host

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Cgroups is the cgroup below which all pods live, in every hierarchy of the machine (version 1 has one per
// controller, version 2 has one). It is ours alone on every kind of host, also beside systemd, which leaves cgroups
// that it has not made alone; so removing it removes exactly our pods.
type Cgroups struct {
	// Name is the cgroup's, without a slash.
	Name string
	// Record is the file that remembers which controllers the root of version 2 handed down before.
	Record string
	// roots are the mount points; version2 is the one of them that is the unified hierarchy with controllers, or "".
	roots    []string
	version2 string
}

// FindCgroups reads the hierarchies from the mounts of this process, in the format of /proc/self/mountinfo.
func FindCgroups(name, record, mountinfo string) (Cgroups, error) {
	c := Cgroups{Name: name, Record: record}
	mounts, err := parseMountinfo(mountinfo)
	if err != nil {
		return Cgroups{}, err
	}
	var unified string
	for _, m := range mounts {
		switch m.kind {
		case "cgroup":
			c.roots = append(c.roots, m.point)
		case "cgroup2":
			unified = m.point
			c.roots = append(c.roots, m.point)
		}
	}
	if len(c.roots) == 0 {
		return Cgroups{}, errors.New("no cgroup file system is mounted below /sys/fs/cgroup: the container runtime needs one")
	}
	if len(c.roots) == 1 {
		c.version2 = unified
	}
	return c, nil
}

// Version is 1 or 2.
func (c Cgroups) Version() int {
	if c.version2 != "" {
		return 2
	}
	return 1
}

// needed are the controllers that kubelet wants in its root on version 2, where the kernel has them.
var needed = []string{"cpu", "cpuset", "memory", "pids", "io", "hugetlb"}

// Up makes the cgroup in every hierarchy. On version 2 it also asks the root to hand the controllers down.
func (c Cgroups) Up() error {
	if c.version2 != "" {
		if err := c.handDown(); err != nil {
			return err
		}
	}
	for _, r := range c.roots {
		if err := os.Mkdir(filepath.Join(r, c.Name), 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("make cgroup: %w", err)
		}
	}
	return nil
}

func (c Cgroups) handDown() error {
	control := filepath.Join(c.version2, "cgroup.subtree_control")
	available, err := words(filepath.Join(c.version2, "cgroup.controllers"))
	if err != nil {
		return err
	}
	before, err := words(control)
	if err != nil {
		return err
	}
	var add []string
	for _, n := range needed {
		if slices.Contains(available, n) && !slices.Contains(before, n) {
			add = append(add, n)
		}
	}
	if err := record(c.Record, add); err != nil {
		return err
	}
	for _, n := range add {
		if err := os.WriteFile(control, []byte("+"+n), 0o644); err != nil {
			return fmt.Errorf("hand cgroup controller %s down: %w", n, err)
		}
	}
	return nil
}

// Down kills every process in the cgroup, removes it, and takes back the controllers that Up had handed down.
func (c Cgroups) Down() error {
	for _, r := range c.roots {
		if err := remove(filepath.Join(r, c.Name)); err != nil {
			return err
		}
	}
	return c.takeBack()
}

// takeBack leaves a controller that another program has come to use: the kernel then answers "busy".
func (c Cgroups) takeBack() error {
	names, err := recorded(c.Record)
	if err != nil || names == nil || c.version2 == "" {
		return err
	}
	for _, n := range names {
		err := os.WriteFile(filepath.Join(c.version2, "cgroup.subtree_control"), []byte("-"+n), 0o644)
		if err != nil && !errors.Is(err, syscall.EBUSY) {
			return fmt.Errorf("take cgroup controller %s back: %w", n, err)
		}
	}
	return os.Remove(c.Record)
}

// remove tries for a while: the kernel frees a cgroup a moment after its last process is gone.
func remove(dir string) error {
	var err error
	for range 250 {
		if err = removeOnce(dir); err == nil {
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return fmt.Errorf("remove cgroup: %w", err)
}

// removeOnce goes from the leaves up and kills what it meets.
func removeOnce(dir string) error {
	var dirs []string
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil && d.IsDir() {
			dirs = append(dirs, p)
		}
		return err
	})
	if err != nil {
		return err
	}
	slices.Reverse(dirs)
	var errs []error
	for _, d := range dirs {
		if err := killIn(d); err != nil {
			return err
		}
		if err := syscall.Rmdir(d); err != nil && !errors.Is(err, syscall.ENOENT) {
			errs = append(errs, fmt.Errorf("%s: %w", d, err))
		}
	}
	return errors.Join(errs...)
}

func killIn(dir string) error {
	pids, err := words(filepath.Join(dir, "cgroup.procs"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, p := range pids {
		pid, err := strconv.Atoi(p)
		if err != nil || pid <= 1 {
			continue // 0 is a process of another PID namespace
		}
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
			return err
		}
	}
	return nil
}

func words(file string) ([]string, error) {
	text, err := os.ReadFile(file)
	return strings.Fields(string(text)), err
}

// Processes lists who runs in the cgroup; empty when it is not there.
func (c Cgroups) Processes() []int {
	var all []int
	// A cgroup that vanishes while we look has no processes.
	_ = filepath.WalkDir(filepath.Join(c.roots[0], c.Name), func(p string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return nil //nolint:nilerr // it vanished
		}
		pids, _ := words(filepath.Join(p, "cgroup.procs"))
		for _, text := range pids {
			if pid, err := strconv.Atoi(text); err == nil {
				all = append(all, pid)
			}
		}
		return nil
	})
	return all
}
