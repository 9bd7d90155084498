// Package merger is the room of the reconciler that keeps a merge pool moving; its brain will be pool. It must not know how
// a run is compiled or reported. The room is reserved; nothing in it is built yet.
package merger
