// Command bowsprit is Bowsprit's one program: `serve` runs the receiver and the controllers; the other verbs answer
// questions about a configuration without a cluster or a network. Each verb is one file; this one only wires them.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

func main() { os.Exit(Main()) }

// Main runs the command line and returns its exit status: 0 done, 1 configuration rejected or failed, 2 usage error.
func Main() int {
	err := newRoot().Execute()
	if err == nil {
		return 0
	}
	var exit exitError
	if !errors.As(err, &exit) {
		exit = exitError{code: 2, err: err}
	}
	if exit.err != nil {
		fmt.Fprintln(os.Stderr, "bowsprit:", exit.err)
	}
	return exit.code
}

// exitError carries the exit status of a verb; err may be nil when everything was said already.
type exitError struct {
	code int
	err  error
}

func (e exitError) Error() string { return fmt.Sprint(e.err) }

func (e exitError) Unwrap() error { return e.err }

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "bowsprit",
		Short: "Prow-style CI on Tekton",
		Long: "Bowsprit runs Prow jobs as Tekton PipelineRuns. `serve` is the server; the other verbs answer questions about a\n" +
			"configuration without a cluster and without a network.\n\n" +
			"Exit status: 0 done, 1 the configuration is rejected or the work failed, 2 wrong usage.",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(newServe(), newConfig(), newExplain(), newCompile(), newVersion())
	return root
}
