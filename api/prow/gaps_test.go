package prow

import (
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
)

// decorated is a job that has no gap.
func decorated() *Presubmit {
	yes := true
	p := &Presubmit{JobBase: JobBase{Name: "unit", Spec: &corev1.PodSpec{Containers: []corev1.Container{{}}}, UtilityConfig: UtilityConfig{Decorate: &yes}}}
	p.Default("o/r", &Config{})
	return p
}

// TestEveryDecorationFieldHasItsFate sets each field in turn, so that a new one cannot be forgotten: it is honoured, told
// once for all jobs, or a gap.
func TestEveryDecorationFieldHasItsFate(t *testing.T) {
	honoured := []string{"Timeout", "GracePeriod"}
	toldOnce := []string{"UtilityImages", "Resources", "GCSConfiguration", "GCSCredentialsSecret", "S3CredentialsSecret", "UploadIgnoresInterrupts", "CensoringOptions"}
	fields := reflect.TypeFor[DecorationConfig]()
	for i := range fields.NumField() {
		name := fields.Field(i).Name
		if slices.Contains(honoured, name) {
			continue
		}
		p := decorated()
		reflect.ValueOf(p.DecorationConfig).Elem().Field(i).SetBytes([]byte(`"set"`))
		if gaps, known := p.Gaps(), slices.Contains(toldOnce, name); (len(gaps) == 1) == known {
			t.Errorf("%s: gaps %v, and told once for all jobs: %v", name, gaps, known)
		}
	}
}

func TestGaps(t *testing.T) {
	type gap struct {
		Field string
		Runs  bool
	}
	tests := map[string]struct {
		why    string
		change func(*Presubmit)
		want   []gap
	}{
		"nothing special":      {change: func(*Presubmit) {}},
		"another agent":        {change: func(p *Presubmit) { p.Agent = AgentJenkins; p.ExtraRefs = []Raw{Raw("{}")} }, want: []gap{{"agent", false}}, why: "nothing else matters then"},
		"several containers":   {change: func(p *Presubmit) { p.Spec.Containers = append(p.Spec.Containers, corev1.Container{}) }, want: []gap{{"spec.containers", false}}},
		"an init container":    {change: func(p *Presubmit) { p.Spec.InitContainers = []corev1.Container{{}} }, want: []gap{{"spec.initContainers", false}}},
		"further repositories": {change: func(p *Presubmit) { p.ExtraRefs = []Raw{Raw("{}")} }, want: []gap{{"extra_refs", false}}},
		"a mount of the decoration": {change: func(p *Presubmit) {
			p.Spec.Containers[0].VolumeMounts = []corev1.VolumeMount{{Name: "gcs-credentials"}}
		}, want: []gap{{"spec.containers[0].volumeMounts", false}}},
		"hidden":               {change: func(p *Presubmit) { p.Hidden = true }, want: []gap{{"hidden", true}}},
		"written out, but off": {change: func(p *Presubmit) { p.DecorationConfig.SkipCloning = Raw("false"); p.ReporterConfig = Raw(" null ") }},
		"decoration of a job that is not decorated": {why: "it has no effect in Prow either", change: func(p *Presubmit) { *p.Decorate = false; p.DecorationConfig.SSHKeySecrets = Raw(`["k"]`) }},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := decorated()
			test.change(p)
			var got []gap
			for _, g := range p.Gaps() {
				got = append(got, gap{g.Field, g.Runs})
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.why, diff)
			}
		})
	}
}
