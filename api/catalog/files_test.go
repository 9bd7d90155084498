package catalog

import (
	"bytes"
	"compress/gzip"
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
	fsys := fstest.MapFS{"a.yaml": {Data: gzipped(t, jobFile("a").Data)}}
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
		"two files of one base name": {why: "Prow refuses them", fsys: fstest.MapFS{"j/x/a.yaml": jobFile("a"), "j/y/a.yaml": jobFile("b")}, path: Paths{Jobs: "j"}, want: "j/y/a.yaml: j/x/a.yaml has the same base name; job files need different ones, in whatever folder"},
		"files that Prow would skip": {why: "what is not honoured is not dropped in silence", fsys: fstest.MapFS{"j/a.yaml": jobFile("a"), "j/.prowignore": {}}, path: Paths{Jobs: "j"}, want: "j/.prowignore: files of this kind are not honoured yet, and jobs that should be ignored must not run; remove it, or point to a folder without it"},
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
