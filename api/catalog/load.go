package catalog

import (
	"io/fs"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// Load reads a configuration. It reports all problems that it finds, errors and warnings, sorted by file and line. If
// there is an error among them, the catalog is nil.
func Load(fsys fs.FS, paths Paths) (*Catalog, prow.Problems) {
	return NewLoader(fsys, paths).Load()
}

// Loader loads a configuration again and again, and does again only what a change touches: a file whose time and size, or
// whose bytes, are as they were is not decoded again; its jobs are not validated again unless config.yaml, one of its
// supplemental files or a preset has changed; a repository's jobs are not compared again unless one of its files has.
type Loader struct {
	fsys  fs.FS
	paths Paths

	mu   sync.Mutex
	last *round // what the last Load did; nil before the first
}

// NewLoader makes a loader that has read nothing yet.
func NewLoader(fsys fs.FS, paths Paths) *Loader {
	return &Loader{fsys: fsys, paths: paths}
}

// Load reads the configuration as it is now, as the function Load does. It may be called by several at a time.
func (l *Loader) Load() (*Catalog, prow.Problems) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := &round{fsys: l.fsys, paths: l.paths, last: l.last}
	if r.last == nil {
		r.last = &round{}
	}
	cat := r.load()
	r.last, l.last = nil, r
	return cat, r.problems
}

// round is one run of Load.
type round struct {
	fsys  fs.FS
	paths Paths
	// last is the round before, of which unchanged parts are taken; it is never nil while the round runs.
	last *round

	base *base
	// files are the files with jobs: config.yaml first, then the job files in lexical order.
	files   []*jobFile
	presets []prow.Preset
	repos   map[string]*repoJobs

	problems prow.Problems
}

// load does the steps in Prow's order: config.yaml and its supplemental files, job files, defaults and presets, validation
// of all. A bad file keeps nothing else from being looked at.
func (r *round) load() *Catalog {
	jobs := r.read()
	r.files = append(r.base.jobFiles(), jobs...)
	r.collectPresets()
	r.settle()
	cat := r.assemble()
	r.problems = append(r.problems, r.base.problems...)
	for _, f := range r.files {
		r.problems = append(r.problems, f.problems()...)
	}
	if r.problems.Err() == nil {
		r.problems = append(r.problems, lint(cat, r.base)...)
	}
	r.problems.Sort()
	if r.problems.Err() != nil {
		return nil
	}
	return cat
}

// read reads the base and, beside it, the job files.
func (r *round) read() []*jobFile {
	var g errgroup.Group
	g.Go(func() error { r.base = r.readBase(); return nil })
	jobs := r.readJobs()
	_ = g.Wait() // no call gives an error
	return jobs
}
