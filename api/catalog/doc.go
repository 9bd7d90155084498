// Package catalog answers which jobs a repository has, from a Prow configuration in a file system and from what the
// repository itself holds: it finds the files in Prow's order, has package document read them, hands their jobs to package
// prow for defaults and validation, and gives every problem its file and line. A catalog never changes; a configuration
// with an error gives none, so that the caller keeps the last good one, and a Loader does again only what a change touches.
// It must not know where the file system comes from, nor how jobs are triggered or run.
package catalog
