package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func TestCell(t *testing.T) {
	tests := map[string]struct {
		why, text, want string
	}{
		"plain text":            {text: "unit", want: "unit"},
		"line breaks":           {why: "a row is one line", text: "a\nb\tc\x1b[31m", want: "a b c [31m"},
		"too long":              {text: "0123456789abc", want: "012345678…"},
		"characters, not bytes": {text: "ääääääääää", want: "ääääääääää"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := cell(test.text, 10); got != test.want {
				t.Errorf("%s: got %q, want %q", test.why, got, test.want)
			}
		})
	}
}

// What is no terminal gets JSON, so that a pipeline needs no flag.
func TestFormFor(t *testing.T) {
	f := &outputFlag{forms: []string{formTable, formJSON}}
	if got := f.formFor(&bytes.Buffer{}); got != formJSON {
		t.Errorf("without a flag: got %s", got)
	}
	if err := f.Set(formTable); err != nil || f.formFor(&bytes.Buffer{}) != formTable {
		t.Errorf("--output table: got %s, %v", f.formFor(&bytes.Buffer{}), err)
	}
	if err := f.Set(formYAML); err == nil {
		t.Error("--output yaml is taken, but the verb has no such form")
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

// An answer that nobody reads is no usage error, and is never silent.
func TestAnswersSayThatTheyCannotBeWritten(t *testing.T) {
	for _, form := range []string{formJSON, formYAML, formTable} {
		a := newAnswers(brokenPipe{}, form, "NAME")
		err := a.endAfter(a.put(map[string]string{"name": "unit"}, func() [][]string { return [][]string{{"unit"}} }))
		var exit exitError
		if !errors.As(err, &exit) || exit.code != exitRejected || !strings.Contains(err.Error(), "broken pipe") {
			t.Errorf("%s: got %v", form, err)
		}
	}
}
