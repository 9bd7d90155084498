package catalog

import (
	"crypto/sha256"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/bowsprit-ci/bowsprit/api/catalog/document"
	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// stamp tells whether a file has changed.
type stamp struct {
	time time.Time
	size int64
	sum  [sha256.Size]byte
}

// same says whether a file need not be read again. A file system that knows no times gives no such promise.
func (s stamp) same(o stamp) bool {
	return !s.time.IsZero() && s.time.Equal(o.time) && s.size == o.size
}

// jobFile is a file with jobs.
type jobFile struct {
	name  string
	stamp stamp
	// jobs is what the file holds, as it was written until settled is true, defaulted and with presets from then on; nil if
	// the file could not be read.
	jobs    *prow.JobConfig
	settled bool
	// decoding and validation are what is wrong with the file, and with its jobs.
	decoding, validation prow.Problems
}

func (f *jobFile) problems() prow.Problems { return slices.Concat(f.decoding, f.validation) }

// readJobs reads the job files, several at a time. What has not changed is taken from the last round.
func (r *round) readJobs() []*jobFile {
	if r.paths.Jobs == "" {
		return nil
	}
	names, problems := jobFiles(r.fsys, path.Clean(r.paths.Jobs))
	r.problems = append(r.problems, problems...)
	known := map[string]*jobFile{}
	for _, f := range r.last.files {
		known[f.name] = f
	}
	if r.paths.Config != "" {
		delete(known, r.paths.Config) // it belongs to the base, and is read otherwise
	}
	files := make([]*jobFile, len(names))
	inParallel(len(names), func(i int) { files[i] = readJobFile(r.fsys, names[i], known[names[i]]) })
	return files
}

// inParallel calls do for every number below n, as many at a time as there are processors.
func inParallel(n int, do func(i int)) {
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range n {
		g.Go(func() error { do(i); return nil })
	}
	_ = g.Wait() // no call gives an error
}

// readJobFile reads a job file, unless it is as it was.
func readJobFile(fsys fs.FS, name string, before *jobFile) *jobFile {
	f := &jobFile{name: name}
	if info, err := fs.Stat(fsys, name); err == nil {
		f.stamp.time, f.stamp.size = info.ModTime(), info.Size()
	}
	if before != nil && before.stamp.same(f.stamp) {
		return before
	}
	data, err := read(fsys, name)
	if err != nil {
		f.decoding = prow.Problems{unreadable(name, err)}
		return f
	}
	f.stamp.sum = sha256.Sum256(data)
	if before != nil && before.stamp.sum == f.stamp.sum && before.jobs != nil {
		before.stamp = f.stamp
		return before
	}
	f.decode(data)
	return f
}

func (f *jobFile) decode(data []byte) {
	jobs := &prow.JobConfig{}
	doc, problems := document.Decode(f.name, data, jobs)
	f.decoding = problems
	if problems.Err() != nil {
		return
	}
	f.jobs = jobs
	f.locate(doc)
	if jobs.DecorateAllJobs {
		f.decoding = append(f.decoding, warning(doc, "no-effect", "decorate_all_jobs",
			"Prow reads this key in config.yaml only; it has no effect in a job file"))
	}
}

func warning(doc *document.Document, code, field, message string) prow.Problem {
	return prow.Problem{Severity: prow.SeverityWarning, Code: code, File: doc.File(), Line: doc.Line(field), Field: field, Message: message}
}

// locate tells every job where it stands.
func (f *jobFile) locate(doc *document.Document) {
	for repo, jobs := range f.jobs.Presubmits {
		lines := doc.ItemLines("presubmits", repo)
		for i := range jobs {
			jobs[i].SourcePath, jobs[i].SourceLine = f.name, at(lines, i)
		}
	}
	for repo, jobs := range f.jobs.Postsubmits {
		lines := doc.ItemLines("postsubmits", repo)
		for i := range jobs {
			jobs[i].SourcePath, jobs[i].SourceLine = f.name, at(lines, i)
		}
	}
	lines := doc.ItemLines("periodics")
	for i := range f.jobs.Periodics {
		f.jobs.Periodics[i].SourcePath, f.jobs.Periodics[i].SourceLine = f.name, at(lines, i)
	}
}

func at(lines []int, i int) int {
	if i < len(lines) {
		return lines[i]
	}
	return 0
}

// place gives problems that know their file and their field their lines.
func place(fsys fs.FS, problems prow.Problems) {
	docs := map[string]*document.Document{}
	for i := range problems {
		p := &problems[i]
		if docs[p.File] == nil {
			data, err := read(fsys, p.File)
			if err != nil {
				data = nil // it was there a moment ago; its problems stand all the same, without lines
			}
			docs[p.File] = document.Parse(p.File, data)
		}
		p.Line = docs[p.File].Line(p.Field)
	}
}

// settle defaults, merges presets into, and validates the jobs of a file.
func (f *jobFile) settle(fsys fs.FS, config *prow.Config, presets []prow.Preset) {
	s := &settler{config: config, presets: presets}
	for _, repo := range sortedKeys(f.jobs.Presubmits) {
		at := field.NewPath("presubmits").Key(repo)
		for i := range f.jobs.Presubmits[repo] {
			s.presubmit(repo, &f.jobs.Presubmits[repo][i], at.Index(i))
		}
	}
	for _, repo := range sortedKeys(f.jobs.Postsubmits) {
		at := field.NewPath("postsubmits").Key(repo)
		for i := range f.jobs.Postsubmits[repo] {
			s.postsubmit(repo, &f.jobs.Postsubmits[repo][i], at.Index(i))
		}
	}
	for i := range f.jobs.Periodics {
		s.periodic(&f.jobs.Periodics[i], field.NewPath("periodics").Index(i))
	}
	inFile(s.problems, f.name)
	place(fsys, s.problems)
	f.validation, f.settled = s.problems, true
}
