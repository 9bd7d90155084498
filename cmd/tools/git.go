package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
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
	// secrets takes out of every text what must not be seen.
	secrets *strings.Replacer
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

// settings are git's for every clone. Every owner of the work tree is trusted, since the kubelet made it.
const settings = "[safe]\n\tdirectory = *\n[http]\n\tlowSpeedLimit = 1000\n\tlowSpeedTime = 60\n" +
	"[advice]\n\tdetachedHead = false\n[init]\n\tdefaultBranch = main\n[gc]\n\tauto = 0\n" +
	"[sparse]\n\texpectFilesOutsideOfPatterns = false\n"

// pins are the settings that no file in a work tree may change, as arguments: those count more than a repository's own. They are a second
// line: settings under names that anybody can choose (a filter's program, another address for a host) cannot be pinned, so a clone begins
// in an empty folder, and the trust tiers give no secret to one beside which somebody else writes.
var pins = []string{
	"-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "core.askPass=", "-c", "credential.helper=",
	"-c", "commit.gpgSign=false", "-c", "protocol.ext.allow=never", "-c", "http.sslVerify=true",
}

// pinned are the pins. Where the environment names no proxy, there is none.
func pinned() []string {
	for _, name := range []string{"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"} {
		if os.Getenv(name) != "" {
			return pins
		}
	}
	return append(slices.Clone(pins), "-c", "http.proxy=")
}

// newGit prepares git for a work tree. Home is a folder to make for git's own settings: those of a user of the image do not count. What
// access adds to them stays there, readable for nobody else.
func newGit(dir, home string, log io.Writer, access access, extraEnv []string) (*git, error) {
	if err := os.MkdirAll(home, 0o700); err != nil {
		return nil, err
	}
	config := filepath.Join(home, "gitconfig")
	if err := os.WriteFile(config, []byte(settings+access.settings), 0o600); err != nil {
		return nil, err
	}
	ssh := access.ssh
	if ssh == "" {
		ssh = "ssh -oBatchMode=yes"
	}
	env := append(withoutGit(os.Environ()),
		"HOME="+home, "GIT_CONFIG_GLOBAL="+config, "GIT_TERMINAL_PROMPT=0", "GIT_LFS_SKIP_SMUDGE=1", "GIT_EDITOR=true",
		"GIT_SSH_COMMAND="+ssh, "LC_ALL=C")
	return &git{dir: dir, env: append(env, extraEnv...), log: log, secrets: redactor(access.secrets)}, nil
}

// redactor replaces secrets by Prow's word for them.
func redactor(secrets []string) *strings.Replacer {
	var pairs []string
	for _, s := range secrets {
		pairs = append(pairs, s, "CENSORED")
	}
	return strings.NewReplacer(pairs...)
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
	return g.start(ctx, nil, "", args)
}

func (g *git) runEnv(ctx context.Context, env []string, args ...string) (string, error) {
	return g.start(ctx, env, "", args)
}

func (g *git) runInput(ctx context.Context, input string, args ...string) (string, error) {
	return g.start(ctx, nil, input, args)
}

func (g *git) start(ctx context.Context, env []string, input string, args []string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", append(pinned(), args...)...)
	cmd.Dir, cmd.Env = g.dir, append(append([]string{}, g.env...), env...)
	// Asked to stop, git gets the chance to remove its locks.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	cmd.Stdin = strings.NewReader(input)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	start := time.Now()
	err := cmd.Run()
	return stdout.String(), g.note(shown(args), stderr.String(), time.Since(start), err)
}

// note records and prints a command.
func (g *git) note(line, stderr string, took time.Duration, err error) error {
	c := command{Command: g.secrets.Replace(line), Output: tail(g.secrets.Replace(stderr), maxOutput), Duration: took}
	mark := ""
	if err != nil {
		c.Error, mark = err.Error(), "  FAILED"
	}
	g.records = append(g.records, c)
	g.say(took, c.Command+mark)
	if err != nil {
		return &gitError{command: c.Command, output: strings.TrimSpace(c.Output), err: err}
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
