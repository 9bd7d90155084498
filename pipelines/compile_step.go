package pipelines

import (
	"path"
	"slices"
	"strings"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// The names that people see in `tkn pipelinerun logs`: [job : clone], [job : test]. Prow renames a job's only container to "test" too.
const (
	taskName     = "job"
	testStepName = "test"
)

// testStep is a job's own container as a step, with Prow's variables behind its own.
func testStep(c *corev1.Container, env environment) pipelinev1.Step {
	return pipelinev1.Step{
		Name:             testStepName,
		Image:            c.Image,
		ImagePullPolicy:  c.ImagePullPolicy,
		Command:          c.Command,
		Args:             c.Args,
		WorkingDir:       c.WorkingDir,
		Env:              append(slices.Clone(c.Env), env.vars()...),
		EnvFrom:          c.EnvFrom,
		ComputeResources: c.Resources,
		VolumeMounts:     c.VolumeMounts,
		VolumeDevices:    c.VolumeDevices,
		SecurityContext:  c.SecurityContext,
	}
}

// sidecar is a container beside the job's own. It knows what Prow tells it; only a container that stood beside the others in the
// job is told anything about the run.
func sidecar(c *corev1.Container, env environment, told bool) pipelinev1.Sidecar {
	s := pipelinev1.Sidecar{
		Name:                     c.Name,
		Image:                    c.Image,
		ImagePullPolicy:          c.ImagePullPolicy,
		Command:                  c.Command,
		Args:                     c.Args,
		WorkingDir:               c.WorkingDir,
		Ports:                    c.Ports,
		Env:                      slices.Clone(c.Env),
		EnvFrom:                  c.EnvFrom,
		ComputeResources:         c.Resources,
		VolumeMounts:             c.VolumeMounts,
		VolumeDevices:            c.VolumeDevices,
		LivenessProbe:            c.LivenessProbe,
		ReadinessProbe:           c.ReadinessProbe,
		StartupProbe:             c.StartupProbe,
		Lifecycle:                c.Lifecycle,
		TerminationMessagePath:   c.TerminationMessagePath,
		TerminationMessagePolicy: c.TerminationMessagePolicy,
		SecurityContext:          c.SecurityContext,
		Stdin:                    c.Stdin,
		StdinOnce:                c.StdinOnce,
		TTY:                      c.TTY,
	}
	if told {
		s.Env = append(s.Env, env.vars()...)
	}
	return s
}

// withoutEntrypoint keeps the image's own entrypoint out of a decorated container, as Prow does.
func withoutEntrypoint(s *pipelinev1.Sidecar) {
	if len(s.Command) == 0 && len(s.Args) > 0 {
		s.Command, s.Args = s.Args[:1], s.Args[1:]
	}
}

// sharedMounts are the volumes that the clone and the job share. The work tree is a mount of its own: a container's working directory
// is made by the container runtime, as root, before the clone begins, while the folder of a subPath is made by the kubelet with the
// volume's mode, so that a clone under any user can fill it.
func sharedMounts(workDir string) []corev1.VolumeMount {
	mounts := []corev1.VolumeMount{{Name: logsVolume, MountPath: logsDir}, {Name: toolsVolume, MountPath: toolsDir}}
	if workDir == "" {
		return mounts
	}
	return append(mounts,
		corev1.VolumeMount{Name: codeVolume, MountPath: codeDir},
		corev1.VolumeMount{Name: codeVolume, MountPath: workDir, SubPath: strings.TrimPrefix(workDir, codeDir+"/")},
	)
}

// trustClone lets git in the job's step work in a tree that another user cloned, unless the job has settings of its own.
func trustClone(step *pipelinev1.Step) {
	if !slices.ContainsFunc(step.Env, func(e corev1.EnvVar) bool { return e.Name == "GIT_CONFIG_COUNT" }) {
		step.Env = append(step.Env, trustEveryOwner()...)
	}
}

// limitStep sets the step's backstop: Tekton then ends the process and keeps the pod with its log.
func limitStep(step *pipelinev1.Step, in Input, pod *corev1.PodSpec) {
	if limit := stepLimit(in.Job, pod); limit > 0 {
		step.Timeout = &metav1.Duration{Duration: limit}
	}
}

// checkContainer refuses what collides with Bowsprit's own parts, or names a container that has another name in Tekton.
func checkContainer(c container, env environment, decorated bool) error {
	native := c.RestartPolicy != nil // a sidecar that gets nothing from Prow

	if c.Image == "" {
		return refuse("image", c.at+".image", "the job names no image")
	}
	for _, e := range c.Env {
		if !native && env.has(e.Name) && e.Name != "ARTIFACTS" && e.Name != "GOPATH" {
			return refuse("env-reserved", c.at+".env", "%s is set by Prow for every run; choose another name", e.Name)
		}
		if strings.HasPrefix(e.Name, "BOWSPRIT_") {
			return refuse("env-reserved", c.at+".env", "%s: names that begin with BOWSPRIT_ are Bowsprit's own; choose another name", e.Name)
		}
		if e.ValueFrom != nil && e.ValueFrom.ResourceFieldRef != nil && e.ValueFrom.ResourceFieldRef.ContainerName != "" {
			return refuse("container-name", c.at+".env", "%s names a container, and Tekton renames containers; leave containerName out", e.Name)
		}
	}
	if !decorated || native {
		return nil
	}
	for _, m := range c.VolumeMounts {
		if p := path.Clean(m.MountPath); inside(p, codeDir) || inside(p, logsDir) || inside(p, toolsDir) {
			return refuse("mount-reserved", c.at+".volumeMounts", "%s lies in a volume of the decoration; mount it elsewhere", m.MountPath)
		}
	}
	return nil
}

func inside(p, dir string) bool { return p == dir || strings.HasPrefix(p, dir+"/") }
