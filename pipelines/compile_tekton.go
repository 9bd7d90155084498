package pipelines

import (
	"fmt"
	"maps"
	"strings"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/pipelines/record"
)

// tekton is a run of agent tekton-pipeline on its way: what the job's author wrote, and what is added to it.
type tekton struct {
	in   Input
	refs []prow.Refs
	env  environment
	spec pipelinev1.PipelineRunSpec
	// at is the key of the job under which the spec stands, for messages.
	at string
	// cloned are the indices of the refs that a task clones.
	cloned map[int]bool
	// places are where the placeholders' tasks clone.
	places   []clonePlace
	warnings []Warning
}

// compileTekton makes the spec of a run for a job of agent tekton-pipeline: what the author wrote, with clones where it asks
// for them, Prow's variables as parameters and as environment, and Pending. refs are all of the run's, what is tested first
// (a periodic has only its extra_refs). The error is an *Error.
func compileTekton(in Input, refs []prow.Refs, env environment) (pipelinev1.PipelineRunSpec, []Warning, error) {
	spec, at, err := tektonSource(in)
	if err != nil {
		return spec, nil, err
	}
	env.plain = maps.Clone(env.plain)
	for _, folder := range []string{"ARTIFACTS", "GOPATH"} { // they are in the decoration's own pod
		delete(env.plain, folder)
	}
	t := &tekton{in: in, refs: refs, env: env, spec: spec, at: at, cloned: map[int]bool{}}
	for _, step := range []func() error{t.checkStatus, t.checkMetadata, t.placeClones, t.surround} {
		if err := step(); err != nil {
			return t.spec, t.warnings, err
		}
	}
	t.warnUncloned()
	t.warnOverlaps()
	t.warnDecoration()
	t.offerParams()
	t.offerEnvironment()
	t.limit()
	t.spec.Status = pipelinev1.PipelineRunSpecStatusPending
	return t.spec, t.warnings, nil
}

func (t *tekton) warn(code, field, format string, args ...any) {
	t.warnings = append(t.warnings, Warning{Code: code, Field: field, Message: fmt.Sprintf(format, args...)})
}

// warnDecoration speaks of a decoration that has nothing to hold on to: its entrypoint and its upload belong to one pod.
func (t *tekton) warnDecoration() {
	if decorated(t.in.Job) {
		t.warn("decoration-partly", "decoration_config", "of a pipeline only timeout and the clone's credentials count; nothing is uploaded, and there is no $ARTIFACTS")
	}
}

// checkStatus refuses a spec that says itself whether it runs: the queue does.
func (t *tekton) checkStatus() error {
	if s := t.spec.Status; s != "" && s != pipelinev1.PipelineRunSpecStatusPending {
		return refuse("run-status", t.at+".status", "%q would end the run before it begins; leave status out", s)
	}
	return nil
}

// checkMetadata keeps labels and annotations of tasks out of what Bowsprit, Tekton and Prow write on a run: Tekton copies a
// run's to its tasks, and there the author's would win.
func (t *tekton) checkMetadata() error {
	for i, s := range t.spec.TaskRunSpecs {
		if s.Metadata != nil {
			if err := checkReserved(*s.Metadata, fmt.Sprintf("%s.taskRunSpecs[%d].metadata", t.at, i)); err != nil {
				return err
			}
		}
	}
	return t.eachTask(func(task *pipelinev1.PipelineTask, at string) error {
		if task.TaskSpec == nil {
			return nil
		}
		return checkReserved(task.TaskSpec.Metadata, at+".taskSpec.metadata")
	})
}

func checkReserved(m pipelinev1.PipelineTaskMetadata, at string) error {
	for key := range merged(m.Labels, m.Annotations) {
		for _, prefix := range []string{record.Domain, "tekton.dev/", "chains.tekton.dev/", "prow.k8s.io/"} {
			if strings.HasPrefix(key, prefix) {
				return refuse("key-reserved", at, "%q is written by Bowsprit or Tekton; choose another prefix", key)
			}
		}
	}
	return nil
}

// eachTask visits the tasks of an inline pipeline, those of finally last; a change to a task stays.
func (t *tekton) eachTask(visit func(task *pipelinev1.PipelineTask, at string) error) error {
	if t.spec.PipelineSpec == nil {
		return nil
	}
	for _, list := range []struct {
		name  string
		tasks []pipelinev1.PipelineTask
	}{{"tasks", t.spec.PipelineSpec.Tasks}, {"finally", t.spec.PipelineSpec.Finally}} {
		for i := range list.tasks {
			if err := visit(&list.tasks[i], fmt.Sprintf("%s.pipelineSpec.%s[%d]", t.at, list.name, i)); err != nil {
				return err
			}
		}
	}
	return nil
}

// limit gives a run without timeouts of its own the decoration's. Without either, the cluster's default holds, as in Prow.
func (t *tekton) limit() {
	d := t.in.Job.DecorationConfig
	if t.spec.Timeouts == nil && d != nil && d.Timeout != nil && d.Timeout.Duration > 0 {
		t.spec.Timeouts = &pipelinev1.TimeoutFields{Pipeline: &metav1.Duration{Duration: d.Timeout.Duration}}
	}
}
