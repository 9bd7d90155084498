package catalog

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// Load reads a configuration. It reports all problems that it finds, errors and warnings, sorted by file and line. If
// there is an error among them, the catalog is nil.
func Load(fsys fs.FS, paths Paths) (*Catalog, prow.Problems) {
	l := &loader{fsys: fsys, cat: &Catalog{presubmits: map[string][]prow.Presubmit{}}, repos: map[string]bool{},
		inherited: map[prow.Problem]int{}}
	config := l.config(paths.Config)
	l.jobs(paths.Jobs)
	l.plugins(paths.Plugins)
	l.cat.podNamespace = l.main.PodNamespaceOrDefault()
	l.presets()
	l.resolve()
	if config != nil {
		l.mainWarnings(config)
	}
	l.problems.Sort()
	if l.problems.Err() != nil {
		return nil, l.problems
	}
	l.cat.counts.Repos = len(l.repos)
	return l.cat, l.problems
}

// loader is one run of Load.
type loader struct {
	fsys     fs.FS
	cat      *Catalog
	main     prow.Config
	sets     []jobSet
	repos    map[string]bool
	problems prow.Problems
	// inherited counts the jobs that have a warning from a default and not from their own text.
	inherited map[prow.Problem]int
}

// jobSet is the jobs of one file.
type jobSet struct {
	doc  *document
	jobs *prow.JobConfig
}

// config reads config.yaml; nil if there is none.
func (l *loader) config(name string) *document {
	if name == "" {
		return nil
	}
	doc := l.file(name, &l.main)
	if doc == nil {
		return nil
	}
	l.sets = append(l.sets, jobSet{doc, &l.main.JobConfig})
	if len(l.main.Plank.DefaultDecorationConfigs) > 0 && len(l.main.Plank.DefaultDecorationConfigEntries) > 0 {
		l.problems = append(l.problems, doc.problem(prow.SeverityError, "decoration-defaults", "plank.default_decoration_config_entries",
			"cannot stand beside default_decoration_configs; keep one of them"))
	}
	return doc
}

// jobs reads the job files.
func (l *loader) jobs(root string) {
	if root == "" {
		return
	}
	files, problems := jobFiles(l.fsys, path.Clean(root))
	l.problems = append(l.problems, problems...)
	for _, name := range files {
		jobs := &prow.JobConfig{}
		doc := l.file(name, jobs)
		if doc == nil {
			continue
		}
		l.sets = append(l.sets, jobSet{doc, jobs})
		if jobs.DecorateAllJobs {
			l.problems = append(l.problems, doc.problem(prow.SeverityWarning, "no-effect", "decorate_all_jobs",
				"Prow reads this key in config.yaml only; it has no effect in a job file"))
		}
	}
}

func (l *loader) plugins(name string) {
	if name == "" {
		return
	}
	plugins := &prow.PluginConfig{}
	if doc := l.file(name, plugins); doc != nil {
		l.pluginWarnings(doc, plugins)
		l.cat.plugins = plugins
	}
}

// file reads and decodes one file; nil if it has errors.
func (l *loader) file(name string, into any) *document {
	data, err := read(l.fsys, name)
	if err != nil {
		l.problems = append(l.problems, unreadable(name, err))
		return nil
	}
	doc, problems := decode(name, data, into)
	l.problems = append(l.problems, problems...)
	if problems.Err() != nil {
		return nil
	}
	return doc
}

// presets checks that a pair of label and value belongs to one preset only.
func (l *loader) presets() {
	owner := map[string]string{}
	for _, s := range l.sets {
		for i, preset := range s.jobs.Presets {
			at := fmt.Sprintf("presets[%d]", i)
			for _, k := range sortedKeys(preset.Labels) {
				pair := k + ": " + preset.Labels[k]
				if first := owner[pair]; first != "" {
					l.problems = append(l.problems, s.doc.problem(prow.SeverityError, "preset-duplicate", at,
						"the label %q already selects the preset at %s", pair, first))
				}
				owner[pair] = fmt.Sprintf("%s:%d", s.doc.file, s.doc.line(at))
			}
			l.cat.counts.Presets++
		}
	}
}

// resolve defaults and validates every job, and puts it into the catalog.
func (l *loader) resolve() {
	var presets []prow.Preset
	for _, s := range l.sets {
		presets = append(presets, s.jobs.Presets...)
	}
	origin := map[string][]place{}
	for _, s := range l.sets {
		for _, repo := range sortedKeys(s.jobs.Presubmits) {
			l.repos[repo] = true
			for i := range s.jobs.Presubmits[repo] {
				at := field.NewPath("presubmits").Key(repo).Index(i)
				l.cat.presubmits[repo] = append(l.cat.presubmits[repo], l.job(s, repo, s.jobs.Presubmits[repo][i], presets, at))
				origin[repo] = append(origin[repo], place{s.doc, at})
			}
		}
		l.notRun(s)
	}
	for _, repo := range sortedKeys(l.cat.presubmits) {
		l.clashes(repo, origin[repo])
	}
}

// place is where a job stands.
type place struct {
	doc *document
	at  *field.Path
}

func (l *loader) job(s jobSet, repo string, job prow.Presubmit, presets []prow.Preset, at *field.Path) prow.Presubmit {
	job.SourcePath, job.SourceLine = s.doc.file, s.doc.line(at.String())
	job.Default(repo, &l.main)
	presetErr := job.MergePresets(presets)
	problems := job.Validate(repo, l.cat.podNamespace, at)
	if presetErr != nil {
		problems = append(problems, prow.Problem{Severity: prow.SeverityError, Code: "preset-conflict", Repo: repo, Job: job.Name,
			Field: at.Child("spec").String(), Message: presetErr.Error()})
	}
	for _, p := range problems {
		if p.Severity == prow.SeverityWarning && strings.Contains(p.Field, inherited) && !s.doc.has(p.Field) {
			l.inherit(p)
			continue
		}
		p.File, p.Line = s.doc.file, s.doc.line(p.Field)
		l.problems = append(l.problems, p)
	}
	l.cat.counts.Presubmits++
	return job
}

func (l *loader) clashes(repo string, origin []place) {
	jobs := l.cat.presubmits[repo]
	for _, c := range prow.Clashes(jobs) {
		second := origin[c.Second]
		p := second.doc.problem(prow.SeverityError, c.Code, second.at.Child(c.Field).String(), "%s; the first is at %s:%d",
			c.Message, jobs[c.First].SourcePath, jobs[c.First].SourceLine)
		p.Repo, p.Job = repo, jobs[c.Second].Name
		l.problems = append(l.problems, p)
	}
}
