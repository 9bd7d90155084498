package triggers_test

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
	"github.com/bowsprit-ci/bowsprit/triggers"
)

// BenchmarkDecide decides about a pull request of 100 files in a repository with 500 jobs, each with a file filter of its
// own, beside the plain way to match: each job's expression against each changed file, with the expressions compiled before.
func BenchmarkDecide(b *testing.B) {
	var catalog jobsOf
	var filters []*regexp.Regexp
	for i := range 500 {
		filter := fmt.Sprintf(`^pkg/%d/.*\.go$`, i)
		filters = append(filters, regexp.MustCompile(filter))
		catalog.jobs = append(catalog.jobs, job(fmt.Sprintf("job-%d", i), func(p *prow.Presubmit) { p.RunIfChanged = filter }))
	}
	w := &world{Pull: triggers.PullRequest{Org: "o", Repo: "r", Number: 1, Author: "alice", HeadSHA: "abc", BaseRef: "main"}, Trust: []string{"alice"}}
	for i := range 100 {
		w.Changed = append(w.Changed, fmt.Sprintf("pkg/%d/a.go", i*5))
	}
	event := v1alpha1.Event{Kind: v1alpha1.KindPullRequest, Action: "synchronize", Org: "o", Repo: "r", Number: 1, Sender: v1alpha1.User{Login: "alice"}}
	b.Run("decide", func(b *testing.B) {
		for b.Loop() {
			w.asked = nil
			plan, err := triggers.Decide(b.Context(), event, answers{w}, catalog)
			if err != nil || len(plan.Decisions) != len(filters) {
				b.Fatal(plan, err)
			}
		}
	})
	b.Run("plain", func(b *testing.B) {
		for b.Loop() {
			matched := 0
			for _, f := range filters {
				for _, path := range w.Changed {
					if f.MatchString(path) {
						matched++
					}
				}
			}
			if matched != len(w.Changed) {
				b.Fatal(matched)
			}
		}
	})
}
