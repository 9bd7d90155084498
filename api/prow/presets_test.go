package prow

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
)

func TestMergePresets(t *testing.T) {
	preset := Preset{Labels: map[string]string{"go": "true"},
		Env:          []corev1.EnvVar{{Name: "GOFLAGS", Value: "-mod=mod"}},
		Volumes:      []corev1.Volume{{Name: "cache"}},
		VolumeMounts: []corev1.VolumeMount{{Name: "cache", MountPath: "/cache"}},
		Tolerations:  []corev1.Toleration{{Key: "ci"}}}
	labels := map[string]string{"go": "true"}
	spec := func() *corev1.PodSpec { return &corev1.PodSpec{Containers: []corev1.Container{{Name: "a"}}} }
	merged := &corev1.PodSpec{Volumes: preset.Volumes, Tolerations: preset.Tolerations,
		Containers: []corev1.Container{{Name: "a", Env: preset.Env, VolumeMounts: preset.VolumeMounts}}}
	tests := map[string]struct {
		why     string
		labels  map[string]string
		spec    *corev1.PodSpec
		presets []Preset
		want    *corev1.PodSpec
		err     string
	}{
		"the job has the labels":   {labels: labels, spec: spec(), presets: []Preset{preset}, want: merged},
		"another value":            {labels: map[string]string{"go": "false"}, spec: spec(), presets: []Preset{preset}, want: spec()},
		"a preset without labels":  {why: "it is for every job", spec: spec(), presets: []Preset{{Env: preset.Env}}, want: &corev1.PodSpec{Containers: []corev1.Container{{Name: "a", Env: preset.Env}}}},
		"a job without a spec":     {labels: labels, presets: []Preset{preset}},
		"a variable that is there": {labels: labels, spec: &corev1.PodSpec{Containers: []corev1.Container{{Env: []corev1.EnvVar{{Name: "GOFLAGS"}}}}}, presets: []Preset{preset}, err: `the environment variable "GOFLAGS" is there already when the preset with labels ["go"] is merged; remove it from the job or from one of its presets`},
		"a volume that is there":   {labels: labels, spec: &corev1.PodSpec{Volumes: preset.Volumes}, presets: []Preset{preset}, err: `the volume "cache" is there already when the preset with labels ["go"] is merged; remove it from the job or from one of its presets`},
		"all that is there is told": {labels: labels, presets: []Preset{preset},
			spec: &corev1.PodSpec{Volumes: preset.Volumes, Containers: []corev1.Container{{VolumeMounts: preset.VolumeMounts}}},
			err: `the volume "cache" is there already when the preset with labels ["go"] is merged; remove it from the job or from one of its presets
the mount of volume "cache" is there already when the preset with labels ["go"] is merged; remove it from the job or from one of its presets`},
		"a toleration that is there": {spec: spec(), presets: []Preset{{Tolerations: preset.Tolerations}, {Tolerations: preset.Tolerations}}, err: `the toleration "ci" is there already when the preset for every job is merged; remove it from the job or from one of its presets`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := JobBase{Labels: test.labels, Spec: test.spec}
			before := test.spec.DeepCopy()
			err := p.MergePresets(test.presets)
			if test.err != "" {
				if err == nil || err.Error() != test.err {
					t.Errorf("got error %v, want %s", err, test.err)
				}
				return
			}
			if diff := cmp.Diff(test.want, p.Spec); diff != "" || err != nil {
				t.Errorf("%s: %v (-want +got):\n%s", test.why, err, diff)
			}
			if diff := cmp.Diff(before, test.spec); diff != "" {
				t.Errorf("the spec that was given changed too:\n%s", diff)
			}
		})
	}
}

// TestJobsThatShareAPodGetTheirOwn merges presets into two jobs whose lists have room to grow into each other's.
func TestJobsThatShareAPodGetTheirOwn(t *testing.T) {
	env := make([]corev1.EnvVar, 1, 4)
	env[0].Name = "A"
	shared := &corev1.PodSpec{Containers: []corev1.Container{{Env: env}}}
	one, two := JobBase{Spec: shared}, JobBase{Spec: shared}
	if err := one.MergePresets([]Preset{{Env: []corev1.EnvVar{{Name: "ONE"}}}}); err != nil {
		t.Fatal(err)
	}
	if err := two.MergePresets([]Preset{{Env: []corev1.EnvVar{{Name: "TWO"}}}}); err != nil {
		t.Fatal(err)
	}
	if a, b := one.Spec.Containers[0].Env[1].Name, two.Spec.Containers[0].Env[1].Name; a != "ONE" || b != "TWO" || len(shared.Containers[0].Env) != 1 {
		t.Errorf("the jobs have %s and %s, and the pod that both came from has %d variables", a, b, len(shared.Containers[0].Env))
	}
}
