// Package lifecycle brings the cluster up and down and tells how it is, by asking the other packages in the right
// order. It is the only one that knows them all.
package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/host"
	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/image"
	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/node"
	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/parts"
	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/process"
	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/progress"
	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/rootfs"
	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/settings"
)

// Cluster is the test cluster of one cache folder.
type Cluster struct {
	settings.Settings
	// Sources are what the programs are built from.
	Sources fs.FS
	// Progress takes what a person may want to see.
	Progress *progress.Printer
	// External is the user's own cluster, or nil.
	External *settings.Provider
}

// Provider is the cluster that tests talk to.
func (c Cluster) Provider() settings.Provider {
	if c.External != nil {
		return *c.External
	}
	return c.Own()
}

// Supervisor looks after this cluster's daemons.
func (c Cluster) Supervisor() process.Supervisor {
	return process.Supervisor{State: c.State(), Logs: c.path("logs"), Proc: "/proc"}
}

func (c Cluster) path(name string) string { return filepath.Join(c.State(), name) }

func (c Cluster) store() image.Store { return image.Store{Dir: filepath.Join(c.Cache, "blobs")} }

func (c Cluster) builder() parts.Builder {
	return parts.Builder{Sources: c.Sources, Dir: filepath.Join(c.Cache, "parts"), Store: c.store(), Say: c.Progress.Say}
}

func (c Cluster) trees() rootfs.Maker {
	return rootfs.Maker{Dir: filepath.Join(c.Cache, "rootfs"), Store: c.store()}
}

func (c Cluster) network() host.Network {
	return host.Network{Bridge: settings.Bridge, Owner: c.State(), Pods: c.Pods, Addresses: c.bridgeAddresses()}
}

func (c Cluster) cgroups() (host.Cgroups, error) {
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return host.Cgroups{}, err
	}
	return host.FindCgroups(node.CgroupRoot, c.path("record/cgroup.json"), string(mounts))
}

// lock takes the lock in file and waits for it; the kernel frees it when this process ends, however it ends.
func (c Cluster) lock(ctx context.Context, file string) (unlock func(), err error) {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	for waited := false; ; waited = true {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return func() { _ = f.Close() }, nil // closing a file that was only locked cannot fail
		}
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return nil, errors.Join(fmt.Errorf("lock %s: %w", file, err), f.Close())
		}
		if !waited {
			c.Progress.Say("waiting for another `cluster` command to finish")
		}
		if err := sleep(ctx, pollSlow); err != nil {
			return nil, errors.Join(err, f.Close())
		}
	}
}

func (c Cluster) bridgeAddresses() []netip.Prefix {
	return []netip.Prefix{
		netip.PrefixFrom(c.NodeAddress(), c.Pods.Bits()),
		netip.PrefixFrom(c.ServiceAddress(), 32),
	}
}
