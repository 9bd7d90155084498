package main

import (
	"errors"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/bowsprit-ci/bowsprit/pipelines/runspec"
)

// process is the job's process, the leader of its group.
type process struct {
	pid    int
	output *output
	// ended gets its status once.
	ended chan syscall.WaitStatus
}

// becomeReaper makes orphans below the process our children. Where the kernel does not, they are those of the container's first
// process, as without us.
func becomeReaper() { _ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) }

// reap waits for every child, so that neither the process nor an orphan stays behind as a zombie.
func (p *process) reap() {
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, 0, nil)
		switch {
		case errors.Is(err, syscall.EINTR):
		case err != nil:
			return // there are no children left
		case pid == p.pid:
			p.ended <- status
		}
	}
}

// signal reaches the process and all of its group.
func (p *process) signal(s syscall.Signal) { _ = syscall.Kill(-p.pid, s) } // a group that is gone needs no signal

// catchSignals catches what is passed on to the process, for good: what comes after its end is without effect. SIGPIPE is caught so
// that a log that nobody reads any more does not end us, as Go's default would.
func catchSignals() <-chan os.Signal {
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGPIPE)
	return signals
}

// supervise waits for the end of the process, ends it at its timeout or when we are told to stop, and returns the exit status of the step.
func (p *process) supervise(opts runspec.Options, signals <-chan os.Signal) int {
	defer p.output.drain(p)
	var timeout <-chan time.Time
	if opts.Timeout > 0 {
		timeout = time.After(opts.Timeout)
	}
	for {
		select {
		case status := <-p.ended:
			return exitCode(status)
		case <-timeout:
			p.output.say("the process did not end within its timeout of %s; it gets SIGINT, and %s to end by itself", opts.Timeout, opts.GracePeriod)
			return p.end(syscall.SIGINT, opts.GracePeriod, runspec.ExitTimeout)
		case s := <-signals:
			switch s := s.(syscall.Signal); s {
			case syscall.SIGPIPE:
			case syscall.SIGINT, syscall.SIGTERM:
				p.output.say("the run was told to stop (%s); so is the process, with %s to end by itself", unix.SignalName(s), opts.GracePeriod)
				return p.end(s, opts.GracePeriod, runspec.ExitInterrupted)
			default:
				p.signal(s)
			}
		}
	}
}

// end asks the process to end, and after the grace period makes it; it returns the status that it is given.
func (p *process) end(ask syscall.Signal, grace time.Duration, status int) int {
	asked := time.Now()
	p.signal(ask)
	select {
	case <-p.ended:
		p.output.say("the process ended %s after the signal", time.Since(asked).Round(time.Millisecond))
	case <-time.After(grace):
		p.output.say("the process did not end within its grace period of %s; it is killed", grace)
		p.signal(syscall.SIGKILL)
		<-p.ended
	}
	return status
}

// exitCode is the process's own status, or 128 and the signal that ended it, as shells have it.
func exitCode(status syscall.WaitStatus) int {
	if status.Signaled() {
		return 128 + int(status.Signal())
	}
	return status.ExitStatus()
}
