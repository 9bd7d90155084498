package runstest

import (
	"testing"
	"time"
)

// patience is how long something may take that takes milliseconds on an idle machine.
const patience = 60 * time.Second

// Eventually waits until check has nothing to object to.
func Eventually(t testing.TB, what string, check func() error) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		err := check()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: not so after %s: %v", what, patience, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
