package match_test

import (
	"fmt"
	"testing"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/triggers/match"
)

// BenchmarkDecide answers questions about a repository with 500 presubmits and a change of 100 files: with a file filter of
// its own for each job, with the few filters that most repositories share, and for a comment that names one job.
func BenchmarkDecide(b *testing.B) {
	var files []string
	for i := range 100 {
		files = append(files, fmt.Sprintf("pkg/%d/reconcile.go", i*5))
	}
	shared := []string{`^((apis|config|controllers|hack|pkg)/|Dockerfile|go\.mod|main\.go)`, `\.sh$|^Makefile$`, `(\.md|markdownlint\.sh)$`, `^docs/`, `go.mod|templates\/test`}
	jobs := func(filter func(i int) string) jobsOf {
		var c jobsOf
		for i := range 500 {
			c.before = append(c.before, job(fmt.Sprintf("job-%d", i), func(p *prow.Presubmit) { p.RunIfChanged = filter(i) }))
		}
		return c
	}
	opened := pull("opened", "alice", func(e *match.Event) { e.Changed = files })
	named := says("please have a look\n/test job-250", func(e *match.Event) { e.Changed = files })
	own, common := jobs(func(i int) string { return fmt.Sprintf(`^pkg/%d/.*\.go$`, i) }), jobs(func(i int) string { return shared[i%len(shared)] })
	cases := map[string]struct {
		catalog jobsOf
		event   match.Event
		runs    int
	}{
		"a filter each":  {own, opened, 100},
		"shared filters": {common, opened, 100},
		"a name":         {own, named, 1},
	}
	for name, c := range cases {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if got := match.Decide(c.catalog, ask(c.event)); len(got.Jobs) != c.runs {
					b.Fatalf("%d jobs run, want %d", len(got.Jobs), c.runs)
				}
			}
		})
	}
}
