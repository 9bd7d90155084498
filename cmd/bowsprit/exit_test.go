package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func TestSayError(t *testing.T) {
	tests := map[string]struct {
		why  string
		err  error
		code int
		says string
	}{
		"done":                {err: nil, code: 0, says: ""},
		"a rejection":         {err: rejected(errors.New("config.yaml:3: no")), code: 1, says: "bowsprit: config.yaml:3: no\n"},
		"said already":        {err: rejected(nil), code: 1, says: ""},
		"anything else":       {why: "the flags are wrong", err: errors.New("unknown flag: --x"), code: 2, says: "bowsprit: unknown flag: --x\n"},
		"should never happen": {why: "it asks for a report", err: exitError{code: exitInternal, err: errors.New("boom")}, code: 3, says: "bowsprit: internal error: boom\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if code := sayError(&out, test.err); code != test.code || !strings.HasPrefix(out.String(), test.says) || (test.says == "" && out.Len() > 0) {
				t.Errorf("%s: got %d %q, want %d %q", test.why, code, out.String(), test.code, test.says)
			}
			if asks := strings.Contains(out.String(), "Please report it"); asks != (test.code == exitInternal) {
				t.Errorf("%s: asks for a report: %t", test.why, asks)
			}
		})
	}
}

// A panic is the program's fault, so it must not look like a rejected configuration or a wrong flag.
func TestGuarded(t *testing.T) {
	var out bytes.Buffer
	if code := guarded(&out, func() error { panic("boom") }); code != exitInternal {
		t.Errorf("got exit status %d, want %d", code, exitInternal)
	}
	for _, part := range []string{"internal error: boom\n", "TestGuarded", "Please report it"} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("%q is not in:\n%s", part, out.String())
		}
	}
}
