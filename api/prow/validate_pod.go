package prow

import (
	"maps"
	"path"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

var (
	// reservedContainers are the containers that Prow's decoration adds to a pod, reservedVolumes its volumes.
	reservedContainers = []string{"clonerefs", "initupload", "place-entrypoint", "sidecar"}
	reservedVolumes    = []string{"logs", "code", "tools", "gcs-credentials", "s3-credentials"}
	// takenVolumes are those that decoration mounts in the job's own containers, and takenPaths where.
	takenVolumes = []string{"logs", "code", "tools"}
	takenPaths   = []string{"/logs", "/home/prow/go", "/tools"}
)

// reservedEnv are the variables that Prow gives to jobs: to all types, to those with refs, and to those with one pull
// request.
var reservedEnv = map[string][]JobType{
	"CI": allTypes, "JOB_NAME": allTypes, "JOB_TYPE": allTypes, "JOB_SPEC": allTypes, "PROW_JOB_ID": allTypes, "BUILD_ID": allTypes, "BUILD_NUMBER": allTypes,
	"REPO_OWNER": refTypes, "REPO_NAME": refTypes, "SRC_HOST": refTypes, "SRC_BASE": refTypes,
	"PULL_BASE_REF": refTypes, "PULL_BASE_SHA": refTypes, "PULL_REFS": refTypes,
	"PULL_NUMBER": pullTypes, "PULL_PULL_SHA": pullTypes, "PULL_HEAD_REF": pullTypes, "PULL_TITLE": pullTypes,
}

var (
	allTypes  = []JobType{TypePresubmit, TypePostsubmit, TypePeriodic}
	refTypes  = []JobType{TypePresubmit, TypePostsubmit}
	pullTypes = []JobType{TypePresubmit}
)

// pod checks a job's spec. A decoration_config makes it a decorated one here, whatever `decorate` says, as in Prow.
func (c *checker) pod() {
	spec := c.job.Spec
	for i := range spec.InitContainers {
		if !restartsAlways(&spec.InitContainers[i]) {
			c.errorf("init-container", c.at.Child("spec", "initContainers").Index(i), "Prow accepts init containers only as sidecars, with restartPolicy: Always; do the work at the start of the job's own command")
		}
	}
	if len(spec.Containers) == 0 {
		c.errorf("containers-missing", c.at.Child("spec", "containers"), "the pod needs a container")
		return
	}
	if len(spec.Containers) > 1 {
		c.several(spec.Containers, c.at.Child("spec", "containers"))
	}
	for i := range spec.Containers {
		c.env(spec.Containers[i].Env, i)
	}
	c.volumes(spec)
}

// several checks what only a pod of several containers needs.
func (c *checker) several(containers []corev1.Container, at *field.Path) {
	if c.job.DecorationConfig == nil {
		c.errorf("containers-undecorated", at, "several containers need `decorate: true`")
	}
	c.restart()
	for i := range containers {
		name := containers[i].Name
		switch {
		case name == "":
			c.errorf("container-name", at.Index(i).Child("name"), "each of several containers needs a name")
		case slices.Contains(reservedContainers, name):
			c.errorf("container-name", at.Index(i).Child("name"), "%q is the name of one of Prow's own containers", name)
		case c.again(name):
			c.errorf("container-name", at.Index(i).Child("name"), "%q is there twice", name)
		}
	}
}

func (c *checker) env(env []corev1.EnvVar, container int) {
	at := func(i int) *field.Path {
		return c.at.Child("spec", "containers").Index(container).Child("env").Index(i).Child("name")
	}
	c.restart()
	for i := range env {
		name := env[i].Name
		if slices.Contains(reservedEnv[name], c.kind) {
			c.errorf("env-reserved", at(i), "%q is set by Prow for every %s", name, c.kind)
		}
		if c.again(name) {
			c.errorf("env-duplicate", at(i), "%q is there twice", name)
		}
	}
}

func (c *checker) volumes(spec *corev1.PodSpec) {
	c.restart()
	for i := range spec.Volumes {
		name := spec.Volumes[i].Name
		if c.reservedVolume(name) {
			c.errorf("volume-reserved", c.at.Child("spec", "volumes").Index(i).Child("name"), "%q is a volume of Prow's decoration", name)
		}
		if c.again(name) {
			c.errorf("volume-duplicate", c.at.Child("spec", "volumes").Index(i).Child("name"), "%q is there twice", name)
		}
	}
	for i := range spec.Containers {
		for j := range spec.Containers[i].VolumeMounts {
			c.mount(&spec.Containers[i].VolumeMounts[j], i, j)
		}
	}
}

// reservedVolume says whether decoration adds a volume of that name: its own ones, and those of secrets to clone with.
func (c *checker) reservedVolume(name string) bool {
	d := c.job.DecorationConfig
	return slices.Contains(reservedVolumes, name) ||
		d != nil && (slices.Contains(d.SSHKeySecrets, name) || d.OauthTokenSecret != nil && d.OauthTokenSecret.Name == name)
}

// mount checks one mount; c.seen holds the names of the pod's volumes.
func (c *checker) mount(m *corev1.VolumeMount, container, i int) {
	at := func(key string) *field.Path {
		return c.at.Child("spec", "containers").Index(container).Child("volumeMounts").Index(i).Child(key)
	}
	if !c.seen[m.Name] && !c.reservedVolume(m.Name) {
		c.errorf("mount-unknown", at("name"), "no volume has the name %q%s", m.Name, guess(m.Name, slices.Collect(maps.Keys(c.seen))))
	}
	if slices.Contains(takenVolumes, m.Name) {
		c.errorf("mount-reserved", at("name"), "%q is a volume of Prow's decoration, which mounts it itself", m.Name)
	}
	for _, taken := range takenPaths {
		switch {
		case m.MountPath == taken:
			c.errorf("mount-reserved", at("mountPath"), "%q is where Prow's decoration mounts its own volume", m.MountPath)
		case c.job.DecorationConfig != nil && within(taken, m.MountPath):
			c.warnf("mount-nested", at("mountPath"), "%q hides what the decoration mounts at %q", m.MountPath, taken)
		}
	}
}

// within says whether a path is dir or below it.
func within(p, dir string) bool {
	dir = path.Clean(dir)
	return p == dir || strings.HasPrefix(p, strings.TrimSuffix(dir, "/")+"/")
}
