package pipelines

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

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
	Type             string                 `json:"type,omitempty"`
	Job              string                 `json:"job,omitempty"`
	BuildID          string                 `json:"buildid,omitempty"`
	ProwJobID        string                 `json:"prowjobid,omitempty"`
	Refs             *Refs                  `json:"refs,omitempty"`
	DecorationConfig *prow.DecorationConfig `json:"decoration_config,omitempty"`
}

// prowEnvironment has Prow's variables for a presubmit, as its pkg/pod-utils/downwardapi makes them.
func prowEnvironment(in Input, r Refs, name string) (environment, error) {
	host, base := sourceHostAndBase(r)
	spec, err := jobSpecJSON(in, r, name)
	pull := r.Pulls[0]
	e := environment{
		plain: map[string]string{
			"CI": "true", "JOB_NAME": in.Job.Name, "JOB_TYPE": in.Type, "PROW_JOB_ID": record.ProwJobID(name),
			"BUILD_ID": in.BuildID, "BUILD_NUMBER": in.BuildID, "JOB_SPEC": spec,
			"REPO_OWNER": r.Org, "REPO_NAME": r.Repo, "SRC_HOST": host, "SRC_BASE": base,
			"PULL_BASE_SHA": r.BaseSHA, "PULL_NUMBER": strconv.Itoa(pull.Number), "PULL_PULL_SHA": pull.SHA,
		},
		inert: map[string]string{
			"PULL_BASE_REF": record.AnnotationBaseRef, "PULL_REFS": annotationPullRefs,
			"PULL_TITLE": annotationPullTitle, "PULL_HEAD_REF": annotationPullHeadRef,
		},
		texts: map[string]string{
			annotationPullRefs: r.String(), annotationPullTitle: pull.Title, annotationPullHeadRef: pull.HeadRef,
		},
	}
	if decorated(in.Job) {
		e.plain["ARTIFACTS"], e.plain["GOPATH"] = artifactsDir, codeDir
	}
	return e, err
}

func jobSpecJSON(in Input, r Refs, name string) (string, error) {
	spec := jobSpec{Type: in.Type, Job: in.Job.Name, BuildID: in.BuildID, ProwJobID: record.ProwJobID(name), Refs: &r}
	if decorated(in.Job) {
		spec.DecorationConfig = in.Job.DecorationConfig
	}
	return clonespec.JSON(spec)
}

// String is Prow's PULL_REFS: "base_ref:base_sha,number:sha,...".
func (r Refs) String() string {
	var b strings.Builder
	b.WriteString(r.BaseRef + ":" + r.BaseSHA)
	for _, p := range r.Pulls {
		fmt.Fprintf(&b, ",%d:%s", p.Number, p.SHA)
	}
	return b.String()
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
