package pipelines

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/pipelines/record"
)

// Compile makes the run that a job and its refs ask for: one Pending PipelineRun with one task, in which a step clones what is tested and
// the next one is the job. It keeps the meaning of every field of the job, or answers with an *Error that names the
// field and the way out; parts that are without effect in a run become warnings.
func Compile(in Input) (*Compiled, error) {
	warnings, err := judgeJob(in)
	if err != nil {
		return nil, err
	}
	rec, err := recordOf(in)
	if err != nil {
		return nil, err
	}
	name, refs := record.Name(rec.Cause), effectiveRefs(in)
	env, err := prowEnvironment(in, refs, name)
	if err != nil {
		return nil, err
	}
	task, err := compileTask(in, refs, env)
	if err != nil {
		return nil, err
	}
	run := &pipelinev1.PipelineRun{
		TypeMeta:   metav1.TypeMeta{APIVersion: pipelinev1.SchemeGroupVersion.String(), Kind: "PipelineRun"},
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace(in), Labels: maps.Clone(in.Job.Labels), Annotations: merged(in.Job.Annotations, env.texts)},
		Spec:       runSpec(in.Job, task),
	}
	record.Encode(rec, run)
	if err := checkRun(run); err != nil {
		return nil, err
	}
	return &Compiled{Run: run, Record: rec, Warnings: warnings}, nil
}

func namespace(in Input) string {
	if in.Job.Namespace != "" {
		return in.Job.Namespace
	}
	return in.Options.Namespace
}

func recordOf(in Input) (record.Record, error) {
	job := in.Job
	hash, err := SpecHash(job)
	return record.Record{
		Cause:          CauseOf(in),
		SpecHash:       hash,
		Type:           in.Type,
		Context:        job.Context,
		RerunCommand:   job.RerunCommand,
		SkipReport:     job.SkipReport,
		Optional:       job.Optional,
		MaxConcurrency: job.MaxConcurrency,
		BaseRef:        in.Refs.BaseRef,
		BaseSHA:        in.Refs.BaseSHA,
		Pull:           in.Refs.Pulls[0].Number,
		BuildID:        in.BuildID,
	}, err
}

// SpecHash is the SHA-256, in hexadecimal, of the job's canonical JSON. It is the same for two runs of one job under one configuration. The
// error is encoding/json's, for a job that was not read from a document.
func SpecHash(job *prow.Presubmit) (string, error) {
	b, err := json.Marshal(job)
	if err != nil {
		return "", fmt.Errorf("encode job %s: %w", job.Name, err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

// judgeJob decides everything that can be refused or warned about from the job alone, and checks the rest of the input.
func judgeJob(in Input) ([]Warning, error) {
	if err := checkInput(in); err != nil {
		return nil, err
	}
	warnings, err := judgeGaps(in.Job)
	if err != nil {
		return nil, err
	}
	if err := checkPod(in.Job.Spec); err != nil {
		return nil, err
	}
	if err := checkJob(in.Job); err != nil {
		return nil, err
	}
	for _, part := range []struct {
		object any
		fates  map[string]fate
		at     string
	}{
		{*in.Job.Spec, podFates, "spec"},
		{in.Job.Spec.Containers[0], containerFates, "spec.containers[0]"},
	} {
		more, err := judge(part.object, part.fates, part.at)
		if err != nil {
			return nil, err
		}
		warnings = append(warnings, more...)
	}
	if err := checkVariables(in.Job.Spec); err != nil {
		return nil, err
	}
	return append(warnings, habits(in.Job)...), nil
}

// judgeGaps refuses or warns about what Prow honours and Bowsprit does not yet.
func judgeGaps(job *prow.Presubmit) (warnings []Warning, err error) {
	for _, g := range job.Gaps() {
		if !g.Runs {
			return nil, refuse("not-yet", g.Field, "%s", g.Why)
		}
		warnings = append(warnings, Warning{Code: "not-yet", Field: g.Field, Message: g.Why})
	}
	return warnings, nil
}

// checkJob keeps labels and annotations that mean something to Tekton or to Bowsprit out of a job's hands, and refuses times before now.
func checkJob(job *prow.Presubmit) error {
	for _, key := range slices.Sorted(maps.Keys(merged(job.Labels, job.Annotations))) {
		if strings.HasPrefix(key, record.Domain) || strings.HasPrefix(key, "tekton.dev/") {
			return refuse("key-reserved", "labels, annotations", "%q is written by Bowsprit or Tekton; choose another prefix", key)
		}
	}
	if limit := stepTimeout(job); limit < 0 {
		return refuse("timeout", "decoration_config.timeout", "%s is negative", limit)
	}
	return nil
}

// checkPod refuses pods that do not run once; those of several containers are Gaps.
func checkPod(spec *corev1.PodSpec) error {
	switch {
	case spec == nil || len(spec.Containers) == 0:
		return refuse("no-container", "spec.containers", "there is nothing to run: Tekton would let an empty run succeed")
	case spec.RestartPolicy != "" && spec.RestartPolicy != corev1.RestartPolicyNever:
		return refuse("restart-policy", "spec.restartPolicy", "a run never restarts its containers; write Never, or repeat inside the job's own command")
	}
	return nil
}

// habits warns about what works differently, without changing a result.
func habits(job *prow.Presubmit) (warnings []Warning) {
	c := job.Spec.Containers[0]
	if !decorated(job) && len(c.Command) == 0 {
		warnings = append(warnings, Warning{"entrypoint-lookup", "spec.containers[0].command",
			"Tekton reads the image's entrypoint from its registry before each run; write the command to spare that"})
	}
	if decorated(job) && c.WorkingDir != "" {
		warnings = append(warnings, Warning{"working-dir-replaced", "spec.containers[0].workingDir", "a decorated job starts in its clone, as in Prow"})
	}
	if grace := gracePeriod(job); decorated(job) && grace != prow.DefaultGracePeriod {
		warnings = append(warnings, Warning{"grace-period-idle", "decoration_config.grace_period",
			fmt.Sprintf("Tekton stops a step at its timeout at once, not after %s", grace)})
	}
	return warnings
}

func gracePeriod(job *prow.Presubmit) time.Duration {
	if d := job.DecorationConfig; d != nil && d.GracePeriod != nil {
		return d.GracePeriod.Duration
	}
	return prow.DefaultGracePeriod
}

// compileTask makes the one task: the clone if the job is decorated, and the job.
func compileTask(in Input, refs Refs, env environment) (pipelinev1.TaskSpec, error) {
	task := pipelinev1.TaskSpec{Volumes: in.Job.Spec.Volumes}
	if decorated(in.Job) {
		clone, err := cloneStep(in, refs)
		if err != nil {
			return task, err
		}
		task.Steps = append(task.Steps, clone)
		task.Volumes = append(sharedVolumes(), in.Job.Spec.Volumes...)
	}
	test, err := testStep(in, refs, env)
	if err != nil {
		return task, err
	}
	task.Steps = append(task.Steps, test)
	return *task.DeepCopy(), nil
}

func runSpec(job *prow.Presubmit, task pipelinev1.TaskSpec) pipelinev1.PipelineRunSpec {
	return pipelinev1.PipelineRunSpec{
		Status: pipelinev1.PipelineRunSpecStatusPending,
		PipelineSpec: &pipelinev1.PipelineSpec{
			Tasks: []pipelinev1.PipelineTask{{Name: taskName, TaskSpec: &pipelinev1.EmbeddedTask{TaskSpec: task}}},
		},
		Timeouts: timeouts(job),
		TaskRunTemplate: pipelinev1.PipelineTaskRunTemplate{
			ServiceAccountName: job.Spec.ServiceAccountName,
			PodTemplate:        podTemplate(job.Spec.DeepCopy()),
		},
	}
}
