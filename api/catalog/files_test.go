package catalog

import (
	"bytes"
	"compress/gzip"
	"path"
	"strings"
	"testing"
	"testing/fstest"
)

func gzipped(t *testing.T, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestLoadUnpacksGzip(t *testing.T) {
	fsys := fstest.MapFS{"a.yaml": {Data: gzipped(t, aFile("a").Data)}}
	if got := names(mustLoad(t, fsys, Paths{Jobs: "a.yaml"}).Presubmits("o", "r")); got != "a" {
		t.Errorf("got %q", got)
	}
}

func TestLoadRefusesFiles(t *testing.T) {
	tests := map[string]struct {
		why  string
		fsys fstest.MapFS
		path Paths
		want string
	}{
		"a path that is not there":   {fsys: fstest.MapFS{}, path: Paths{Jobs: "jobs"}, want: "jobs: file does not exist"},
		"a configuration not there":  {fsys: fstest.MapFS{}, path: Paths{Config: "c.yaml"}, want: "c.yaml: file does not exist"},
		"broken gzip":                {fsys: fstest.MapFS{"a.yaml": {Data: []byte("\x1f\x8b\x08")}}, path: Paths{Jobs: "a.yaml"}, want: "a.yaml: unexpected EOF"},
		"gzip that grows and grows":  {why: "a small file must not fill the memory", fsys: fstest.MapFS{"a.yaml": {Data: gzipped(t, make([]byte, maxFile+1))}}, path: Paths{Jobs: "a.yaml"}, want: "a.yaml: more than 32 MiB unpacked"},
		"two files of one base name": {why: "Prow refuses them", fsys: fstest.MapFS{"j/x/a.yaml": aFile("a"), "j/y/a.yaml": aFile("b")}, path: Paths{Jobs: "j"}, want: "j/y/a.yaml: j/x/a.yaml has the same base name; job files need different ones, in whatever folder"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			cat, problems := Load(test.fsys, test.path)
			if cat != nil || strings.TrimSpace(problems.Error()) != test.want {
				t.Errorf("%s: got %q, want %q", test.why, problems.Error(), test.want)
			}
		})
	}
}

func TestProwIgnore(t *testing.T) {
	tests := map[string]struct {
		why   string
		rules map[string]string
		want  string
	}{
		"nothing":                    {want: "a b c d"},
		"a name":                     {rules: map[string]string{"j": "b.yaml"}, want: "a c d"},
		"a name further down":        {rules: map[string]string{"j": "c.yaml"}, want: "a b d"},
		"a name at the top only":     {rules: map[string]string{"j": "/c.yaml"}, want: "a b c d"},
		"a folder":                   {rules: map[string]string{"j": "x/"}, want: "a b"},
		"a pattern and an exception": {rules: map[string]string{"j": "*.yaml\n!a.yaml"}, want: "a"},
		"an exception below a folder that is left out": {why: "as in git, nothing below it is looked at", rules: map[string]string{"j": "x/", "j/x": "!c.yaml"}, want: "a b"},
		"the nearest file decides":                     {rules: map[string]string{"j": "c.yaml\nd.yaml", "j/x": "!c.yaml"}, want: "a b c"},
		"a question mark":                              {rules: map[string]string{"j": "?.yaml\n!b.yaml"}, want: "b"},
		"two stars":                                    {rules: map[string]string{"j": "x/**/d.yaml"}, want: "a b c"},
		"comments and empty lines":                     {rules: map[string]string{"j": "# b.yaml\n\na.yaml\n"}, want: "b c d"},
		"a file above the root":                        {why: "the root is the job directory", rules: map[string]string{".": "a.yaml"}, want: "a b c d"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			fsys := fstest.MapFS{"j/a.yaml": aFile("a"), "j/b.yaml": aFile("b"), "j/x/c.yaml": aFile("c"), "j/x/y/d.yaml": aFile("d")}
			for dir, rules := range test.rules {
				fsys[path.Join(dir, prowIgnore)] = &fstest.MapFile{Data: []byte(rules)}
			}
			if got := names(mustLoad(t, fsys, Paths{Jobs: "j"}).Presubmits("o", "r")); got != test.want {
				t.Errorf("%s: got %q, want %q", test.why, got, test.want)
			}
		})
	}
}
