package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// readStatus reads CONTEXT=STATE.
func readStatus(text string) (name, state string, err error) {
	at := strings.LastIndex(text, "=") // a context may hold one too
	if at <= 0 || !slices.Contains([]string{"success", "failure", "error", "pending"}, text[at+1:]) {
		return "", "", fmt.Errorf("--status %q: want CONTEXT=success, failure, error or pending", text)
	}
	return text[:at], text[at+1:], nil
}

// meaningFor has the events for which a flag means something. A flag that is not in it means something for all.
type meaningFor map[string][]string

// misplaced refuses the given flags that mean nothing for an event: what does nothing was meant otherwise.
func (m meaningFor) misplaced(event string, given func(flag string) bool) error {
	var errs []error
	for _, flag := range slices.Sorted(maps.Keys(m)) {
		if given(flag) && !slices.Contains(m[flag], event) {
			errs = append(errs, fmt.Errorf("--%s means nothing for --event %s, only for %s", flag, event, strings.Join(m[flag], " and ")))
		}
	}
	return errors.Join(errs...)
}
