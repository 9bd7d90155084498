// Package pruner is the room of the reconciler that archives and deletes what retention allows; its brain will be
// retention. It alone will delete runs. The room is reserved; nothing in it is built yet.
package pruner
