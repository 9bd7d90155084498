package main

import (
	"os"
	"path/filepath"

	"github.com/bowsprit-ci/bowsprit/api/catalog"
	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/pipelines"
	"github.com/bowsprit-ci/bowsprit/pipelines/clonespec"
	"github.com/bowsprit-ci/bowsprit/pipelines/tier"
)

// runRequest asks about one run of a job: a line of --inputs.
type runRequest struct {
	ID   string       `json:"id"`
	Type prow.JobType `json:"type"`
	// Repo is "org/repo"; empty for a periodic.
	Repo string `json:"repo"`
	Job  string `json:"job"`
	// Branches are those of the job, as it writes them, to tell jobs of one name apart; nil for whichever.
	Branches []string `json:"branches"`
	// Refs are what to test; org and repo come from Repo. A push's compare page is its base_link.
	Refs prow.Refs `json:"input"`
	// Fork is true if the pull request comes from another repository.
	Fork bool `json:"fork"`
	// BuildID is Prow's BUILD_ID, ProwJobID its PROW_JOB_ID; empty for the one that follows from the run's name.
	BuildID   string `json:"build_id"`
	ProwJobID string `json:"prowjob_id"`
}

// runOptions are what the flags say about all runs.
type runOptions struct {
	trigger  string
	settings pipelines.Options
}

// runMaker turns requests into what package pipelines takes.
type runMaker struct {
	cat     *catalog.Catalog
	options runOptions
	// checkouts are the folders of --inrepo.
	checkouts inRepoFlag
}

// input is the request as pipelines takes it. The error is a *pipelines.Error if the request names no job.
func (m runMaker) input(r runRequest) (pipelines.Input, error) {
	e, err := findEntry(m.cat, r)
	if err != nil {
		return pipelines.Input{}, err
	}
	return m.inputFor(e, r)
}

// inputFor is the input for a job that was found already.
func (m runMaker) inputFor(e entry, r runRequest) (pipelines.Input, error) {
	in := pipelines.Input{Job: e.job(), Refs: r.Refs, Fork: r.Fork, Trigger: m.trigger(r.Type), BuildID: r.BuildID, ProwJobID: r.ProwJobID, Options: m.options.settings}
	if r.Type == prow.TypeBatch {
		in.Job = e.presubmit.Batch()
	}
	in.Options.Namespace, in.Options.Tiers = m.cat.PodNamespace(), &tier.Policy{}
	in.CentralDecoration = m.cat.Config().DecorationFor(e.repo, in.Job.Cluster)
	if e.periodic == nil {
		in.Refs.Org, in.Refs.Repo = splitSlug(e.repo)
		in.Refs = linked(in.Refs, in.Job.Type, in.Options.CloneHost)
		in.MergeMethod = clonespec.MergeMethod(m.cat.Config().MergeMethod(in.Refs.Org, in.Refs.Repo, in.Refs.BaseRef))
	}
	return in, m.readPipeline(e, &in)
}

// madeUpTime is the trigger of a periodic for which nothing else is said: a fixed time, so that the same question has
// the same answer.
const madeUpTime = "at-2026-01-01T00:00:00Z"

func (m runMaker) trigger(kind prow.JobType) string {
	switch {
	case m.options.trigger != "":
		return m.options.trigger
	case kind == prow.TypePeriodic:
		return madeUpTime
	}
	return "auto"
}

// compile is the run that a request asks for. The error is a *pipelines.Error if the job is refused, and something that
// should never happen otherwise.
func (m runMaker) compile(r runRequest) (*pipelines.Compiled, error) {
	in, err := m.input(r)
	if err != nil {
		return nil, err
	}
	return pipelines.Compile(in)
}

// readPipeline reads the file that the job's pipeline_ref names, if the repository's checkout is there.
func (m runMaker) readPipeline(e entry, in *pipelines.Input) error {
	ref := in.Job.PipelineRef
	if ref == nil || ref.File == "" || !filepath.IsLocal(ref.File) {
		return nil
	}
	for _, c := range m.checkouts {
		if c.slug != e.repo {
			continue
		}
		text, err := os.ReadFile(filepath.Join(c.dir, ref.File))
		if err != nil {
			return &pipelines.Error{Code: "pipeline-file", Field: "pipeline_ref.file", Message: err.Error()}
		}
		in.PipelineFile = text
	}
	return nil
}
