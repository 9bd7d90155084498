// Package scheduler is the room of the reconciler that starts due periodics; its brain will be due. It must not know how a
// run is admitted or reported. The room is reserved; nothing in it is built yet.
package scheduler
