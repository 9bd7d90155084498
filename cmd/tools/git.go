package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// maxOutput is how much of a command's output is kept for the records and the messages.
const maxOutput = 16 << 10

// git runs git in one work tree and keeps a record of each command.
type git struct {
	dir string
	env []string
	log io.Writer
	// records grows by one per command.
	records []command
}

// command is what became of one git command; the names are those of Prow's clone records.
type command struct {
	Command  string        `json:"command"`
	Output   string        `json:"output,omitempty"`
	Error    string        `json:"error,omitempty"`
	Duration time.Duration `json:"duration,omitempty"`
}

// gitError is a git command that failed.
type gitError struct {
	command, output string
	err             error
}

func (e *gitError) Error() string {
	return fmt.Sprintf("%s: %v\n%s", e.command, e.err, e.output)
}

func (e *gitError) Unwrap() error { return e.err }

// newGit prepares git for a work tree. Home is an empty folder for git's own settings: those of a user of the image do not count, and every
// owner of the work tree is trusted, since the kubelet made it.
func newGit(dir, home string, log io.Writer, extraEnv []string) (*git, error) {
	config := filepath.Join(home, "gitconfig")
	settings := "[safe]\n\tdirectory = *\n[http]\n\tlowSpeedLimit = 1000\n\tlowSpeedTime = 60\n[core]\n\thooksPath = /dev/null\n" +
		"[commit]\n\tgpgSign = false\n[advice]\n\tdetachedHead = false\n[init]\n\tdefaultBranch = main\n"
	if err := os.WriteFile(config, []byte(settings), 0o644); err != nil {
		return nil, err
	}
	env := append(withoutGit(os.Environ()),
		"HOME="+home, "GIT_CONFIG_GLOBAL="+config, "GIT_TERMINAL_PROMPT=0", "GIT_LFS_SKIP_SMUDGE=1",
		"GIT_SSH_COMMAND=ssh -oBatchMode=yes", "LC_ALL=C")
	return &git{dir: dir, env: append(env, extraEnv...), log: log}, nil
}

// withoutGit leaves out the variables by which git could be led to another repository; those about certificates stay.
func withoutGit(env []string) []string {
	var out []string
	for _, e := range env {
		if !strings.HasPrefix(e, "GIT_") || strings.HasPrefix(e, "GIT_SSL_") {
			out = append(out, e)
		}
	}
	return out
}

// run runs one command, prints it with its duration, and returns what it wrote.
func (g *git) run(ctx context.Context, args ...string) (string, error) {
	return g.runEnv(ctx, nil, args...)
}

func (g *git) runEnv(ctx context.Context, env []string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir, cmd.Env = g.dir, append(append([]string{}, g.env...), env...)
	// Asked to stop, git gets the chance to remove its locks.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	start := time.Now()
	err := cmd.Run()
	return stdout.String(), g.note(shown(args), stderr.String(), time.Since(start), err)
}

// note records and prints a command.
func (g *git) note(line, stderr string, took time.Duration, err error) error {
	c := command{Command: line, Output: tail(stderr, maxOutput), Duration: took}
	mark := ""
	if err != nil {
		c.Error, mark = err.Error(), "  FAILED"
	}
	g.records = append(g.records, c)
	g.say(took, line+mark)
	if err != nil {
		return &gitError{command: line, output: strings.TrimSpace(c.Output), err: err}
	}
	return nil
}

// say prints a line with how long it took. A log that cannot be written stops nothing: the work tree is what counts.
func (g *git) say(took time.Duration, line string) {
	_, _ = fmt.Fprintf(g.log, "%7.2fs  %s\n", took.Seconds(), line)
}

// shown is a command as a person would type it; anything unusual is quoted, so that a branch name cannot forge a line of the log.
func shown(args []string) string {
	words := []string{"git"}
	for _, a := range args {
		if quoted := strconv.Quote(a); strings.ContainsAny(a, " $&;|<>()*?'`") || quoted != `"`+a+`"` || a == "" {
			a = quoted
		}
		words = append(words, a)
	}
	return strings.Join(words, " ")
}

// tail keeps the end of a text, where git says what went wrong.
func tail(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return "[...]" + strings.ToValidUTF8(s[len(s)-limit:], "")
}
