// Command bowsprit is Bowsprit's one program: `serve` runs the receiver and the controllers; the other verbs answer
// questions about a configuration without a cluster or a network. Each verb is one file; this one only wires them.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func main() { os.Exit(Main()) }

// The exit statuses, the same for all verbs.
const (
	exitDone     = 0
	exitRejected = 1
	exitUsage    = 2
	exitInternal = 3
)

// Main runs the command line and returns its exit status: 0 done, 1 configuration rejected or failed, 2 usage error,
// 3 internal error.
func Main() int { return guarded(os.Stderr, newRoot().Execute) }

// guarded turns what a command returns, also a panic of it, into an exit status.
func guarded(w io.Writer, execute func() error) (code int) {
	defer func() {
		if p := recover(); p != nil {
			code = sayInternal(w, fmt.Errorf("%v\n\n%s", p, debug.Stack()))
		}
	}()
	return sayError(w, execute())
}

// sayError tells people what went wrong, and returns the exit status that it means.
func sayError(w io.Writer, err error) int {
	if err == nil {
		return exitDone
	}
	var exit exitError
	if !errors.As(err, &exit) {
		exit = exitError{code: exitUsage, err: err}
	}
	if exit.code == exitInternal {
		return sayInternal(w, exit.err)
	}
	if exit.err != nil {
		_, _ = fmt.Fprintln(w, "bowsprit:", exit.err) // nobody is left to tell
	}
	return exit.code
}

// sayInternal asks for a report of what should never happen.
func sayInternal(w io.Writer, err error) int {
	_, _ = fmt.Fprintf(w, "bowsprit: internal error: %v\n\nThis is a bug of Bowsprit, whatever the input was. Please report it with all of the above at\n"+
		"https://github.com/bowsprit-ci/bowsprit/issues, and with the file that it happened with, if it is not secret.\n", err)
	return exitInternal
}

// exitError carries the exit status of a verb; err may be nil when everything was said already.
type exitError struct {
	code int
	err  error
}

func (e exitError) Error() string { return fmt.Sprint(e.err) }

func (e exitError) Unwrap() error { return e.err }

// rejected is an error with the exit status of a configuration, or a job, that is refused.
func rejected(err error) error { return exitError{code: exitRejected, err: err} }

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "bowsprit",
		Short: "Prow-style CI on Tekton",
		Long: "Bowsprit runs Prow jobs as Tekton PipelineRuns. `serve` is the server; the other verbs answer questions about a\n" +
			"configuration without a cluster and without a network.\n\n" +
			"They print one JSON object a line for programs, and a table or text for people when standard output is a terminal;\n" +
			"`--output` overrides that. What is meant for people alone goes to standard error.\n\n" +
			"Exit status: 0 done, 1 the configuration is rejected or the work failed, 2 wrong usage, 3 internal error (a bug).",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(newServe(), newConfig(), newJobs(), newExplain(), newCompile(), newTide(), newVersion())
	return root
}
