package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/bowsprit-ci/bowsprit/test/street"
)

// clusterUp starts the cluster unless it is up already, and returns how to bring it back to how it was.
func clusterUp(ctx context.Context, tool string) (*street.Cluster, func() error, error) {
	if tool == "" {
		return nil, nil, errors.New("start the cluster: --cluster names no program; run `make demo`")
	}
	wasUp := exec.CommandContext(ctx, tool, "status").Run() == nil
	if err := show(ctx, tool, "up"); err != nil {
		return nil, nil, err
	}
	down := func() error {
		if wasUp {
			return nil
		}
		return show(context.WithoutCancel(ctx), tool, "down")
	}
	c, err := readEnv(ctx, tool)
	if err != nil {
		return nil, nil, errors.Join(err, down())
	}
	return c, down, nil
}

// readEnv puts what `cluster env` prints into the environment, where the street looks for it.
func readEnv(ctx context.Context, tool string) (*street.Cluster, error) {
	out, err := exec.CommandContext(ctx, tool, "env").Output()
	if err != nil {
		return nil, fmt.Errorf("ask the cluster for its environment: %w", err)
	}
	for line := range strings.Lines(string(bytes.TrimSpace(out))) {
		name, value, _ := strings.Cut(strings.TrimSpace(strings.TrimPrefix(line, "export ")), "=")
		if err := os.Setenv(name, strings.Trim(value, `"'`)); err != nil {
			return nil, err
		}
	}
	if err := os.Setenv("BOWSPRIT_CLUSTER", tool); err != nil {
		return nil, err
	}
	return street.ClusterFromEnv()
}

// show runs a command with its output on ours. An interrupt reaches it by itself, as it is in our process group.
func show(ctx context.Context, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("run cluster %s: %w", strings.Join(args, " "), err)
	}
	return nil
}
