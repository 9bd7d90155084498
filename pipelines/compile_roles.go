package pipelines

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/pipelines/record"
)

// The annotations by which a job says what its containers are to each other. Prow takes no notice of them.
const (
	// AnnotationPrimaryContainer names the container whose exit code is the job's; the others run beside it as sidecars.
	AnnotationPrimaryContainer = record.Domain + "primary-container"
	// AnnotationParallelContainers "true" makes each container a task of its own, side by side.
	AnnotationParallelContainers = record.Domain + "parallel-containers"
)

// container is one of a pod's containers and its path in the job.
type container struct {
	*corev1.Container
	at string
}

// roles say what becomes of a pod's containers: each of tests is a task's step, and all of beside are sidecars of every task.
type roles struct {
	tests, beside []container
}

// rolesOf gives each container its role. What Prow does with several, running them side by side until all have ended, needs the
// job's word for one of two ways, since neither of them keeps everything.
func rolesOf(job *prow.Job, pod *corev1.PodSpec) (roles, error) {
	var r roles
	for i := range pod.InitContainers {
		c := container{&pod.InitContainers[i], fmt.Sprintf("spec.initContainers[%d]", i)}
		if c.RestartPolicy == nil || *c.RestartPolicy != corev1.ContainerRestartPolicyAlways {
			return r, refuse("init-container", c.at, "Prow runs no init containers but sidecars (restartPolicy: Always); do its work at the start of the job's own command")
		}
		r.beside = append(r.beside, c)
	}
	var all []container
	for i := range pod.Containers {
		all = append(all, container{&pod.Containers[i], fmt.Sprintf("spec.containers[%d]", i)})
	}
	name, parallel := job.Annotations[AnnotationPrimaryContainer], job.Annotations[AnnotationParallelContainers]
	switch {
	case len(all) == 0:
		return r, refuse("no-container", "spec.containers", "there is nothing to run: Tekton would let an empty run succeed")
	case name != "" && parallel != "":
		return r, refuse("container-roles", "annotations", "%s and %s exclude each other", AnnotationPrimaryContainer, AnnotationParallelContainers)
	case parallel != "" && parallel != "true":
		return r, refuse("container-roles", "annotations["+AnnotationParallelContainers+"]", "%q is not \"true\"", parallel)
	case name != "":
		return r.withPrimary(all, name)
	case len(all) == 1:
		r.tests = all
		return r, nil
	case parallel == "true":
		r.tests = all
		return r, checkApart(job, pod, all)
	}
	return r, refuse("several-containers", "spec.containers", "Tekton runs steps one after the other: say with the annotation %s which container is the job, "+
		"the others become sidecars; or with %s: \"true\" that each may run in a pod of its own", AnnotationPrimaryContainer, AnnotationParallelContainers)
}

// withPrimary makes the container of that name the test.
func (r roles) withPrimary(all []container, name string) (roles, error) {
	for _, c := range all {
		if c.Name == name {
			r.tests = append(r.tests, c)
		} else {
			r.beside = append(r.beside, c)
		}
	}
	if len(r.tests) != 1 {
		return r, refuse("container-roles", "annotations["+AnnotationPrimaryContainer+"]", "%d containers are named %q, want one", len(r.tests), name)
	}
	return r, nil
}

// checkApart refuses containers that cannot be in pods of their own: those that share files.
func checkApart(job *prow.Job, pod *corev1.PodSpec, all []container) error {
	for i, v := range pod.Volumes {
		if v.EmptyDir == nil {
			continue
		}
		users := 0
		for _, c := range all {
			if mounts(c.Container, v.Name) {
				users++
			}
		}
		if users > 1 {
			return refuse("shared-volume", fmt.Sprintf("spec.volumes[%d]", i), "%d containers share the emptyDir %s, so they cannot be in pods of their own; use the annotation %s",
				users, v.Name, AnnotationPrimaryContainer)
		}
	}
	seen := map[string]bool{}
	for _, c := range all {
		if seen[c.Name] || c.Name == "" {
			return refuse("container-name", c.at+".name", "%q does not tell the container from the others", c.Name)
		}
		seen[c.Name] = true
	}
	if !decorated(job) {
		return refuse("several-containers", "spec.containers", "Prow allows several containers only in decorated jobs")
	}
	return nil
}

// checkBeside refuses mounts of the decoration's volumes by name: a container beside the clone could change what the clone reads, or read
// its keys. A container that stood beside the job's own in Prow may mount the code and the logs, which it gets anyway, unless the
// repository wrote it.
func checkBeside(job *prow.Job, beside []container, cloning bool) error {
	if !decorated(job) {
		return nil
	}
	for _, c := range beside {
		own := c.RestartPolicy == nil && !job.InRepo
		for _, v := range decorationVolumes(job, cloning) {
			if given := own && (v.Name == codeVolume || v.Name == logsVolume); mounts(c.Container, v.Name) && !given {
				return refuse("mount-reserved", c.at+".volumeMounts", "%s is a volume of the decoration, which container %s does not get; mount a volume of the job's own", v.Name, c.Name)
			}
		}
	}
	return nil
}

func mounts(c *corev1.Container, volume string) bool {
	for _, m := range c.VolumeMounts {
		if m.Name == volume {
			return true
		}
	}
	return false
}
