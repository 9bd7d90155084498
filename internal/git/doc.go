// Package git is the room of the only hands on git: merge trees for the merge pool. It must not know GitHub or what a
// merge is decided by. The room is reserved; nothing in it is built yet.
package git
