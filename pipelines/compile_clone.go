package pipelines

import (
	"strconv"
	"time"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/pipelines/clonespec"
)

const (
	cloneStepName = "clone"
	placeStepName = "place"
	// toolsBinary is where the tools image has our binary, and its place in the tools volume.
	toolsBinary = "/bowsprit-tools"
	// cloneTimeout ends a clone that hangs, with its log kept, where the decoration has no pod_pending_timeout: Prow counts the
	// clone as a part of pending.
	cloneTimeout = time.Hour
)

// clones says whether a run checks anything out.
func clones(job *prow.Job, refs []prow.Refs) bool {
	return decorated(job) && len(refs) > 0 && !isTrue(decorationOf(job).SkipCloning)
}

// cloneOptions is what the clone step checks out for a run, below codeDir, and with which credentials; Logs, Artifacts, Tools and
// Results are the caller's. The error is an *Error that names the field of the job.
func cloneOptions(in Input, refs []prow.Refs) (clonespec.Options, error) {
	d := decorationOf(in.Job)
	o := clonespec.Options{KnownHosts: d.SSHHostFingerprints}
	dirs := map[string]bool{}
	for i, r := range refs {
		at := refsField(in, i)
		ref, err := cloneRef(in, r, at)
		if err != nil {
			return o, err
		}
		if dirs[ref.Dir] {
			return o, refuse("refs", at+"path_alias", "%s/%s would be cloned into %s, as another one; give it a path_alias of its own", r.Org, r.Repo, ref.Dir)
		}
		dirs[ref.Dir] = true
		o.Refs = append(o.Refs, ref)
	}
	for _, c := range cloneCredentials(d) {
		c.use(&o)
	}
	return o, nil
}

func cloneRef(in Input, r prow.Refs, at string) (clonespec.Ref, error) {
	if err := checkRefs(r, refsName(at), false); err != nil {
		return clonespec.Ref{}, err
	}
	dir, err := workTree(r, at)
	if err != nil {
		return clonespec.Ref{}, err
	}
	uri, err := cloneURI(r, in.Options, at)
	ref := clonespec.Ref{
		Org: r.Org, Repo: r.Repo, PathAlias: r.PathAlias, Dir: dir, URI: uri, BaseRef: r.BaseRef, BaseSHA: r.BaseSHA,
		SkipSubmodules: r.SkipSubmodules, Depth: r.CloneDepth, SkipFetchHead: r.SkipFetchHead,
		Blobless: isTrue(r.BloblessFetch), SparseFiles: r.SparseCheckoutFiles,
	}
	for _, p := range r.Pulls {
		ref.MergeMethod = in.MergeMethod
		ref.Pulls = append(ref.Pulls, clonespec.Pull{Number: p.Number, SHA: p.SHA, Ref: p.Ref})
	}
	return ref, err
}

// cloneStep checks out what the options say, as the user of the container that it clones for.
func cloneStep(in Input, o clonespec.Options, as *corev1.SecurityContext) (pipelinev1.Step, error) {
	step, err := toolsStep(in, cloneStepName, as, "clone")
	if err != nil {
		return step, err
	}
	step.Env = []corev1.EnvVar{{Name: clonespec.EnvName, Value: o.String()}}
	for _, c := range cloneCredentials(decorationOf(in.Job)) {
		step.VolumeMounts = append(step.VolumeMounts, c.mount())
	}
	step.VolumeMounts = append(step.VolumeMounts, corev1.VolumeMount{Name: tmpVolume, MountPath: "/tmp"})
	step.Timeout = &metav1.Duration{Duration: cloneLimit(in.Job)}
	if res := decorationOf(in.Job).Resources; res != nil && res.CloneRefs != nil {
		step.ComputeResources = *res.CloneRefs.DeepCopy()
	}
	return step, nil
}

// placeStep copies our entrypoint into the tools volume for a job that clones nothing.
func placeStep(in Input, as *corev1.SecurityContext) (pipelinev1.Step, error) {
	step, err := toolsStep(in, placeStepName, as, "place", toolsDir)
	if res := decorationOf(in.Job).Resources; res != nil && res.PlaceEntrypoint != nil {
		step.ComputeResources = *res.PlaceEntrypoint.DeepCopy()
	}
	step.VolumeMounts = []corev1.VolumeMount{{Name: toolsVolume, MountPath: toolsDir}}
	return step, err
}

// toolsStep runs our binary from its image.
func toolsStep(in Input, name string, as *corev1.SecurityContext, args ...string) (pipelinev1.Step, error) {
	if in.Options.ToolsImage == "" {
		return pipelinev1.Step{}, refuse("tools-image", "options.tools_image", "a decorated job needs the tools image; set its name")
	}
	return pipelinev1.Step{
		Name:            name,
		Image:           in.Options.ToolsImage,
		Command:         append([]string{toolsBinary}, args...),
		SecurityContext: restrictions(as),
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

// refsName is the path of the refs themselves, without the dot.
func refsName(at string) string {
	if at == "" {
		return "refs"
	}
	return at[:len(at)-1]
}

func itoa(i int) string { return strconv.Itoa(i) }
