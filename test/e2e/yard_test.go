package e2e

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/bowsprit-ci/bowsprit/api/catalog"
	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/pipelines"
	"github.com/bowsprit-ci/bowsprit/test/forge"
	"github.com/bowsprit-ci/bowsprit/test/street"
)

// yard is where jobs are compiled and run as they are, without a server: a forge to clone from, and a namespace.
type yard struct {
	*testing.T
	forge *forge.Forge
	ns    string
	runs  int
}

func newYard(t *testing.T) *yard {
	t.Helper()
	if cluster == nil {
		t.Skip(street.ErrNoCluster)
	}
	f := got(forge.New(forge.Options{Contract: schemas, OnMismatch: func(err error) { t.Errorf("GitHub's schemas: %v", err) }}))(t)
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	got(f.Start(cluster.HostAddress + ":0"))(t)
	y := &yard{T: t, forge: f, ns: street.NewNamespace("yard")}
	must(t, cluster.EnsureNamespace(t.Context(), y.ns))
	t.Cleanup(func() {
		if err := cluster.DeleteNamespace(context.WithoutCancel(t.Context()), y.ns); err != nil {
			t.Error(err)
		}
	})
	got(f.CreateUser(street.Owner))(t)
	got(f.CreateUser(street.Member))(t)
	got(f.CreateOrg(street.Org, street.Owner))(t)
	must(t, f.SetMember(street.Org, street.Member, "member"))
	return y
}

// repo makes a repository of the organisation and returns the commit at its tip.
func (y *yard) repo(name string, files map[string]string) string {
	y.Helper()
	got(y.forge.CreateRepo(forge.RepoSpec{Owner: street.Org, Name: name, Files: files}))(y.T)
	must(y.T, y.forge.SetCollaborator(street.Org+"/"+name, street.Member, "write"))
	return y.tip(name)
}

func (y *yard) tip(name string) string {
	y.Helper()
	out := y.git("", "ls-remote", y.remote(name), "refs/heads/main")
	sha, _, _ := strings.Cut(out, "\t")
	return sha
}

func (y *yard) remote(name string) string {
	token := got(y.forge.Token(street.Member))(y.T)
	return strings.Replace(y.forge.URL(), "http://", "http://x-access-token:"+token+"@", 1) + "/" + street.Org + "/" + name + ".git"
}

// git runs git as a person's machine would.
func (y *yard) git(dir string, args ...string) string {
	y.Helper()
	cmd := exec.CommandContext(y.Context(), "git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "GIT_AUTHOR_NAME=Bob", "GIT_AUTHOR_EMAIL=bob@x.invalid",
		"GIT_COMMITTER_NAME=Bob", "GIT_COMMITTER_EMAIL=bob@x.invalid", "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=protocol.file.allow", "GIT_CONFIG_VALUE_0=always")
	out, err := cmd.CombinedOutput()
	if err != nil {
		y.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// pull opens a pull request and returns it as a run's refs name it.
func (y *yard) pull(repo, branch string, files map[string]string) prow.Pull {
	y.Helper()
	slug := street.Org + "/" + repo
	got(y.forge.Push(forge.PushSpec{Who: street.Member, Repo: slug, Branch: branch, Files: files, Message: "Change " + branch}))(y.T)
	p := got(y.forge.OpenPull(forge.PullSpec{Who: street.Member, Repo: slug, Head: branch, Title: "Change " + branch}))(y.T)
	return prow.Pull{Number: p.Number, Author: street.Member, SHA: p.Head.SHA, Title: "Change " + branch, HeadRef: branch}
}

// load reads a Prow configuration; IMAGE stands for the image with Go and git.
func (y *yard) load(config, jobs string) *catalog.Catalog {
	y.Helper()
	files := fstest.MapFS{
		"config.yaml": {Data: []byte("pod_namespace: " + y.ns + "\nprowjob_namespace: " + y.ns + "\n" + config)},
		"jobs.yaml":   {Data: []byte(strings.ReplaceAll(jobs, "IMAGE", built.JobImage))},
	}
	cat, problems := catalog.Load(files, catalog.Paths{Config: "config.yaml", Jobs: "jobs.yaml"})
	if cat == nil {
		y.Fatalf("the configuration of the test has errors:\n%v", problems)
	}
	return cat
}

// compile makes the run of a job.
func (y *yard) compile(job *prow.Job, refs prow.Refs) *pipelinev1.PipelineRun {
	y.Helper()
	y.runs++
	c := got(pipelines.Compile(pipelines.Input{
		Job: job, Refs: refs, Trigger: "auto", BuildID: "1700000000000000000",
		Options: pipelines.Options{Namespace: y.ns, ToolsImage: built.ToolsImage, CloneHost: y.forge.URL()},
	}))(y.T)
	return c.Run
}

// finish creates a run, lets it start, waits for its end, and returns it with its log.
func (y *yard) finish(run *pipelinev1.PipelineRun) (*pipelinev1.PipelineRun, string) {
	y.Helper()
	run.Spec.Status = ""
	must(y.T, cluster.Client.Create(y.Context(), run))
	ctx := within(y.T, limit)
	for !run.IsDone() {
		must(y.T, cluster.Client.Get(ctx, client.ObjectKeyFromObject(run), run))
		select {
		case <-ctx.Done():
			y.Fatalf("run %s does not end: %v", run.Name, run.Status.Conditions)
		case <-time.After(100 * time.Millisecond):
		}
	}
	return run, y.log(run)
}

func (y *yard) log(run *pipelinev1.PipelineRun) string {
	y.Helper()
	out, err := exec.CommandContext(within(y.T, limit), cluster.Tkn, "pipelinerun", "logs", run.Name, "-n", y.ns, "--kubeconfig", cluster.Kubeconfig).CombinedOutput()
	if err != nil && !errors.Is(err, context.Canceled) {
		y.Fatalf("read the log of %s: %v\n%s", run.Name, err, out)
	}
	return string(out)
}

// passes runs a job that must succeed and returns its log.
func (y *yard) passes(job *prow.Job, refs prow.Refs) string {
	y.Helper()
	run, log := y.finish(y.compile(job, refs))
	if pipelines.PhaseOf(run) != pipelines.PhaseSucceeded {
		y.Fatalf("job %s ended as %v, want success\n%s", job.Name, run.Status.Conditions, log)
	}
	return log
}

func (y *yard) says(log string, want ...string) {
	y.Helper()
	for _, line := range want {
		if !strings.Contains(log, line) {
			y.Errorf("the log does not say %q:\n%s", line, log)
		}
	}
}

// presubmit is a job of a configuration as one that tests a pull request.
func presubmit(t testing.TB, cat *catalog.Catalog, repo, name string) *prow.Presubmit {
	t.Helper()
	job, ok := cat.Presubmit(street.Org, repo, name, "main")
	if !ok {
		t.Fatalf("the configuration has no job %s", name)
	}
	return &job
}
