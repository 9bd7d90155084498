// Package catalog answers which jobs a repository has, from a Prow configuration in a file system: it finds the files,
// decodes them as Prow does, hands them to package prow for defaults and validation, and gives every problem its file
// and line. A catalog never changes; a configuration with an error gives none, so that the caller keeps the last good
// one. It must not know where the file system comes from, nor how jobs are triggered or run.
package catalog
