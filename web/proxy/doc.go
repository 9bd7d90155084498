// Package proxy is the room of the GitHub proxy that lets other tools share a cache and a budget. It must not know what is
// asked. The room is reserved; nothing in it is built yet.
package proxy
