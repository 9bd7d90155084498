package document

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// readers are the kinds of files that a configuration has.
var readers = map[string]reflect.Type{
	"a job file":   reflect.TypeFor[prow.JobConfig](),
	"config.yaml":  reflect.TypeFor[prow.Config](),
	"plugins.yaml": reflect.TypeFor[prow.PluginConfig](),
	"jobs as a list": reflect.TypeFor[struct {
		Presubmits []prow.Presubmit `json:"presubmits"`
	}](),
}

// sameBothWays reads data directly and through JSON, and says how the two differ. direct is false if the direct way
// leaves the document to the other.
func sameBothWays(data []byte, t reflect.Type) (direct bool, diff string) {
	d := Parse("f", data)
	fast, slow := reflect.New(t), reflect.New(t)
	if d.root == nil || nonSpecificTag(data) || decodeNode(d.root, fast.Elem()) != nil {
		return false, ""
	}
	if err := yaml.Unmarshal(data, slow.Interface()); err != nil {
		return true, "only the direct way reads it: " + err.Error()
	}
	if !reflect.DeepEqual(fast.Interface(), slow.Interface()) {
		return true, cmp.Diff(slow.Interface(), fast.Interface(), cmp.Exporter(func(reflect.Type) bool { return true }))
	}
	return true, ""
}

const aJob = `
presubmits:
  o/r:
  - name: a
    labels: {x: "true", y1: plain}
    decorate: yes
    max_concurrency: 4
    branches: [^main$, 'release-.*']
    decoration_config: {timeout: 2h, skip_cloning: off, gcs_configuration: {mediaTypes: {log: text/plain}}}
    spec:
      containers:
      - {image: golang, command: [make], args: ["-C", .], resources: {limits: {cpu: 1.5, memory: 4Gi}, requests: {cpu: 2}}, env: [{name: A, value: "1"}, {name: B, valueFrom: {secretKeyRef: {name: s, key: k}}}], livenessProbe: {httpGet: {port: 80}}}
      volumes: [{name: v, emptyDir: {}}, {name: w, hostPath: {path: /x, type: Directory}}]
`

// shapes are documents that the two ways read alike; direct says whether the direct way reads them at all.
var shapes = map[string]struct {
	why    string
	data   string
	direct bool
}{
	"a job":                                {data: aJob, direct: true},
	"a job in the tekton way":              {data: "periodics: [{name: a, agent: tekton-pipeline, pipeline_run_spec: {pipelineSpec: {tasks: [{name: t, params: [{name: p, value: x}, {name: q, value: [y, z]}]}]}}}]", direct: true},
	"anchors and aliases":                  {data: "prow_ignored: {c: &c {containers: [{image: x}]}}\nperiodics: [{name: a, spec: *c}, {name: b, spec: *c}]", direct: true},
	"a merge before own keys":              {data: "periodics: [&a {name: a, cron: x}, {<<: *a, name: b}]", direct: true},
	"a merge behind own keys":              {why: "in YAML 1.1 as Prow reads it, the merge wins then", data: "periodics: [&a {name: a, cron: x}, {name: b, <<: *a}]", direct: true},
	"a merge of several":                   {why: "the first of them wins", data: "periodics: [&a {name: a, cron: x}, &b {name: b, interval: 1h}, {<<: [*a, *b]}]", direct: true},
	"a key twice":                          {data: "periodics: [{name: a, name: b}]", direct: true},
	"a key twice in different cases":       {why: "encoding/json reads both into one field", data: "periodics: [{name: a, Labels: {a: b}, labels: {c: d}}]", direct: false},
	"keys in any case":                     {data: "periodics: [{NAME: a, spec: {serviceaccountname: x}}]", direct: true},
	"null values":                          {data: "presubmits: {o/r: [{name: a, spec: ~, labels: , branches: null, decorate: null, max_concurrency: ~}], o/q: }", direct: true},
	"empty lists and mappings":             {data: "presubmits: {o/r: [{name: a, labels: {}, branches: []}], o/q: []}\nperiodics: []", direct: true},
	"blocks of text":                       {data: "periodics:\n- name: a\n  spec:\n    containers:\n    - args:\n      - |\n        if [ ! -f x ]; then y; fi\n      - >-\n        a\n        b\n", direct: true},
	"dates":                                {why: "they are text", data: "periodics: [{name: a, annotations: {d: 2026-01-02, t: 2026-01-02T03:04:05Z}}]", direct: true},
	"things that look like numbers":        {data: "periodics: [{name: 1.2.3, annotations: {a: 100m, b: 10Gi, c: 1-2, d: ./x, e: ..., f: 1e, g: -, h: +x, i: 0xyz, j: 12:30}}]", direct: true},
	"a number where Prow makes it text":    {data: "presets: [{env: [{name: A, value: 1}]}]", direct: false},
	"a number that is no text":             {data: "periodics: [{name: 1}]", direct: false},
	"an octal number":                      {data: "periodics: [{name: a, max_concurrency: 010}]", direct: false},
	"a number with underscores":            {data: "periodics: [{name: a, max_concurrency: 1_0}]", direct: false},
	"a whole number with a point":          {data: "periodics: [{name: a, max_concurrency: 1.0}]", direct: false},
	"infinity":                             {data: "periodics: [{name: a, annotations: {a: .inf, b: -.Inf}}]", direct: false},
	"a tag":                                {data: "periodics: [{name: !!str 1}]", direct: false},
	"the tag that says nothing":            {why: "it makes text of a number, and nodes do not show it", data: "periodics: [{name: ! 1}]", direct: false},
	"a number as a key":                    {data: "periodics: [{name: a, labels: {1: b}}]", direct: false},
	"a boolean as a key":                   {data: "periodics: [{name: a, labels: {y: b}}]", direct: false},
	"a key that folds to another alphabet": {why: "encoding/json takes the Kelvin sign for a k", data: "slac\u212a: x\nperiodics: []", direct: false},
	"a list in place of text":              {data: "periodics: [{name: [a]}]", direct: false},
	"an anchor that contains itself":       {data: "x: &x [*x]\nperiodics: []", direct: false},
	"a mapping that merges itself":         {data: "x: &x {<<: *x}\nperiodics: []", direct: false},
	"aliases of aliases of aliases":        {data: "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d,*d]\n", direct: false},
	"two documents":                        {why: "the first one counts", data: "periodics: [{name: a}]\n---\nperiodics: [{name: b}]", direct: true},
	"nothing":                              {data: "# only a comment\n", direct: false},
	"a byte order mark":                    {data: "\ufeffperiodics: [{name: a}]", direct: true},
}

func TestBothWaysReadAlike(t *testing.T) {
	for name, test := range shapes {
		t.Run(name, func(t *testing.T) {
			for kind, of := range readers {
				direct, diff := sameBothWays([]byte(test.data), of)
				if diff != "" {
					t.Errorf("as %s (%s): %s", kind, test.why, diff)
				}
				if kind == "a job file" && direct != test.direct {
					t.Errorf("read directly: %v, want %v", direct, test.direct)
				}
			}
		})
	}
}

// TestRealFilesAreReadAlike reads every file of the real configurations beside the project, if they are there.
func TestRealFilesAreReadAlike(t *testing.T) {
	root := "../../../../shared/corpora"
	if _, err := os.Stat(root); errors.Is(err, fs.ErrNotExist) {
		t.Skipf("no real configurations at %s", root)
	}
	all, direct := 0, 0
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".yaml") {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for kind, of := range readers {
			straight, diff := sameBothWays(data, of)
			if diff != "" {
				t.Errorf("%s as %s: %s", path, kind, diff)
			}
			if kind == "a job file" && !strings.Contains(path, "broken") {
				all++
				if straight {
					direct++
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d of %d files are read directly", direct, all)
	if direct*10 < all*9 {
		t.Errorf("only %d of %d files are read directly", direct, all)
	}
}

// FuzzDecode reads any bytes both ways: never a panic, never a difference.
func FuzzDecode(f *testing.F) {
	for _, s := range shapes {
		f.Add([]byte(s.data))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for kind, of := range readers {
			if _, diff := sameBothWays(data, of); diff != "" {
				t.Errorf("as %s: %s", kind, diff)
			}
			_, _ = Decode("f", data, reflect.New(of).Interface()) // it must not panic
		}
	})
}
