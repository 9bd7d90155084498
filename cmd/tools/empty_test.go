package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bowsprit-ci/bowsprit/pipelines/clonespec"
)

// put writes files below a folder; those of hooks can be run.
func put(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		file := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o777), os.WriteFile(file, []byte(text), 0o777)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWhatAnotherTaskLeftInTheFolderTakesNoPart(t *testing.T) {
	for why, files := range map[string]map[string]string{
		"a repository with a hook":       {".git/HEAD": "ref: refs/heads/x\n", ".git/config": "[core]\n\thooksPath = HOOKS\n"},
		"settings that run a program":    {".git/HEAD": "ref: refs/heads/x\n", ".git/config": "[core]\n\tfsmonitor = HOOKS/post-checkout\n"},
		"settings that lead elsewhere":   {".git/config": "[url \"file:///nowhere/\"]\n\tinsteadOf = file:///\n"},
		"a .git that is a file":          {".git": "gitdir: /nowhere\n"},
		"an earlier checkout's leftover": {".git/HEAD": "ref: refs/heads/main\n", "old/file": "x", "README": "another text"},
	} {
		t.Run(why, func(t *testing.T) {
			o := newOrigin(t)
			opts, hooks := o.options(o.git("rev-parse", "HEAD")), t.TempDir()
			put(t, hooks, map[string]string{"post-checkout": "#!/bin/sh\ntouch '" + hooks + "/ran'\n"})
			for name, text := range files {
				files[name] = strings.ReplaceAll(text, "HOOKS", hooks)
			}
			put(t, opts.Refs[0].Dir, files)
			mustClone(t, opts)
			if exists(filepath.Join(hooks, "ran")) {
				t.Error("a program of the other task ran in the clone")
			}
			if got := o.in(opts.Refs[0].Dir, "status", "--porcelain", "--ignored"); got != "" {
				t.Errorf("the work tree is not clean: %s", got)
			}
		})
	}
}

func TestSettingsThatAppearDuringTheCloneAreOverruled(t *testing.T) {
	o := newOrigin(t)
	opts, hooks := o.options(o.git("rev-parse", "HEAD")), t.TempDir()
	ran := "#!/bin/sh\ntouch '" + hooks + "/ran'\n"
	put(t, hooks, map[string]string{"post-checkout": ran, "reference-transaction": ran})
	dir := opts.Refs[0].Dir
	if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	g, err := newGit(dir, t.TempDir(), t.Output(), access{}, []string{"GIT_CONFIG_NOSYSTEM=1"})
	if err != nil {
		t.Fatal(err)
	}
	c := &cloner{ref: opts.Refs[0], git: g}
	if err := c.begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.in(dir, "config", "core.hooksPath", hooks)
	o.in(dir, "config", "core.fsmonitor", filepath.Join(hooks, "post-checkout"))
	o.in(dir, "config", "http.proxy", "http://evil.example")
	if err := errors.Join(c.fetchBase(t.Context()), c.checkoutBase(t.Context())); err != nil {
		t.Fatal(err)
	}
	if exists(filepath.Join(hooks, "ran")) {
		t.Error("a program that the repository's settings name ran in the clone")
	}
}

func TestEmptyingFollowsNoLink(t *testing.T) {
	outside, dir := t.TempDir(), t.TempDir()
	put(t, outside, map[string]string{"keep": "x", "deep/keep": "x"})
	put(t, dir, map[string]string{"a/b/file": "x", ".git/config": "x"})
	for _, link := range []string{"link", "a/link", ".hidden"} {
		if err := os.Symlink(outside, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := empty(dir); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%v left, %v", left, err)
	}
	for _, name := range []string{"keep", "deep/keep"} {
		if !exists(filepath.Join(outside, name)) {
			t.Errorf("%s, to which a link led, is gone", name)
		}
	}
}

func TestAFolderBehindALinkIsRefused(t *testing.T) {
	for why, place := range map[string]string{"the folder": "link", "a folder above it": "link/r"} {
		t.Run(why, func(t *testing.T) {
			o, volume, outside := newOrigin(t), t.TempDir(), t.TempDir()
			put(t, outside, map[string]string{"keep": "x", "r/keep": "x"})
			if err := os.Symlink(outside, filepath.Join(volume, "link")); err != nil {
				t.Fatal(err)
			}
			opts := o.options(o.git("rev-parse", "HEAD"))
			opts.Refs[0].Dir = filepath.Join(volume, place)
			_, err := tryClone(t, opts)
			if err == nil || exitStatus(err) != clonespec.ExitUsage || !strings.Contains(err.Error(), filepath.Join(volume, "link")) {
				t.Errorf("%v, want a refusal of the link", err)
			}
			if !exists(filepath.Join(outside, "keep")) || !exists(filepath.Join(outside, "r/keep")) {
				t.Error("the folder behind the link was emptied")
			}
		})
	}
}
