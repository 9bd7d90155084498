// Package record is the only place that knows Bowsprit's labels and annotations on a PipelineRun: what a run is a run of,
// what caused it, and what was already reported about it. It must not know how a run is compiled, stored or reported.
package record
