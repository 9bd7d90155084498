// Package logs is the room of the log endpoint that the Tekton Dashboard asks for logs of deleted pods. It must not know
// how logs are stored. The room is reserved; nothing in it is built yet.
package logs
