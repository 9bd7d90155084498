package pipelines

import (
	"path"
	"slices"
	"strings"
	"time"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/pipelines/clonespec"
)

// The names that people see in `tkn pipelinerun logs`: [job : clone], [job : test]. Prow renames a job's only container to "test" too.
const (
	taskName      = "job"
	cloneStepName = "clone"
	testStepName  = "test"
)

const (
	codeVolume = "code"
	logsVolume = "logs"
	// toolsBinary is where the tools image has our binary.
	toolsBinary = "/bowsprit-tools"
	// cloneTimeout ends a clone that hangs, with its log kept; it is generous, because Prow sets none.
	cloneTimeout = time.Hour
)

func decorated(job *prow.Presubmit) bool { return job.Decorate != nil && *job.Decorate }

// testStep is the job's own container as a step.
func testStep(in Input, r Refs, env environment) (pipelinev1.Step, error) {
	c := in.Job.Spec.Containers[0].DeepCopy()
	if err := checkContainer(c, env, decorated(in.Job)); err != nil {
		return pipelinev1.Step{}, err
	}
	step := pipelinev1.Step{
		Name:             testStepName,
		Image:            c.Image,
		ImagePullPolicy:  c.ImagePullPolicy,
		Command:          c.Command,
		Args:             c.Args,
		WorkingDir:       c.WorkingDir,
		Env:              append(c.Env, env.vars()...),
		EnvFrom:          c.EnvFrom,
		ComputeResources: c.Resources,
		VolumeMounts:     c.VolumeMounts,
		VolumeDevices:    c.VolumeDevices,
		SecurityContext:  c.SecurityContext,
	}
	if limit := stepTimeout(in.Job); limit > 0 {
		step.Timeout = &metav1.Duration{Duration: limit}
	}
	if !decorated(in.Job) {
		return step, nil
	}
	return step, decorate(&step, r)
}

// decorate adds what Prow's decoration adds: the clone as working directory, the log volume, and the command without the image's entrypoint,
// which Prow's own entrypoint never calls.
func decorate(step *pipelinev1.Step, r Refs) error {
	dir, err := workTree(r)
	if err != nil {
		return err
	}
	step.WorkingDir = dir
	step.VolumeMounts = append(step.VolumeMounts, sharedMounts(dir)...)
	if len(step.Command) == 0 && len(step.Args) > 0 {
		step.Command, step.Args = step.Args[:1], step.Args[1:]
	}
	if !slices.ContainsFunc(step.Env, func(e corev1.EnvVar) bool { return e.Name == "GIT_CONFIG_COUNT" }) {
		step.Env = append(step.Env, trustEveryOwner()...)
	}
	return nil
}

// sharedMounts are the volumes that the clone and the job share. The work tree is a mount of its own: a container's working directory
// is made by the container runtime, as root, before the clone begins, while the folder of a subPath is made by the kubelet with the
// volume's mode, so that a clone under any user can fill it.
func sharedMounts(dir string) []corev1.VolumeMount {
	return []corev1.VolumeMount{
		{Name: logsVolume, MountPath: logsDir},
		{Name: codeVolume, MountPath: codeDir},
		{Name: codeVolume, MountPath: dir, SubPath: strings.TrimPrefix(dir, codeDir+"/")},
	}
}

func sharedVolumes() []corev1.Volume {
	empty := corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}
	return []corev1.Volume{{Name: logsVolume, VolumeSource: empty}, {Name: codeVolume, VolumeSource: *empty.DeepCopy()}}
}

// cloneStep checks out what is tested, as the job's own user where the job names one.
func cloneStep(in Input, r Refs) (pipelinev1.Step, error) {
	dir, err := workTree(r)
	if err != nil {
		return pipelinev1.Step{}, err
	}
	uri, err := cloneURI(r, in.Options)
	if err != nil {
		return pipelinev1.Step{}, err
	}
	if in.Options.ToolsImage == "" {
		return pipelinev1.Step{}, refuse("tools-image", "options.tools_image", "a decorated job is cloned by the tools image; set its name")
	}
	opts := clonespec.Options{
		Dir: dir, URI: uri, BaseRef: r.BaseRef, BaseSHA: r.BaseSHA,
		SkipSubmodules: r.SkipSubmodules, Depth: r.CloneDepth, SkipFetchHead: r.SkipFetchHead,
		Logs: logsDir, Artifacts: artifactsDir,
	}
	for _, p := range r.Pulls {
		opts.Pulls = append(opts.Pulls, clonespec.Pull{Number: p.Number, SHA: p.SHA})
	}
	return pipelinev1.Step{
		Name:            cloneStepName,
		Image:           in.Options.ToolsImage,
		Command:         []string{toolsBinary, "clone"},
		Env:             []corev1.EnvVar{{Name: clonespec.EnvName, Value: opts.String()}},
		VolumeMounts:    sharedMounts(dir),
		SecurityContext: restrictions(in.Job.Spec.Containers[0].SecurityContext),
		Timeout:         &metav1.Duration{Duration: cloneTimeout},
	}, nil
}

// restrictions keeps of a container's security context what limits it, so that the clone step runs as the same user and a
// namespace that admits the job admits the clone. What grants something stays with the job.
func restrictions(sc *corev1.SecurityContext) *corev1.SecurityContext {
	if sc == nil {
		return nil
	}
	out := &corev1.SecurityContext{
		RunAsUser: sc.RunAsUser, RunAsGroup: sc.RunAsGroup, RunAsNonRoot: sc.RunAsNonRoot,
		SeccompProfile: sc.SeccompProfile, AppArmorProfile: sc.AppArmorProfile, SELinuxOptions: sc.SELinuxOptions,
	}
	if sc.AllowPrivilegeEscalation != nil && !*sc.AllowPrivilegeEscalation {
		out.AllowPrivilegeEscalation = sc.AllowPrivilegeEscalation
	}
	if sc.Capabilities != nil && len(sc.Capabilities.Drop) > 0 {
		out.Capabilities = &corev1.Capabilities{Drop: sc.Capabilities.Drop}
	}
	if *out == (corev1.SecurityContext{}) {
		return nil
	}
	return out.DeepCopy()
}

// checkContainer refuses what collides with Bowsprit's own parts, or names a container that has another name in Tekton.
func checkContainer(c *corev1.Container, env environment, decorated bool) error {
	const at = "spec.containers[0]"
	if c.Image == "" {
		return refuse("image", at+".image", "the job names no image")
	}
	for _, e := range c.Env {
		if slices.Contains(env.names(), e.Name) {
			return refuse("env-reserved", at+".env", "%s is set by Prow for every run; choose another name", e.Name)
		}
		if e.ValueFrom != nil && e.ValueFrom.ResourceFieldRef != nil && e.ValueFrom.ResourceFieldRef.ContainerName != "" {
			return refuse("container-name", at+".env", "%s names a container, and Tekton renames containers; leave containerName out", e.Name)
		}
	}
	if !decorated {
		return nil
	}
	for _, m := range c.VolumeMounts {
		if p := path.Clean(m.MountPath); inside(p, codeDir) || inside(p, logsDir) {
			return refuse("mount-reserved", at+".volumeMounts", "%s lies in a volume of the decoration; mount it elsewhere", m.MountPath)
		}
	}
	return nil
}

func inside(p, dir string) bool { return p == dir || strings.HasPrefix(p, dir+"/") }
