package forge

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bowsprit-ci/bowsprit/test/forge/contract"
)

// loaded is the contract, which is read once for all tests of a binary.
var loaded = sync.OnceValues(contract.Load)

// mismatches collects what the contract refused during a test.
type mismatches struct {
	mu   sync.Mutex
	list []string
	seen map[string]int
}

func (m *mismatches) add(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.seen[err.Error()]++; m.seen[err.Error()] == 1 {
		m.list = append(m.list, err.Error())
	}
}

// text is the list for people, each mismatch once with the number of times it was met.
func (m *mismatches) text() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out strings.Builder
	for i, line := range m.list {
		fmt.Fprintf(&out, "%d. (%d times) %s\n", i+1, m.seen[line], line)
	}
	return out.String()
}

// NewForTest starts a forge under GitHub's contract on a free port of the loopback and closes it when the test ends.
// Everything that the contract refused by then fails the test with a list. Options may be changed by the functions.
func NewForTest(t testing.TB, edit ...func(*Options)) *Forge {
	t.Helper()
	schemas, err := loaded()
	if err != nil {
		t.Fatalf("load GitHub's schemas: %v", err)
	}
	found := &mismatches{seen: map[string]int{}}
	opts := Options{Dir: t.TempDir(), Contract: schemas, OnMismatch: found.add}
	for _, e := range edit {
		e(&opts)
	}
	f, err := New(opts)
	if err != nil {
		t.Fatalf("make a forge: %v", err)
	}
	if _, err := f.Start("127.0.0.1:0"); err != nil {
		t.Fatalf("start the forge: %v", err)
	}
	t.Cleanup(func() {
		f.finish()
		if err := f.Close(); err != nil {
			t.Errorf("close the forge: %v", err)
		}
		if list := found.text(); list != "" {
			t.Errorf("GitHub's contract does not allow:\n%s", list)
		}
	})
	return f
}

// finish gives deliveries that are on their way a moment to arrive.
func (f *Forge) finish() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	_ = f.WaitDelivered(ctx) // a receiver that hangs is not the forge's fault
}
