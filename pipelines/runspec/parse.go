package runspec

import (
	"encoding/json"
	"fmt"
	"io"
	"path"
	"strings"
)

// Parse reads options strictly and validates them. No text at all means no options: a process without limits.
func Parse(text string) (Options, error) {
	var o Options
	if text == "" {
		return o, nil
	}
	dec := json.NewDecoder(strings.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&o); err != nil {
		return Options{}, fmt.Errorf("read %s: %w", EnvName, err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return Options{}, fmt.Errorf("read %s: there is more than one JSON value", EnvName)
	}
	return o, o.Validate()
}

// Validate says what is wrong with the options; the error begins with the field's name.
func (o Options) Validate() error {
	if o.Timeout < 0 || o.GracePeriod < 0 {
		return fmt.Errorf("timeout, grace_period: %s and %s: neither may be negative", o.Timeout, o.GracePeriod)
	}
	for _, f := range []struct{ name, file string }{
		{"log", o.Log}, {"marker", o.Marker}, {"artifacts", o.Artifacts}, {"wait_for", o.WaitFor}, {"alive", o.Alive},
	} {
		if f.file != "" && (!path.IsAbs(f.file) || path.Clean(f.file) != f.file) {
			return fmt.Errorf("%s: %q is not a clean absolute path", f.name, f.file)
		}
	}
	if o.WaitFor != "" && o.Alive == "" {
		return fmt.Errorf("alive: waiting for %s needs a sign of life, or it may last forever", o.WaitFor)
	}
	return nil
}

// Expand replaces $(NAME) in a text by Kubernetes' rules: $$ is a dollar, and a name that lookup does not know stays as it is written.
func Expand(text string, lookup func(name string) (string, bool)) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "$")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		value, used := expandOne(rest, lookup)
		b.WriteString(value)
		text = rest[used:]
	}
}

// expandOne reads what follows a dollar; it returns what stands for both, and how much it has read.
func expandOne(rest string, lookup func(string) (string, bool)) (value string, used int) {
	if strings.HasPrefix(rest, "$") {
		return "$", 1
	}
	end := strings.IndexByte(rest, ')')
	if !strings.HasPrefix(rest, "(") || end < 0 {
		return "$", 0
	}
	if value, known := lookup(rest[1:end]); known {
		return value, end + 1
	}
	return "$" + rest[:end+1], end + 1
}
