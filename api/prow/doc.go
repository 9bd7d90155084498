// Package prow holds the documents that Prow users write: job files and the parts of config.yaml and plugins.yaml that
// they refer to, with Prow's defaults and Prow's validation. It must not know where the documents come from, how jobs
// are triggered, or how a run is made of one: of Tekton it knows only the spec that a document may hold.
package prow
