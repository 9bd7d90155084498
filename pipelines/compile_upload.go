package pipelines

import (
	"strconv"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/pipelines/clonespec"
	"github.com/bowsprit-ci/bowsprit/pipelines/uploadspec"
)

const (
	uploadName = "upload"
	// uploadBinary is where the tools image has the uploader.
	uploadBinary = "/bowsprit-upload"
	// censorDir is where the uploader finds the secrets that it takes out of what it stores.
	censorDir = "/secrets/censor"
)

// uploads says whether a run leaves files behind outside of the cluster.
func uploads(job *prow.Job) bool {
	d := job.DecorationConfig
	return d.UploadConfigured() && (d.GCSConfiguration.Bucket != "" || d.GCSConfiguration.LocalOutputDir != "")
}

// uploadSidecar stores what the container of that name leaves behind; the name is empty where it is the job's only one.
func uploadSidecar(in Input, refs []prow.Refs, pod *corev1.PodSpec, c *corev1.Container, name string) (pipelinev1.Sidecar, error) {
	d := decorationOf(in.Job)
	if in.Options.ToolsImage == "" {
		return pipelinev1.Sidecar{}, refuse("tools-image", "options.tools_image", "a decorated job needs the tools image; set its name")
	}
	censored := censoredVolumes(d, pod, c)
	text, err := clonespec.JSON(uploadOptions(in, refs, censored, name))
	if err != nil {
		return pipelinev1.Sidecar{}, refuse("encode", "decoration_config.gcs_configuration", "%v", err)
	}
	side := pipelinev1.Sidecar{
		Name:            uploadName,
		Image:           in.Options.ToolsImage,
		Command:         []string{uploadBinary},
		Env:             []corev1.EnvVar{{Name: uploadspec.EnvName, Value: text}},
		VolumeMounts:    []corev1.VolumeMount{{Name: logsVolume, MountPath: logsDir}},
		SecurityContext: restrictions(c.SecurityContext),
	}
	for _, secret := range bucketCredentials(d) {
		side.VolumeMounts = append(side.VolumeMounts, secret.mount())
	}
	for _, volume := range censored {
		side.VolumeMounts = append(side.VolumeMounts, corev1.VolumeMount{Name: volume, MountPath: censorDir + "/" + volume, ReadOnly: true})
	}
	if d.Resources != nil && d.Resources.Sidecar != nil {
		side.ComputeResources = *d.Resources.Sidecar.DeepCopy()
	}
	return side, nil
}

func uploadOptions(in Input, refs []prow.Refs, censored []string, name string) uploadspec.Options {
	d := decorationOf(in.Job)
	g, place := d.GCSConfiguration, storageOf(in, d.GCSConfiguration)
	o := uploadspec.Options{
		Bucket: bucketURL(g.Bucket), LocalDir: g.LocalOutputDir, Dir: place.dir, Alias: place.alias, Latest: place.latest, BuildID: in.BuildID,
		MediaTypes: g.MediaTypes, CompressFileTypes: g.CompressFileTypes,
		Entries:   []uploadspec.Entry{{Name: name, Log: processLogOf(name), Marker: markerOf(name)}},
		Artifacts: artifactsDir, Done: uploadDone, Alive: uploadAlive,
		Started: startedOf(in, refs), Revision: revisionOf(in, refs),
		IgnoreInterrupts: isTrue(d.UploadIgnoresInterrupts),
	}
	if name != "" && o.Dir != "" {
		o.Dir, o.Alias, o.Latest = o.Dir+"/"+name, "", nil
	}
	if clones(in.Job, refs) {
		o.CloneRecords = logsDir + "/clone-records.json"
	}
	for _, c := range bucketCredentials(d) {
		file := c.dir + "/" + credentialsKey
		if c.volume == gcsCredentialsVolume {
			o.GCSCredentialsFile = file
		} else {
			o.S3CredentialsFile = file
		}
	}
	censorOptions(&o, d, censored)
	return o
}

func censorOptions(o *uploadspec.Options, d prow.DecorationConfig, censored []string) {
	for _, volume := range censored {
		o.SecretDirs = append(o.SecretDirs, censorDir+"/"+volume)
	}
	if c := d.CensoringOptions; c != nil {
		o.CensorInclude, o.CensorExclude = c.IncludeDirectories, c.ExcludeDirectories
		if c.MinimumSecretLength != nil {
			o.MinimumSecretLength = *c.MinimumSecretLength
		}
	}
}

// censoredVolumes are the job's own secret volumes that the container mounts, if they are to be censored.
func censoredVolumes(d prow.DecorationConfig, pod *corev1.PodSpec, c *corev1.Container) (names []string) {
	if !isTrue(d.CensorSecrets) {
		return nil
	}
	for _, v := range pod.Volumes {
		if v.Secret == nil {
			continue
		}
		for _, m := range c.VolumeMounts {
			if m.Name == v.Name {
				names = append(names, v.Name)
				break
			}
		}
	}
	return names
}

// startedOf is what started.json says (Prow's pkg/pod-utils/downwardapi).
func startedOf(in Input, refs []prow.Refs) uploadspec.Started {
	s := uploadspec.Started{Commit: revisionOf(in, refs)}
	for _, r := range refs {
		if s.Repos == nil {
			s.Repos = map[string]string{}
		}
		s.Repos[r.Org+"/"+r.Repo] = r.String()
	}
	if len(in.Refs.Pulls) > 0 {
		s.Pull = strconv.Itoa(in.Refs.Pulls[0].Number)
	}
	return s
}

// revisionOf is Prow's one commit for a run: the first pull request's, else the base's, else the branch's name; empty for a run that
// is about no repository.
func revisionOf(in Input, refs []prow.Refs) string {
	r := primary(in, refs)
	switch {
	case r == nil:
		return ""
	case len(r.Pulls) > 0:
		return r.Pulls[0].SHA
	case r.BaseSHA != "":
		return r.BaseSHA
	}
	return r.BaseRef
}
