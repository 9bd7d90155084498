// Package pipelines is the mind between a job and its run: it compiles a Prow job and the refs to test into one Tekton
// PipelineRun, and reads a run's outcome back. Compiling keeps every field's meaning or fails with the field's name and
// the way out. It must not know GitHub, the API server or the clock.
package pipelines
