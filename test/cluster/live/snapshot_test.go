package live

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// host is everything that a cluster may change on a machine.
type host struct {
	Devices, Addresses, Mounts, Rules, Namespaces, Sysctls, Cgroups, Processes, Folders []string
}

func snapshot(t *testing.T) host {
	t.Helper()
	return host{
		Devices:    output(t, nil, "ip", "-brief", "link"),
		Addresses:  output(t, nil, "ip", "-brief", "-4", "address"),
		Mounts:     file(t, "/proc/self/mountinfo"),
		Rules:      output(t, func(line string) bool { return strings.HasPrefix(line, "-A") }, "iptables-save"),
		Namespaces: output(t, nil, "ip", "netns"),
		Sysctls: output(t, nil, "sysctl", "net.ipv4.ip_forward", "vm.overcommit_memory", "vm.panic_on_oom", "kernel.panic",
			"kernel.panic_on_oops", "kernel.keys.root_maxkeys", "kernel.keys.root_maxbytes"),
		Cgroups:   glob(t, "/sys/fs/cgroup/*", "/sys/fs/cgroup/*/*"),
		Processes: ours(t),
		Folders: glob(t, "/run/containerd", "/run/containerd/*/*", "/var/lib/cni/results/*", "/var/log/containers", "/var/log/containers/*",
			"/var/lib/kubelet", "/var/lib/kubelet/*", "/var/log/pods", "/opt/cni", "/run/netns/*"),
	}
}

func ours(t *testing.T) []string {
	t.Helper()
	var found []string
	for _, pid := range processes(t, "") {
		cmdline, _ := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline"))
		found = append(found, string(cmdline))
	}
	return found
}

func output(t *testing.T, keep func(string) bool, name string, args ...string) []string {
	t.Helper()
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return lines(string(out), keep)
}

func file(t *testing.T, name string) []string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return lines(string(text), nil)
}

// lines sorts, since the order of some of these lists is not fixed.
func lines(text string, keep func(string) bool) []string {
	var kept []string
	for _, l := range strings.Split(strings.TrimSpace(text), "\n") {
		if keep == nil || keep(l) {
			kept = append(kept, strings.Join(strings.Fields(l), " "))
		}
	}
	slices.Sort(kept)
	return kept
}

func glob(t *testing.T, patterns ...string) []string {
	t.Helper()
	var all []string
	for _, p := range patterns {
		found, err := filepath.Glob(p)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, found...)
	}
	return all
}
