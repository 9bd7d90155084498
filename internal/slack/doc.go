// Package slack is the room of the only hands on Slack: post a message and update it. It must not know why something is
// said. The room is reserved; nothing in it is built yet.
package slack
