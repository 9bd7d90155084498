package main

import (
	"bytes"
	"context"
	"errors"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bowsprit-ci/bowsprit/pipelines/clonespec"
)

// origin is a bare repository with a base branch and pull requests, as a forge has it.
type origin struct {
	t *testing.T
	// bare is the forge's repository, work the clone in which the test makes commits.
	bare, work string
}

func newOrigin(t *testing.T) *origin {
	t.Helper()
	dir := t.TempDir()
	o := &origin{t: t, bare: filepath.Join(dir, "o", "r.git"), work: filepath.Join(dir, "work")}
	o.in(dir, "init", "--quiet", "--bare", "-b", "main", o.bare)
	o.in(dir, "init", "--quiet", "-b", "main", o.work)
	o.git("remote", "add", "origin", o.bare)
	o.write("README", "one\ntwo\nthree\n")
	o.commit("first")
	o.git("push", "--quiet", "origin", "main")
	return o
}

// in runs git somewhere, with nothing of the machine's own settings.
func (o *origin) in(dir string, args ...string) string {
	o.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(withoutGit(os.Environ()), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com",
		"GIT_AUTHOR_DATE=@1700000000 +0000", "GIT_COMMITTER_DATE=@1700000000 +0000")
	out, err := cmd.CombinedOutput()
	if err != nil {
		o.t.Fatalf("git %q: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func (o *origin) git(args ...string) string { o.t.Helper(); return o.in(o.work, args...) }

func (o *origin) write(name, text string) {
	o.t.Helper()
	file := filepath.Join(o.work, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o777), os.WriteFile(file, []byte(text), 0o666)); err != nil {
		o.t.Fatal(err)
	}
}

// commit commits everything and returns the commit.
func (o *origin) commit(message string) string {
	o.t.Helper()
	o.git("add", "-A")
	o.git("commit", "--quiet", "--allow-empty", "-m", message)
	return o.git("rev-parse", "HEAD")
}

// pull makes a pull request that writes one file, branched off at from.
func (o *origin) pull(number, from, file, text string) string {
	o.t.Helper()
	o.git("checkout", "--quiet", "--detach", from)
	o.write(file, text)
	sha := o.commit("pull " + number)
	o.git("push", "--quiet", "--force", "origin", "HEAD:refs/pull/"+number+"/head")
	o.git("checkout", "--quiet", "main")
	return sha
}

// advance puts a commit onto the base branch.
func (o *origin) advance(file, text string) string {
	o.t.Helper()
	o.git("checkout", "--quiet", "main")
	o.write(file, text)
	sha := o.commit("advance " + file)
	o.git("push", "--quiet", "origin", "main")
	return sha
}

// mergedTree is the tree that a person gets who merges by hand.
func (o *origin) mergedTree(base string, heads ...string) string {
	o.t.Helper()
	o.git("checkout", "--quiet", "--detach", base)
	for _, h := range heads {
		o.git("merge", "--quiet", "--no-ff", "-m", "by hand", h)
	}
	tree := o.git("rev-parse", "HEAD^{tree}")
	o.git("checkout", "--quiet", "main")
	return tree
}

// serve offers the repository over smart HTTP.
func (o *origin) serve() string {
	o.t.Helper()
	path, err := exec.LookPath("git")
	if err != nil {
		o.t.Fatal(err)
	}
	srv := httptest.NewServer(&cgi.Handler{
		Path: path, Args: []string{"http-backend"},
		Env:        []string{"GIT_PROJECT_ROOT=" + filepath.Dir(filepath.Dir(o.bare)), "GIT_HTTP_EXPORT_ALL=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1"},
		InheritEnv: []string{"PATH"},
	})
	o.t.Cleanup(srv.Close)
	return srv.URL + "/o/r.git"
}

func (o *origin) options(base string, pulls ...clonespec.Pull) clonespec.Options {
	return clonespec.Options{Refs: []clonespec.Ref{o.ref(base, pulls...)}}
}

func (o *origin) ref(base string, pulls ...clonespec.Pull) clonespec.Ref {
	return clonespec.Ref{Org: "o", Repo: "r", Dir: filepath.Join(o.t.TempDir(), "src", "o", "r"), URI: "file://" + o.bare, BaseRef: "main", BaseSHA: base, Pulls: pulls}
}

// tryClone clones with short waits and returns the log.
func tryClone(t *testing.T, opts clonespec.Options, extraEnv ...string) (string, error) {
	t.Helper()
	if err := opts.Validate(); err != nil {
		t.Fatalf("options of the test: %v", err)
	}
	var log bytes.Buffer
	c := &cloning{opts: opts, log: &log, home: t.TempDir(), env: append([]string{"GIT_CONFIG_NOSYSTEM=1"}, extraEnv...),
		delays: []time.Duration{time.Millisecond, time.Millisecond}}
	err := errors.Join(c.folders(), c.run(context.Background()))
	return log.String(), err
}

func mustClone(t *testing.T, opts clonespec.Options, extraEnv ...string) string {
	t.Helper()
	log, err := tryClone(t, opts, extraEnv...)
	if err != nil {
		t.Fatalf("%v\n%s", err, log)
	}
	return log
}
