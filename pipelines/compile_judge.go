package pipelines

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/pipelines/record"
)

// judgeJob decides what can be refused or warned about from the job alone, whatever its agent is.
func judgeJob(job *prow.Job) ([]Warning, error) {
	for _, key := range slices.Sorted(maps.Keys(merged(job.Labels, job.Annotations))) {
		if optIn := key == AnnotationPrimaryContainer || key == AnnotationParallelContainers; optIn && job.Labels[key] == "" {
			continue
		}
		if strings.HasPrefix(key, record.Domain) || strings.HasPrefix(key, "tekton.dev/") {
			return nil, refuse("key-reserved", "labels, annotations", "%q is written by Bowsprit or Tekton; choose another prefix", key)
		}
	}
	var warnings []Warning
	for _, g := range job.Gaps() {
		warnings = append(warnings, Warning{Code: "not-yet", Field: g.Field, Message: g.Why})
	}
	return warnings, nil
}

// judgePod holds every field of a pod and its containers against its fate, and looks for text that only Tekton would change.
func judgePod(job *prow.Job, pod *corev1.PodSpec, r roles) ([]Warning, error) {
	warnings, err := judge(*pod, podFates, "spec")
	if err != nil {
		return nil, err
	}
	for _, part := range []struct {
		containers []container
		fates      map[string]fate
	}{{r.tests, containerFates}, {r.beside, sidecarFates}} {
		for _, c := range part.containers {
			more, err := judge(*c.Container, part.fates, c.at)
			if err != nil {
				return nil, err
			}
			warnings = append(warnings, more...)
		}
	}
	return warnings, checkVariables(pod, job, r)
}

// checkVariables refuses text that Kubernetes would leave alone and Tekton would not. The command of a decorated job is free of
// that: it can reach our entrypoint by another way.
func checkVariables(pod *corev1.PodSpec, job *prow.Job, r roles) error {
	free := *pod
	if decorated(job) {
		free.Containers = slices.Clone(pod.Containers)
		for i := range free.Containers {
			if slices.ContainsFunc(r.tests, func(c container) bool { return c.Container == &pod.Containers[i] }) {
				free.Containers[i].Command, free.Containers[i].Args = nil, nil
			}
		}
	}
	b, err := json.Marshal(&free)
	if err != nil {
		return refuse("encode", "spec", "%v", err)
	}
	if !tektonVariable.Match(b) {
		return nil
	}
	var tree any
	if err := json.Unmarshal(b, &tree); err != nil {
		return refuse("encode", "spec", "%v", err)
	}
	return findVariable(tree, "spec")
}

// habits warns about what works differently, without changing a result.
func (p *podJob) habits() (warnings []Warning) {
	warn := func(code, field, format string, args ...any) {
		warnings = append(warnings, Warning{Code: code, Field: field, Message: fmt.Sprintf(format, args...)})
	}
	job, pod := p.in.Job, p.pod
	if pod.RestartPolicy != "" && pod.RestartPolicy != corev1.RestartPolicyNever {
		warn("restart-policy", "spec.restartPolicy", "a job runs once, as in Prow; repeat inside the job's own command")
	}
	for _, c := range p.roles.tests {
		if !decorated(job) && len(c.Command) == 0 {
			warn("entrypoint-lookup", c.at+".command", "Tekton reads the image's entrypoint from its registry before each run; write the command to spare that")
		}
		if p.clone != nil && c.WorkingDir != "" {
			warn("working-dir-replaced", c.at+".workingDir", "a decorated job starts in its clone, as in Prow")
		}
		for _, e := range c.Env {
			if p.env.has(e.Name) && (e.Name == "ARTIFACTS" || e.Name == "GOPATH") {
				warn("env-replaced", c.at+".env", "decoration sets %s itself, and its value wins, as in Prow", e.Name)
			}
		}
	}
	if grace := gracePeriod(job); decorated(job) && grace > deletionGrace {
		warn("grace-on-cancel", "decoration_config.grace_period", "the job has %s at its timeout, but %s when its run is cancelled: Tekton deletes the pod then; "+
			"an admission policy of the cluster can give pods with the label %s a longer terminationGracePeriodSeconds", grace, deletionGrace, record.LabelJob)
	}
	if len(p.roles.tests) > 1 && uploads(job) {
		warn("upload-apart", "annotations["+AnnotationParallelContainers+"]", "each container's files are stored in a folder of its own below the run's")
	}
	return append(warnings, decorationHabits(decorationOf(job))...)
}

// decorationHabits warns about parts of the decoration that no part of ours answers to.
func decorationHabits(d prow.DecorationConfig) (warnings []Warning) {
	if c := d.CensoringOptions; c != nil && (c.CensoringConcurrency != nil || c.CensoringBufferSize != nil) {
		warnings = append(warnings, Warning{"censoring-idle", "decoration_config.censoring_options",
			"concurrency and buffer size are the uploader's own affair; the other options count"})
	}
	return warnings
}
