package catalog

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/bowsprit-ci/bowsprit/api/catalog/document"
	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// The ends of the names of supplemental files, as Prow's own deployments have them.
const (
	supplementalConfig = "_prowconfig.yaml"
	supplementalPlugin = "_pluginconfig.yaml"
)

// base is all that is no job file: config.yaml, plugins.yaml and their supplemental files.
type base struct {
	// configName and pluginsName are the names of the main documents.
	configName, pluginsName string
	// texts are the files that it was made of.
	texts []text
	// config is defaulted; it is never nil. plugins is nil if there is no plugins.yaml.
	config  *prow.Config
	plugins *prow.PluginConfig
	// jobs are the jobs of config.yaml.
	jobs *jobFile
	// broken is true if config.yaml or one of its supplemental files could not be read, so that defaults are missing.
	broken   bool
	problems prow.Problems
}

// text is a file as it was read.
type text struct {
	name string
	data []byte
	err  error
}

func (t text) equal(o text) bool {
	return t.name == o.name && bytes.Equal(t.data, o.data) && t.err == nil && o.err == nil
}

// readBase reads the base, or takes the last one if not a byte of it has changed.
func (r *round) readBase() *base {
	b := &base{configName: r.paths.Config, pluginsName: r.paths.Plugins, config: &prow.Config{}}
	config := b.read(r.fsys, r.paths.Config, r.paths.SupplementalConfigs, supplementalConfig)
	plugins := b.read(r.fsys, r.paths.Plugins, r.paths.SupplementalPlugins, supplementalPlugin)
	b.texts = slices.Concat(config, plugins)
	if r.last.base != nil && slices.EqualFunc(b.texts, r.last.base.texts, text.equal) && len(b.problems) == 0 {
		return r.last.base
	}
	b.readConfig(r.paths.Config, config)
	b.readPlugins(r.paths.Plugins, plugins)
	return b
}

// jobFiles is config.yaml as a file with jobs; none if there is none.
func (b *base) jobFiles() []*jobFile {
	if b.jobs == nil {
		return nil
	}
	return []*jobFile{b.jobs}
}

// read reads a main file and the supplemental files of some folders, in Prow's order.
func (b *base) read(fsys fs.FS, main string, dirs []string, suffix string) []text {
	var names []string
	if main != "" {
		names = append(names, main)
	}
	for _, dir := range dirs {
		files, problems := walk(fsys, path.Clean(dir), func(name string) bool { return strings.HasSuffix(name, suffix) })
		names, b.problems = append(names, files...), append(b.problems, problems...)
	}
	texts := make([]text, len(names))
	for i, name := range names {
		data, err := read(fsys, name)
		texts[i] = text{name: name, data: data, err: err}
	}
	return texts
}

// decode reads a text into a struct (into is its pointer); nil if it cannot be read.
func (b *base) decode(t text, supplemental bool, into any) *document.Document {
	if t.err != nil {
		b.problems = append(b.problems, unreadable(t.name, t.err))
		return nil
	}
	doc, problems := document.Decode(t.name, t.data, into)
	for i := range problems {
		problems[i].Strict = problems[i].Strict && !supplemental // Prow is strict with the main files only
	}
	b.problems = append(b.problems, problems...)
	if problems.Err() != nil {
		return nil
	}
	return doc
}

// add notes problems of a document that have fields, but no lines.
func (b *base) add(doc *document.Document, problems prow.Problems) {
	for _, p := range problems {
		p.File, p.Line = doc.File(), doc.Line(p.Field)
		b.problems = append(b.problems, p)
	}
}

// readConfig decodes config.yaml, merges its supplemental files into it, and defaults and validates the whole.
func (b *base) readConfig(name string, texts []text) {
	main := document.Parse(name, nil)
	for _, t := range texts {
		config := &prow.Config{}
		doc := b.decode(t, t.name != name, config)
		switch {
		case doc == nil:
			b.broken = true
		case t.name == name:
			main, b.config = doc, config
			b.jobs = &jobFile{name: name, jobs: &config.JobConfig}
			b.jobs.locate(doc)
		default:
			b.noJobs(doc)
			config.JobConfig = prow.JobConfig{}
			b.add(doc, b.config.Merge(config))
		}
	}
	if b.broken {
		return
	}
	b.config.Default()
	b.add(main, b.config.Validate())
	b.add(main, noEffect(main))
}

// noJobs warns of jobs in a supplemental file, where Prow does not look for them.
func (b *base) noJobs(doc *document.Document) {
	for _, key := range []string{"presets", "presubmits", "postsubmits", "periodics", "decorate_all_jobs"} {
		if doc.Has(key) {
			b.problems = append(b.problems, warning(doc, "no-effect", key, "Prow reads no jobs from supplemental files; move it to a job file or to config.yaml"))
		}
	}
}

// readPlugins decodes plugins.yaml, merges its supplemental files into it, and defaults and validates the whole.
func (b *base) readPlugins(name string, texts []text) {
	main, broken := document.Parse(name, nil), false
	for _, t := range texts {
		plugins := &prow.PluginConfig{}
		doc := b.decode(t, t.name != name, plugins)
		switch {
		case doc == nil:
			broken = true
		case t.name == name || b.plugins == nil:
			main, b.plugins = doc, plugins
		default:
			b.add(doc, b.plugins.Merge(plugins))
		}
	}
	if b.plugins == nil || broken {
		return
	}
	b.plugins.Default()
	b.add(main, b.plugins.Validate())
	b.add(main, pluginWarnings(b.plugins))
}

// noEffect says once which parts of config.yaml have no effect yet.
func noEffect(doc *document.Document) (problems prow.Problems) {
	for _, f := range []struct{ field, why string }{
		{"tide", "pull requests are not merged yet"},
		{"branch-protection", "branch protection is not written yet"},
		{"slack_reporter_configs", "nothing is reported to Slack yet"},
		{"github_reporter", "every job reports to GitHub, without a comment"},
		{"plank.max_concurrency", "the limit over all jobs is a setting of Bowsprit"},
		{"plank.job_queue_capacities", "queues are not counted yet"},
	} {
		if doc.Has(f.field) {
			problems = append(problems, prow.Problem{Severity: prow.SeverityWarning, Code: "no-effect-yet", Field: f.field, Message: "has no effect: " + f.why})
		}
	}
	return problems
}

// pluginWarnings says which enabled plugins do nothing yet, each once, and which trigger settings have no effect.
func pluginWarnings(plugins *prow.PluginConfig) (problems prow.Problems) {
	seen := map[string]bool{"trigger": true}
	for _, key := range sortedKeys(plugins.Plugins) {
		for _, name := range plugins.Plugins[key].Plugins {
			if !seen[name] {
				seen[name] = true
				problems = append(problems, prow.Problem{Severity: prow.SeverityWarning, Code: "plugin-not-run", Field: "plugins[" + key + "]",
					Message: fmt.Sprintf("the plugin %q does nothing yet", name)})
			}
		}
	}
	return problems
}
