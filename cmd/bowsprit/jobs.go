package main

import (
	"iter"

	"github.com/spf13/cobra"

	"github.com/bowsprit-ci/bowsprit/api/catalog"
	"github.com/bowsprit-ci/bowsprit/api/prow"
)

func newJobs() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "jobs",
		Short: "Questions about the jobs of a configuration",
		Long:  "Jobs holds the verbs that look at the jobs of a configuration: what they are, which of them an event starts, what they are told.",
		Args:  cobra.NoArgs,
	}
	cmd.AddCommand(newJobsList(), newJobsMatch(), newJobsEnv())
	return cmd
}

// entry is one job of a catalog; exactly one of the three is not nil.
type entry struct {
	// repo is "org/repo"; empty for a periodic.
	repo       string
	presubmit  *prow.Presubmit
	postsubmit *prow.Postsubmit
	periodic   *prow.Periodic
}

// job is the entry as a job of its type.
func (e entry) job() *prow.Job {
	switch {
	case e.presubmit != nil:
		return e.presubmit.Job()
	case e.postsubmit != nil:
		return e.postsubmit.Job()
	}
	return e.periodic.Job()
}

// brancher says on which branches the job runs; the zero value for a periodic.
func (e entry) brancher() prow.Brancher {
	switch {
	case e.presubmit != nil:
		return e.presubmit.Brancher
	case e.postsubmit != nil:
		return e.postsubmit.Brancher
	}
	return prow.Brancher{}
}

// runsOn says whether the job runs on a branch by itself; a periodic belongs to none.
func (e entry) runsOn(branch string) bool {
	b := e.brancher()
	return e.periodic != nil || b.ShouldRun(branch)
}

// entries are all jobs of a catalog: by repository, its presubmits before its postsubmits, then the periodics.
func entries(cat *catalog.Catalog) iter.Seq[entry] {
	return func(yield func(entry) bool) {
		for _, slug := range cat.Repos() {
			for _, e := range entriesOf(cat, slug) {
				if !yield(e) {
					return
				}
			}
		}
		for _, e := range periodicEntries(cat) {
			if !yield(e) {
				return
			}
		}
	}
}

// entriesOf are the presubmits and postsubmits of one repository.
func entriesOf(cat *catalog.Catalog, slug string) (out []entry) {
	org, repo := splitSlug(slug)
	presubmits, postsubmits := cat.Presubmits(org, repo), cat.Postsubmits(org, repo)
	for i := range presubmits {
		out = append(out, entry{repo: slug, presubmit: &presubmits[i]})
	}
	for i := range postsubmits {
		out = append(out, entry{repo: slug, postsubmit: &postsubmits[i]})
	}
	return out
}

func periodicEntries(cat *catalog.Catalog) (out []entry) {
	periodics := cat.Periodics()
	for i := range periodics {
		out = append(out, entry{periodic: &periodics[i]})
	}
	return out
}
