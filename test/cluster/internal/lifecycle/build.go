package lifecycle

import (
	"context"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/host"
	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/parts"
	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/rootfs"
)

// Build finds the built parts in the cache, or builds them: Go programs and file trees side by side.
func (c Cluster) Build(ctx context.Context) (parts.Parts, rootfs.Layers, error) {
	p, haveParts, err := c.builder().Find(ctx)
	if err != nil {
		return parts.Parts{}, rootfs.Layers{}, err
	}
	l, haveTrees, err := c.trees().Find(ctx)
	if err != nil || (haveParts && haveTrees) {
		return p, l, err
	}
	unlock, err := c.lockBuild(ctx)
	if err != nil {
		return parts.Parts{}, rootfs.Layers{}, err
	}
	defer unlock()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) { p, err = c.compile(ctx); return err })
	g.Go(func() error {
		return c.Progress.Step("file trees for images ready", func() (err error) { l, err = c.makeTrees(ctx, haveTrees); return err })
	})
	if err := g.Wait(); err != nil {
		return parts.Parts{}, rootfs.Layers{}, err
	}
	return p, l, c.prune()
}

// buildPrograms is Build without the file trees.
func (c Cluster) buildPrograms(ctx context.Context) (parts.Parts, error) {
	unlock, err := c.lockBuild(ctx)
	if err != nil {
		return parts.Parts{}, err
	}
	defer unlock()
	return c.compile(ctx)
}

func (c Cluster) lockBuild(ctx context.Context) (unlock func(), err error) {
	return c.lock(ctx, filepath.Join(c.Cache, "build.lock"))
}

func (c Cluster) compile(ctx context.Context) (p parts.Parts, err error) {
	c.Progress.Say("compiling Kubernetes and Tekton into %s: minutes, but only once", c.Cache)
	err = c.Progress.Step("Go programs ready", func() (err error) { p, err = c.builder().Ensure(ctx); return err })
	return p, err
}

func (c Cluster) makeTrees(ctx context.Context, have bool) (rootfs.Layers, error) {
	if !have {
		if err := host.RequireRoot(); err != nil {
			return rootfs.Layers{}, err
		}
		if err := host.Install(ctx, host.BuildPackages, c.Progress.Say); err != nil {
			return rootfs.Layers{}, err
		}
	}
	return c.trees().Ensure(ctx)
}
