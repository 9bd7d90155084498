package prow

import (
	"encoding/json"
	"fmt"
	"time"
)

// Duration is a time.Duration that is written as text, such as "2h30m".
type Duration struct{ time.Duration }

// UnmarshalJSON reads text as time.ParseDuration does, and a whole number as nanoseconds, as Prow does.
func (d *Duration) UnmarshalJSON(b []byte) error {
	if json.Unmarshal(b, &d.Duration) == nil {
		return nil
	}
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf("a duration is text such as \"2h30m\": %w", err)
	}
	v, err := time.ParseDuration(s)
	if err != nil {
		return err
	}
	d.Duration = v
	return nil
}

// MarshalJSON writes the duration as text.
func (d Duration) MarshalJSON() ([]byte, error) { return json.Marshal(d.String()) }
