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
	// reservedContainers, reservedVolumes and reservedMounts are what Prow's decoration adds to a pod.
	reservedContainers = []string{"clonerefs", "initupload", "place-entrypoint", "sidecar"}
	reservedVolumes    = []string{"logs", "code", "tools", "gcs-credentials", "s3-credentials"}
	reservedMounts     = []string{"/logs", "/home/prow/go", "/tools"}
	// presubmitEnv are the variables that a presubmit is given.
	presubmitEnv = []string{"CI", "JOB_NAME", "JOB_TYPE", "PROW_JOB_ID", "BUILD_ID", "BUILD_NUMBER", "JOB_SPEC",
		"REPO_OWNER", "REPO_NAME", "SRC_HOST", "SRC_BASE", "PULL_BASE_REF", "PULL_BASE_SHA", "PULL_REFS",
		"PULL_NUMBER", "PULL_PULL_SHA", "PULL_HEAD_REF", "PULL_TITLE"}
)

// pod checks a job's spec against its agent.
func (c *checker) pod(p *Presubmit, at *field.Path) {
	spec, decorated := at.Child("spec"), p.Decorate != nil && *p.Decorate
	if decorated && p.Agent != AgentKubernetes {
		c.errorf("decorate-agent", at.Child("decorate"), "only jobs of agent kubernetes can be decorated")
	}
	switch {
	case p.Agent != AgentKubernetes && p.Spec != nil && slices.Contains([]string{AgentJenkins, AgentTekton}, p.Agent):
		c.errorf("spec-agent", spec, "only jobs of agent kubernetes have a spec")
	case p.Agent == AgentKubernetes && p.Spec == nil:
		c.errorf("spec-missing", spec, "a job of agent kubernetes needs a pod spec")
	case p.Agent == AgentKubernetes && len(p.Spec.Containers) == 0:
		c.errorf("containers-missing", spec.Child("containers"), "the pod needs a container")
	case p.Agent == AgentKubernetes:
		c.containers(p.Spec, decorated, spec)
		c.volumes(p.Spec, decorated, spec)
	}
}

func (c *checker) containers(spec *corev1.PodSpec, decorated bool, at *field.Path) {
	if len(spec.Containers) > 1 {
		if !decorated {
			c.errorf("containers-undecorated", at.Child("containers"), "several containers need `decorate: true`")
		}
		c.containerNames(spec.Containers, at.Child("containers"))
	}
	for i := range spec.Containers {
		path := at.Child("containers").Index(i)
		c.env(spec.Containers[i].Env, path.Child("env"))
		if k := &spec.Containers[i]; decorated && (len(k.Command) == 0 || k.Command[0] == "") && (len(k.Args) == 0 || k.Args[0] == "") {
			c.errorf("command-missing", path.Child("command"), "a decorated job must say its command or args; the image's own entrypoint is not known")
		}
	}
	for i := range spec.InitContainers {
		path := at.Child("initContainers").Index(i)
		c.env(spec.InitContainers[i].Env, path.Child("env"))
		if r := spec.InitContainers[i].RestartPolicy; r == nil || *r != corev1.ContainerRestartPolicyAlways {
			c.errorf("init-container", path, "Prow accepts init containers only as sidecars, with restartPolicy: Always")
		}
	}
}

func (c *checker) containerNames(containers []corev1.Container, at *field.Path) {
	seen := map[string]bool{}
	for i, k := range containers {
		path := at.Index(i).Child("name")
		switch {
		case k.Name == "":
			c.errorf("container-name", path, "several containers need names")
		case slices.Contains(reservedContainers, k.Name):
			c.errorf("container-name", path, "%q is the name of one of Prow's own containers", k.Name)
		case seen[k.Name]:
			c.errorf("container-name", path, "%q is there twice", k.Name)
		}
		seen[k.Name] = true
	}
}

func (c *checker) env(env []corev1.EnvVar, at *field.Path) {
	seen := map[string]bool{}
	for i, e := range env {
		path := at.Index(i).Child("name")
		switch {
		case slices.Contains(presubmitEnv, e.Name):
			c.errorf("env-reserved", path, "%q is set by Prow for every presubmit", e.Name)
		case seen[e.Name]:
			c.errorf("env-duplicate", path, "%q is there twice", e.Name)
		}
		seen[e.Name] = true
	}
}

func (c *checker) volumes(spec *corev1.PodSpec, decorated bool, at *field.Path) {
	known := map[string]bool{}
	for i, v := range spec.Volumes {
		path := at.Child("volumes").Index(i).Child("name")
		switch {
		case decorated && slices.Contains(reservedVolumes, v.Name):
			c.errorf("volume-reserved", path, "%q is a volume of Prow's decoration", v.Name)
		case known[v.Name]:
			c.errorf("volume-duplicate", path, "%q is there twice", v.Name)
		}
		known[v.Name] = true
	}
	for i := range spec.Containers {
		for j, m := range spec.Containers[i].VolumeMounts {
			c.mount(m, known, decorated, at.Child("containers").Index(i).Child("volumeMounts").Index(j))
		}
	}
}

func (c *checker) mount(m corev1.VolumeMount, known map[string]bool, decorated bool, at *field.Path) {
	if !known[m.Name] && !(decorated && slices.Contains(reservedVolumes, m.Name)) {
		c.errorf("mount-unknown", at.Child("name"), "no volume has the name %q%s", m.Name, guess(m.Name, slices.Collect(maps.Keys(known))))
	}
	for _, r := range reservedMounts {
		if decorated && (within(m.MountPath, r) || within(r, m.MountPath)) {
			c.errorf("mount-reserved", at.Child("mountPath"), "%q and %q, which Prow's decoration mounts, lie in each other", m.MountPath, r)
		}
	}
}

// within says whether a path is dir or below it.
func within(p, dir string) bool {
	p, dir = path.Clean(p), path.Clean(dir)
	return p == dir || strings.HasPrefix(p, strings.TrimSuffix(dir, "/")+"/")
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
