package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/bowsprit-ci/bowsprit/pipelines/clonespec"
	"github.com/bowsprit-ci/bowsprit/pipelines/runspec"
	"github.com/bowsprit-ci/bowsprit/pipelines/uploadspec"
)

// runProcess is the verb `run`: it returns the exit status of the process, or one of runspec's.
func runProcess(args []string) int {
	opts, err := runspec.Parse(os.Getenv(runspec.EnvName))
	if err != nil {
		fmt.Fprintln(os.Stderr, "bowsprit-tools:", err)
		return runspec.ExitNotStarted
	}
	env := jobEnv(os.Environ())
	if len(args) == 0 {
		args = expanded(opts.Args, env)
	}
	status := supervised(opts, args, env)
	if opts.Marker != "" {
		if err := writeWhole(opts.Marker, []byte(strconv.Itoa(status)), 0o644); err != nil {
			fmt.Fprintln(os.Stderr, "bowsprit-tools: note the exit status:", err)
		}
	}
	if opts.WaitFor != "" {
		awaitUpload(opts.WaitFor, opts.Alive, os.Stderr)
	}
	return status
}

// supervised starts the process and waits for its end. What keeps it from starting is in the job's log, too.
func supervised(opts runspec.Options, args, env []string) int {
	output, err := openOutput(opts.Log)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bowsprit-tools: keep a copy of the log:", err)
	}
	defer output.close()
	if err := makeArtifacts(opts.Artifacts); err != nil {
		output.say("make the folder for artifacts: %v", err)
		return runspec.ExitNotStarted
	}
	signals := catchSignals()
	p, err := startProcess(args, env, output)
	if err != nil {
		output.say("start the job's process: %v", err)
		return runspec.ExitNotStarted
	}
	return p.supervise(opts, signals)
}

// jobEnv is the environment without what is meant for Bowsprit's own programs.
func jobEnv(env []string) []string {
	ours := []string{runspec.EnvName, clonespec.EnvName, uploadspec.EnvName}
	return slices.DeleteFunc(slices.Clone(env), func(e string) bool {
		name, _, _ := strings.Cut(e, "=")
		return slices.Contains(ours, name)
	})
}

// expanded replaces variables as the kubelet does in a container's command and args.
func expanded(args, env []string) []string {
	values := map[string]string{}
	for _, e := range env {
		name, value, _ := strings.Cut(e, "=")
		values[name] = value
	}
	out := make([]string, len(args))
	for i, a := range args {
		out[i] = runspec.Expand(a, func(name string) (string, bool) { v, ok := values[name]; return v, ok })
	}
	return out
}

// makeArtifacts makes the folder for every user, whatever our umask is.
func makeArtifacts(dir string) error {
	if dir == "" || exists(dir) {
		return nil
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	return os.Chmod(dir, 0o777)
}

// startProcess starts the process as the leader of a group of its own, so that a signal reaches what it has started, too.
func startProcess(args, env []string, output *output) (*process, error) {
	if len(args) == 0 {
		return nil, errors.New("there is no command: name one behind --, or in the options' args")
	}
	file, err := exec.LookPath(args[0])
	if err != nil {
		return nil, err
	}
	stdout, stderr, err := output.files()
	if err != nil {
		return nil, err
	}
	becomeReaper()
	pid, err := syscall.ForkExec(file, args, &syscall.ProcAttr{
		Env: env, Files: []uintptr{os.Stdin.Fd(), stdout, stderr}, Sys: &syscall.SysProcAttr{Setpgid: true},
	})
	output.started(err == nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	p := &process{pid: pid, output: output, ended: make(chan syscall.WaitStatus, 1)}
	go p.reap()
	return p, nil
}

// say tells people something between the lines of the process.
func say(w io.Writer, format string, args ...any) {
	// A log that cannot be written stops nothing.
	_, _ = fmt.Fprintf(w, "bowsprit: "+format+"\n", args...)
}
