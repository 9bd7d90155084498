package prow

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// MergePresets merges every preset that a job's labels select into its pod, as Prow does: environment and mounts go to
// the containers, not to init containers. A job without spec is left alone. It changes the job, not its spec's maker: what
// changes is copied first, and the rest is shared with it and with the presets. The error names all that is there already.
func (j *JobBase) MergePresets(presets []Preset) error {
	if j.Spec == nil {
		return nil
	}
	var errs []error
	owned := false
	for i := range presets {
		if !presets[i].selects(j.Labels) {
			continue
		}
		if !owned {
			j.Spec, owned = open(j.Spec), true
		}
		errs = append(errs, presets[i].mergeInto(j.Spec)...)
	}
	return errors.Join(errs...)
}

// open copies a pod as far as presets change it: their appending writes to new memory.
func open(spec *corev1.PodSpec) *corev1.PodSpec {
	out := *spec
	out.Volumes, out.Tolerations = slices.Clip(spec.Volumes), slices.Clip(spec.Tolerations)
	out.Containers = slices.Clone(spec.Containers)
	for i := range out.Containers {
		c := &out.Containers[i]
		c.Env, c.VolumeMounts = slices.Clip(c.Env), slices.Clip(c.VolumeMounts)
	}
	return &out
}

func (ps *Preset) selects(labels map[string]string) bool {
	if len(ps.Labels) > len(labels) {
		return false
	}
	for k, v := range ps.Labels {
		if got, ok := labels[k]; !ok || got != v {
			return false
		}
	}
	return true
}

func (ps *Preset) mergeInto(spec *corev1.PodSpec) (errs []error) {
	for i := range ps.Volumes {
		name := ps.Volumes[i].Name
		if slices.ContainsFunc(spec.Volumes, func(o corev1.Volume) bool { return o.Name == name }) {
			errs = append(errs, ps.conflict("volume", name))
			continue
		}
		spec.Volumes = append(spec.Volumes, ps.Volumes[i])
	}
	for i := range ps.Tolerations {
		t := &ps.Tolerations[i]
		if slices.ContainsFunc(spec.Tolerations, func(o corev1.Toleration) bool { return o.MatchToleration(t) }) {
			errs = append(errs, ps.conflict("toleration", t.Key))
			continue
		}
		spec.Tolerations = append(spec.Tolerations, *t)
	}
	for i := range spec.Containers {
		errs = append(errs, ps.mergeIntoContainer(&spec.Containers[i])...)
	}
	return errs
}

func (ps *Preset) mergeIntoContainer(c *corev1.Container) (errs []error) {
	for _, e := range ps.Env {
		if slices.ContainsFunc(c.Env, func(o corev1.EnvVar) bool { return o.Name == e.Name }) {
			errs = append(errs, ps.conflict("environment variable", e.Name))
			continue
		}
		c.Env = append(c.Env, e)
	}
	for _, m := range ps.VolumeMounts {
		if slices.ContainsFunc(c.VolumeMounts, func(o corev1.VolumeMount) bool { return o.Name == m.Name && o.MountPath == m.MountPath }) {
			errs = append(errs, ps.conflict("mount of volume", m.Name))
			continue
		}
		c.VolumeMounts = append(c.VolumeMounts, m)
	}
	return errs
}

func (ps *Preset) conflict(what, name string) error {
	of := "the preset for every job"
	if len(ps.Labels) > 0 {
		of = fmt.Sprintf("the preset with labels %q", slices.Sorted(maps.Keys(ps.Labels)))
	}
	return fmt.Errorf("the %s %q is there already when %s is merged; remove it from the job or from one of its presets", what, name, of)
}
