package pipelines

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/pipelines/clonespec"
	"github.com/bowsprit-ci/bowsprit/pipelines/record"
)

// The annotations that carry text of strangers to the job. Neither Tekton nor Kubernetes looks for variables in an annotation that a
// container reads by fieldRef, while both do in a plain value: a title with $(params.x) in it would break the run.
const (
	annotationPullTitle   = record.Domain + "pull-title"
	annotationPullHeadRef = record.Domain + "pull-head-ref"
	annotationPullRefs    = record.Domain + "pull-refs"
)

// environment is what the job is told about its run: plain values, and annotations whose text it reads by name.
type environment struct {
	plain map[string]string
	// inert maps a variable to the annotation with its text; texts has the annotations.
	inert, texts map[string]string
}

// jobSpec is Prow's JOB_SPEC (Prow's pkg/pod-utils/downwardapi); the order of the fields is Prow's.
type jobSpec struct {
	Type             prow.JobType           `json:"type,omitempty"`
	Job              string                 `json:"job,omitempty"`
	BuildID          string                 `json:"buildid,omitempty"`
	ProwJobID        string                 `json:"prowjobid,omitempty"`
	Refs             *prow.Refs             `json:"refs,omitempty"`
	ExtraRefs        []prow.Refs            `json:"extra_refs,omitempty"`
	DecorationConfig *prow.DecorationConfig `json:"decoration_config,omitempty"`
}

func jobSpecOf(in Input, refs []prow.Refs) jobSpec {
	spec := jobSpec{
		Type: in.Job.Type, Job: in.Job.Name, BuildID: in.BuildID, ProwJobID: prowJobID(in),
		ExtraRefs: refs, DecorationConfig: in.Job.DecorationConfig,
	}
	if in.Job.Type != prow.TypePeriodic {
		spec.Refs, spec.ExtraRefs = &refs[0], refs[1:]
	}
	return spec
}

func prowJobID(in Input) string {
	if in.ProwJobID != "" {
		return in.ProwJobID
	}
	return record.ProwJobID(record.Name(CauseOf(in)))
}

// Environment is what Prow tells a job's containers about the run, by the variable's name (Prow's pkg/pod-utils/downwardapi). The
// constants ARTIFACTS and GOPATH, which its decoration adds, are not in it. The error is an *Error about the input.
func Environment(in Input) (map[string]string, error) {
	if err := checkInput(in); err != nil {
		return nil, err
	}
	refs := effectiveRefs(in)
	spec, err := json.Marshal(jobSpecOf(in, refs))
	if err != nil {
		return nil, refuse("encode", "job", "%v", err)
	}
	return variables(in, refs, string(spec)), nil
}

// variables are Prow's for each type of job, with their texts as they are.
func variables(in Input, refs []prow.Refs, spec string) map[string]string {
	vars := map[string]string{
		"CI": "true", "JOB_NAME": in.Job.Name, "JOB_TYPE": string(in.Job.Type), "JOB_SPEC": spec,
		"PROW_JOB_ID": prowJobID(in), "BUILD_ID": in.BuildID,
	}
	if in.Job.Agent == prow.AgentKubernetes {
		vars["BUILD_NUMBER"] = in.BuildID
	}
	if in.Job.Type == prow.TypePeriodic {
		return vars
	}
	r := refs[0]
	vars["REPO_OWNER"], vars["REPO_NAME"] = r.Org, r.Repo
	vars["SRC_HOST"], vars["SRC_BASE"] = sourceHostAndBase(r)
	vars["PULL_BASE_REF"], vars["PULL_BASE_SHA"], vars["PULL_REFS"] = r.BaseRef, r.BaseSHA, r.String()
	if in.Job.Type == prow.TypePresubmit {
		pull := r.Pulls[0]
		vars["PULL_NUMBER"], vars["PULL_PULL_SHA"] = strconv.Itoa(pull.Number), pull.SHA
		vars["PULL_HEAD_REF"], vars["PULL_TITLE"] = pull.HeadRef, pull.Title
	}
	return vars
}

// inertVariables are those with text of strangers in them, or of a branch's name, and the annotations that carry it.
var inertVariables = map[string]string{
	"PULL_BASE_REF": record.AnnotationBaseRef,
	"PULL_REFS":     annotationPullRefs,
	"PULL_TITLE":    annotationPullTitle,
	"PULL_HEAD_REF": annotationPullHeadRef,
}

// environmentOf is the environment of a run's containers: Prow's variables, and those of its decoration.
func environmentOf(in Input, refs []prow.Refs) (environment, error) {
	spec, err := clonespec.JSON(jobSpecOf(in, refs))
	e := environment{plain: variables(in, refs, spec), inert: map[string]string{}, texts: map[string]string{}}
	for name, key := range inertVariables {
		if text, told := e.plain[name]; told {
			e.inert[name], e.texts[key] = key, text
			delete(e.plain, name)
		}
	}
	if decorated(in.Job) {
		e.plain["ARTIFACTS"], e.plain["GOPATH"] = artifactsDir, codeDir
	}
	return e, err
}

// has says whether a variable is told to the job.
func (e environment) has(name string) bool {
	_, plain := e.plain[name]
	_, inert := e.inert[name]
	return plain || inert
}

// names lists every variable, sorted as Prow sorts them.
func (e environment) names() []string {
	return slices.Sorted(maps.Keys(merged(e.plain, e.inert)))
}

// vars is the environment as a container has it.
func (e environment) vars() []corev1.EnvVar {
	var out []corev1.EnvVar
	for _, name := range e.names() {
		if key, inert := e.inert[name]; inert {
			out = append(out, corev1.EnvVar{Name: name, ValueFrom: fromAnnotation(key)})
			continue
		}
		out = append(out, corev1.EnvVar{Name: name, Value: e.plain[name]})
	}
	return out
}

func fromAnnotation(key string) *corev1.EnvVarSource {
	return &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: "metadata.annotations['" + key + "']"}}
}

// trustEveryOwner lets git in the job's step work in a tree that another user cloned: the image's user need not be the clone step's.
// Git reads it as if it were given on each command line, so no file of the image is shadowed.
func trustEveryOwner() []corev1.EnvVar {
	return []corev1.EnvVar{
		{Name: "GIT_CONFIG_COUNT", Value: "1"},
		{Name: "GIT_CONFIG_KEY_0", Value: "safe.directory"},
		{Name: "GIT_CONFIG_VALUE_0", Value: "*"},
	}
}

func merged(layers ...map[string]string) map[string]string {
	out := map[string]string{}
	for _, layer := range layers {
		maps.Copy(out, layer)
	}
	return out
}
