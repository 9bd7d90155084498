package street

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// Process is one life of `bowsprit serve`.
type Process struct {
	cmd    *exec.Cmd
	log    *os.File
	exited chan struct{}
	err    error
}

// startProcess starts the program with its output appended to a log file and waits until it is ready or has ended.
func startProcess(ctx context.Context, program, logFile, readyURL string, args ...string) (*Process, error) {
	log, err := os.OpenFile(logFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the log of bowsprit: %w", err)
	}
	p := &Process{cmd: exec.Command(program, args...), log: log, exited: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = log, log
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // no process is left when the test dies
	if err := p.cmd.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start bowsprit: %w", err), log.Close())
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.exited)
	}()
	return p, p.waitReady(ctx, readyURL)
}

func (p *Process) waitReady(ctx context.Context, readyURL string) error {
	return waitUntil(ctx, "bowsprit to be ready at "+readyURL, func() (bool, error) {
		select {
		case <-p.exited:
			return false, fmt.Errorf("bowsprit ended: %w; see %s", p.err, p.log.Name())
		default:
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, readyURL, nil)
		if err != nil {
			return false, err
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return false, nil //nolint:nilerr // it does not listen yet
		}
		return resp.StatusCode == http.StatusOK, resp.Body.Close()
	})
}

// Kill ends the process with SIGKILL, as a crash would, and waits until it is gone.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill() // it may have ended by itself
	<-p.exited
	_ = p.log.Close()
}

// Stop asks the process to end and kills it after ten seconds.
func (p *Process) Stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended by itself
	select {
	case <-p.exited:
		_ = p.log.Close()
	case <-time.After(10 * time.Second):
		p.Kill()
	}
}
