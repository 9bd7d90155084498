package document

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// TestOddKeys says what is said about keys.
func TestOddKeys(t *testing.T) {
	tests := map[string]struct {
		why, data string
		want      []string
	}{
		"known keys in any case":          {data: "periodics:\n- NAME: a\n  spec: {serviceaccountName: x}"},
		"an unknown key":                  {data: "periodics:\n- name: a\n  crom: x", want: []string{`f:3 strict periodics[0].crom: the key is unknown and is ignored; did you mean "cron"?`}},
		"an unknown key deep down":        {data: "presubmits:\n  o/r:\n  - spec:\n      containers:\n      - imige: x", want: []string{`f:5 strict presubmits[o/r][0].spec.containers[0].imige: the key is unknown and is ignored; did you mean "image"?`}},
		"keys of a map":                   {data: "periodics: [{labels: {any: thing}}]"},
		"keys of what reads itself":       {why: "it knows its own keys", data: "periodics: [{pipeline_run_spec: {params: [{name: a, value: {any: thing}}]}}]"},
		"anything where anything goes":    {data: "prow_ignored: {any: {thing: goes}}"},
		"a key twice":                     {why: "Prow does not mind, even when it is strict", data: "periodics:\n- name: a\n  name: b", want: []string{"f:3 periodics[0].name: the key is there twice; only the last one counts"}},
		"a key twice where anything goes": {data: "prow_ignored: {a: 1, a: 2}", want: []string{"f:1 prow_ignored.a: the key is there twice; only the last one counts"}},
		"a key of its own over a merged one": {data: "periodics:\n- &a {name: a, cron: x}\n- <<: *a\n  name: b",
			want: []string{"f:4 periodics[1].name: the key is there twice; only the last one counts"}},
		"an unknown key in an anchor that is ignored": {why: "Prow reads it where the alias is", data: "prow_ignored:\n  x: &x\n    imige: x\nperiodics:\n- spec: {containers: [*x, *x]}",
			want: []string{`f:3 strict periodics[0].spec.containers[0].imige: the key is unknown and is ignored; did you mean "image"?`}},
		"an unknown key that is merged": {data: "prow_ignored:\n  x: &x {crom: x}\nperiodics:\n- <<: *x\n- <<: *x",
			want: []string{`f:2 strict periodics[0].crom: the key is unknown and is ignored; did you mean "cron"?`}},
		"a document that is read through JSON": {data: "periodics:\n- max_concurrency: 010\n  crom: x", want: []string{`f:3 strict periodics[0].crom: the key is unknown and is ignored; did you mean "cron"?`}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, problems := Decode("f", []byte(test.data), &prow.JobConfig{})
			if diff := cmp.Diff(test.want, lines(problems)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.why, diff)
			}
		})
	}
}

func lines(problems prow.Problems) (out []string) {
	for _, p := range problems {
		strict := ""
		if p.Strict {
			strict = "strict "
		}
		out = append(out, fmt.Sprintf("%s:%d %s%s: %s", p.File, p.Line, strict, p.Field, p.Message))
	}
	return out
}

// TestMisfits says what is said about values that do not fit.
func TestMisfits(t *testing.T) {
	tests := map[string]struct{ data, want string }{
		"a boolean in place of text":  {data: "periodics:\n- spec:\n    containers:\n    - command: [y]", want: "f:4 periodics[0].spec.containers[0].command[0]: true is a boolean, want text; write it in quotes"},
		"several at once":             {data: "periodics:\n- name: [a]\n  decorate: maybe", want: `f:3 periodics[0].decorate: "maybe" is text, want true or false`},
		"a duration without a unit":   {data: "periodics:\n- decoration_config:\n    timeout: 2x", want: "f:3 periodics[0].decoration_config.timeout: "},
		"a quantity that is none":     {data: "periodics:\n- spec:\n    containers:\n    - resources:\n        limits: {memory: lots}", want: "f:5 periodics[0].spec.containers[0].resources.limits[memory]: "},
		"no YAML":                     {data: "periodics:\n\t- x", want: "f:2 : found character that cannot start any token"},
		"an anchor inside itself":     {data: "periodics: &x [*x]", want: "f:0 : anchor 'x' value contains itself"},
		"letters outside of a string": {data: "periodics: [{name: a, max_concurrency: 3é}]", want: `f:1 periodics[0].max_concurrency: "3é" is text, want a whole number`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, problems := Decode("f", []byte(test.data), &prow.JobConfig{})
			if problems.Err() == nil || !strings.Contains(strings.Join(lines(problems), "\n"), test.want) {
				t.Errorf("got %q, want %q", lines(problems), test.want)
			}
		})
	}
}

func TestLines(t *testing.T) {
	d := Parse("f", []byte("a:\n- b: 1\n  c: {d: 2}\n- &x\n  e: 3\n- *x\n- <<: *x\n"))
	for field, want := range map[string]struct {
		line int
		has  bool
	}{
		"": {1, true}, "a": {1, true}, "a[0]": {2, true}, "a[0].b": {2, true}, "a[0].c.d": {3, true}, "a[1].e": {5, true}, "a[2].e": {5, true}, "a[3].e": {5, true},
		"a[0].C[D]": {3, true}, "a[0].none": {2, false}, "a[9]": {1, false}, "none": {1, false}, "a[0].c.d.none": {3, false},
	} {
		if got := d.Line(field); got != want.line || d.Has(field) != want.has {
			t.Errorf("%q: line %d, there: %v; want %d, %v", field, got, d.Has(field), want.line, want.has)
		}
	}
	if diff := cmp.Diff([]int{2, 4, 6, 7}, d.ItemLines("a")); diff != "" {
		t.Error(diff)
	}
	if broken := Parse("f", []byte("a: [")); broken.Line("a") != 0 || broken.Has("a") || broken.ItemLines("a") != nil {
		t.Error("a document that could not be parsed has lines")
	}
}
