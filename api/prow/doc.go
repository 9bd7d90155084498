// Package prow holds the documents that Prow users write: job files and the parts of config.yaml and plugins.yaml that
// they refer to, with Prow's defaults and Prow's validation. It must not know where the documents come from, how jobs
// are triggered, or that Tekton exists.
package prow
