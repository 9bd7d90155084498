package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/host"
)

// Down removes the cluster and everything that it has left on the host; the built parts stay in the cache. A cluster of
// the user's own is left alone.
func (c Cluster) Down(ctx context.Context) error {
	if c.External != nil {
		c.Progress.Say("the cluster of %s is not ours: nothing to do", c.External.Kubeconfig)
		return nil
	}
	if err := host.RequireRoot(); err != nil {
		return err
	}
	unlock, err := c.lock(ctx, c.Lock())
	if err != nil {
		return err
	}
	defer unlock()
	return c.Progress.Step("the cluster is down", func() error { return c.remove(ctx) })
}

// remove kills without grace, since all data goes anyway, and takes things away in an order in which nothing can
// start anew: daemons, pods, network, files, kernel settings, state.
func (c Cluster) remove(ctx context.Context) error {
	if err := c.Supervisor().Kill(ctx); err != nil {
		return err
	}
	if err := c.clearPods(); err != nil {
		return err
	}
	if host.Program("iptables") != "" && host.Program("ip") != "" { // without them no cluster ever ran
		if err := c.network().Down(ctx); err != nil {
			return err
		}
	}
	if err := host.RestoreSysctls("/proc/sys", c.path("record/sysctl.json"), host.Sysctls); err != nil {
		return err
	}
	return c.removeState()
}

// clearPods ends what runs in containers and unmounts what they had mounted.
func (c Cluster) clearPods() error {
	groups, err := c.cgroups()
	if err != nil {
		return err
	}
	return errors.Join(
		groups.Down(),
		host.UnmountBelow(c.State()),
		host.RemoveFixed(c.path("record/folders.json"), c.State()))
}

// removeState deletes the state folder; not while anything is mounted in it, lest the mounted files are deleted.
func (c Cluster) removeState() error {
	mounts, err := host.MountsBelow(c.State())
	if err != nil {
		return err
	}
	if len(mounts) > 0 {
		return fmt.Errorf("%s is still mounted: the state folder is left alone", mounts[0])
	}
	return os.RemoveAll(c.State())
}
