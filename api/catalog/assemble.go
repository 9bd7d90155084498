package catalog

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// repoJobs is the jobs of one repository, and what is wrong between them.
type repoJobs struct {
	// from are the files that define them, in order.
	from        []*jobFile
	presubmits  []prow.Presubmit
	postsubmits []prow.Postsubmit
	problems    prow.Problems
}

// assemble puts the jobs of all files together.
func (r *round) assemble() *Catalog {
	cat := &Catalog{config: r.base.config, plugins: r.base.plugins, podNamespace: r.base.config.PodNamespaceOrDefault(), presets: r.presets,
		presubmits: map[string][]prow.Presubmit{}, postsubmits: map[string][]prow.Postsubmit{}}
	r.gather()
	for _, name := range sortedKeys(r.repos) {
		repo := r.repos[name]
		if len(repo.presubmits) > 0 {
			cat.presubmits[name] = repo.presubmits
		}
		if len(repo.postsubmits) > 0 {
			cat.postsubmits[name] = repo.postsubmits
		}
		r.problems = append(r.problems, repo.problems...)
	}
	cat.periodics = r.periodics()
	cat.count()
	return cat
}

// gather finds the jobs of every repository. A repository whose files are those of the last round is taken from it.
func (r *round) gather() {
	r.repos = map[string]*repoJobs{}
	for _, f := range r.files {
		if f.jobs == nil {
			continue
		}
		for repo := range f.jobs.Presubmits {
			r.from(repo, f)
		}
		for repo := range f.jobs.Postsubmits {
			r.from(repo, f)
		}
	}
	for name, repo := range r.repos {
		if before := r.last.repos[name]; before != nil && !r.last.base.broken && slices.Equal(before.from, repo.from) {
			r.repos[name] = before
			continue
		}
		repo.join(name)
		if !r.base.broken { // names and contexts are complete only with their defaults
			repo.compare(name)
			place(r.fsys, repo.problems)
		}
	}
}

func (r *round) from(repo string, f *jobFile) {
	if r.repos[repo] == nil {
		r.repos[repo] = &repoJobs{}
	}
	if at := r.repos[repo]; !slices.Contains(at.from, f) {
		at.from = append(at.from, f)
	}
}

// join lists the jobs of a repository in the order of the files.
func (j *repoJobs) join(repo string) {
	if len(j.from) == 1 {
		j.presubmits, j.postsubmits = j.from[0].jobs.Presubmits[repo], j.from[0].jobs.Postsubmits[repo]
		return
	}
	for _, f := range j.from {
		j.presubmits = append(j.presubmits, f.jobs.Presubmits[repo]...)
		j.postsubmits = append(j.postsubmits, f.jobs.Postsubmits[repo]...)
	}
}

// compare finds jobs of one repository that cannot stand side by side.
func (j *repoJobs) compare(repo string) {
	for _, c := range prow.Clashes(j.presubmits) {
		first, second := &j.presubmits[c.First].JobBase, &j.presubmits[c.Second].JobBase
		at := field.NewPath("presubmits").Key(repo).Index(indexInFile(j.presubmits, c.Second, presubmitBase))
		j.problems = append(j.problems, clash(c, repo, first, second, at))
	}
	for _, c := range prow.PostsubmitClashes(j.postsubmits) {
		first, second := &j.postsubmits[c.First].JobBase, &j.postsubmits[c.Second].JobBase
		at := field.NewPath("postsubmits").Key(repo).Index(indexInFile(j.postsubmits, c.Second, postsubmitBase))
		j.problems = append(j.problems, clash(c, repo, first, second, at))
	}
}

func presubmitBase(p *prow.Presubmit) *prow.JobBase   { return &p.JobBase }
func postsubmitBase(p *prow.Postsubmit) *prow.JobBase { return &p.JobBase }
func periodicBase(p *prow.Periodic) *prow.JobBase     { return &p.JobBase }

// indexInFile is the place that a job has in its own file, in a list that holds the jobs of one file after the other.
func indexInFile[J any](jobs []J, i int, base func(*J) *prow.JobBase) int {
	n := 0
	for k := i - 1; k >= 0 && base(&jobs[k]).SourcePath == base(&jobs[i]).SourcePath; k-- {
		n++
	}
	return n
}

// clash is the problem of two jobs that cannot stand side by side, told of the second, in whose file the field is.
func clash(c prow.Clash, repo string, first, second *prow.JobBase, at *field.Path) prow.Problem {
	return prow.Problem{Severity: prow.SeverityError, Code: c.Code, File: second.SourcePath, Repo: repo, Job: second.Name, Field: at.Child(c.Field).String(),
		Message: fmt.Sprintf("%s; the first is at %s:%d", c.Message, first.SourcePath, first.SourceLine)}
}

// periodics lists the periodics of all files, and finds those that share a name.
func (r *round) periodics() []prow.Periodic {
	var jobs []prow.Periodic
	for _, f := range r.files {
		if f.jobs != nil {
			jobs = append(jobs, f.jobs.Periodics...)
		}
	}
	var problems prow.Problems
	for _, c := range prow.PeriodicClashes(jobs) {
		at := field.NewPath("periodics").Index(indexInFile(jobs, c.Second, periodicBase))
		problems = append(problems, clash(c, "", &jobs[c.First].JobBase, &jobs[c.Second].JobBase, at))
	}
	place(r.fsys, problems)
	r.problems = append(r.problems, problems...)
	return jobs
}
