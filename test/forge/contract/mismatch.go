package contract

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Mismatch is one difference from what GitHub publishes.
type Mismatch struct {
	Operation string // "POST /repos/{owner}/{repo}/check-runs", "webhook push" or "GraphQL"
	Part      string // request, response 201, payload, …
	Pointer   string // JSON pointer into the body, or the name of a header or parameter; empty for the whole
	Value     any    // what was there; nil if nothing
	Reason    string
}

// Error names operation, part, place, reason and value, in this order.
func (m *Mismatch) Error() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s: %s", m.Operation, m.Part)
	if m.Pointer != "" {
		fmt.Fprintf(&text, " at %s", m.Pointer)
	}
	fmt.Fprintf(&text, ": %s", m.Reason)
	if m.Value != nil {
		fmt.Fprintf(&text, ", got %s", show(m.Value))
	}
	return text.String()
}

// show renders a value as JSON, cut to what a reader needs to recognise it.
func show(value any) string {
	const most = 120
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprintf("%v", value)
	}
	if shown := []rune(string(text)); len(shown) > most {
		return string(shown[:most]) + "…"
	}
	return string(text)
}

// report leaves out the known errors of GitHub's documents and joins the rest; each joined error is a *Mismatch.
func (c *Contract) report(found []*Mismatch) error {
	var errs []error
	for _, m := range found {
		if !c.isKnown(m) {
			errs = append(errs, m)
		}
	}
	return errors.Join(errs...)
}
