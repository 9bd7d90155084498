package pipelines

import (
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/pipelines/clonespec"
)

// The volumes of the decoration. The names are Prow's: jobs mount some of them in their own containers.
const (
	codeVolume           = "code"
	logsVolume           = "logs"
	toolsVolume          = "tools"
	tmpVolume            = "clonerefs-tmp"
	gcsCredentialsVolume = "gcs-credentials"
	s3CredentialsVolume  = "s3-credentials"
)

// Prow's places of secrets in a pod, and the key under which a bucket's secret keeps its credentials.
const (
	sshDir         = "/secrets/ssh"
	cookieDir      = "/secrets/cookiefile"
	oauthDir       = "/secrets/oauth"
	appDir         = "/secrets/github-app"
	gcsDir         = "/secrets/gcs"
	s3Dir          = "/secrets/s3-storage"
	credentialsKey = "service-account.json"
)

// credential is a secret that one of our own containers reads.
type credential struct {
	volume, secret, dir string
	// key is the only key that is mounted; empty for all of them.
	key string
	// private is for files that only their owner may read: ssh and git insist.
	private bool
	// use tells the clone step of it.
	use func(*clonespec.Options)
}

func (c credential) mount() corev1.VolumeMount {
	return corev1.VolumeMount{Name: c.volume, MountPath: c.dir, ReadOnly: true}
}

func (c credential) source() corev1.Volume {
	secret := &corev1.SecretVolumeSource{SecretName: c.secret}
	if c.key != "" {
		secret.Items = []corev1.KeyToPath{{Key: c.key, Path: c.key}}
	}
	if c.private {
		mode := int32(0o400)
		secret.DefaultMode = &mode
	}
	return corev1.Volume{Name: c.volume, VolumeSource: corev1.VolumeSource{Secret: secret}}
}

// cloneCredentials are the secrets of the clone step, in Prow's order.
func cloneCredentials(d prow.DecorationConfig) (all []credential) {
	for _, name := range d.SSHKeySecrets {
		dir := sshDir + "/" + name
		all = append(all, credential{volume: "ssh-keys-" + name, secret: name, dir: dir, private: true,
			use: func(o *clonespec.Options) { o.SSHKeyDirs = append(o.SSHKeyDirs, dir) }})
	}
	if s := d.OauthTokenSecret; s != nil {
		all = append(all, credential{volume: s.Name, secret: s.Name, dir: oauthDir, key: s.Key,
			use: func(o *clonespec.Options) { o.TokenFile = oauthDir + "/" + s.Key }})
	}
	if s := d.GitHubAppPrivateKeySecret; s != nil {
		app := clonespec.App{ID: d.GitHubAppID, PrivateKeyFile: appDir + "/" + s.Key, Endpoints: d.GitHubAPIEndpoints}
		all = append(all, credential{volume: s.Name, secret: s.Name, dir: appDir, key: s.Key,
			use: func(o *clonespec.Options) { o.App = &app }})
	}
	if c := d.CookiefileSecret; c != nil && *c != "" {
		name, key, found := strings.Cut(*c, "/")
		if !found {
			key = name
		}
		all = append(all, credential{volume: "cookiefile", secret: name, dir: cookieDir, private: true,
			use: func(o *clonespec.Options) { o.CookieFile = cookieDir + "/" + key }})
	}
	return all
}

// bucketCredentials are the secrets of the uploader.
func bucketCredentials(d prow.DecorationConfig) (all []credential) {
	if s := d.GCSCredentialsSecret; s != nil && *s != "" {
		all = append(all, credential{volume: gcsCredentialsVolume, secret: *s, dir: gcsDir})
	}
	if s := d.S3CredentialsSecret; s != nil && *s != "" {
		all = append(all, credential{volume: s3CredentialsVolume, secret: *s, dir: s3Dir})
	}
	return all
}

// cloneVolumes are the volumes that the clone step needs beside those that it shares with the job.
func cloneVolumes(d prow.DecorationConfig) []corev1.Volume {
	volumes := []corev1.Volume{emptyDir(tmpVolume)}
	for _, c := range cloneCredentials(d) {
		volumes = append(volumes, c.source())
	}
	return volumes
}

func emptyDir(name string) corev1.Volume {
	return corev1.Volume{Name: name, VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}}
}
