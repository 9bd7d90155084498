package runs

import (
	"crypto/rand"
	"encoding/binary"
	"strconv"
	"sync"
	"time"
)

// BuildIDs makes Prow's BUILD_ID: decimal digits, larger for later runs. As in Prow's, the high bits are milliseconds
// since an epoch, so that ids of both are alike; the low 22 bits count, from a random start, what is made within one
// millisecond, so that two processes rarely meet. The zero value is ready.
type BuildIDs struct {
	mu   sync.Mutex
	last int64
}

// buildEpoch is 2010-11-04T01:42:54.657Z in milliseconds, where the ids of Prow's generator begin.
const buildEpoch = 1288834974657

const buildLowBits = 22

// Next is an id that is larger than every one before, also when the clock stands still or goes back.
func (b *BuildIDs) Next(now time.Time) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	id := (now.UnixMilli()-buildEpoch)<<buildLowBits | randomLow()
	b.last = max(id, b.last+1)
	return strconv.FormatInt(b.last, 10)
}

// randomLow leaves the upper half of the low bits free to count in.
func randomLow() int64 {
	var raw [8]byte
	_, _ = rand.Read(raw[:]) // never fails, by its contract
	return int64(binary.BigEndian.Uint64(raw[:]) & (1<<(buildLowBits-1) - 1))
}
