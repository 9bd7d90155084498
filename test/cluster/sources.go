// Package cluster holds the sources of the programs that the test cluster is built from, so that the `cluster` command
// can build them from any working directory, and so that their content is the key of the build's cache. It knows
// nothing of how they are built or run.
package cluster

import "embed"

// Sources is the part of this module that decides what the built programs are: the module's pinned versions and the
// main packages that are not a dependency's own.
//
//go:embed go.mod go.sum cmd/hyperkube cmd/tkn cmd/pause
var Sources embed.FS
