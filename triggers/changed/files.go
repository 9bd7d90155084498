package changed

import (
	"slices"
	"strings"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// Files are the changed files of one event. It remembers its answers, and is for one goroutine.
type Files struct {
	// paths is sorted, so that those that begin alike are neighbours.
	paths []string
	// all is the paths in a row, in which one look finds a text that is in any of them.
	all   string
	known map[prow.RegexpChangeMatcher]prow.Match
}

// New makes Files of repo-relative paths in any order.
func New(paths []string) *Files {
	paths = slices.Clone(paths)
	slices.Sort(paths)
	paths = slices.Compact(paths)
	return &Files{paths: paths, all: strings.Join(paths, "\n"), known: map[prow.RegexpChangeMatcher]prow.Match{}}
}

// Len is how many different files there are.
func (f *Files) Len() int { return len(f.paths) }

// Match says whether the files make a job with this filter run, and why; see prow.RegexpChangeMatcher.MatchFiles. Value is
// the first path in alphabetical order, or of those that begin alike.
func (f *Files) Match(m prow.RegexpChangeMatcher) prow.Match {
	if m.RunIfChanged == "" {
		return f.matchAll(m) // ends with the first path that does not match, mostly the first of all
	}
	c := clueOf(m.RunIfChanged)
	switch {
	case c.starts != nil:
		return f.matchStarts(m, c.starts)
	case c.parts != nil && !slices.ContainsFunc(c.parts, func(part string) bool { return strings.Contains(f.all, part) }):
		return none(m)
	}
	return f.matchAll(m)
}

// none is the answer if no path matches.
func none(m prow.RegexpChangeMatcher) prow.Match {
	return prow.Match{Field: "run_if_changed", Expr: m.RunIfChanged}
}

func (f *Files) matchStarts(m prow.RegexpChangeMatcher, starts []string) prow.Match {
	for _, start := range starts {
		paths := f.beginning(start)
		if len(paths) == 0 {
			continue
		}
		if answer := m.MatchFiles(paths); answer.Runs {
			return answer
		}
	}
	return none(m)
}

// matchAll tries every path, once for all jobs with this filter.
func (f *Files) matchAll(m prow.RegexpChangeMatcher) prow.Match {
	answer, ok := f.known[m]
	if !ok {
		answer = m.MatchFiles(f.paths)
		f.known[m] = answer
	}
	return answer
}

// beginning are the paths that begin with a text.
func (f *Files) beginning(start string) []string {
	from, _ := slices.BinarySearch(f.paths, start)
	to := from
	for to < len(f.paths) && strings.HasPrefix(f.paths[to], start) {
		to++
	}
	return f.paths[from:to]
}
