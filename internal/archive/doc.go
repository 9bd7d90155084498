// Package archive is the room of the only hands on the bucket: logs, artifacts and the records of finished runs. It must
// not know when something is archived or deleted. The room is reserved; nothing in it is built yet.
package archive
