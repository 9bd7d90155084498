// Command bowsprit-tools is the one binary that Bowsprit puts beside a job's own process. It is static and small, and each verb is a
// step or a part of one: `clone` checks out what is tested, `place` copies the binary to where the job's container finds it, `run` is
// the entrypoint that the job's process runs under. It must not know Kubernetes or Tekton.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/bowsprit-ci/bowsprit/pipelines/clonespec"
	"github.com/bowsprit-ci/bowsprit/pipelines/runspec"
)

const usage = `usage: bowsprit-tools clone
       bowsprit-tools place FOLDER
       bowsprit-tools run [-- COMMAND [ARG...]]

  clone   check out what a run tests; its options are JSON in the variable ` + clonespec.EnvName + `
  place   copy this program into a folder
  run     run a process with a time limit, a grace period and a copy of its log; its options are JSON in the variable ` + runspec.EnvName

func main() { os.Exit(run(os.Args[1:])) }

// run is one verb; it returns the exit status.
func run(args []string) int {
	switch {
	case len(args) == 1 && args[0] == "clone":
		return runClone()
	case len(args) == 2 && args[0] == "place":
		if err := place(args[1]); err != nil {
			fmt.Fprintln(os.Stderr, "place:", err)
			return 1
		}
		return 0
	case len(args) == 1 && args[0] == "run":
		return runProcess(nil)
	case len(args) > 2 && args[0] == "run" && args[1] == "--":
		return runProcess(args[2:])
	}
	fmt.Fprintln(os.Stderr, usage)
	return clonespec.ExitUsage
}

func runClone() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
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

// exitStatus says whose fault a failed clone is.
func exitStatus(err error) int {
	var unmergeable *unmergeableError
	if errors.As(err, &unmergeable) {
		return clonespec.ExitUnmergeable
	}
	var link *linkError
	if errors.As(err, &link) {
		return clonespec.ExitUsage
	}
	if says(err, hopeless) {
		fmt.Println("clone: the repository does not exist, or the credentials of the job's decoration do not open it")
		return clonespec.ExitUsage
	}
	return clonespec.ExitUnavailable
}
