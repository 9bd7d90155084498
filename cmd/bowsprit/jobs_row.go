package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// jobKeys are the keys that tell one job of a configuration from another.
type jobKeys struct {
	Type prow.JobType `json:"type"`
	// Repo is "org/repo"; absent for a periodic.
	Repo         string   `json:"repo,omitempty"`
	Name         string   `json:"name"`
	Branches     []string `json:"branches,omitempty"`
	SkipBranches []string `json:"skip_branches,omitempty"`
	Agent        string   `json:"agent"`
}

func (e entry) keys(job *prow.Job) jobKeys {
	b := e.brancher()
	return jobKeys{Type: job.Type, Repo: e.repo, Name: job.Name, Branches: b.Branches, SkipBranches: b.SkipBranches, Agent: job.Agent}
}

// jobRow is a line of `jobs list`: a job after defaulting and presets, under the keys of Prow's documents. What is
// absent is empty, zero or false.
type jobRow struct {
	jobKeys
	InRepo         bool              `json:"inrepo,omitempty"`
	Cluster        string            `json:"cluster,omitempty"`
	Namespace      string            `json:"namespace,omitempty"`
	MaxConcurrency int               `json:"max_concurrency,omitempty"`
	Labels         map[string]string `json:"labels,omitempty"`
	Annotations    map[string]string `json:"annotations,omitempty"`
	SourcePath     string            `json:"source_path,omitempty"`

	Context           string `json:"context,omitempty"`
	SkipReport        bool   `json:"skip_report,omitempty"`
	Trigger           string `json:"trigger,omitempty"`
	RerunCommand      string `json:"rerun_command,omitempty"`
	AlwaysRun         bool   `json:"always_run,omitempty"`
	Optional          bool   `json:"optional,omitempty"`
	RunIfChanged      string `json:"run_if_changed,omitempty"`
	SkipIfOnlyChanged string `json:"skip_if_only_changed,omitempty"`
	RunBeforeMerge    bool   `json:"run_before_merge,omitempty"`
	// NeedsExplicitTrigger is true for a presubmit that only a comment starts; ContextRequired for one that blocks a merge.
	NeedsExplicitTrigger bool `json:"needs_explicit_trigger,omitempty"`
	ContextRequired      bool `json:"context_required,omitempty"`

	Cron            string      `json:"cron,omitempty"`
	Interval        string      `json:"interval,omitempty"`
	MinimumInterval string      `json:"minimum_interval,omitempty"`
	Retry           *prow.Retry `json:"retry,omitempty"`
	Tags            []string    `json:"tags,omitempty"`

	Decorate         bool                   `json:"decorate,omitempty"`
	DecorationConfig *prow.DecorationConfig `json:"decoration_config,omitempty"`
	// TimeoutSeconds and GracePeriodSeconds are those of decoration_config, in seconds; absent if it says nothing.
	TimeoutSeconds     float64 `json:"timeout_seconds,omitempty"`
	GracePeriodSeconds float64 `json:"grace_period_seconds,omitempty"`

	PathAlias      string      `json:"path_alias,omitempty"`
	CloneURI       string      `json:"clone_uri,omitempty"`
	CloneDepth     int         `json:"clone_depth,omitempty"`
	SkipSubmodules bool        `json:"skip_submodules,omitempty"`
	SkipFetchHead  bool        `json:"skip_fetch_head,omitempty"`
	ExtraRefs      []prow.Refs `json:"extra_refs,omitempty"`

	ReporterConfig  *prow.ReporterConfig  `json:"reporter_config,omitempty"`
	RerunAuthConfig *prow.RerunAuthConfig `json:"rerun_auth_config,omitempty"`
	ErrorOnEviction bool                  `json:"error_on_eviction,omitempty"`
	Hidden          bool                  `json:"hidden,omitempty"`
	JobQueueName    string                `json:"job_queue_name,omitempty"`
	ProwJobDefaults *prow.JobDefault      `json:"prowjob_defaults,omitempty"`

	// Spec is the pod that Prow would run, with its keys sorted; SpecSHA256 is the SHA-256 of that text.
	Spec       json.RawMessage `json:"spec,omitempty"`
	SpecSHA256 string          `json:"spec_sha256,omitempty"`
}

// row is the entry's line.
func (e entry) row() (jobRow, error) {
	job := e.job()
	r := jobRow{jobKeys: e.keys(job), Context: job.Context}
	r.base(&job.JobBase)
	switch {
	case e.presubmit != nil:
		r.ofPresubmit(e.presubmit)
	case e.postsubmit != nil:
		r.ofPostsubmit(e.postsubmit)
	default:
		r.ofPeriodic(e.periodic)
	}
	var err error
	r.Spec, r.SpecSHA256, err = canonicalSpec(job.Spec)
	if err != nil {
		return r, fmt.Errorf("print the pod of %s %s: %w", job.Type, job.Name, err)
	}
	return r, nil
}

// base fills in what every type of job has.
func (r *jobRow) base(j *prow.JobBase) {
	r.InRepo, r.Cluster, r.Namespace, r.MaxConcurrency = j.InRepo, j.Cluster, j.Namespace, j.MaxConcurrency
	r.Labels, r.Annotations, r.SourcePath = j.Labels, j.Annotations, j.SourcePath
	r.ReporterConfig, r.RerunAuthConfig, r.ErrorOnEviction = j.ReporterConfig, j.RerunAuthConfig, j.ErrorOnEviction
	r.Hidden, r.JobQueueName, r.ProwJobDefaults = j.Hidden, j.JobQueueName, j.ProwJobDefaults
	r.Decorate = j.Decorate != nil && *j.Decorate
	r.PathAlias, r.CloneURI, r.CloneDepth = j.PathAlias, j.CloneURI, j.CloneDepth
	r.SkipSubmodules, r.SkipFetchHead, r.ExtraRefs = j.SkipSubmodules, j.SkipFetchHead, j.ExtraRefs
	if d := j.DecorationConfig; d != nil {
		r.DecorationConfig, r.TimeoutSeconds, r.GracePeriodSeconds = d, seconds(d.Timeout), seconds(d.GracePeriod)
	}
}

func seconds(d *prow.Duration) float64 {
	if d == nil {
		return 0
	}
	return d.Seconds()
}

func (r *jobRow) ofPresubmit(p *prow.Presubmit) {
	r.SkipReport, r.Trigger, r.RerunCommand = p.SkipReport, p.Trigger, p.RerunCommand
	r.AlwaysRun, r.Optional, r.RunBeforeMerge = p.AlwaysRun, p.Optional, p.RunBeforeMerge
	r.RunIfChanged, r.SkipIfOnlyChanged = p.RunIfChanged, p.SkipIfOnlyChanged
	r.NeedsExplicitTrigger, r.ContextRequired = p.NeedsExplicitTrigger(), p.ContextRequired()
}

func (r *jobRow) ofPostsubmit(p *prow.Postsubmit) {
	r.SkipReport, r.AlwaysRun = p.SkipReport, p.AlwaysRun != nil && *p.AlwaysRun
	r.RunIfChanged, r.SkipIfOnlyChanged = p.RunIfChanged, p.SkipIfOnlyChanged
}

func (r *jobRow) ofPeriodic(p *prow.Periodic) {
	r.Cron, r.Interval, r.MinimumInterval, r.Retry, r.Tags = p.Cron, p.Interval, p.MinimumInterval, p.Retry, p.Tags
}

// canonicalSpec is the pod as JSON with sorted keys, without white space and HTML escapes, and its SHA-256 in
// hexadecimal; both are empty for a job without a pod.
func canonicalSpec(spec *corev1.PodSpec) (json.RawMessage, string, error) {
	if spec == nil {
		return nil, "", nil
	}
	text, err := encodeJSON(spec)
	if err != nil {
		return nil, "", err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber() // numbers stay as they were written
	var tree any
	if err := decoder.Decode(&tree); err != nil {
		return nil, "", err
	}
	if text, err = encodeJSON(tree); err != nil {
		return nil, "", err
	}
	sum := sha256.Sum256(text)
	return text, hex.EncodeToString(sum[:]), nil
}

// encodeJSON is a value as JSON without HTML escapes and without a line break at its end.
func encodeJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
