package catalog

import (
	"fmt"
	"reflect"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// settler makes jobs whole: defaults, then presets, then validation. Its problems have fields, but no files and lines.
type settler struct {
	config   *prow.Config
	presets  []prow.Preset
	problems prow.Problems
}

func (s *settler) presubmit(repo string, job *prow.Presubmit, at *field.Path) {
	job.Default(repo, s.config)
	s.merge(repo, &job.JobBase, at)
	s.problems = append(s.problems, job.Validate(repo, s.config, at)...)
}

func (s *settler) postsubmit(repo string, job *prow.Postsubmit, at *field.Path) {
	job.Default(repo, s.config)
	s.merge(repo, &job.JobBase, at)
	s.problems = append(s.problems, job.Validate(repo, s.config, at)...)
}

func (s *settler) periodic(job *prow.Periodic, at *field.Path) {
	job.Default(s.config)
	s.merge("", &job.JobBase, at)
	s.problems = append(s.problems, job.Validate(s.config, at)...)
}

func (s *settler) merge(repo string, job *prow.JobBase, at *field.Path) {
	if err := job.MergePresets(s.presets); err != nil {
		s.problems = append(s.problems, prow.Problem{Severity: prow.SeverityError, Code: "preset-conflict", Repo: repo, Job: job.Name,
			Field: at.Child("spec").String(), Message: err.Error()})
	}
}

// settle makes the jobs of all files whole, several files at a time. Jobs that were made whole under another config.yaml
// or with other presets are read again for it. Nothing is settled under a config.yaml that could not be read, since its
// defaults are missing.
func (r *round) settle() {
	if r.base.broken {
		return
	}
	valid := r.last.base == r.base && reflect.DeepEqual(r.last.presets, r.presets)
	inParallel(len(r.files), func(i int) {
		f := r.files[i]
		if f.settled && !valid {
			f = readJobFile(r.fsys, f.name, nil) // as it was written
			r.files[i] = f
		}
		if f.jobs != nil && !f.settled {
			f.settle(r.fsys, r.base.config, r.presets)
		}
	})
}

// collectPresets gathers the presets of all files, and checks that a pair of label and value belongs to one preset only.
func (r *round) collectPresets() {
	owner := map[string]prow.Problem{}
	var firsts, twice prow.Problems
	for _, f := range inPresetOrder(r.paths.Config, r.files) {
		if f.jobs == nil {
			continue
		}
		r.presets = append(r.presets, f.jobs.Presets...)
		for i, preset := range f.jobs.Presets {
			this := prow.Problem{Severity: prow.SeverityError, Code: "preset-duplicate", File: f.name, Field: fmt.Sprintf("presets[%d]", i)}
			for _, k := range sortedKeys(preset.Labels) {
				pair := k + ": " + preset.Labels[k]
				if first, known := owner[pair]; known {
					this.Message = fmt.Sprintf("the label %q already selects the preset at ", pair)
					firsts, twice = append(firsts, first), append(twice, this)
				} else {
					owner[pair] = this
				}
			}
		}
	}
	place(r.fsys, firsts)
	place(r.fsys, twice)
	for i := range twice {
		twice[i].Message += fmt.Sprintf("%s:%d", firsts[i].File, firsts[i].Line)
	}
	r.problems = append(r.problems, twice...)
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
