package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/command"
)

// Package is a Debian package that is needed for a file of it. What counts is the file: a host with Docker's containerd
// has it from another package.
type Package struct {
	Name string
	// File is a program's name, looked for on PATH and in the sbin folders, or an absolute path.
	File string
}

// RunPackages are needed to run the cluster, BuildPackages to build its parts.
var (
	RunPackages = []Package{
		{"iproute2", "ip"}, {"iptables", "iptables"}, {"mount", "mount"}, {"runc", "runc"},
		{"containerd", "containerd"}, {"containerd", "containerd-shim-runc-v2"}, {"containernetworking-plugins", "bridge"},
	}
	BuildPackages = []Package{{"mmdebstrap", "mmdebstrap"}, {"debian-archive-keyring", "/usr/share/keyrings/debian-archive-keyring.gpg"}}
)

// pluginDirs are where distributions put CNI plugins.
var pluginDirs = []string{"/usr/lib/cni", "/opt/cni/bin", "/usr/libexec/cni"}

// PluginDir is the folder with the CNI plugins that the cluster uses, or "".
func PluginDir() string {
	for _, d := range pluginDirs {
		if isFile(filepath.Join(d, "bridge")) && isFile(filepath.Join(d, "host-local")) && isFile(filepath.Join(d, "loopback")) {
			return d
		}
	}
	return ""
}

// Program is the absolute path of a program, or "".
func Program(name string) string {
	if p, err := exec.LookPath(name); err == nil {
		if abs, err := filepath.Abs(p); err == nil {
			return abs
		}
	}
	for _, d := range []string{"/usr/local/sbin", "/usr/sbin", "/sbin"} {
		if p := filepath.Join(d, name); isFile(p) {
			return p
		}
	}
	return ""
}

func (p Package) present() bool {
	switch {
	case filepath.IsAbs(p.File):
		return isFile(p.File)
	case p.File == "bridge":
		return PluginDir() != ""
	}
	return Program(p.File) != ""
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// Missing names, once each, the packages of which a file is missing.
func Missing(packages []Package) []string {
	var names []string
	seen := map[string]bool{}
	for _, p := range packages {
		if !p.present() && !seen[p.Name] {
			seen[p.Name] = true
			names = append(names, p.Name)
		}
	}
	return names
}

// Install installs what is missing with apt-get, after saying so. It never removes a package of the host.
func Install(ctx context.Context, packages []Package, say func(format string, args ...any)) error {
	missing := Missing(packages)
	if len(missing) == 0 {
		return nil
	}
	if Program("apt-get") == "" {
		return fmt.Errorf("install %s first (there is no apt-get to do it with)", strings.Join(missing, ", "))
	}
	say("installing Debian packages with apt-get: %s", strings.Join(missing, " "))
	if err := aptGet(ctx, "update", "-qq"); err != nil {
		return err
	}
	install := append([]string{"install", "-y", "-qq", "--no-install-recommends", "--no-remove"}, missing...)
	if err := aptGet(ctx, install...); err != nil {
		return fmt.Errorf("%w (install %s by hand, then run this again)", err, strings.Join(missing, " "))
	}
	if still := Missing(packages); len(still) > 0 {
		return fmt.Errorf("packages %s are installed, but a program of theirs is not on PATH", strings.Join(still, ", "))
	}
	return nil
}

func aptGet(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, "apt-get", append([]string{"-o", "DPkg::Lock::Timeout=120"}, args...)...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	_, err := command.Output(cmd)
	return err
}

// RequireRoot explains why, when the command does not run as root.
func RequireRoot() error {
	if os.Geteuid() != 0 {
		return errors.New("the test cluster needs root (mounts, network devices, cgroups): run this as root or with sudo -E")
	}
	return nil
}
