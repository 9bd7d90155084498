// Command cluster runs a real single-node Kubernetes with Tekton on this host, for tests and the demo. See README.md
// beside this module's go.mod.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	sources "github.com/bowsprit-ci/bowsprit/test/cluster"
	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/lifecycle"
	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/progress"
	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/settings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := root().ExecuteContext(ctx)
	stop()
	if err != nil {
		if !errors.Is(err, errNotUp) { // the table has said it
			fmt.Fprintln(os.Stderr, "cluster:", err)
		}
		os.Exit(1)
	}
}

// errNotUp makes `status` end with exit status 1.
var errNotUp = errors.New("the cluster is not up")

func root() *cobra.Command {
	cmd := &cobra.Command{
		Use:           "cluster",
		Short:         "A real single-node Kubernetes with Tekton on this host, for tests",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	cmd.AddCommand(
		verb("up", "Start the cluster, or repair it; build its parts first if they are not in the cache", lifecycle.Cluster.Up),
		verb("down", "Remove the cluster and everything that it left on this host", lifecycle.Cluster.Down),
		verb("build", "Only build the parts into the cache", func(c lifecycle.Cluster, ctx context.Context) error {
			_, _, err := c.Build(ctx)
			return err
		}),
		verb("status", "Show the cluster's parts; exit status 0 if all of them work, else 1", status),
		verb("env", "Print KEY=VALUE lines for tests", env),
		pushCommand(), logsCommand(), registryCommand(),
	)
	return cmd
}

func verb(name, short string, do func(lifecycle.Cluster, context.Context) error) *cobra.Command {
	return &cobra.Command{Use: name, Short: short, Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		c, err := open()
		if err != nil {
			return err
		}
		return do(c, cmd.Context())
	}}
}

// open reads the environment. The cache folder is made here, because its real path, without symbolic links, is what
// the kernel's list of mounts shows.
func open() (lifecycle.Cluster, error) {
	s, err := settings.FromEnv(os.Getenv)
	if err != nil {
		return lifecycle.Cluster{}, err
	}
	if err := os.MkdirAll(s.Cache, 0o755); err != nil {
		return lifecycle.Cluster{}, fmt.Errorf("make the cache folder: %w", err)
	}
	if s.Cache, err = filepath.EvalSymlinks(s.Cache); err != nil {
		return lifecycle.Cluster{}, fmt.Errorf("find the cache folder: %w", err)
	}
	external, err := s.External(os.Getenv)
	if err != nil {
		return lifecycle.Cluster{}, err
	}
	return lifecycle.Cluster{Settings: s, Sources: sources.Sources, External: external,
		Progress: progress.New(os.Stderr, time.Now)}, nil
}

func status(c lifecycle.Cluster, ctx context.Context) error { //nolint:revive // the order of lifecycle.Cluster.Up
	up, err := c.Status(ctx, os.Stdout)
	if err == nil && !up {
		return errNotUp
	}
	return err
}

func env(c lifecycle.Cluster, ctx context.Context) error { //nolint:revive // the order of lifecycle.Cluster.Up
	lines, err := c.Env(ctx)
	for _, l := range lines {
		fmt.Println(l)
	}
	return err
}
