package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/host"
	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/kube"
	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/node"
	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/parts"
	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/pki"
	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/process"
	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/rootfs"
	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/settings"
	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/tekton"
)

// Up makes the cluster run, whatever it finds: nothing, all of it, or the remains of something that was killed. A
// cluster of the user's own is only checked.
func (c Cluster) Up(ctx context.Context) error {
	if c.External != nil {
		return c.verifyExternal(ctx)
	}
	if err := host.RequireRoot(); err != nil {
		return err
	}
	unlock, err := c.lock(ctx, c.Lock())
	if err != nil {
		return err
	}
	defer unlock()
	if err := host.Install(ctx, host.RunPackages, c.Progress.Say); err != nil {
		return err
	}
	p, trees, err := c.Build(ctx)
	if err != nil {
		return err
	}
	_, statErr := os.Stat(c.State())
	err = c.run(ctx, p, trees)
	if err == nil || statErr != nil || ctx.Err() != nil {
		return err
	}
	c.Progress.Say("the cluster that was here does not come back (%v): starting a new one", err)
	if err := c.remove(ctx); err != nil {
		return err
	}
	return c.run(ctx, p, trees)
}

// run starts what does not run, and waits until runs of Tekton would work.
func (c Cluster) run(ctx context.Context, p parts.Parts, trees rootfs.Layers) error {
	images, err := c.buildImages(specs(p, trees))
	if err != nil {
		return err
	}
	n, err := c.prepare(ctx, p)
	if err != nil {
		return err
	}
	s := starter{Cluster: c, Supervisor: c.Supervisor(), node: n, specs: n.Specs(), began: time.Now()}
	g, gctx := errgroup.WithContext(ctx)
	registryUp, runtimeUp := make(chan struct{}), make(chan struct{})
	g.Go(func() error {
		if err := s.daemon(gctx, node.Registry, s.registryAnswers); err != nil {
			return err
		}
		if err := c.Progress.Step("images in the registry", func() error { return c.pushOwn(gctx, n.RegistryDir(), images) }); err != nil {
			return err
		}
		close(registryUp)
		return nil
	})
	g.Go(func() error {
		defer close(runtimeUp)
		return s.daemon(gctx, node.Containerd, s.containerdAnswers)
	})
	g.Go(func() error {
		return s.controlPlane(gctx, runtimeUp, registryUp, func() error { return s.tekton(gctx, p, images) })
	})
	if err := g.Wait(); err != nil {
		return err
	}
	c.Progress.Say("the cluster is up: KUBECONFIG=%s", c.Kubeconfig())
	return nil
}

// prepare makes the host ready: what a killed cluster left is put in order, then folders, keys, network and cgroup.
func (c Cluster) prepare(ctx context.Context, p parts.Parts) (node.Node, error) {
	if err := c.tidy(); err != nil {
		return node.Node{}, err
	}
	if err := os.MkdirAll(c.State(), 0o700); err != nil {
		return node.Node{}, err
	}
	self, err := c.copySelf()
	if err != nil {
		return node.Node{}, err
	}
	n := node.Node{Settings: c.Settings, Hyperkube: p.Hyperkube(), Cluster: self, Containerd: host.Program("containerd"),
		Runc: host.Program("runc"), Plugins: host.PluginDir(), PauseImage: c.Registry() + "/" + pauseImage}
	if err := n.Check(); err != nil {
		return node.Node{}, err
	}
	if err := c.prepareHost(ctx); err != nil {
		return node.Node{}, err
	}
	return n, errors.Join(n.Write(time.Now()), c.writeTools(p))
}

func (c Cluster) prepareHost(ctx context.Context) error {
	groups, err := c.cgroups()
	if err != nil {
		return err
	}
	return c.Progress.Step(fmt.Sprintf("host prepared: %s; cgroup v%d /%s", c.network(), groups.Version(), node.CgroupRoot), func() error {
		if err := host.RecordFixed(c.path("record/folders.json"), host.Fixed); err != nil {
			return err
		}
		if err := host.SetSysctls("/proc/sys", c.path("record/sysctl.json"), host.Sysctls); err != nil {
			return err
		}
		return errors.Join(c.network().Up(ctx), groups.Up())
	})
}

// tidy puts the remains in order when not one of our processes runs but their state is there: as after a restart of
// the machine, containerd must find none of its tasks, and nothing may be mounted.
func (c Cluster) tidy() error {
	all, err := c.Supervisor().All()
	if err != nil || len(all) > 0 {
		return err
	}
	if _, err := os.Stat(c.path("containerd/state")); err != nil {
		return nil //nolint:nilerr // no state, no remains
	}
	return c.Progress.Step("remains of killed processes cleared", func() error {
		if err := c.clearPods(); err != nil {
			return err
		}
		return errors.Join(os.RemoveAll(c.path("containerd/state")), os.RemoveAll(c.path("runc")))
	})
}

// copySelf keeps this program below the state folder, since the registry runs as it, longer than a `go run` does.
func (c Cluster) copySelf() (string, error) {
	to := c.path("cluster")
	from, err := os.Open("/proc/self/exe")
	if err != nil {
		return "", err
	}
	defer from.Close() //nolint:errcheck // only read
	f, err := os.OpenFile(to+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o755)
	if err != nil {
		return "", err
	}
	_, err = io.Copy(f, from)
	if err := errors.Join(err, f.Close()); err != nil {
		return "", err
	}
	return to, os.Rename(to+".new", to)
}

// starter starts daemons and waits for them.
type starter struct {
	Cluster
	process.Supervisor
	node  node.Node
	specs map[string]process.Spec
	began time.Time
}

// daemon starts one if it does not run, and waits until ask returns nil.
func (s starter) daemon(ctx context.Context, name string, ask func(context.Context) error) error {
	start := time.Now()
	started, err := s.Ensure(ctx, s.specs[name])
	if err != nil {
		return err
	}
	if err := healthy(ctx, s.Supervisor, name, ask); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if started {
		s.Progress.Say("%s started (%.1fs)", name, time.Since(start).Seconds())
	}
	return nil
}

func (s starter) registryAnswers(ctx context.Context) error {
	return kube.Health(ctx, "http://"+s.Registry()+"/v2/")
}

func (s starter) containerdAnswers(ctx context.Context) error {
	conn, err := (&net.Dialer{}).DialContext(ctx, "unix", s.node.Socket())
	if err != nil {
		return err
	}
	return conn.Close()
}

// controlPlane starts etcd and the API server together (the latter waits for the former by itself), then everything
// that talks to them, and Tekton as soon as the API server answers and the images are there.
func (s starter) controlPlane(ctx context.Context, runtimeUp, registryUp <-chan struct{}, tektonUp func() error) error {
	etcd, err := kube.New(node.EtcdURL(), s.node.PKI(), pki.Etcd, "apiserver-etcd")
	if err != nil {
		return err
	}
	api, err := s.api()
	if err != nil {
		return err
	}
	if err := s.daemon(ctx, node.Etcd, get(etcd, "/health")); err != nil {
		return err
	}
	if err := s.daemon(ctx, node.APIServer, get(api, "/readyz")); err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	for name, port := range map[string]int{node.ControllerManager: settings.ControllerPort, node.Scheduler: settings.SchedulerPort} {
		g.Go(func() error {
			return s.daemon(ctx, name, func(ctx context.Context) error {
				return kube.Health(ctx, fmt.Sprintf("https://127.0.0.1:%d/healthz", port))
			})
		})
	}
	g.Go(func() error { return s.kubelet(ctx, api, runtimeUp, registryUp) })
	g.Go(func() error {
		if err := wait(ctx, registryUp); err != nil {
			return err
		}
		return tektonUp()
	})
	return g.Wait()
}

// kubelet waits for containerd, and for the registry, from which it takes the image of every pod's first container.
func (s starter) kubelet(ctx context.Context, api kube.Client, ready ...<-chan struct{}) error {
	if err := wait(ctx, ready...); err != nil {
		return err
	}
	var since time.Time
	if f, err := s.Main(node.Kubelet); err != nil || f == nil {
		since = time.Now()
	}
	return s.daemon(ctx, node.Kubelet, func(ctx context.Context) error {
		return api.NodeReady(ctx, settings.NodeName, since)
	})
}

func wait(ctx context.Context, ready ...<-chan struct{}) error {
	for _, r := range ready {
		select {
		case <-r:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func get(c kube.Client, path string) func(context.Context) error {
	return func(ctx context.Context) error { _, err := c.Get(ctx, path); return err }
}

func (c Cluster) api() (kube.Client, error) {
	return kube.New(c.APIServer(), c.path("pki"), pki.Kubernetes, "admin")
}

// tekton applies the release, unless this very one is there, and waits until it works.
func (s starter) tekton(ctx context.Context, p parts.Parts, images map[string]built) error {
	api, err := s.api()
	if err != nil {
		return err
	}
	prepared, err := os.ReadFile(p.Release())
	if err != nil {
		return err
	}
	refs, err := s.tektonImages(p.Versions(), images)
	if err != nil {
		return err
	}
	rendered, err := tekton.Render(prepared, refs)
	if err != nil {
		return err
	}
	kubectl := s.kubectl(p.Kubectl())
	installed := tekton.Installed(ctx, api, rendered)
	if !installed {
		name := "Tekton " + p.Versions().Tekton + " applied"
		if err := s.Progress.Step(name, func() error { return kubectl.Apply(ctx, rendered) }); err != nil {
			return err
		}
	}
	return s.Progress.Step("Tekton works: its webhook refuses a bad object", func() error {
		const limit = 10 * time.Minute
		if !installed {
			if err := kubectl.Rollout(ctx); err != nil {
				return err
			}
		}
		if err := until(ctx, limit, pollSlow, func(ctx context.Context) error { return tekton.Ready(ctx, api) }); err != nil {
			return err
		}
		return until(ctx, limit, pollSlow, kubectl.Refuses)
	})
}
