// Package runspec is the contract between the compiler and `bowsprit-tools run`, the entrypoint that a decorated job's
// process runs under: it ends the process at its timeout with a signal and a grace period, and notes how it ended. It must
// stay free of Kubernetes and Tekton, so that the tools binary stays small.
package runspec

import "time"

// EnvName is the environment variable that hands the options to the entrypoint, as JSON. The process does not see it.
const EnvName = "BOWSPRIT_RUN"

// Exit statuses of the entrypoint beside the process's own; they are Prow's.
const (
	// ExitTimeout: the process did not end within its timeout.
	ExitTimeout = 127
	// ExitInterrupted: the run was told to stop (SIGTERM or SIGINT).
	ExitInterrupted = 130
	// ExitNotStarted: the options are wrong, or the process could not be started.
	ExitNotStarted = 125
)

// Options is how to run the process.
type Options struct {
	// Args is the process where it is not on the command line behind "--": texts in which Tekton would see variables of its
	// own. $(NAME) in it is expanded from the environment by Kubernetes' rules ($$ is a dollar, unknown names stay).
	Args []string `json:"args,omitempty"`
	// Timeout is how long the process may run before it gets SIGINT, in nanoseconds; 0 is no limit.
	Timeout time.Duration `json:"timeout,omitempty"`
	// GracePeriod is how long it has from the signal until it is killed, in nanoseconds.
	GracePeriod time.Duration `json:"grace_period,omitempty"`
	// Log is a file that gets a copy of what the process prints; empty for none, and then the process writes to the step's
	// log directly.
	Log string `json:"log,omitempty"`
	// Marker is a file that gets the exit status in decimal, atomically, when the process has ended; empty for none.
	Marker string `json:"marker,omitempty"`
	// Artifacts is a folder to make for the job; empty for none.
	Artifacts string `json:"artifacts,omitempty"`
	// WaitFor is a file whose appearance is waited for after the process has ended, while Alive is touched at least once a
	// minute: what it left behind is uploaded by then. Empty for no waiting. The exit status stays the process's.
	WaitFor string `json:"wait_for,omitempty"`
	Alive   string `json:"alive,omitempty"`
}
