package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	corev1 "k8s.io/api/core/v1"
	clocktesting "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
	"github.com/bowsprit-ci/bowsprit/internal/runs/runstest"
	"github.com/bowsprit-ci/bowsprit/internal/settings"
	"github.com/bowsprit-ci/bowsprit/pipelines/record"
	"github.com/bowsprit-ci/bowsprit/test/forge"
)

// street is the whole webhook street in this process: a forge, a real API server in which Bowsprit has no more than the
// rights of config/rbac, and the server. Tekton's part is played by the test.
type street struct {
	*testing.T
	api   *runstest.API
	forge *forge.Forge
	clock *clocktesting.FakeClock
	// dir holds what the server reads from files.
	dir string
}

const hookSecret = "a secret of thirty-two characters"

func newStreet(t *testing.T, edit func(*envtest.Environment)) *street {
	s := &street{T: t, api: runstest.Start(t, edit), clock: clocktesting.NewFakeClock(time.Now())}
	s.namespaces()
	s.grant()
	s.forge = forge.NewForTest(t)
	for _, login := range []string{"alice", "bob"} {
		_, err := s.forge.CreateUser(login)
		s.ok(err)
	}
	_, err := s.forge.CreateOrg("acme", "alice")
	s.ok(err)
	_, err = s.forge.CreateRepo(forge.RepoSpec{Owner: "acme", Name: "site", Files: map[string]string{"add.go": "package add\n"}})
	s.ok(err)
	s.serve()
	return s
}

func (s *street) ok(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// serve starts `bowsprit serve` with everything that it reads from files, and points the App's webhook at it.
func (s *street) serve() {
	app, err := s.forge.CreateApp(forge.AppSpec{
		Slug: "bowsprit", Owner: "acme", Events: []string{"pull_request", "issue_comment", "check_run"},
		Permissions: map[string]string{"checks": "write", "contents": "read", "issues": "write", "members": "read", "pull_requests": "read", "statuses": "read"},
	})
	s.ok(err)
	_, err = s.forge.Install(app.ID, "acme")
	s.ok(err)
	set, err := settings.Load(s.writeSettings(s.forge.URL(), app.ID, app.PrivateKey))
	s.ok(err)
	logs := &logBook{}
	server, err := newServer(&serveFlags{roles: allRoles, leaderElect: true, metrics: "0", health: "0"}, set,
		slog.New(slog.NewTextHandler(logs, nil)), outside{clock: s.clock, metrics: prometheus.NewRegistry()})
	s.ok(err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.manager.Start(ctx) }()
	s.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			s.Errorf("the server ended with %v", err)
		}
		if s.Failed() {
			s.Logf("the server's log:\n%s", logs)
		}
	})
	s.ok(s.forge.SetAppHook(app.ID, "http://"+server.hookAddress()+"/hook", hookSecret))
}

// writeSettings writes everything that the server reads from files, and returns the path of the settings.
func (s *street) writeSettings(forgeURL string, app int64, key []byte) string {
	dir := s.TempDir()
	s.dir = dir
	for name, text := range map[string]string{
		"key.pem": string(key), "secret": hookSecret, "kubeconfig": s.kubeconfig(),
		"config.yaml": "pod_namespace: bowsprit-runs\n",
		"jobs.yaml": `presubmits:
  acme/site:
  - name: unit
    always_run: true
    spec: {containers: [{image: busybox, command: ["true"]}]}
  - name: odd
    always_run: true
    spec: {hostPID: true, containers: [{image: busybox, command: ["true"]}]}
`,
		"settings.yaml": fmt.Sprintf(`github: {api_url: "%s/api/v3/", web_url: "%s/", app_id: %d, private_key_file: key.pem}
webhook: {address: "127.0.0.1:0", secret_file: secret}
config: {config_path: config.yaml, job_config_path: jobs.yaml}
kubernetes: {kubeconfig: kubeconfig}
images: {tools: tools:dev}
`, forgeURL, forgeURL, app),
	} {
		s.ok(os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	return filepath.Join(dir, "settings.yaml")
}

func (s *street) namespaces() {
	for _, ns := range []string{"bowsprit", "bowsprit-runs"} {
		object := &corev1.Namespace{}
		object.Name = ns
		s.ok(s.api.Client.Create(s.Context(), object))
	}
}

// openPull opens a pull request and returns it.
func (s *street) openPull(who, branch string) forge.PullView {
	s.Helper()
	s.push(who, branch, "package add // 1\n")
	p, err := s.forge.OpenPull(forge.PullSpec{Who: who, Repo: "acme/site", Head: branch, Title: "A change"})
	s.ok(err)
	return p
}

func (s *street) push(who, branch, text string) {
	s.Helper()
	_, err := s.forge.Push(forge.PushSpec{Who: who, Repo: "acme/site", Branch: branch, Files: map[string]string{"add.go": text}})
	s.ok(err)
}

// run waits for the admitted run of a job on the present head of a pull request.
func (s *street) run(number int, job string) *pipelinev1.PipelineRun {
	s.Helper()
	p, _ := s.forge.Pull("acme/site", number)
	var found *pipelinev1.PipelineRun
	runstest.Eventually(s, "a run of "+job+" on "+p.Head.SHA[:7]+" is admitted", func() error {
		var list pipelinev1.PipelineRunList
		if err := s.api.Client.List(context.Background(), &list, client.InNamespace("bowsprit-runs")); err != nil {
			return err
		}
		for i := range list.Items {
			rec, err := record.Decode(&list.Items[i])
			if err == nil && rec.Cause.Job == job && rec.Cause.HeadSHA == p.Head.SHA && list.Items[i].Spec.Status == "" && !list.Items[i].IsDone() {
				found = &list.Items[i]
				return nil
			}
		}
		return fmt.Errorf("it is not among %d runs", len(list.Items))
	})
	return found
}

// check waits until the newest check run of a name on a commit says what it should: "status conclusion title".
func (s *street) check(sha, name, want string) forge.CheckRunView {
	s.Helper()
	var found forge.CheckRunView
	runstest.Eventually(s, "the check "+name+" on "+sha[:7]+" says "+want, func() error {
		var said []string
		for _, c := range s.forge.CheckRuns("acme/site", sha) {
			line := strings.TrimSpace(c.Status + " " + c.Conclusion + " " + c.Title)
			if said = append(said, c.Name+" "+line); c.Name == name && c.Latest && strings.HasPrefix(line, want) {
				found = c
				return nil
			}
		}
		return fmt.Errorf("the checks are %q", said)
	})
	return found
}

// end plays Tekton: the run ends, with a failed step unless ok.
func (s *street) end(run *pipelinev1.PipelineRun, ok bool) {
	s.Helper()
	ctx := context.Background()
	if ok {
		s.ok(errors.Join(s.api.Started(ctx, run), s.api.Ended(ctx, run, corev1.ConditionTrue, "Succeeded")))
		return
	}
	s.ok(errors.Join(s.api.Started(ctx, run), s.api.FailedStep(ctx, run, "a-pod"), s.api.Ended(ctx, run, corev1.ConditionFalse, "Failed")))
}

// walk goes along the whole street once: red, fixed and superseded, green, a command, a closed pull request, an old
// delivery.
func (s *street) walk() {
	p := s.openPull("alice", "topic")
	first := p.Head.SHA
	s.check(first, "odd", "completed failure Configuration: ")
	s.end(s.run(p.Number, "unit"), false)
	red := s.check(first, "unit", "completed failure unit failed: exit code 1 in step test")
	if red.Writes > 3 {
		s.Errorf("the check took %d writes, three are enough", red.Writes)
	}

	_, err := s.forge.Comment("alice", "acme/site", p.Number, "/test unit")
	s.ok(err)
	again := s.run(p.Number, "unit")
	s.push("alice", "topic", "package add // 2\n")
	second := s.run(p.Number, "unit")
	s.ok(s.api.Ended(context.Background(), again, corev1.ConditionFalse, "Cancelled"))
	now, _ := s.forge.Pull("acme/site", p.Number)
	s.check(first, "unit", "completed cancelled Superseded by "+now.Head.SHA[:7])
	s.end(second, true)
	s.check(now.Head.SHA, "unit", "completed success Passed in ")

	s.clock.SetTime(s.clock.Now().Add(5 * 24 * time.Hour))
	s.ok(s.forge.ClosePull("alice", "acme/site", p.Number))
	runstest.Eventually(s, "the old delivery is deleted", func() error {
		for _, sent := range s.forge.Deliveries() {
			if sent.Event == "pull_request" && sent.Action == "closed" {
				var list v1alpha1.DeliveryList
				err := s.api.Client.List(context.Background(), &list, client.InNamespace("bowsprit"))
				kept := slices.ContainsFunc(list.Items, func(d v1alpha1.Delivery) bool { return d.Spec.Event.Action == "closed" })
				if err == nil && kept {
					err = errors.New("it is still there")
				}
				return err
			}
		}
		return errors.New("it was not sent yet")
	})
}

// logBook keeps what is logged for the case that a test fails.
type logBook struct{ lines []string }

var _ io.Writer = (*logBook)(nil)

func (b *logBook) Write(p []byte) (int, error) {
	b.lines = append(b.lines, string(p))
	return len(p), nil
}

func (b *logBook) String() string { return strings.Join(b.lines, "") }
