package changed

import (
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

func TestStarts(t *testing.T) {
	tests := map[string]struct {
		why  string
		want []string
	}{
		`^docs/`:                {want: []string{"docs/"}},
		`^docs/.*\.md$`:         {want: []string{"docs/"}},
		`^docs/|^site/`:         {want: []string{"docs/", "site/"}},
		`(^docs/)|(^site/)`:     {want: []string{"docs/", "site/"}},
		`^(cmd|pkg)/.*\.go$`:    {want: []string{"cmd", "pkg"}},
		`^((a1|b2)/|go\.mod)`:   {want: []string{"a1", "b2", "go.mod"}},
		`^go\.(mod|sum)$`:       {want: []string{"go."}},
		`(^x/y|^x/z)$`:          {want: []string{"x/y", "x/z"}},
		"^\uFFFDa":              {why: "it matches bytes that are no text too"},
		`^(?:ab)+`:              {want: []string{"ab"}},
		`\.go$`:                 {why: "anything may come before"},
		`docs/`:                 {why: "expressions are unanchored"},
		`^docs/|\.md$`:          {why: "the second way is not anchored"},
		`^(docs/)?x`:            {why: "the first part may be missing"},
		`^.*\.go$`:              {},
		`(?i)^docs/`:            {why: "it matches Docs/ too"},
		`(?m)^docs/`:            {why: "a path may hold a new line"},
		`^[ab]/`:                {},
		`^`:                     {},
		`^$`:                    {},
		``:                      {},
		`(`:                     {why: "it is no expression"},
		`^a*b`:                  {},
		`^(a{2}|)c`:             {},
		`^(|docs)/`:             {},
		`(^a|b)c`:               {},
		`(^docs/|^site/).*\.md`: {want: []string{"docs/", "site/"}},
	}
	for expr, test := range tests {
		t.Run(expr, func(t *testing.T) {
			if diff := cmp.Diff(test.want, clueOf(expr).starts); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.why, diff)
			}
		})
	}
}

func TestParts(t *testing.T) {
	tests := map[string]struct {
		why  string
		want []string
	}{
		`\.go$`:               {want: []string{".go"}},
		`(\.md|lint\.sh)$`:    {want: []string{".md", "lint.sh"}},
		`docs/.*/index\.md`:   {why: "the longer one is rarer", want: []string{"/index.md"}},
		`((\.sh)|^Makefile)$`: {want: []string{".sh", "Makefile"}},
		`test\/e2e|go.mod`:    {why: "a dot is any sign", want: []string{"test/e2e", "mod"}},
		`(docs/)?x`:           {why: "what may be missing is not needed", want: []string{"x"}},
		`(ab)+c`:              {want: []string{"ab"}},
		`(?i)\.go$`:           {why: "it matches .GO too"},
		`.*`:                  {},
		`[ab]+`:               {},
		`docs/|`:              {why: "it matches anything"},
		"\uFFFDa":             {why: "it matches bytes that are no text too"},
		`(`:                   {why: "it is no expression"},
	}
	for expr, test := range tests {
		t.Run(expr, func(t *testing.T) {
			if diff := cmp.Diff(test.want, clueOf(expr).parts); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.why, diff)
			}
		})
	}
}

// FuzzMatch holds that the short way gives the answer of the long one, whatever the expression and the paths.
func FuzzMatch(f *testing.F) {
	for _, expr := range []string{`^docs/`, `^(cmd|pkg)/.*\.go$`, `\.go$`, `(^a|b)c`, `^(|docs)/`, `(?m)^docs/`, `^a*b`, `^(docs/)?x`, `(?i)^DOCS`} {
		f.Add(expr, "docs/x.md", "pkg/a.go", "bc", true)
		f.Add(expr, "x\ndocs/", "", "docs/", false)
	}
	f.Fuzz(func(t *testing.T, expr, a, b, c string, run bool) {
		if _, err := regexp.Compile(expr); err != nil || len(expr) > 200 {
			t.Skip()
		}
		m := prow.RegexpChangeMatcher{SkipIfOnlyChanged: expr}
		if run {
			m = prow.RegexpChangeMatcher{RunIfChanged: expr}
		}
		paths := []string{a, b, c}
		files := New(paths)
		for range 2 { // the second answer is remembered
			want, got := m.MatchFiles(paths), files.Match(m)
			if want.Runs != got.Runs || want.Field != got.Field || want.Expr != got.Expr {
				t.Fatalf("%q on %q: %+v, want %+v", expr, paths, got, want)
			}
			if got.Runs && !slices.ContainsFunc(paths, func(p string) bool { return p == got.Value && m.MatchFiles([]string{p}).Runs }) {
				t.Fatalf("%q on %q: %q does not decide", expr, paths, got.Value)
			}
		}
	})
}

func TestLenCountsFilesOnce(t *testing.T) {
	if n := New([]string{"b", "a", "b"}).Len(); n != 2 {
		t.Errorf("%d files", n)
	}
}
