package prow

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/yaml"
)

var update = flag.Bool("update", false, "write the golden files anew")

// settled is what becomes of the jobs of one file.
type settled struct {
	Presubmits  []Presubmit  `json:"presubmits,omitempty"`
	Postsubmits []Postsubmit `json:"postsubmits,omitempty"`
	Periodics   []Periodic   `json:"periodics,omitempty"`
	Problems    []string     `json:"problems,omitempty"`
}

func read(t *testing.T, file string, into any) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err == nil {
		err = yaml.UnmarshalStrict(text, into)
	}
	if err != nil {
		t.Fatalf("read %s: %v", file, err)
	}
}

// settle defaults, merges and validates the jobs of a file, all of one repository.
func settle(t *testing.T, file string) settled {
	t.Helper()
	c, jobs, out := &Config{}, JobConfig{}, settled{}
	read(t, "testdata/settle/config.yaml", c)
	read(t, file, &jobs)
	const repo = "harbor/sloop"
	done := func(j *JobBase, validate func(at *field.Path) Problems) {
		if err := j.MergePresets(c.Presets); err != nil {
			t.Error(err)
		}
		out.Problems = append(out.Problems, toldOf(validate(field.NewPath(j.Name)))...)
	}
	for _, p := range jobs.Presubmits[repo] {
		p.Default(repo, c)
		done(&p.JobBase, func(at *field.Path) Problems { return p.Validate(repo, c, at) })
		out.Presubmits = append(out.Presubmits, p)
	}
	for _, p := range jobs.Postsubmits[repo] {
		p.Default(repo, c)
		done(&p.JobBase, func(at *field.Path) Problems { return p.Validate(repo, c, at) })
		out.Postsubmits = append(out.Postsubmits, p)
	}
	for _, p := range jobs.Periodics {
		p.Default(c)
		done(&p.JobBase, func(at *field.Path) Problems { return p.Validate(c, at) })
		out.Periodics = append(out.Periodics, p)
	}
	return out
}

// TestSettle shows for each group of fields what loading makes of it, and that the groups together have every field.
func TestSettle(t *testing.T) {
	files, err := filepath.Glob("testdata/settle/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]bool{}
	for _, file := range files {
		if filepath.Base(file) == "config.yaml" {
			continue
		}
		got := settle(t, file)
		fieldsSaid(reflect.ValueOf(got), said)
		golden(t, strings.TrimSuffix(file, ".yaml")+".json", got)
	}
	for _, of := range []any{Presubmit{}, Postsubmit{}, Periodic{}, JobBase{}, UtilityConfig{}, Brancher{}, RegexpChangeMatcher{}, Reporter{}, Refs{}, Pull{}, Retry{}, JenkinsSpec{},
		TektonPipelineRunSpec{}, PipelineRef{}, ReporterConfig{}, SlackReporterConfig{}, RerunAuthConfig{}, GitHubTeamSlug{}, JobDefault{}, ResultStoreConfig{},
		DecorationConfig{}, UtilityImages{}, Resources{}, GCSConfiguration{}, SecretKey{}, CensoringOptions{}, SchedulingOptions{}} {
		for f := range reflect.TypeOf(of).Fields() {
			if name := reflect.TypeOf(of).Name() + "." + f.Name; !said[name] && f.Tag.Get("json") != "-" && name != "RerunAuthConfig.AllowAnyone" { // it excludes the rest, and has its own test
				t.Errorf("no file of testdata/settle says %s", name)
			}
		}
	}
}

// fieldsSaid notes the fields of this package's types that are not empty, as Type.Field.
func fieldsSaid(v reflect.Value, said map[string]bool) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			fieldsSaid(v.Elem(), said)
		}
	case reflect.Slice:
		for i := range v.Len() {
			fieldsSaid(v.Index(i), said)
		}
	case reflect.Struct:
		if v.Type().PkgPath() != reflect.TypeFor[JobBase]().PkgPath() {
			return
		}
		for i := range v.NumField() {
			if !v.Field(i).IsZero() {
				said[v.Type().Name()+"."+v.Type().Field(i).Name] = true
				fieldsSaid(v.Field(i), said)
			}
		}
	}
}

func golden(t *testing.T, file string, got any) {
	t.Helper()
	text, err := json.MarshalIndent(got, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	text = append(text, '\n')
	if *update {
		if err := os.WriteFile(file, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("read the golden file (-update writes it): %v", err)
	}
	if diff := cmp.Diff(string(want), string(text)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}
