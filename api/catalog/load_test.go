package catalog

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

var update = flag.Bool("update", false, "write the problems of the configurations in testdata anew")

// TestProblems loads each configuration in testdata and compares all that is said about it. The file problems in each is
// what a person would read; -update writes it.
func TestProblems(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no configurations: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := said(archive)
			last := &archive.Files[len(archive.Files)-1]
			if last.Name != "problems" {
				t.Fatal("the last file must be problems")
			}
			if *update {
				last.Data = []byte(got)
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(last.Data), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// said loads an archive's configuration: config.yaml, plugins.yaml, the folders jobs and supplemental, and in the folder
// repo the files of the repository o/r.
func said(archive *txtar.Archive) string {
	fsys, repo, paths := fstest.MapFS{}, fstest.MapFS{}, Paths{}
	for _, f := range archive.Files {
		name, inRepo := strings.CutPrefix(f.Name, "repo/")
		switch {
		case inRepo:
			repo[name] = &fstest.MapFile{Data: f.Data}
			continue
		case f.Name == "config.yaml":
			paths.Config = f.Name
		case f.Name == "plugins.yaml":
			paths.Plugins = f.Name
		case strings.HasPrefix(f.Name, "jobs/"):
			paths.Jobs = "jobs"
		case strings.HasPrefix(f.Name, "supplemental/"):
			paths.SupplementalConfigs, paths.SupplementalPlugins = []string{"supplemental"}, []string{"supplemental"}
		}
		fsys[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	cat, problems := Load(fsys, paths)
	text := told(cat, problems)
	if cat != nil && len(repo) > 0 {
		cat, problems = cat.WithInRepo("o", "r", repo)
		text += "with o/r:\n" + told(cat, problems)
	}
	return text
}

// told is all that is said about a configuration, and the jobs that it has.
func told(cat *Catalog, problems prow.Problems) string {
	var b strings.Builder
	for _, p := range problems {
		severity := string(p.Severity)
		if p.Strict {
			severity += "(strict)"
		}
		fmt.Fprintf(&b, "%s %s %s\n", severity, p.Code, p)
	}
	if cat == nil {
		return b.String() + "not loaded\n"
	}
	fmt.Fprintf(&b, "loaded: %+v\n", cat.Counts())
	for _, slug := range cat.Repos() {
		org, repo, _ := strings.Cut(slug, "/")
		for _, j := range cat.Presubmits(org, repo) {
			fmt.Fprintf(&b, "presubmit %s %s at %s:%d\n", slug, j.Name, j.SourcePath, j.SourceLine)
		}
		for _, j := range cat.Postsubmits(org, repo) {
			fmt.Fprintf(&b, "postsubmit %s %s at %s:%d\n", slug, j.Name, j.SourcePath, j.SourceLine)
		}
	}
	for _, j := range cat.Periodics() {
		fmt.Fprintf(&b, "periodic %s at %s:%d\n", j.Name, j.SourcePath, j.SourceLine)
	}
	return b.String()
}

const oneJob = `
presubmits:
  o/r:
  - name: %s
    spec: {containers: [{image: golang, command: [make]}]}
`

func aFile(name string) *fstest.MapFile {
	return &fstest.MapFile{Data: fmt.Appendf(nil, oneJob, name)}
}

func mustLoad(t *testing.T, fsys fs.FS, paths Paths) *Catalog {
	t.Helper()
	cat, problems := Load(fsys, paths)
	if cat == nil {
		t.Fatal(problems)
	}
	return cat
}

func names(jobs []prow.Presubmit) string {
	var out []string
	for _, j := range jobs {
		out = append(out, j.Name)
	}
	return strings.Join(out, " ")
}

func TestLoadFindsJobFiles(t *testing.T) {
	tests := map[string]struct {
		why  string
		fsys fstest.MapFS
		jobs string
		want string
	}{
		"one file":                   {fsys: fstest.MapFS{"a.yaml": aFile("a")}, jobs: "a.yaml", want: "a"},
		"one file of any name":       {fsys: fstest.MapFS{"jobs": aFile("a")}, jobs: "jobs", want: "a"},
		"a folder, in lexical order": {fsys: fstest.MapFS{"j/b.yml": aFile("b"), "j/x/c.yaml": aFile("c"), "j/a.yaml": aFile("a")}, jobs: "j", want: "a b c"},
		"a path with a slash behind": {fsys: fstest.MapFS{"j/a.yaml": aFile("a")}, jobs: "./j/", want: "a"},
		"other files":                {fsys: fstest.MapFS{"j/a.yaml": aFile("a"), "j/OWNERS": {Data: []byte("x: [")}, "j/b.json": {Data: []byte("{")}}, jobs: "j", want: "a"},
		"a mounted ConfigMap":        {why: "it holds each file twice more, below names that begin with two dots", fsys: fstest.MapFS{"j/a.yaml": aFile("a"), "j/..data/a.yaml": aFile("a"), "j/..2026_01_01/a.yaml": aFile("a")}, jobs: "j", want: "a"},
		"an empty file":              {fsys: fstest.MapFS{"j/a.yaml": aFile("a"), "j/b.yaml": {}}, jobs: "j", want: "a"},
		"only comments":              {fsys: fstest.MapFS{"j/a.yaml": aFile("a"), "j/b.yaml": {Data: []byte("# nothing\n")}}, jobs: "j", want: "a"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			cat := mustLoad(t, test.fsys, Paths{Jobs: test.jobs})
			if got := names(cat.Presubmits("o", "r")); got != test.want {
				t.Errorf("%s: got %q, want %q", test.why, got, test.want)
			}
		})
	}
}

func TestJobsOfConfigComeFirst(t *testing.T) {
	cat := mustLoad(t, fstest.MapFS{"config.yaml": aFile("z"), "jobs/a.yaml": aFile("a")}, Paths{Config: "config.yaml", Jobs: "jobs"})
	if got := names(cat.Presubmits("o", "r")); got != "z a" {
		t.Errorf("got %q", got)
	}
}

func TestLoadKnowsWhereAJobStands(t *testing.T) {
	cat := mustLoad(t, fstest.MapFS{"jobs/a.yaml": aFile("a")}, Paths{Jobs: "jobs"})
	job, ok := cat.Presubmit("o", "r", "a", "main")
	if !ok || job.SourcePath != "jobs/a.yaml" || job.SourceLine != 4 {
		t.Errorf("got %q:%d, %v", job.SourcePath, job.SourceLine, ok)
	}
}

func TestPresubmitIsFoundByBranch(t *testing.T) {
	cat := mustLoad(t, fstest.MapFS{"a.yaml": {Data: []byte(`
presubmits:
  o/r:
  - {name: a, branches: [^main$], context: one, spec: {containers: [{command: [x]}]}}
  - {name: a, branches: [^dev$], context: two, spec: {containers: [{command: [x]}]}}
`)}}, Paths{Jobs: "a.yaml"})
	for branch, want := range map[string]string{"main": "one", "dev": "two", "other": ""} {
		if job, ok := cat.Presubmit("o", "r", "a", branch); job.Context != want || ok != (want != "") {
			t.Errorf("on %s: got %q, %v", branch, job.Context, ok)
		}
	}
	if diff := cmp.Diff([]string{"o/r"}, cat.Repos()); diff != "" {
		t.Error(diff)
	}
}

func TestEnabledAndTrust(t *testing.T) {
	fsys := fstest.MapFS{"a.yaml": aFile("a"), "plugins.yaml": {Data: []byte(`
plugins:
  o: {plugins: [trigger], excluded_repos: [out]}
  p/one: {plugins: [trigger]}
  q: {plugins: [cat]}
triggers:
- {repos: [o], trusted_org: friends}
- {repos: [o/r], only_org_members: true}
`)}}
	with, without := mustLoad(t, fsys, Paths{Jobs: "a.yaml", Plugins: "plugins.yaml"}), mustLoad(t, fsys, Paths{Jobs: "a.yaml"})
	for repo, want := range map[string]bool{"o/r": true, "o/out": false, "p/one": true, "p/two": false, "q/r": false} {
		org, name, _ := strings.Cut(repo, "/")
		if got := with.Enabled(org, name); got != want {
			t.Errorf("%s is enabled: %v, want %v", repo, got, want)
		}
		if !without.Enabled(org, name) {
			t.Errorf("without plugins.yaml %s is not enabled", repo)
		}
	}
	if own := with.Trust("o", "r"); !own.OnlyOrgMembers || own.TrustedOrg != "" {
		t.Errorf("the repository's own entry must stand alone, got %+v", own)
	}
	if org := with.Trust("o", "other"); org.TrustedOrg != "friends" {
		t.Errorf("the organisation's entry must hold, got %+v", org)
	}
	if none := with.Trust("p", "one"); len(none.Repos) != 0 || len(without.Trust("o", "r").Repos) != 0 {
		t.Errorf("no entry must be an empty one, got %+v", none)
	}
}

func TestCatalogDoesNotChange(t *testing.T) {
	cat := mustLoad(t, fstest.MapFS{"a.yaml": aFile("a")}, Paths{Jobs: "a.yaml"})
	cat.Presubmits("o", "r")[0].Name = "changed"
	if got := names(cat.Presubmits("o", "r")); got != "a" {
		t.Errorf("a caller changed the catalog: %q", got)
	}
}

func TestLoadIsDeterministic(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/errors.txtar")
	if err != nil {
		t.Fatal(err)
	}
	first := said(archive)
	for range 20 {
		if diff := cmp.Diff(first, said(archive)); diff != "" {
			t.Fatalf("(-first +later):\n%s", diff)
		}
	}
}

// FuzzLoad loads any bytes as each kind of document: never a panic, and never an error without a message.
func FuzzLoad(f *testing.F) {
	f.Add([]byte(fmt.Sprintf(oneJob, "a")))
	f.Add([]byte("presubmits: {o/r: [{name: a, <<: {spec: {}}}, *x]}"))
	f.Add([]byte("x: &x [*x]"))
	f.Add([]byte("plank: {default_decoration_configs: {'*': {timeout: y}}}"))
	f.Add([]byte("\x1f\x8b\x08broken"))
	f.Fuzz(func(t *testing.T, data []byte) {
		fsys := fstest.MapFS{"a.yaml": {Data: data}}
		for _, paths := range []Paths{{Config: "a.yaml"}, {Jobs: "a.yaml"}, {Plugins: "a.yaml"}} {
			cat, problems := Load(fsys, paths)
			if (cat == nil) != (problems.Err() != nil) {
				t.Fatalf("a catalog: %v, errors: %v", cat != nil, problems.Errors())
			}
			for _, p := range problems {
				if p.Code == "" || p.Message == "" || p.File == "" {
					t.Fatalf("a problem says too little: %+v", p)
				}
			}
		}
		empty := mustLoad(t, fsys, Paths{})
		for _, name := range []string{".prow.yaml", ".prow/a.yaml"} {
			if cat, problems := empty.WithInRepo("o", "r", fstest.MapFS{name: {Data: data}}); (cat == nil) != (problems.Err() != nil) {
				t.Fatalf("a catalog with %s: %v, errors: %v", name, cat != nil, problems.Errors())
			}
		}
	})
}
