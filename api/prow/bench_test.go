package prow

import (
	"fmt"
	"testing"

	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/yaml"
)

// BenchmarkSettle is all that this package does to a job between reading and use: defaults, presets and validation, for jobs
// such as real ones are.
func BenchmarkSettle(b *testing.B) {
	const text = `
name: pull-unit
labels: {preset-go: "true", preset-cache: "true"}
annotations: {testgrid-dashboards: harbor, testgrid-tab-name: unit, description: runs the unit tests}
branches: [^main$, ^release-]
run_if_changed: '\.go$|^go\.(mod|sum)$'
decorate: true
decoration_config: {timeout: 1h}
extra_refs: [{org: harbor, repo: tools, base_ref: main}]
spec:
  containers:
  - image: x
    command: [make]
    args: [test]
    env: [{name: A, value: b}, {name: B, value: c}]
    resources: {requests: {cpu: "2", memory: 4Gi}, limits: {cpu: "2", memory: 4Gi}}
    volumeMounts: [{name: data, mountPath: /data}]
  volumes: [{name: data, emptyDir: {}}]
`
	c := &Config{}
	if err := yaml.Unmarshal([]byte(configYAML), c); err != nil {
		b.Fatal(err)
	}
	c.PodNamespace = ""
	var presets []Preset
	for i := range 40 {
		presets = append(presets, Preset{Labels: map[string]string{fmt.Sprint("preset-", i): "true"}})
	}
	presets[7].Labels = map[string]string{"preset-go": "true"}
	var template Presubmit
	if err := yaml.Unmarshal([]byte(text), &template); err != nil {
		b.Fatal(err)
	}
	at := field.NewPath("presubmits").Key("harbor/sloop").Index(1)
	b.ReportAllocs()
	for b.Loop() {
		job := template
		job.Default("harbor/sloop", c)
		if err := job.MergePresets(presets); err != nil {
			b.Fatal(err)
		}
		if ps := job.Validate("harbor/sloop", c, at); len(ps) > 0 {
			b.Fatal(ps)
		}
	}
}

// BenchmarkClashes is one repository with 500 presubmits.
func BenchmarkClashes(b *testing.B) {
	jobs := make([]Presubmit, 500)
	for i := range jobs {
		jobs[i].Name = fmt.Sprint("pull-", i/4)
		jobs[i].Context = jobs[i].Name
		jobs[i].Branches = []string{fmt.Sprint("^release-", i%4)}
	}
	for b.Loop() {
		if found := Clashes(jobs); found != nil {
			b.Fatal(found)
		}
	}
}
