package catalog

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"sigs.k8s.io/yaml"
)

// BenchmarkLoad loads a thousand presubmits from ten files, beside its bound: turning the same YAML into Go values without
// defaults, validation and lines.
func BenchmarkLoad(b *testing.B) {
	fsys, documents := fstest.MapFS{}, [][]byte{}
	for file := range 10 {
		var text strings.Builder
		fmt.Fprintf(&text, "presubmits:\n  o/r%d:\n", file)
		for job := range 100 {
			fmt.Fprintf(&text, "  - name: job-%d-%d\n    run_if_changed: '^pkg/%d/'\n    branches: [main, '^release-.*']\n    decorate: true\n"+
				"    spec: {containers: [{image: golang, command: [make], args: [test], resources: {requests: {cpu: 100m}}}]}\n", file, job, job)
		}
		documents = append(documents, []byte(text.String()))
		fsys[fmt.Sprintf("jobs/%d.yaml", file)] = &fstest.MapFile{Data: documents[file]}
	}
	b.Run("load", func(b *testing.B) {
		for b.Loop() {
			if c, problems := Load(fsys, Paths{Jobs: "jobs"}); c == nil {
				b.Fatal(problems)
			}
		}
	})
	b.Run("bound", func(b *testing.B) {
		for b.Loop() {
			for _, d := range documents {
				var v map[string]any
				if err := yaml.Unmarshal(d, &v); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}
