package pipelines

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// TestATrialAnswersAsTheWholeRunWould tries texts and mounts at which Tekton's rules look.
func TestATrialAnswersAsTheWholeRunWould(t *testing.T) {
	texts := []string{"", "plain", "$(HOME)", "$(params.x)", "$(params.x[0])", "$(context.taskRun.name)", "$(context.nothing)",
		"$(tasks.a.results.b)", "$(steps.clone.results.x)", "$(results.x.path)", "$(workspaces.w.path)", "$(step.artifacts.path)", "$$(params.x)"}
	refused := 0
	for _, text := range texts {
		for _, name := range []string{"x", "tekton-internal-x"} {
			for _, place := range []string{"/x", "/tekton/x", "/tekton", "//tekton/../tekton/x", "/tekton/home/x"} {
				run := compileJob(t, jobOf(t, plainJob)).Run
				step := &run.Spec.PipelineSpec.Tasks[0].TaskSpec.Steps[1]
				step.Args = append(step.Args, text)
				step.Command = append(step.Command, text)
				step.Env = append(step.Env, corev1.EnvVar{Name: "X", Value: text})
				step.VolumeMounts = append(step.VolumeMounts, corev1.VolumeMount{Name: name, MountPath: place, SubPath: text})
				whole, trial := validate(run.DeepCopy()), validate(trialOf(run))
				if (whole == nil) != (trial == nil) {
					t.Errorf("%q in mount %s at %s: the run gives %v, the trial %v", text, name, place, whole, trial)
				}
				if whole != nil {
					refused++
				}
			}
		}
	}
	if all := len(texts) * 10; refused == 0 || refused == all {
		t.Errorf("Tekton refused %d of %d", refused, all)
	}
}
