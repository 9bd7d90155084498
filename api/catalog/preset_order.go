package catalog

import (
	"cmp"
	"maps"
	"path"
	"slices"
)

// inPresetOrder sorts files for the merging of presets, whose order is that of the variables and mounts in a job. Prow takes the
// order of the files' names, so that renaming a file changes jobs. Here folders keep that order, and config.yaml is first;
// within a folder the files' content decides: files of presets alone come first, then those with presubmits, postsubmits and
// periodics, which is how files of a folder tend to be named, and among these the smallest label of a preset.
func inPresetOrder(main string, files []*jobFile) []*jobFile {
	ordered := slices.Clone(files)
	slices.SortStableFunc(ordered, func(a, b *jobFile) int {
		return cmp.Or(
			cmp.Compare(isOther(a.name, main), isOther(b.name, main)),
			cmp.Compare(path.Dir(a.name), path.Dir(b.name)),
			cmp.Compare(a.holds(), b.holds()),
			cmp.Compare(a.firstLabel(), b.firstLabel()),
		)
	})
	return ordered
}

func isOther(name, main string) int {
	if name == main {
		return 0
	}
	return 1
}

// holds is the first kind of job in a file: 0 if there is none.
func (f *jobFile) holds() int {
	switch {
	case f.jobs == nil:
		return 0
	case len(f.jobs.Presubmits) > 0:
		return 1
	case len(f.jobs.Postsubmits) > 0:
		return 2
	case len(f.jobs.Periodics) > 0:
		return 3
	}
	return 0
}

// firstLabel is the smallest label of the presets of a file, as text.
func (f *jobFile) firstLabel() string {
	first := ""
	if f.jobs == nil {
		return first
	}
	for _, preset := range f.jobs.Presets {
		for _, key := range slices.Sorted(maps.Keys(preset.Labels)) {
			if pair := key + ": " + preset.Labels[key]; first == "" || pair < first {
				first = pair
			}
		}
	}
	return first
}
