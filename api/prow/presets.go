package prow

import (
	"fmt"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// MergePresets merges every preset that a job's labels select into its pod, as Prow does: environment and mounts go to
// the containers, not to init containers. A job without spec is left alone. It changes the job, not its spec's maker: the
// spec is copied first. The error names the first thing that is there already.
func (p *Presubmit) MergePresets(presets []Preset) error {
	if p.Spec == nil {
		return nil
	}
	spec := p.Spec.DeepCopy()
	for i := range presets {
		if !presets[i].selects(p.Labels) {
			continue
		}
		if err := presets[i].mergeInto(spec); err != nil {
			return err
		}
	}
	p.Spec = spec
	return nil
}

func (ps *Preset) selects(labels map[string]string) bool {
	for k, v := range ps.Labels {
		if got, ok := labels[k]; !ok || got != v {
			return false
		}
	}
	return true
}

func (ps *Preset) mergeInto(spec *corev1.PodSpec) error {
	for _, v := range ps.Volumes {
		if slices.ContainsFunc(spec.Volumes, func(o corev1.Volume) bool { return o.Name == v.Name }) {
			return ps.conflict("volume", v.Name)
		}
		spec.Volumes = append(spec.Volumes, *v.DeepCopy())
	}
	for _, t := range ps.Tolerations {
		if slices.ContainsFunc(spec.Tolerations, func(o corev1.Toleration) bool { return o.MatchToleration(&t) }) {
			return ps.conflict("toleration", t.Key)
		}
		spec.Tolerations = append(spec.Tolerations, *t.DeepCopy())
	}
	for i := range spec.Containers {
		if err := ps.mergeIntoContainer(&spec.Containers[i]); err != nil {
			return err
		}
	}
	return nil
}

func (ps *Preset) mergeIntoContainer(c *corev1.Container) error {
	for _, e := range ps.Env {
		if slices.ContainsFunc(c.Env, func(o corev1.EnvVar) bool { return o.Name == e.Name }) {
			return ps.conflict("environment variable", e.Name)
		}
		c.Env = append(c.Env, *e.DeepCopy())
	}
	for _, m := range ps.VolumeMounts {
		if slices.ContainsFunc(c.VolumeMounts, func(o corev1.VolumeMount) bool { return o.Name == m.Name && o.MountPath == m.MountPath }) {
			return ps.conflict("mount of volume", m.Name)
		}
		c.VolumeMounts = append(c.VolumeMounts, *m.DeepCopy())
	}
	return nil
}

func (ps *Preset) conflict(what, name string) error {
	of := "the preset for every job"
	if len(ps.Labels) > 0 {
		of = fmt.Sprintf("the preset with labels %q", slices.Sorted(maps.Keys(ps.Labels)))
	}
	return fmt.Errorf("the %s %q is there already when %s is merged; remove it from the job or from one of its presets", what, name, of)
}
