package main

import (
	"io"
	"os"
	"time"
)

const (
	// silenceLimit is how long the uploader may give no sign of life. It gives one at least once a minute.
	silenceLimit = 90 * time.Second
	awaitPoll    = 100 * time.Millisecond
)

// awaitUpload waits until the uploader has stored what the process left behind, or is dead.
func awaitUpload(done, alive string, log io.Writer) { await(done, alive, log, silenceLimit, awaitPoll) }

func await(done, alive string, log io.Writer, limit, poll time.Duration) {
	// An uploader that has not begun yet gets the whole limit from now on.
	last := time.Now()
	for !exists(done) {
		if info, err := os.Stat(alive); err == nil && info.ModTime().After(last) {
			last = info.ModTime()
		}
		if time.Since(last) > limit {
			say(log, "the upload has given no sign of life for %s; the run ends without it", limit)
			return
		}
		time.Sleep(poll)
	}
}
