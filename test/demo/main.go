// Command demo shows the main job on real parts: it starts a cluster, a forge and Bowsprit, pushes a small Go repository
// with its Prow job file, and opens a pull request that goes red, then green, and is tested again by a comment. It tells
// each hand-over in a line. It must not do anything that Bowsprit should do.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/bowsprit-ci/bowsprit/test/forge"
	"github.com/bowsprit-ci/bowsprit/test/forge/contract"
	"github.com/bowsprit-ci/bowsprit/test/street"
)

func main() {
	once := flag.Bool("once", false, "end when the story is told, with exit status 0 or 1, instead of waiting for Ctrl-C")
	tool := flag.String("cluster", "", "the program of test/cluster; make demo builds it")
	flag.Parse()
	if err := untilInterrupted(*tool, *once); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// untilInterrupted runs the demo; to be interrupted is no error.
func untilInterrupted(tool string, once bool) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := demo(ctx, tool, once)
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// demo tells the story and leaves everything as it was.
func demo(ctx context.Context, tool string, once bool) (err error) {
	say := newTeller(os.Stdout)
	say.chapter("A cluster: Kubernetes, Tekton, a registry (built and cached the first time)")
	c, down, err := clusterUp(ctx, tool)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, down()) }()

	dir, err := os.MkdirTemp("", "bowsprit-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	say.chapter("A forge with harbor/sloop, and Bowsprit with its Prow job file")
	s, err := openStreet(ctx, c, dir, say)
	if s != nil {
		defer func() { err = errors.Join(err, s.Close(context.WithoutCancel(ctx))) }()
	}
	if err != nil {
		return err
	}
	defer say.follow(ctx, s)()
	page, err := story(ctx, s, say)
	if err != nil {
		return err
	}
	say.chapter("Look at it: " + page)
	if once {
		return nil
	}
	say.line("Ctrl-C ends the demo and leaves nothing behind.")
	<-ctx.Done()
	return nil
}

func openStreet(ctx context.Context, c *street.Cluster, dir string, say *teller) (*street.Street, error) {
	schemas, err := contract.Load()
	if err != nil {
		return nil, err
	}
	built, err := street.Build(ctx, c, dir)
	if err != nil {
		return nil, err
	}
	s, err := street.New(ctx, street.Options{
		Cluster: c, Built: built, Dir: dir, Namespace: "bowsprit-demo",
		Jobs: strings.ReplaceAll(repoFile("jobs.yaml"), "IMAGE", built.JobImage), Files: firstCommit(),
		Forge: forge.Options{Contract: schemas, OnMismatch: func(err error) { say.line("GitHub would not have accepted this: " + err.Error()) }},
	})
	if err != nil {
		return s, err
	}
	return s, s.Start(ctx)
}

// story opens the pull request, fixes it, and tests it again; it returns the page to look at.
func story(ctx context.Context, s *street.Street, say *teller) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, 10*time.Minute, errors.New("the demo took more than ten minutes"))
	defer cancel()

	say.chapter("Bob opens a pull request whose test fails")
	pull, err := s.OpenPull(street.Member, "storm-sail", stormSail("2"))
	if err != nil {
		return "", err
	}
	red, err := s.WaitCheck(ctx, pull.Head.SHA, "unit", street.Concluded("failure"))
	if err != nil {
		return "", err
	}
	if err := showRun(ctx, s, say, red); err != nil {
		return "", err
	}
	say.chapter("Bob pushes the fix")
	head, err := s.Change(street.Member, "storm-sail", stormSail("3"))
	if err != nil {
		return "", err
	}
	green, err := s.WaitCheck(ctx, head, "unit", street.Concluded("success"))
	if err != nil {
		return "", err
	}
	if err := showRun(ctx, s, say, green); err != nil {
		return "", err
	}
	say.chapter("Bob comments /test unit")
	if _, err := s.Forge.Comment(street.Member, street.Repo, pull.Number, "/test unit"); err != nil {
		return "", err
	}
	_, err = s.WaitCheck(ctx, head, "unit", func(check forge.CheckRunView) bool {
		return check.ID != green.ID && street.Concluded("success")(check)
	})
	say.settle()
	return fmt.Sprintf("%s/%s/pull/%d/checks", s.Forge.URL(), street.Repo, pull.Number), err
}

// showRun prints what tkn prints of the run behind a check.
func showRun(ctx context.Context, s *street.Street, say *teller, check forge.CheckRunView) error {
	say.settle()
	text, err := s.Logs(ctx, check.ExternalID)
	if err != nil {
		return err
	}
	say.line("$ tkn pipelinerun logs " + check.ExternalID + " -n " + s.Namespace)
	say.block(text)
	return nil
}
