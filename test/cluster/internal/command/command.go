// Package command runs other programs and turns their failure into an error that says what they said. It keeps no
// state and chooses no program.
package command

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

// Run waits for a program and returns its standard output. The error holds the last lines that it wrote to standard
// error, or to standard output when the former is empty.
func Run(ctx context.Context, name string, args ...string) (string, error) {
	return RunInput(ctx, "", name, args...)
}

// RunInput is Run with text on the program's standard input.
func RunInput(ctx context.Context, input, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdin = strings.NewReader(input)
	return Output(cmd)
}

// Output is Run for a command that needs an environment or a folder of its own.
func Output(cmd *exec.Cmd) (string, error) {
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		said := errs.String()
		if strings.TrimSpace(said) == "" {
			said = out.String()
		}
		return out.String(), fmt.Errorf("%s: %w: %s", title(cmd.Args), err, Tail(said, 12))
	}
	return out.String(), nil
}

// title is the program with its first arguments, which name the verb.
func title(args []string) string {
	t := filepath.Base(args[0])
	for _, a := range args[1:min(len(args), 4)] {
		t += " " + a
	}
	return t
}

// Tail is the last n lines of text, without space around them.
func Tail(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
