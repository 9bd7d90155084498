package pipelines

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	"sigs.k8s.io/yaml"

	"github.com/bowsprit-ci/bowsprit/pipelines/record"
)

// runOf is a compiled run with a status, and with the spec.status that it has by then.
func runOf(t *testing.T, wish, status string) *pipelinev1.PipelineRun {
	t.Helper()
	run := compileJob(t, jobOf(t, plainJob)).Run
	run.Spec.Status = pipelinev1.PipelineRunSpecStatus(wish)
	if err := yaml.UnmarshalStrict([]byte(status), &run.Status); err != nil {
		t.Fatal(err)
	}
	return run
}

// taskRunsOf is the run's one task run; an empty status is none at all.
func taskRunsOf(t *testing.T, status string) []pipelinev1.TaskRun {
	t.Helper()
	if status == "" {
		return nil
	}
	var tr pipelinev1.TaskRun
	tr.Labels = map[string]string{"tekton.dev/pipelineTask": taskName}
	if err := yaml.UnmarshalStrict([]byte(status), &tr.Status); err != nil {
		t.Fatal(err)
	}
	return []pipelinev1.TaskRun{tr}
}

// Statuses of a run as Tekton writes them, and of its steps.
const (
	runPending   = `{conditions: [{type: Succeeded, status: Unknown, reason: PipelineRunPending, message: 'PipelineRun "x" is pending'}]}`
	runRunning   = `{startTime: "2026-01-02T10:00:00Z", conditions: [{type: Succeeded, status: Unknown, reason: Running, message: 'Tasks Completed: 0 (Failed: 0, Cancelled 0), Incomplete: 1, Skipped: 0'}]}`
	runSucceeded = `{startTime: "2026-01-02T10:00:00Z", completionTime: "2026-01-02T10:02:00Z", conditions: [{type: Succeeded, status: "True", reason: Succeeded, message: 'Tasks Completed: 1 (Failed: 0, Cancelled 0), Skipped: 0'}]}`
	runFailed    = `{startTime: "2026-01-02T10:00:00Z", completionTime: "2026-01-02T10:02:00Z", conditions: [{type: Succeeded, status: "False", reason: Failed, message: 'Tasks Completed: 1 (Failed: 1, Cancelled 0), Skipped: 0'}]}`
	runCancelled = `{startTime: "2026-01-02T10:00:00Z", completionTime: "2026-01-02T10:02:00Z", conditions: [{type: Succeeded, status: "False", reason: Cancelled, message: 'PipelineRun "x" was cancelled'}]}`

	cloneDone   = `{name: clone, container: step-clone, terminationReason: Completed, terminated: {exitCode: 0, reason: Completed, startedAt: "2026-01-02T10:00:10Z", finishedAt: "2026-01-02T10:00:15Z"}}`
	testSkipped = `{name: test, container: step-test, terminationReason: Skipped, terminated: {exitCode: 1, reason: Error, startedAt: "2026-01-02T10:00:15Z", finishedAt: "2026-01-02T10:00:15Z"}}`
)

// ended is the status of a task run that ended badly.
func ended(reason, message string, steps ...string) string {
	text := `podName: x-job-pod
conditions:
- {type: Succeeded, status: "False", reason: ` + reason + `, message: '` + message + `'}
steps:
`
	for _, s := range steps {
		text += "- " + s + "\n"
	}
	return text
}

func testEnded(termination, reason string, code string) string {
	return `{name: test, container: step-test, terminationReason: ` + termination + `, terminated: {exitCode: ` + code + `, reason: ` + reason +
		`, startedAt: "2026-01-02T10:00:15Z", finishedAt: "2026-01-02T10:01:55Z"}}`
}

func sidecarEnded(name, code string) string {
	return "sidecars: [{name: " + name + ", container: sidecar-" + name + ", terminated: {exitCode: " + code + ", reason: Error}}]\n"
}

// told is what the table below expects of an outcome.
type told struct {
	Phase  Phase
	Class  Class
	Failed string
	OOM    bool
	Reason string
}

func TestOutcome(t *testing.T) {
	for why, tc := range map[string]struct {
		wish, run, task string
		want            told
	}{
		"a run that nobody has looked at waits in the queue": {"PipelineRunPending", `{}`, "", told{Phase: PhaseQueued}},
		"a pending run waits in the queue":                   {"PipelineRunPending", runPending, "", told{Phase: PhaseQueued, Reason: "PipelineRunPending"}},
		"an admitted run runs, though its condition is old":  {"", runPending, "", told{Phase: PhaseRunning, Reason: "PipelineRunPending"}},
		"a running run": {"", runRunning, "", told{Phase: PhaseRunning, Reason: "Running"}},
		"a run that is being cancelled has not ended": {"CancelledRunFinally", runRunning, "", told{Phase: PhaseRunning, Reason: "Running"}},
		"a run that cannot be cancelled has not ended": {"CancelledRunFinally",
			`{conditions: [{type: Succeeded, status: Unknown, reason: PipelineRunCouldntCancel}]}`, "", told{Phase: PhaseRunning, Reason: "PipelineRunCouldntCancel"}},
		"an image that is not there yet is no verdict": {"", runRunning,
			`{podName: p, conditions: [{type: Succeeded, status: Unknown, reason: PullImageFailed}], steps: [{name: clone, container: step-clone, waiting: {reason: ImagePullBackOff}}]}`,
			told{Phase: PhaseRunning, Reason: "Running"}},
		"success": {"", runSucceeded, "", told{Phase: PhaseSucceeded, Reason: "Succeeded"}},
		"success under a reason of tomorrow": {"",
			`{conditions: [{type: Succeeded, status: "True", reason: SucceededInANewWay}]}`, "", told{Phase: PhaseSucceeded, Reason: "SucceededInANewWay"}},

		"the job fails": {"", runFailed, ended("StepFailed", `"step-test" exited with code 2: Error`, cloneDone, testEnded("Error", "Error", "2")),
			told{Phase: PhaseFailed, Class: ClassUser, Failed: "test", Reason: "StepFailed"}},
		"the job fails, in the words of an older Tekton": {"", runFailed, ended("Failed", `"step-test" exited with code 2`, cloneDone, testEnded("Error", "Error", "2")),
			told{Phase: PhaseFailed, Class: ClassUser, Failed: "test", Reason: "Failed"}},
		"the job fails, in words of tomorrow": {"", runFailed, ended("StepExploded", "boom", cloneDone, testEnded("Exploded", "Error", "2")),
			told{Phase: PhaseFailed, Class: ClassUser, Failed: "test", Reason: "StepExploded"}},
		"the job runs out of its own time, and its log is kept": {"", runFailed,
			ended("StepFailed", `"step-test" exited because the step exceeded the specified timeout limit`, cloneDone, testEnded("TimeoutExceeded", "Error", "1")),
			told{Phase: PhaseTimedOut, Class: ClassUser, Failed: "test", Reason: "StepFailed"}},
		"the task's backstop strikes": {"", runFailed,
			ended("TaskRunTimeout", `TaskRun "x-job" failed to finish within "1h45m0s"`, cloneDone, testEnded("TaskRunTimeout", "TaskRunTimeout", "1")),
			told{Phase: PhaseTimedOut, Class: ClassUser, Failed: "test", Reason: "TaskRunTimeout"}},
		"the run's backstop strikes": {"",
			`{conditions: [{type: Succeeded, status: "False", reason: PipelineRunTimeout, message: 'PipelineRun "x" failed to finish within "2h"'}]}`,
			ended("TaskRunCancelled", "cancelled", cloneDone, testEnded("TaskRunCancelled", "TaskRunCancelled", "1")),
			told{Phase: PhaseTimedOut, Class: ClassUser, Reason: "PipelineRunTimeout"}},
		"the job uses too much memory": {"", runFailed, ended("StepOOM", `"step-test" exited with code 137: OOMKilled`, cloneDone, testEnded("OOMKilled", "OOMKilled", "137")),
			told{Phase: PhaseFailed, Class: ClassUser, Failed: "test", OOM: true, Reason: "StepOOM"}},
		"a child of the job is killed for memory, and the job exits with 0": {"", runFailed,
			ended("StepOOM", "OOMKilled", cloneDone, testEnded("Completed", "OOMKilled", "0")),
			told{Phase: PhaseFailed, Class: ClassUser, Failed: "test", OOM: true, Reason: "StepOOM"}},

		"somebody cancels": {"CancelledRunFinally", runCancelled, ended("TaskRunCancelled", "cancelled", cloneDone, testEnded("TaskRunCancelled", "TaskRunCancelled", "1")),
			told{Phase: PhaseCancelled, Reason: "Cancelled"}},
		"somebody cancels what never started": {"Cancelled", runCancelled, "", told{Phase: PhaseCancelled, Reason: "Cancelled"}},
		"the job failed before it could be cancelled": {"CancelledRunFinally", runFailed, ended("StepFailed", "x", cloneDone, testEnded("Error", "Error", "2")),
			told{Phase: PhaseFailed, Class: ClassUser, Failed: "test", Reason: "StepFailed"}},

		"the pod is evicted": {"", runFailed, ended("PodEvicted", "The node was low on resource: memory", cloneDone, testEnded("Error", "Error", "137")),
			told{Phase: PhaseError, Class: ClassInfra, Failed: "test", Reason: "PodEvicted"}},
		"the pod cannot be made": {"", runFailed, ended("PodCreationFailed", "failed to create task run pod"),
			told{Phase: PhaseError, Class: ClassInfra, Reason: "PodCreationFailed"}},
		"a registry is down": {"", runFailed, ended("TaskRunImagePullFailed", "the step failed to pull the image: 503 Service Unavailable"),
			told{Phase: PhaseError, Class: ClassInfra, Reason: "TaskRunImagePullFailed"}},
		"the image does not exist": {"", runFailed, ended("TaskRunImagePullFailed", `failed to resolve reference "a:b": a:b: not found`),
			told{Phase: PhaseError, Class: ClassConfig, Reason: "TaskRunImagePullFailed"}},
		"a secret is missing": {"", runFailed, ended("CreateContainerConfigError", `secret "x" not found`),
			told{Phase: PhaseError, Class: ClassConfig, Reason: "CreateContainerConfigError"}},
		"a secret is missing, and Tekton wrote so over all steps": {"", runFailed, ended("CreateContainerConfigError", `secret "x" not found`,
			`{name: clone, container: step-clone, terminationReason: CreateContainerConfigError, terminated: {exitCode: 1, reason: CreateContainerConfigError, startedAt: "2026-01-02T10:00:10Z", finishedAt: "2026-01-02T10:00:15Z"}}`,
			testEnded("CreateContainerConfigError", "CreateContainerConfigError", "1")),
			told{Phase: PhaseError, Class: ClassConfig, Reason: "CreateContainerConfigError"}},
		"the backstop strikes before the pod ever started": {"", runFailed, ended("TaskRunTimeout", `TaskRun "x-job" failed to finish within "1h45m0s"`,
			`{name: clone, container: step-clone, terminationReason: TaskRunTimeout, terminated: {exitCode: 1, reason: TaskRunTimeout, startedAt: "2026-01-02T10:00:10Z", finishedAt: "2026-01-02T11:45:15Z"}}`,
			testEnded("TaskRunTimeout", "TaskRunTimeout", "1")),
			told{Phase: PhaseTimedOut, Class: ClassInfra, Failed: "clone", Reason: "TaskRunTimeout"}},
		"a policy refuses the pod": {"", runFailed, ended("PodAdmissionFailed", "violates PodSecurity"),
			told{Phase: PhaseError, Class: ClassConfig, Reason: "PodAdmissionFailed"}},
		"the pipeline cannot be run at all": {"", `{conditions: [{type: Succeeded, status: "False", reason: CouldntGetTask, message: "no such task"}]}`, "",
			told{Phase: PhaseError, Class: ClassConfig, Reason: "CouldntGetTask"}},
		"it failed, and nothing says how": {"", `{conditions: [{type: Succeeded, status: "False"}]}`, "", told{Phase: PhaseFailed, Class: ClassUser}},

		"the job's process runs out of its time, and our entrypoint ends it": {"", runFailed,
			ended("StepFailed", "x", cloneDone, `{name: test, container: step-test, terminated: {exitCode: 127, reason: Error, startedAt: "2026-01-02T10:00:15Z", finishedAt: "2026-01-02T11:00:20Z"}}`),
			told{Phase: PhaseTimedOut, Class: ClassUser, Failed: "test", Reason: "StepFailed"}},
		"a command that is not found ends with the same code, but early": {"", runFailed, ended("StepFailed", "x", cloneDone, testEnded("Error", "Error", "127")),
			told{Phase: PhaseFailed, Class: ClassUser, Failed: "test", Reason: "StepFailed"}},
		"the pod is told to stop, and nobody cancelled": {"", runFailed, ended("StepFailed", "x", cloneDone, testEnded("Error", "Error", "130")),
			told{Phase: PhaseError, Class: ClassInfra, Failed: "test", Reason: "StepFailed"}},
		"the entrypoint cannot be placed": {"", runFailed,
			ended("StepFailed", "x", `{name: place, container: step-place, terminated: {exitCode: 1, reason: Error, startedAt: "2026-01-02T10:00:10Z", finishedAt: "2026-01-02T10:00:15Z"}}`, testSkipped),
			told{Phase: PhaseError, Class: ClassInfra, Failed: "place", Reason: "StepFailed"}},
		"only the upload fails, and the job passed": {"", runFailed,
			ended("SidecarFailed", "x", cloneDone, testEnded("Completed", "Completed", "0")) + sidecarEnded("upload", "1"),
			told{Phase: PhaseSucceeded, Reason: "Failed"}},
		"the upload fails after a job that failed": {"", runFailed,
			ended("SidecarFailed", "x", cloneDone, testEnded("Error", "Error", "2")) + sidecarEnded("upload", "1"),
			told{Phase: PhaseFailed, Class: ClassUser, Failed: "test", Reason: "SidecarFailed"}},
		"another sidecar fails": {"", runFailed,
			ended("SidecarFailed", "x", cloneDone, testEnded("Completed", "Completed", "0")) + sidecarEnded("docker", "1"),
			told{Phase: PhaseFailed, Class: ClassUser, Reason: "SidecarFailed"}},

		"the pull request conflicts": {"", runFailed,
			ended("StepFailed", "x", `{name: clone, container: step-clone, terminated: {exitCode: 1, reason: Error, startedAt: "2026-01-02T10:00:10Z", finishedAt: "2026-01-02T10:00:15Z"}}`, testSkipped),
			told{Phase: PhaseFailed, Class: ClassUser, Failed: "clone", Reason: "StepFailed"}},
		"the repository cannot be reached": {"", runFailed,
			ended("StepFailed", "x", `{name: clone, container: step-clone, terminated: {exitCode: 3, reason: Error, startedAt: "2026-01-02T10:00:10Z", finishedAt: "2026-01-02T10:00:15Z"}}`, testSkipped),
			told{Phase: PhaseError, Class: ClassInfra, Failed: "clone", Reason: "StepFailed"}},
		"the clone hangs": {"", runFailed,
			ended("StepFailed", "x", `{name: clone, container: step-clone, terminationReason: TimeoutExceeded, terminated: {exitCode: 1, reason: Error, startedAt: "2026-01-02T10:00:10Z", finishedAt: "2026-01-02T11:00:15Z"}}`, testSkipped),
			told{Phase: PhaseTimedOut, Class: ClassInfra, Failed: "clone", Reason: "StepFailed"}},
		"the clone is misconfigured": {"", runFailed,
			ended("StepFailed", "x", `{name: clone, container: step-clone, terminated: {exitCode: 2, reason: Error, startedAt: "2026-01-02T10:00:10Z", finishedAt: "2026-01-02T10:00:15Z"}}`, testSkipped),
			told{Phase: PhaseError, Class: ClassConfig, Failed: "clone", Reason: "StepFailed"}},
	} {
		t.Run(why, func(t *testing.T) {
			run := runOf(t, tc.wish, tc.run)
			out := OutcomeOf(run, taskRunsOf(t, tc.task))
			got := told{Phase: out.Phase, Class: out.Class, OOM: out.OutOfMemory, Reason: out.Reason}
			if out.Failed != nil {
				got.Failed = out.Failed.Name
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
			if alone := PhaseOf(run); alone.Finished() != out.Phase.Finished() {
				t.Errorf("PhaseOf says %s, OutcomeOf %s: they disagree about the end", alone, out.Phase)
			}
		})
	}
}

func TestRowsOfTheStepTable(t *testing.T) {
	at := func(clock string) time.Time {
		v, err := time.Parse(time.RFC3339, "2026-01-02T"+clock+"Z")
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	const pod = "x-job-pod"
	for why, tc := range map[string]struct {
		wish, run, task string
		want            []Step
	}{
		"a queued run shows what it will do": {"PipelineRunPending", runPending, "", []Step{
			{Task: "job", Name: "clone", Status: StepWaiting}, {Task: "job", Name: "test", Status: StepWaiting}}},
		"a running step has a start": {"", runRunning, `
podName: x-job-pod
steps:
- ` + cloneDone + `
- {name: test, container: step-test, running: {startedAt: "2026-01-02T10:00:15Z"}}`, []Step{
			{Task: "job", Name: "clone", Status: StepSucceeded, Reason: "Completed", Pod: pod, Container: "step-clone", StartedAt: at("10:00:10"), FinishedAt: at("10:00:15")},
			{Task: "job", Name: "test", Status: StepRunning, Pod: pod, Container: "step-test", StartedAt: at("10:00:15")}}},
		"a skipped step took no time": {"", runFailed, ended("StepFailed", "x",
			`{name: clone, container: step-clone, terminationReason: Error, terminated: {exitCode: 1, reason: Error, startedAt: "2026-01-02T10:00:10Z", finishedAt: "2026-01-02T10:00:15Z"}}`, testSkipped), []Step{
			{Task: "job", Name: "clone", Status: StepFailed, Reason: "Error", ExitCode: 1, Pod: pod, Container: "step-clone", StartedAt: at("10:00:10"), FinishedAt: at("10:00:15")},
			{Task: "job", Name: "test", Status: StepSkipped, Reason: "Skipped", ExitCode: 1, Pod: pod, Container: "step-test"}}},
		"no step runs on in a task run that has ended": {"", runFailed, ended("CreateContainerConfigError", "Failed to create pod due to config error",
			`{name: clone, container: step-clone, running: {startedAt: "2026-01-02T10:00:10Z"}}`,
			`{name: test, container: step-test, waiting: {reason: CreateContainerConfigError}}`), []Step{
			{Task: "job", Name: "clone", Status: StepCancelled, Pod: pod, Container: "step-clone", StartedAt: at("10:00:10")},
			{Task: "job", Name: "test", Status: StepCancelled, Reason: "CreateContainerConfigError", Pod: pod, Container: "step-test"}}},
		"a step that waits says what for": {"", runRunning, `
podName: x-job-pod
steps:
- {name: clone, container: step-clone, waiting: {reason: ImagePullBackOff}}`, []Step{
			{Task: "job", Name: "clone", Status: StepWaiting, Reason: "ImagePullBackOff", Pod: pod, Container: "step-clone"}}},
		"a cancelled step": {"CancelledRunFinally", runCancelled, ended("TaskRunCancelled", "x", cloneDone, testEnded("TaskRunCancelled", "TaskRunCancelled", "1")), []Step{
			{Task: "job", Name: "clone", Status: StepSucceeded, Reason: "Completed", Pod: pod, Container: "step-clone", StartedAt: at("10:00:10"), FinishedAt: at("10:00:15")},
			{Task: "job", Name: "test", Status: StepCancelled, Reason: "TaskRunCancelled", ExitCode: 1, Pod: pod, Container: "step-test", StartedAt: at("10:00:15"), FinishedAt: at("10:01:55")}}},
	} {
		t.Run(why, func(t *testing.T) {
			got := OutcomeOf(runOf(t, tc.wish, tc.run), taskRunsOf(t, tc.task))
			if diff := cmp.Diff(tc.want, got.Steps); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOutcomeHasTektonsTimesAndOurReason(t *testing.T) {
	run := runOf(t, "CancelledRunFinally", runCancelled)
	record.SetCancelReason(run, "superseded by abc1234")
	out := OutcomeOf(run, nil)
	if out.Duration() != 2*time.Minute || out.CancelReason != "superseded by abc1234" {
		t.Errorf("%s, %q", out.Duration(), out.CancelReason)
	}
	if queued := OutcomeOf(runOf(t, "PipelineRunPending", runPending), nil); !queued.StartedAt.IsZero() || queued.Duration() != 0 {
		t.Errorf("a queued run started at %s", queued.StartedAt)
	}
}

func TestStepsOfAPipelineThatTektonResolvedElsewhere(t *testing.T) {
	run := runOf(t, "", runRunning)
	run.Spec.PipelineSpec = nil
	out := OutcomeOf(run, taskRunsOf(t, "{podName: p, steps: ["+cloneDone+"]}"))
	if len(out.Steps) != 1 || out.Steps[0].Task != taskName || out.Steps[0].Pod != "p" {
		t.Errorf("rows %+v", out.Steps)
	}
}

// Of two tasks side by side, the one that failed speaks, in whichever order Tekton lists them.
func TestTheTaskThatFailedSpeaks(t *testing.T) {
	run := compileJob(t, jobOf(t, `
name: unit
decorate: true
annotations: {bowsprit.dev/parallel-containers: "true"}
spec: {containers: [{name: linux, image: a, command: [a]}, {name: wasm, image: b, command: [b]}]}`)).Run
	run.Spec.Status = ""
	if err := yaml.UnmarshalStrict([]byte(runFailed), &run.Status); err != nil {
		t.Fatal(err)
	}
	linux := taskRunsOf(t, ended("TaskRunCancelled", "cancelled", cloneDone, testEnded("TaskRunCancelled", "TaskRunCancelled", "1")))[0]
	wasm := taskRunsOf(t, ended("StepFailed", "x", cloneDone, testEnded("Error", "Error", "3")))[0]
	linux.Labels["tekton.dev/pipelineTask"], wasm.Labels["tekton.dev/pipelineTask"] = "linux", "wasm"
	for _, order := range [][]pipelinev1.TaskRun{{linux, wasm}, {wasm, linux}} {
		out := OutcomeOf(run, order)
		if out.Phase != PhaseFailed || out.Failed == nil || out.Failed.Task != "wasm" || out.Failed.ExitCode != 3 || out.Reason != "StepFailed" || len(out.Steps) != 4 {
			t.Errorf("%s, %s, failed %+v of %d steps", out.Phase, out.Reason, out.Failed, len(out.Steps))
		}
	}
}
