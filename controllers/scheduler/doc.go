// Package scheduler starts periodics that are due. It makes runs and nothing else: the admitter lets them start, as it
// does with all runs. It must not know how a run is admitted or reported.
package scheduler
