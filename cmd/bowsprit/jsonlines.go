package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// maxLine is the longest line that is read: a pull request with some ten thousand changed files fits.
const maxLine = 64 << 20

// readLines decodes the JSON objects of a file, one a line, and hands them on in their order; "-" is standard input.
// Empty lines are skipped. An error names file and line; one of the file itself is a usage error.
func readLines[T any](name string, stdin io.Reader, each func(T) error) error {
	in := stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }() // it was only read
		in = f
	}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxLine)
	for number := 1; lines.Scan(); number++ {
		if len(lines.Bytes()) == 0 {
			continue
		}
		var v T
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			return fmt.Errorf("%s:%d: %w", name, number, err)
		}
		if err := each(v); err != nil {
			return fmt.Errorf("%s:%d: %w", name, number, err)
		}
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return fmt.Errorf("read %s: a line is longer than %d bytes", name, maxLine)
	} else if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	return nil
}
