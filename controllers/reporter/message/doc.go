// Package message is the mind of the reporter: how a run's outcome is said to people, as a GitHub check run and as a
// commit status. The title names the cause, the summary says what was tested and what to do next, the text holds the
// steps and the end of the failing step's log. It must not know how a message is sent, Kubernetes or the clock.
package message
