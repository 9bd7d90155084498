package catalog

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

const ownJobs = `
presubmits: [{name: own, cluster: %, spec: {containers: [{command: [x]}]}}]
postsubmits: [{name: image, cluster: %, spec: {containers: [{command: [x]}]}}]
`

func TestInRepoPolicy(t *testing.T) {
	tests := map[string]struct {
		why, config string
		cluster     string
		// want are the jobs of o/r; code is that of the first problem.
		want, code string
	}{
		"enabled for all":                          {config: "enabled: {'*': true}", want: "own image"},
		"enabled for the organisation":             {config: "enabled: {o: true}", want: "own image"},
		"enabled for the repository":               {config: "enabled: {o/r: true, o: false, '*': false}", want: "own image"},
		"disabled for the repository":              {why: "the narrowest entry decides", config: "enabled: {o/r: false, '*': true}", code: "inrepo-disabled"},
		"enabled for another":                      {config: "enabled: {o/q: true}", code: "inrepo-disabled"},
		"not a word":                               {config: "{}", code: "inrepo-disabled"},
		"a cluster that nobody allows":             {config: "enabled: {o: true}", cluster: "big", code: "inrepo-cluster"},
		"a cluster for all":                        {config: "enabled: {o: true}\n  allowed_clusters: {'*': [big]}", cluster: "big", want: "own image"},
		"a cluster for the organisation":           {config: "enabled: {o: true}\n  allowed_clusters: {o: [big]}", cluster: "big", want: "own image"},
		"a cluster for the repository":             {config: "enabled: {o: true}\n  allowed_clusters: {o/r: [big]}", cluster: "big", want: "own image"},
		"the default cluster beside others":        {why: "what is allowed is added up", config: "enabled: {o: true}\n  allowed_clusters: {o: [big]}", want: "own image"},
		"the default cluster, which is taken away": {config: "enabled: {o: true}\n  allowed_clusters: {'*': []}", code: "inrepo-cluster"},
		"a bad cluster where nothing is enabled":   {why: "the file is checked all the same, as checkconfig does", config: "{}", cluster: "big", code: "inrepo-cluster"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			config := fstest.MapFS{"c.yaml": {Data: []byte("in_repo_config:\n  " + test.config + "\n")}}
			text := strings.ReplaceAll(ownJobs, "%", `"`+test.cluster+`"`)
			cat, problems := mustLoad(t, config, Paths{Config: "c.yaml"}).WithInRepo("o", "r", fstest.MapFS{".prow.yaml": {Data: []byte(text)}})
			code := ""
			if len(problems) > 0 {
				code = problems[0].Code
			}
			if got := allNames(cat); got != test.want || code != test.code {
				t.Errorf("%s: got jobs %q and problem %q, want %q and %q", test.why, got, code, test.want, test.code)
			}
		})
	}
}

// allNames are the jobs of o/r; nil has none.
func allNames(cat *Catalog) string {
	if cat == nil {
		return ""
	}
	all := strings.Fields(names(cat.Presubmits("o", "r")))
	for _, j := range cat.Postsubmits("o", "r") {
		all = append(all, j.Name)
	}
	return strings.Join(all, " ")
}

func TestInRepoFiles(t *testing.T) {
	one := func(name string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte("presubmits: [{name: " + name + ", spec: {containers: [{command: [x]}]}}]")}
	}
	tests := map[string]struct {
		why  string
		fsys fs.FS
		want string
	}{
		"nothing":                    {fsys: fstest.MapFS{"README.md": {}}},
		"a file":                     {fsys: fstest.MapFS{".prow.yaml": one("a")}, want: "a"},
		"a folder":                   {fsys: fstest.MapFS{".prow/b.yaml": one("b"), ".prow/a/z.yml": one("a")}, want: "a b"},
		"a folder and a file":        {why: "the folder wins", fsys: fstest.MapFS{".prow.yaml": one("a"), ".prow/b.yaml": one("b")}, want: "b"},
		"an empty folder and a file": {fsys: fstest.MapFS{".prow.yaml": one("a"), ".prow/README.md": {}}},
		"files of one base name":     {why: "they are no keys of a ConfigMap", fsys: fstest.MapFS{".prow/a/j.yaml": one("a"), ".prow/b/j.yaml": one("b")}, want: "a b"},
		"a file for other readers":   {fsys: fstest.MapFS{".prow/a.yaml": one("a"), ".prow/b.yaml": one("b"), ".prowignore": {Data: []byte("b.yaml")}}, want: "a"},
	}
	config := fstest.MapFS{"c.yaml": {Data: []byte("in_repo_config: {enabled: {'*': true}}")}}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			central := mustLoad(t, config, Paths{Config: "c.yaml"})
			cat, problems := central.WithInRepo("o", "r", test.fsys)
			if cat == nil {
				t.Fatal(problems)
			}
			if got := allNames(cat); got != test.want {
				t.Errorf("%s: got %q, want %q", test.why, got, test.want)
			}
			for _, j := range cat.Presubmits("o", "r") {
				if !j.InRepo {
					t.Errorf("%s is not marked as the repository's own", j.Name)
				}
			}
			if got := allNames(central); got != "" {
				t.Errorf("the central catalog has got jobs: %q", got)
			}
		})
	}
}

func TestInRepoTakesNoFileForAFolder(t *testing.T) {
	config := fstest.MapFS{"c.yaml": {Data: []byte("{}")}}
	_, problems := mustLoad(t, config, Paths{Config: "c.yaml"}).WithInRepo("o", "r", fstest.MapFS{".prow": {}})
	if diff := cmp.Diff(".prow: must be a folder with job files; one file is called .prow.yaml", problems.Error()); diff != "" {
		t.Error(diff)
	}
}

// TestInRepoJobsGetPresets merges presets of the configuration and of the repository into its jobs.
func TestInRepoJobsGetPresets(t *testing.T) {
	config := fstest.MapFS{"c.yaml": {Data: []byte("in_repo_config: {enabled: {'*': true}}\npresets: [{labels: {p: all}, env: [{name: A, value: central}]}]")}}
	cat, problems := mustLoad(t, config, Paths{Config: "c.yaml"}).WithInRepo("o", "r", fstest.MapFS{".prow.yaml": {Data: []byte(`
presets: [{labels: {q: own}, env: [{name: B, value: own}]}]
presubmits: [{name: a, labels: {p: all, q: own}, spec: {containers: [{command: [x]}]}}]`)}})
	if cat == nil {
		t.Fatal(problems)
	}
	var got []string
	for _, e := range cat.Presubmits("o", "r")[0].Spec.Containers[0].Env {
		got = append(got, e.Name+"="+e.Value)
	}
	if diff := cmp.Diff([]string{"A=central", "B=own"}, got); diff != "" {
		t.Error(diff)
	}
	if cat.Counts().Presubmits != 1 {
		t.Errorf("counted %+v", cat.Counts())
	}
}
