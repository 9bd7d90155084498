package catalog

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// counting counts how often each file of a file system is opened.
type counting struct {
	fstest.MapFS
	opened map[string]int
}

func (c counting) ReadFile(name string) ([]byte, error) {
	c.opened[name]++
	return c.MapFS.ReadFile(name)
}

// write changes a file, at a time of its own.
func (c counting) write(name, text string, minute int) {
	c.MapFS[name] = &fstest.MapFile{Data: []byte(text), ModTime: time.Date(2026, 1, 1, 0, minute, 0, 0, time.UTC)}
}

func newCounting(files map[string]string) counting {
	c := counting{fstest.MapFS{}, map[string]int{}}
	for name, text := range files {
		c.write(name, text, 0)
	}
	return c
}

func job(repo, name string) string {
	return fmt.Sprintf("presubmits:\n  %s:\n  - name: %s\n    spec: {containers: [{command: [x]}]}\n", repo, name)
}

var allPaths = Paths{Config: "config.yaml", Jobs: "j"}

// TestReload changes a configuration step by step. After each step the loader must say what a new one says.
func TestReload(t *testing.T) {
	steps := []struct {
		why    string
		change func(c counting)
		// read are the job files that must be read, in their order.
		read string
	}{
		{why: "the first time", change: func(counting) {}, read: "j/a.yaml j/b.yaml j/c.yaml"},
		{why: "nothing changed", change: func(counting) {}},
		{why: "one file changed", change: func(c counting) { c.write("j/b.yaml", job("o/r", "b2"), 1) }, read: "j/b.yaml"},
		{why: "only a time changed", change: func(c counting) { c.write("j/b.yaml", job("o/r", "b2"), 2) }, read: "j/b.yaml"},
		{why: "a file is new", change: func(c counting) { c.write("j/d.yaml", job("o/q", "d"), 3) }, read: "j/d.yaml"},
		{why: "a file is gone", change: func(c counting) { delete(c.MapFS, "j/d.yaml") }},
		{why: "a file breaks", change: func(c counting) { c.write("j/b.yaml", "presubmits: [", 4) }, read: "j/b.yaml"},
		{why: "it stays broken", change: func(counting) {}},
		{why: "it clashes with another", change: func(c counting) { c.write("j/b.yaml", job("o/r", "a"), 5) }, read: "j/b.yaml j/b.yaml"},
		{why: "it is good again", change: func(c counting) { c.write("j/b.yaml", job("o/r", "b"), 6) }, read: "j/b.yaml"},
		{why: "defaults changed", change: func(c counting) { c.write("config.yaml", "pod_namespace: jobs", 7) }, read: "j/a.yaml j/b.yaml j/c.yaml"},
		{why: "config.yaml breaks", change: func(c counting) { c.write("config.yaml", "pod_namespace: [", 8) }},
		{why: "config.yaml stays broken", change: func(counting) {}},
		{why: "it is good again, with jobs", change: func(c counting) { c.write("config.yaml", job("o/r", "main"), 9) }, read: "j/a.yaml j/b.yaml j/c.yaml"},
		{why: "a preset appears", change: func(c counting) { c.write("j/c.yaml", "presets: [{env: [{name: A, value: a}]}]", 10) }, read: "j/a.yaml j/b.yaml j/c.yaml"},
		{why: "nothing changed, after all that", change: func(counting) {}},
	}
	c := newCounting(map[string]string{"config.yaml": "{}", "j/a.yaml": job("o/r", "a"), "j/b.yaml": job("o/r", "b"), "j/c.yaml": job("p/r", "c")})
	loader := NewLoader(c, allPaths)
	for _, step := range steps {
		step.change(c)
		clear(c.opened)
		got := told(loader.Load())
		if diff := cmp.Diff(step.read, c.jobFilesRead()); diff != "" {
			t.Errorf("%s: files read (-want +got):\n%s", step.why, diff)
		}
		if diff := cmp.Diff(told(Load(c, allPaths)), got); diff != "" {
			t.Errorf("%s: (-new loader +this one):\n%s", step.why, diff)
		}
	}
}

func (c counting) jobFilesRead() string {
	var names []string
	for _, name := range sortedKeys(c.opened) {
		for range c.opened[name] {
			if strings.HasPrefix(name, "j/") && !strings.HasSuffix(name, prowIgnore) {
				names = append(names, name)
			}
		}
	}
	return strings.Join(names, " ")
}

// TestReloadKeepsTheOldCatalog holds a catalog while its configuration changes.
func TestReloadKeepsTheOldCatalog(t *testing.T) {
	c := newCounting(map[string]string{"config.yaml": "{}", "j/a.yaml": job("o/r", "a")})
	loader := NewLoader(c, allPaths)
	old, problems := loader.Load()
	if old == nil {
		t.Fatal(problems)
	}
	before := told(old, nil)
	c.write("config.yaml", "pod_namespace: jobs", 1)
	c.write("j/a.yaml", job("o/r", "b"), 1)
	if cat, problems := loader.Load(); cat == nil {
		t.Fatal(problems)
	}
	if diff := cmp.Diff(before, told(old, nil)); diff != "" {
		t.Errorf("the old catalog changed:\n%s", diff)
	}
	if got := old.Presubmits("o", "r")[0].Namespace; got != "default" {
		t.Errorf("a job of the old catalog has the namespace %q", got)
	}
}

// TestReloadOfAConfigMap swaps the folder behind a symbolic link, as the kubelet does with a mounted ConfigMap.
func TestReloadOfAConfigMap(t *testing.T) {
	dir := t.TempDir()
	version := func(name, text string) {
		must(t, os.Mkdir(filepath.Join(dir, name), 0o755))
		must(t, os.WriteFile(filepath.Join(dir, name, "a.yaml"), []byte(text), 0o644))
		must(t, os.Symlink(name, filepath.Join(dir, "..new")))
		must(t, os.Rename(filepath.Join(dir, "..new"), filepath.Join(dir, "..data")))
	}
	version("..1", job("o/r", "first"))
	must(t, os.Symlink("..data/a.yaml", filepath.Join(dir, "a.yaml")))
	loader := NewLoader(os.DirFS(dir), Paths{Jobs: "."})
	for _, want := range []string{"first", "other"} { // of one length, and perhaps of one time
		cat, problems := loader.Load()
		if cat == nil {
			t.Fatal(problems)
		}
		if got := names(cat.Presubmits("o", "r")); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if want == "first" {
			version("..2", job("o/r", "other"))
			later := time.Now().Add(time.Second)
			must(t, os.Chtimes(filepath.Join(dir, "..2", "a.yaml"), later, later))
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// BenchmarkReload loads 282 files of 1,692 jobs anew, after one of them has changed, and after none has.
func BenchmarkReload(b *testing.B) {
	c := newCounting(map[string]string{"config.yaml": "{}"})
	for f := range 282 {
		var text strings.Builder
		fmt.Fprintf(&text, "presubmits:\n  o/r%d:\n", f)
		for i := range 6 {
			fmt.Fprintf(&text, "  - name: job-%d-%d\n    decorate: true\n    run_if_changed: ^pkg/%d/\n    branches: [main, ^release-]\n    annotations: {a: b, c: d}\n"+
				"    spec:\n      containers:\n      - image: golang\n        command: [make]\n        args: [test]\n        env:\n        - {name: A, value: a}\n"+
				"        resources: {requests: {cpu: 100m, memory: 1Gi}, limits: {memory: 1Gi}}\n", f, i, i)
		}
		c.write(fmt.Sprintf("j/%03d.yaml", f), text.String(), 0)
	}
	var fsys fs.FS = c.MapFS
	b.Run("all", func(b *testing.B) {
		for b.Loop() {
			if cat, problems := Load(fsys, allPaths); cat == nil {
				b.Fatal(problems)
			}
		}
	})
	for name, changed := range map[string]bool{"one": true, "none": false} {
		b.Run(name, func(b *testing.B) {
			loader := NewLoader(fsys, allPaths)
			_, _ = loader.Load() // what is measured is the next one
			for i := 0; b.Loop(); i++ {
				if changed {
					c.write("j/007.yaml", job("o/r7", fmt.Sprintf("job-%d", i)), i+1)
				}
				if cat, problems := loader.Load(); cat == nil {
					b.Fatal(problems)
				}
			}
		})
	}
}
