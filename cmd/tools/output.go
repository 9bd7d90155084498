package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// drainTime is how long output is awaited after the process has ended: what it started may still write its last lines, as
	// a `tee` behind it does.
	drainTime = 10 * time.Second
	// pipeSize holds a burst of output; it is the kernel's usual limit for users.
	pipeSize = 1 << 20
)

// output is where the process writes: to the step's own log, and with a log file through a pipe to both.
type output struct {
	file       *os.File
	read, pipe *os.File
	// copied is closed when everything that was written to the pipe is in both.
	copied chan struct{}
}

// openOutput opens the log file; empty for none. The error is about the file, and the output is good without it.
func openOutput(file string) (*output, error) {
	o := &output{copied: make(chan struct{})}
	if file == "" {
		return o, nil
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return o, err
	}
	o.file = f
	return o, nil
}

// files are the descriptors of standard output and error for the process. Without a log file they are our own, at no cost.
func (o *output) files() (stdout, stderr uintptr, err error) {
	if o.file == nil {
		return os.Stdout.Fd(), os.Stderr.Fd(), nil
	}
	if o.read, o.pipe, err = os.Pipe(); err != nil {
		return 0, 0, fmt.Errorf("make a pipe for the log: %w", err)
	}
	_, _ = unix.FcntlInt(o.pipe.Fd(), unix.F_SETPIPE_SZ, pipeSize) // the usual size is only slower
	return o.pipe.Fd(), o.pipe.Fd(), nil
}

// started goes on after the start of the process, which has its own end of the pipe now.
func (o *output) started(ok bool) {
	if o.pipe == nil {
		return
	}
	_ = o.pipe.Close() // the process has it; nothing was written here
	if ok {
		go o.copy()
	}
}

// copy copies to the step's log and to the file. Neither ends the process if it cannot be written any more: a full disk costs the copy,
// not the job.
func (o *output) copy() {
	defer close(o.copied)
	sinks := []*sink{{name: "the step's log", to: os.Stdout}, {name: o.file.Name(), to: o.file}}
	buffer := make([]byte, 256<<10)
	for {
		n, err := o.read.Read(buffer)
		for _, s := range sinks {
			s.write(buffer[:n])
		}
		if err != nil {
			return
		}
	}
}

// sink is one place for output that is given up at its first error.
type sink struct {
	name string
	to   io.Writer
	lost bool
}

func (s *sink) write(b []byte) {
	if s.lost {
		return
	}
	if _, err := s.to.Write(b); err != nil {
		s.lost = true
		say(os.Stderr, "%s is not complete, the job goes on: %v", s.name, err)
	}
}

// drain waits for the last lines, then ends what still holds the pipe.
func (o *output) drain(p *process) {
	if o.pipe == nil {
		return
	}
	for _, wait := range []time.Duration{drainTime, time.Second} {
		select {
		case <-o.copied:
			return
		case <-time.After(wait):
			p.signal(syscall.SIGKILL)
		}
	}
	// Something in another group holds the pipe: what it writes from now on is lost, and the job is done.
	if err := o.read.SetReadDeadline(time.Now()); err == nil || errors.Is(err, os.ErrNoDeadline) {
		<-time.After(100 * time.Millisecond)
	}
}

// say tells people something in both logs.
func (o *output) say(format string, args ...any) {
	say(os.Stderr, format, args...)
	if o.file != nil {
		say(o.file, format, args...)
	}
}

func (o *output) close() {
	if o.file != nil {
		_ = o.file.Close() // what could not be written was told already
	}
}
