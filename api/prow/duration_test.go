package prow

import (
	"encoding/json"
	"testing"
	"time"
)

func TestDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{`"2h30m"`: 150 * time.Minute, `1000`: 1000, `"0s"`: 0} {
		var d Duration
		if err := json.Unmarshal([]byte(text), &d); err != nil || d.Duration != want {
			t.Errorf("%s is %v (%v), want %v", text, d, err, want)
		}
	}
	for _, text := range []string{`"2hours"`, `true`, `"5"`, `1.5`} {
		if err := json.Unmarshal([]byte(text), &Duration{}); err == nil {
			t.Errorf("%s is taken for a duration", text)
		}
	}
	if b, err := json.Marshal(Duration{90 * time.Second}); err != nil || string(b) != `"1m30s"` {
		t.Errorf("written as %s (%v)", b, err)
	}
}
