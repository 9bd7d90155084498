package parts

import (
	"strings"
	"testing"
	"testing/fstest"

	cluster "github.com/bowsprit-ci/bowsprit/test/cluster"
)

func sources() fstest.MapFS {
	return fstest.MapFS{
		"go.mod":         {Data: []byte("module m\n\nrequire k8s.io/kubernetes v1.0.0\n")},
		"cmd/x/main.go":  {Data: []byte("package main\n")},
		"cmd/x/other.go": {Data: []byte("package main\n")},
	}
}

func TestKey(t *testing.T) {
	base, err := Key(sources(), "go1.26.8", "linux/amd64")
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		change            func(fstest.MapFS)
		version, platform string
		same              bool
	}{
		"equal inputs have an equal key":       {version: "go1.26.8", platform: "linux/amd64", same: true},
		"another toolchain has another key":    {version: "go1.26.9", platform: "linux/amd64"},
		"another architecture has another key": {version: "go1.26.8", platform: "linux/arm64"},
		"a changed version has another key": {version: "go1.26.8", platform: "linux/amd64",
			change: func(m fstest.MapFS) { m["go.mod"].Data = append(m["go.mod"].Data, "//"...) }},
		"a renamed file has another key": {version: "go1.26.8", platform: "linux/amd64",
			change: func(m fstest.MapFS) { m["cmd/x/z.go"] = m["cmd/x/other.go"]; delete(m, "cmd/x/other.go") }},
		"text that moves from one file to the next has another key": {version: "go1.26.8", platform: "linux/amd64",
			change: func(m fstest.MapFS) {
				m["cmd/x/main.go"].Data, m["cmd/x/other.go"].Data = []byte("package main\npackage main\n"), nil
			}},
	} {
		t.Run(name, func(t *testing.T) {
			m := sources()
			if tc.change != nil {
				tc.change(m)
			}
			got, err := Key(m, tc.version, tc.platform)
			if err != nil {
				t.Fatal(err)
			}
			if (got == base) != tc.same {
				t.Errorf("key %s, before %s: same should be %v", got, base, tc.same)
			}
		})
	}
}

func TestVersionsOfTheRealModule(t *testing.T) {
	v, err := versionsOf(cluster.Sources)
	if err != nil {
		t.Fatal(err)
	}
	for name, version := range map[string]string{"Kubernetes": v.Kubernetes, "Tekton": v.Tekton, "tkn": v.Tkn} {
		if !strings.HasPrefix(version, "v") {
			t.Errorf("version of %s is %q", name, version)
		}
	}
	for _, want := range []string{"component-base/version.gitVersion=" + v.Kubernetes, "gitMajor=1 ", "changeset.rev=" + v.Tekton} {
		if !strings.Contains(ldflags(v)+" ", want) {
			t.Errorf("linker flags %q lack %q", ldflags(v), want)
		}
	}
}

func TestVersionsOfNamesWhatIsMissing(t *testing.T) {
	_, err := versionsOf(sources())
	if err == nil || !strings.Contains(err.Error(), "does not require github.com/tektoncd/") {
		t.Errorf("error %v names no module", err)
	}
}
