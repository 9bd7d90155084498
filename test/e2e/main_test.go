package e2e

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/bowsprit-ci/bowsprit/test/forge"
	"github.com/bowsprit-ci/bowsprit/test/forge/contract"
	"github.com/bowsprit-ci/bowsprit/test/street"
)

var (
	seed = flag.Int64("seed", 1, "seed of everything that is drawn by chance")
	soak = flag.Bool("soak", false, "run the crash tests at length")
)

// What all tests share: the cluster, the binaries and images, GitHub's schemas.
var (
	cluster *street.Cluster
	built   *street.Built
	schemas *contract.Contract
)

func TestMain(m *testing.M) {
	flag.Parse()
	code, err := prepare(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		os.Exit(1)
	}
	os.Exit(code)
}

func prepare(m *testing.M) (int, error) {
	var err error
	cluster, err = street.ClusterFromEnv()
	if errors.Is(err, street.ErrNoCluster) && os.Getenv("BOWSPRIT_REQUIRE_CLUSTER") == "" {
		return m.Run(), nil // every test skips, and says so
	}
	if err != nil {
		return 1, err
	}
	dir, err := os.MkdirTemp("", "bowsprit-e2e-")
	if err != nil {
		return 1, err
	}
	defer func() { _ = os.RemoveAll(dir) }() // the system cleans its temporary files
	if schemas, err = contract.Load(); err != nil {
		return 1, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	if built, err = street.Build(ctx, cluster, dir); err != nil {
		return 1, err
	}
	return m.Run(), nil
}

// jobs is the job file of most tests. IMAGE stands for the image with Go and git.
const jobs = `
presubmits:
  harbor/sloop:
  - name: unit
    always_run: true
    decorate: true
    decoration_config: {timeout: 5m}
    spec:
      containers:
      - image: IMAGE
        command: [bash]
        args: [./check.sh]
        resources: {requests: {cpu: 10m}}
`

// The repository's files: check.sh is the test.
var (
	green = map[string]string{"check.sh": "#!/bin/bash\necho all is well on $PULL_NUMBER\n"}
	red   = map[string]string{"check.sh": "#!/bin/bash\necho 'sail.go:7: the mast is missing'\nexit 3\n"}
	slow  = map[string]string{"check.sh": "#!/bin/bash\necho sailing\nsleep 300\n"}
)

// open stands up a street and starts Bowsprit on it.
func open(t testing.TB, change func(*street.Options)) *street.Street {
	t.Helper()
	s := prepareStreet(t, change)
	must(t, s.Start(within(t, time.Minute)))
	return s
}

// prepareStreet stands up a street without Bowsprit. The test ends with everything gone, and fails on every request or
// answer that GitHub's schemas do not allow.
func prepareStreet(t testing.TB, change func(*street.Options)) *street.Street {
	t.Helper()
	if cluster == nil {
		t.Skip(street.ErrNoCluster)
	}
	o := street.Options{
		Cluster: cluster, Built: built, Dir: t.TempDir(), Namespace: street.NewNamespace("e2e"), Jobs: jobs, Files: green,
		Forge: forge.Options{Contract: schemas, OnMismatch: func(err error) { t.Errorf("GitHub's schemas: %v", err) }},
	}
	if change != nil {
		change(&o)
	}
	o.Jobs = strings.ReplaceAll(o.Jobs, "IMAGE", built.JobImage)
	s, err := street.New(t.Context(), o)
	t.Cleanup(func() {
		if t.Failed() {
			showLog(t, s)
		}
		if err := s.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Errorf("close the street: %v", err)
		}
	})
	must(t, err)
	return s
}

func showLog(t testing.TB, s *street.Street) {
	text, err := os.ReadFile(s.LogFile())
	if err != nil {
		t.Logf("no log of bowsprit: %v", err)
		return
	}
	lines := strings.Split(string(text), "\n")
	t.Logf("the end of bowsprit's log:\n%s", strings.Join(lines[max(0, len(lines)-60):], "\n"))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// got is must for a call that also returns something.
func got[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		must(t, err)
		return v
	}
}

// within is a context that ends with the test, or earlier: a limit so that a test that hangs says where.
func within(t testing.TB, limit time.Duration) context.Context {
	ctx, cancel := context.WithTimeoutCause(t.Context(), limit, fmt.Errorf("not within %s", limit))
	t.Cleanup(cancel)
	return ctx
}
