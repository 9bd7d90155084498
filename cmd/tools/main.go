// Command bowsprit-tools is the one binary that Bowsprit puts into the pods of runs. It is static and small, and each verb is a
// step: `clone` checks out what is tested. It must not know Kubernetes or Tekton.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/bowsprit-ci/bowsprit/pipelines/clonespec"
)

const usage = `usage: bowsprit-tools clone

  clone   check out the commit that a run tests; its options are JSON in the variable ` + clonespec.EnvName

func main() { os.Exit(Main()) }

// Main runs the command line until it ends or is told to stop, and returns its exit status.
func Main() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return run(ctx, os.Args[1:])
}

// run is one verb; it returns the exit status.
func run(ctx context.Context, args []string) int {
	if len(args) != 1 || args[0] != "clone" {
		fmt.Fprintln(os.Stderr, usage)
		return clonespec.ExitUsage
	}
	opts, err := clonespec.Parse(os.Getenv(clonespec.EnvName))
	if err != nil {
		fmt.Fprintln(os.Stderr, "bowsprit-tools:", err)
		return clonespec.ExitUsage
	}
	// The job's image may run as any user: everything that is cloned is for all of them to write.
	syscall.Umask(0)
	if err := clone(ctx, opts, os.Stdout); err != nil {
		fmt.Println("clone:", err)
		return exitStatus(err)
	}
	return 0
}

// exitStatus says whose fault an error is.
func exitStatus(err error) int {
	var unmergeable *unmergeableError
	if errors.As(err, &unmergeable) {
		return clonespec.ExitUnmergeable
	}
	if says(err, hopeless) {
		fmt.Println("clone: the repository does not exist or is private, and Bowsprit cannot clone private repositories yet")
		return clonespec.ExitUsage
	}
	return clonespec.ExitUnavailable
}
