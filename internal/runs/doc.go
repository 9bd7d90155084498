// Package runs is the only hands on PipelineRuns: it creates, lists, admits and cancels them, notes on them what was
// reported, and reads the logs of their pods. Every change is one patch that names the values it replaces, and is
// decided anew when somebody else was faster. It must not know why a run is wanted, GitHub, or which run may start.
package runs
