package receiver

import (
	"errors"
	"io"
	"sync/atomic"
)

// errBusy says that the budget of bytes is used up.
var errBusy = errors.New("too many bytes in flight")

// budget bounds the bytes that all requests together hold. It counts what has arrived, not what was announced, so that a
// sender who announces much and sends nothing holds nothing; and it never waits, so that nobody can hold others up.
type budget struct {
	most int64
	held atomic.Int64
}

// newBudget makes a budget of so many bytes.
func newBudget(most int64) *budget { return &budget{most: most} }

// share opens the account of one request.
func (b *budget) share() *share { return &share{of: b} }

// share is what one request holds.
type share struct {
	of   *budget
	held int64
}

// take adds bytes to the share, or refuses with errBusy.
func (s *share) take(bytes int64) error {
	if s.of.held.Add(bytes) > s.of.most {
		s.of.held.Add(-bytes)
		return errBusy
	}
	s.held += bytes
	return nil
}

// release gives everything back.
func (s *share) release() {
	s.of.held.Add(-s.held)
	s.held = 0
}

// counted takes from a share what it reads.
type counted struct {
	from  io.Reader
	share *share
}

// Read reads, and ends with errBusy when the budget is used up.
func (c *counted) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	if busy := c.share.take(int64(n)); busy != nil {
		return 0, busy
	}
	return n, err
}
