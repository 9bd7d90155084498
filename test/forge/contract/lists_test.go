package contract

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestLists: the committed extracts hold what the committed lists ask for, no more and no less. (That they also are what
// GitHub publishes is what "go run ./internal/extract -check" verifies, which needs the network.)
func TestLists(t *testing.T) {
	c := loaded(t)
	payloads, err := c.payloads()
	if err != nil {
		t.Fatal(err)
	}
	var operations, events []string
	for _, r := range c.routes {
		operations = append(operations, r.String())
	}
	for event := range payloads {
		events = append(events, event)
	}
	for file, have := range map[string][]string{"operations.txt": operations, "events.txt": events} {
		want := listed(t, file)
		slices.Sort(have)
		slices.Sort(want)
		if diff := cmp.Diff(want, have); diff != "" {
			t.Errorf("run go generate: the extract differs from %s (-listed +extracted):\n%s", file, diff)
		}
	}
}

func listed(t *testing.T, file string) (out []string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, line)
		}
	}
	return out
}
