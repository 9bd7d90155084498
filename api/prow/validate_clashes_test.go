package prow

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestClashes(t *testing.T) {
	type job struct{ name, context, branch string }
	tests := map[string]struct {
		why  string
		jobs []job
		want []string
	}{
		"nothing shared":                      {jobs: []job{{"a", "a", ""}, {"b", "b", ""}}},
		"a name":                              {jobs: []job{{"a", "a", ""}, {"a", "a", "main"}}, want: []string{"job-duplicate"}},
		"a name on other branches":            {jobs: []job{{"a", "a", "dev"}, {"a", "a", "main"}}},
		"a name on the same branch, in words": {why: "Prow compares expressions letter by letter", jobs: []job{{"a", "a", "^main$"}, {"a", "a", "main"}}},
		"a context":                           {jobs: []job{{"a", "ci", ""}, {"b", "ci", ""}}, want: []string{"context-duplicate"}},
		"a context on other branches":         {jobs: []job{{"a", "ci", "dev"}, {"b", "ci", "main"}}},
		"each later one is told":              {jobs: []job{{"a", "a", ""}, {"a", "a", ""}, {"a", "a", ""}}, want: []string{"job-duplicate", "job-duplicate"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var pre []Presubmit
			var post []Postsubmit
			for _, j := range test.jobs {
				var on Brancher
				if j.branch != "" {
					on.Branches = []string{j.branch}
				}
				base, r := JobBase{Name: j.name}, Reporter{Context: j.context}
				pre = append(pre, Presubmit{JobBase: base, Reporter: r, Brancher: on})
				post = append(post, Postsubmit{JobBase: base, Reporter: r, Brancher: on})
			}
			for kind, found := range map[string][]Clash{"presubmits": Clashes(pre), "postsubmits": PostsubmitClashes(post)} {
				var got []string
				for _, c := range found {
					got = append(got, c.Code)
				}
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("%s, %s (-want +got):\n%s", kind, test.why, diff)
				}
			}
		})
	}
}

func TestPeriodicClashes(t *testing.T) {
	jobs := []Periodic{{JobBase: JobBase{Name: "a"}}, {JobBase: JobBase{Name: "b"}}, {JobBase: JobBase{Name: "a"}}}
	found := PeriodicClashes(jobs)
	if len(found) != 1 || found[0].First != 0 || found[0].Second != 2 || found[0].Code != "job-duplicate" {
		t.Errorf("got %+v, want the first and the third", found)
	}
}
