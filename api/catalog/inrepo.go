package catalog

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/bowsprit-ci/bowsprit/api/catalog/document"
	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// The places where a repository keeps jobs of its own. The folder wins.
const (
	inRepoDir  = ".prow"
	inRepoFile = ".prow.yaml"
)

// repoConfig is a file of a repository's own jobs. It has no periodics, and lists where job files have mappings.
type repoConfig struct {
	// Presets hold for the jobs of this repository only.
	Presets     []prow.Preset     `json:"presets"`
	Presubmits  []prow.Presubmit  `json:"presubmits"`
	Postsubmits []prow.Postsubmit `json:"postsubmits"`
	// ProwIgnored is anything: Prow offers it as a place for YAML anchors.
	ProwIgnored prow.Raw `json:"prow_ignored,omitempty"`
}

// WithInRepo is the catalog with the jobs that a repository defines itself, in the folder .prow or else the file
// .prow.yaml of fsys, which is the repository as it is after a merge. A repository with neither has no such jobs, which
// is no error. The new jobs come behind those of the configuration and have InRepo set. Where in_repo_config does not
// enable the repository, its files are checked, and their jobs left out with a warning. All problems are reported,
// their files named as in fsys; if there is an error among them, the catalog is nil.
func (c *Catalog) WithInRepo(org, repo string, fsys fs.FS) (*Catalog, prow.Problems) {
	r := &inRepo{cat: c, repo: org + "/" + repo, fsys: fsys}
	r.read()
	r.limit()
	r.settle()
	r.compare()
	r.clusters()
	if r.problems.Err() == nil && len(r.presubmits)+len(r.postsubmits) > 0 && !c.InRepoEnabled(org, repo) {
		r.problems = append(r.problems, prow.Problem{Severity: prow.SeverityWarning, Code: "inrepo-disabled", File: r.files[0], Repo: r.repo,
			Message: "in_repo_config.enabled does not name the repository, so its own jobs are left out"})
		r.presubmits, r.postsubmits = nil, nil
	}
	r.problems.Sort()
	if r.problems.Err() != nil {
		return nil, r.problems
	}
	return r.catalog(), r.problems
}

// inRepo is one run of WithInRepo.
type inRepo struct {
	cat         *Catalog
	repo        string
	fsys        fs.FS
	files       []string
	presets     []prow.Preset
	presubmits  []prow.Presubmit
	postsubmits []prow.Postsubmit
	problems    prow.Problems
}

// read reads all files of the repository's own jobs.
func (r *inRepo) read() {
	r.files = r.find()
	for _, name := range r.files {
		data, err := fs.ReadFile(r.fsys, name)
		if err != nil {
			r.problems = append(r.problems, unreadable(name, err))
			continue
		}
		var file repoConfig
		doc, problems := document.Decode(name, data, &file)
		r.problems = append(r.problems, problems...)
		if problems.Err() == nil {
			r.add(doc, &file)
		}
	}
}

// maxInRepoJobs is how many jobs a repository may define itself: anybody who opens a pull request has them read.
const maxInRepoJobs = 1000

// limit refuses more jobs than that, before anything is done with them.
func (r *inRepo) limit() {
	n := len(r.presubmits) + len(r.postsubmits)
	if n <= maxInRepoJobs {
		return
	}
	r.presubmits, r.postsubmits = nil, nil
	r.problems = append(r.problems, prow.Problem{Severity: prow.SeverityError, Code: "inrepo-too-many", File: r.files[0], Repo: r.repo,
		Message: fmt.Sprintf("the repository defines %d jobs itself; at most %d are read", n, maxInRepoJobs)})
}

// find lists the files of the repository's own jobs.
func (r *inRepo) find() []string {
	if info, err := fs.Stat(r.fsys, inRepoDir); err == nil {
		if !info.IsDir() {
			r.problems = append(r.problems, prow.Problem{Severity: prow.SeverityError, Code: "inrepo-no-folder", File: inRepoDir,
				Message: "must be a folder with job files; one file is called " + inRepoFile})
			return nil
		}
		return r.walk()
	}
	if _, err := fs.Stat(r.fsys, inRepoFile); err == nil {
		return []string{inRepoFile}
	}
	return nil
}

// walk lists the job files in the folder. Unlike in a job directory, names may be alike and begin with dots.
func (r *inRepo) walk() (files []string) {
	ignored := newIgnore(r.fsys, ".")
	err := fs.WalkDir(r.fsys, inRepoDir, func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && isYAML(name) && !ignored.file(name) {
			files = append(files, name)
		}
		return err
	})
	if err != nil {
		r.problems = append(r.problems, unreadable(inRepoDir, err))
	}
	r.problems = append(r.problems, ignored.problems...)
	return files
}

func (r *inRepo) add(doc *document.Document, file *repoConfig) {
	lines := doc.ItemLines("presubmits")
	for i := range file.Presubmits {
		own(&file.Presubmits[i].JobBase, doc.File(), at(lines, i))
	}
	lines = doc.ItemLines("postsubmits")
	for i := range file.Postsubmits {
		own(&file.Postsubmits[i].JobBase, doc.File(), at(lines, i))
	}
	r.presets = append(r.presets, file.Presets...)
	r.presubmits = append(r.presubmits, file.Presubmits...)
	r.postsubmits = append(r.postsubmits, file.Postsubmits...)
}

// own marks a job as one of the repository's own.
func own(job *prow.JobBase, file string, line int) {
	job.InRepo, job.SourcePath, job.SourceLine = true, file, line
}

// settle defaults, merges presets into, and validates the jobs.
func (r *inRepo) settle() {
	s := &settler{config: r.cat.config, presets: slices.Concat(r.cat.presets, r.presets)}
	for i := range r.presubmits {
		before, at := len(s.problems), field.NewPath("presubmits").Index(indexInFile(r.presubmits, i, presubmitBase))
		s.presubmit(r.repo, &r.presubmits[i], at)
		inFile(s.problems[before:], r.presubmits[i].SourcePath)
	}
	for i := range r.postsubmits {
		before, at := len(s.problems), field.NewPath("postsubmits").Index(indexInFile(r.postsubmits, i, postsubmitBase))
		s.postsubmit(r.repo, &r.postsubmits[i], at)
		inFile(s.problems[before:], r.postsubmits[i].SourcePath)
	}
	place(r.fsys, s.problems)
	r.problems = append(r.problems, s.problems...)
}

func inFile(problems prow.Problems, name string) {
	for i := range problems {
		problems[i].File = name
	}
}

// compare finds jobs that cannot stand beside each other or beside the repository's jobs of the configuration.
func (r *inRepo) compare() {
	all := repoJobs{presubmits: r.allPresubmits(), postsubmits: r.allPostsubmits()}
	all.compare(r.repo)
	for i := range all.problems {
		all.problems[i].Field = strings.Replace(all.problems[i].Field, "["+r.repo+"]", "", 1) // these files list jobs without their repository
	}
	place(r.fsys, all.problems)
	r.problems = append(r.problems, all.problems...)
}

func (r *inRepo) allPresubmits() []prow.Presubmit {
	return slices.Concat(r.cat.presubmits[r.repo], r.presubmits)
}

func (r *inRepo) allPostsubmits() []prow.Postsubmit {
	return slices.Concat(r.cat.postsubmits[r.repo], r.postsubmits)
}

// clusters checks that the jobs run only where in_repo_config.allowed_clusters lets the repository's own jobs run.
func (r *inRepo) clusters() {
	var problems prow.Problems
	check := func(job *prow.JobBase, at *field.Path) {
		if org, repo := path.Split(r.repo); !r.cat.allowsCluster(path.Clean(org), repo, job.Cluster) {
			problems = append(problems, prow.Problem{Severity: prow.SeverityError, Code: "inrepo-cluster", File: job.SourcePath, Repo: r.repo, Job: job.Name,
				Field: at.Child("cluster").String(), Message: fmt.Sprintf("%q: in_repo_config.allowed_clusters does not let the jobs of %s run there", job.Cluster, r.repo)})
		}
	}
	for i := range r.presubmits {
		check(&r.presubmits[i].JobBase, field.NewPath("presubmits").Index(indexInFile(r.presubmits, i, presubmitBase)))
	}
	for i := range r.postsubmits {
		check(&r.postsubmits[i].JobBase, field.NewPath("postsubmits").Index(indexInFile(r.postsubmits, i, postsubmitBase)))
	}
	place(r.fsys, problems)
	r.problems = append(r.problems, problems...)
}

// catalog is the old one with the new jobs.
func (r *inRepo) catalog() *Catalog {
	cat := *r.cat
	if len(r.presubmits) > 0 {
		cat.presubmits = maps.Clone(cat.presubmits)
		cat.presubmits[r.repo] = r.allPresubmits()
	}
	if len(r.postsubmits) > 0 {
		cat.postsubmits = maps.Clone(cat.postsubmits)
		cat.postsubmits[r.repo] = r.allPostsubmits()
	}
	cat.count()
	return &cat
}
