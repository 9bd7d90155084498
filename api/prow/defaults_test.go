package prow

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
)

func TestDefaultFillsInWhatIsLeftOut(t *testing.T) {
	p := Presubmit{JobBase: JobBase{Name: "unit"}}
	p.Default("o/r", &Config{})
	no := false
	want := Presubmit{
		JobBase: JobBase{Name: "unit", Agent: "kubernetes", Cluster: "default", Namespace: "default", UtilityConfig: UtilityConfig{Decorate: &no}},
		Trigger: `(?m)^/test( | .* )unit,?($|\s.*)`, RerunCommand: "/test unit", Reporter: Reporter{Context: "unit"},
	}
	if diff := cmp.Diff(want, p); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDefaultKeepsWhatIsSaid(t *testing.T) {
	yes := true
	p := Presubmit{
		JobBase: JobBase{Name: "unit", Agent: "jenkins", Cluster: "big", Namespace: "jobs", UtilityConfig: UtilityConfig{Decorate: &yes, DecorationConfig: &DecorationConfig{Timeout: &Duration{time.Hour}}}},
		Trigger: "^/go$", RerunCommand: "/go", Reporter: Reporter{Context: "ci/unit"},
	}
	want := p
	want.DecorationConfig = &DecorationConfig{Timeout: &Duration{time.Hour}, GracePeriod: &Duration{DefaultGracePeriod}}
	p.Default("o/r", &Config{PodNamespace: "other"})
	if diff := cmp.Diff(want, p); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDefaultLeavesHalfATriggerAlone(t *testing.T) {
	p := Presubmit{JobBase: JobBase{Name: "unit"}, Trigger: "^/go$"}
	p.Default("o/r", &Config{})
	if p.RerunCommand != "" {
		t.Errorf("rerun_command became %q; validation could not tell any more that it is missing", p.RerunCommand)
	}
}

func TestDecorationDefaults(t *testing.T) {
	d := func(timeout, grace time.Duration) *DecorationConfig {
		out := &DecorationConfig{}
		if timeout > 0 {
			out.Timeout = &Duration{timeout}
		}
		if grace > 0 {
			out.GracePeriod = &Duration{grace}
		}
		return out
	}
	all := JobConfig{DecorateAllJobs: true}
	tests := map[string]struct {
		why    string
		config Config
		job    *DecorationConfig
		want   *DecorationConfig
	}{
		"Prow's own": {config: Config{JobConfig: all}, want: d(2*time.Hour, 15*time.Second)},
		"the map, from general to special": {config: Config{JobConfig: all, Plank: Plank{DefaultDecorationConfigs: map[string]*DecorationConfig{
			"*": d(1, 1), "o": d(2, 2), "o/r": d(3, 0), "o/x": d(9, 9)}}}, want: d(3, 2)},
		"the list, later ones win": {config: Config{JobConfig: all, Plank: Plank{DefaultDecorationConfigEntries: []DecorationEntry{
			{Config: d(1, 1)}, {OrgRepo: "*", Config: d(2, 0)}, {OrgRepo: "o", Cluster: "default", Config: d(3, 0)}, {OrgRepo: "o/r", Cluster: "big", Config: d(9, 9)}}}}, want: d(3, 1)},
		"the job wins":                {config: Config{JobConfig: all, Plank: Plank{DefaultDecorationConfigs: map[string]*DecorationConfig{"*": d(1, 1)}}}, job: d(7, 0), want: d(7, 1)},
		"a job that is not decorated": {why: "its decoration_config has no effect", config: Config{Plank: Plank{DefaultDecorationConfigs: map[string]*DecorationConfig{"*": d(1, 1)}}}, job: d(7, 0), want: d(7, 0)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := Presubmit{JobBase: JobBase{Name: "unit", UtilityConfig: UtilityConfig{DecorationConfig: test.job}}}
			p.Default("o/r", &test.config)
			if diff := cmp.Diff(test.want, p.DecorationConfig); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.why, diff)
			}
		})
	}
}

func TestDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{`"2h30m"`: 150 * time.Minute, `1000`: 1000, `"0s"`: 0} {
		var d Duration
		if err := json.Unmarshal([]byte(text), &d); err != nil || d.Duration != want {
			t.Errorf("%s is %v (%v), want %v", text, d, err, want)
		}
	}
	for _, text := range []string{`"2hours"`, `true`, `"5"`, `1.5`} {
		if err := json.Unmarshal([]byte(text), &Duration{}); err == nil {
			t.Errorf("%s is taken for a duration", text)
		}
	}
	if b, err := json.Marshal(Duration{90 * time.Second}); err != nil || string(b) != `"1m30s"` {
		t.Errorf("written as %s (%v)", b, err)
	}
}

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
		"the job has the labels":     {labels: labels, spec: spec(), presets: []Preset{preset}, want: merged},
		"another value":              {labels: map[string]string{"go": "false"}, spec: spec(), presets: []Preset{preset}, want: spec()},
		"a preset without labels":    {why: "it is for every job", spec: spec(), presets: []Preset{{Env: preset.Env}}, want: &corev1.PodSpec{Containers: []corev1.Container{{Name: "a", Env: preset.Env}}}},
		"a job without a spec":       {labels: labels, presets: []Preset{preset}},
		"a variable that is there":   {labels: labels, spec: &corev1.PodSpec{Containers: []corev1.Container{{Env: []corev1.EnvVar{{Name: "GOFLAGS"}}}}}, presets: []Preset{preset}, err: `the environment variable "GOFLAGS" is there already when the preset with labels ["go"] is merged; remove it from the job or from one of its presets`},
		"a volume that is there":     {labels: labels, spec: &corev1.PodSpec{Volumes: preset.Volumes}, presets: []Preset{preset}, err: `the volume "cache" is there already when the preset with labels ["go"] is merged; remove it from the job or from one of its presets`},
		"a toleration that is there": {spec: spec(), presets: []Preset{{Tolerations: preset.Tolerations}, {Tolerations: preset.Tolerations}}, err: `the toleration "ci" is there already when the preset for every job is merged; remove it from the job or from one of its presets`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := Presubmit{JobBase: JobBase{Labels: test.labels, Spec: test.spec}}
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
