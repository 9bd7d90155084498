package main

import (
	"testing"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/pipelines/clonespec"
)

func TestBranchFor(t *testing.T) {
	tests := map[string]struct {
		why  string
		b    prow.Brancher
		want string
	}{
		"no branches":                    {b: prow.Brancher{}, want: "main"},
		"a plain name":                   {b: prow.Brancher{Branches: []string{"release-1.2"}}, want: "release-1.2"},
		"anchors":                        {b: prow.Brancher{Branches: []string{"^main$"}}, want: "main"},
		"the first one wins":             {b: prow.Brancher{Branches: []string{"dev", "main"}}, want: "dev"},
		"digits":                         {b: prow.Brancher{Branches: []string{`^release-\d+\.\d+$`}}, want: "release-1.1"},
		"anything behind a slash":        {why: "a name cannot end in one", b: prow.Brancher{Branches: []string{"^feature/.*$"}}, want: "feature/x"},
		"alternatives":                   {b: prow.Brancher{Branches: []string{"^(alpha|beta)$"}, SkipBranches: []string{"alpha"}}, want: "beta"},
		"skipped usual name":             {b: prow.Brancher{SkipBranches: []string{"main"}}, want: "master"},
		"skipped family":                 {b: prow.Brancher{SkipBranches: []string{"^m", "^d"}}, want: "release-1.0"},
		"a class":                        {b: prow.Brancher{Branches: []string{"^v[2-4]$"}}, want: "v2"},
		"a count":                        {b: prow.Brancher{Branches: []string{"^x{3}$"}}, want: "xxx"},
		"case does not matter":           {b: prow.Brancher{Branches: []string{"(?i)^main$"}}, want: "MAIN"},
		"skip wins over the same name":   {why: "there is no such branch", b: prow.Brancher{Branches: []string{"^main$"}, SkipBranches: []string{"main"}}, want: ""},
		"matches nothing that git takes": {b: prow.Brancher{Branches: []string{`^\.\.$`}}, want: ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := branchFor(test.b)
			if got != test.want {
				t.Errorf("%s: got %q, want %q", test.why, got, test.want)
			}
			if got != "" && (!test.b.ShouldRun(got) || !clonespec.ValidBranch(got)) {
				t.Errorf("%q is no branch on which the job runs", got)
			}
		})
	}
}
