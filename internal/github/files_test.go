package github

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bowsprit-ci/bowsprit/test/forge"
)

func TestFilesOfACommit(t *testing.T) {
	w := newTown(t)
	w.must(w.CreateRepo(forge.RepoSpec{Owner: "acme", Name: "jobs", Files: map[string]string{
		".prow.yaml": "presubmits: []\n", ".prow/a.yaml": "a: 1\n", ".prow/deep/b.yml": "b: 1\n", ".prow/deep/.prowignore": "x\n",
		".prow/README.md": "not read\n", "main.go": "package main\n",
	}}))
	c := w.asApp()
	tip := w.tip(c, "acme", "jobs")
	files, key, err := c.Files(context.Background(), "acme", "jobs", tip, ".prow", ".prow.yaml")
	w.ok(err)
	got := map[string]string{}
	w.ok(fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := fs.ReadFile(files, name)
		got[name] = string(data)
		return err
	}))
	want := map[string]string{".prow.yaml": "presubmits: []\n", ".prow/a.yaml": "a: 1\n", ".prow/deep/b.yml": "b: 1\n", ".prow/deep/.prowignore": "x\n"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("files (-want +got):\n%s", d)
	}
	if _, again, err := c.Files(context.Background(), "acme", "jobs", tip, ".prow", ".prow.yaml"); err != nil || again != key || key == "" {
		t.Errorf("the same content has the keys %q and %q, %v", key, again, err)
	}
}

func TestFilesOfARepositoryWithout(t *testing.T) {
	w := newTown(t)
	c := w.asApp()
	files, key, err := c.Files(context.Background(), "acme", "web", w.tip(c, "acme", "web"), ".prow", ".prow.yaml")
	if entries, _ := fs.ReadDir(files, "."); err != nil || key != "" || len(entries) != 0 {
		t.Errorf("got %d entries, key %q, %v; want nothing", len(entries), key, err)
	}
}

func TestTooManyFilesAreRefused(t *testing.T) {
	w := newTown(t)
	w.must(w.CreateRepo(forge.RepoSpec{Owner: "acme", Name: "big", Files: map[string]string{
		".prow/a.yaml": strings.Repeat("# nothing\n", mostConfigBytes/10+1), ".prow/b.yaml": "b: 1\n",
	}}))
	c := w.asApp()
	_, _, err := c.Files(context.Background(), "acme", "big", w.tip(c, "acme", "big"), ".prow")
	if _, ok := errors.AsType[*TooLargeError](err); !ok {
		t.Errorf("got %v, want a TooLargeError", err)
	}
}

// tip is the commit at the tip of main.
func (w *town) tip(c *Client, org, repo string) string {
	w.t.Helper()
	gh, err := c.in(context.Background(), org, repo)
	w.ok(err)
	ref, _, err := gh.Git.GetRef(context.Background(), org, repo, "heads/main")
	w.ok(err)
	return ref.GetObject().GetSHA()
}

func TestPushedFiles(t *testing.T) {
	w := newTown(t)
	c := w.asApp()
	before := w.tip(c, "acme", "web")
	after, err := w.Push(forge.PushSpec{Who: "bob", Repo: repo, Branch: "main", Files: map[string]string{"new.go": "package a\n"}, Message: "Add"})
	w.ok(err)
	topic, err := w.Push(forge.PushSpec{Who: "bob", Repo: repo, Branch: "topic", Files: map[string]string{"topic.go": "package a\n"}, Message: "Add"})
	w.ok(err)
	for name, tc := range map[string]struct {
		before, after string
		want          []string
	}{
		"a moved branch": {before, after, []string{"new.go"}},
		"a new branch":   {"", topic, []string{"topic.go"}},
	} {
		files, complete, err := c.PushedFiles(context.Background(), "acme", "web", tc.before, tc.after)
		w.ok(err)
		if d := cmp.Diff(tc.want, files); d != "" || !complete {
			t.Errorf("%s: complete %t (-want +got):\n%s", name, complete, d)
		}
	}
}
