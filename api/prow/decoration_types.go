package prow

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// DecorationConfig is Prow's decoration_config: how a job is cloned, limited in time and uploaded. What a job does not say
// comes from plank.default_decoration_configs or plank.default_decoration_config_entries, field by field, also inside nested
// objects; a list comes whole. Values are shared between jobs: nobody may change one.
type DecorationConfig struct {
	// Timeout is how long the job's process may run until it gets the signal to end, such as 90m; nil and zero mean
	// DefaultTimeout.
	Timeout *Duration `json:"timeout,omitempty"`
	// GracePeriod is how long the process has from that signal until it is killed, such as 1m; nil and zero mean
	// DefaultGracePeriod.
	GracePeriod *Duration `json:"grace_period,omitempty"`

	// UtilityImages are the images of Prow's pod utilities. Prow needs all four and refuses a decorated job without; Bowsprit has
	// its own image instead, and refuses only some of four.
	UtilityImages *UtilityImages `json:"utility_images,omitempty"`
	// Resources are those of the containers that decoration adds.
	Resources *Resources `json:"resources,omitempty"`
	// GCSConfiguration says where logs and artifacts go. Prow refuses a decorated job without; here nothing is uploaded then.
	GCSConfiguration *GCSConfiguration `json:"gcs_configuration,omitempty"`
	// GCSCredentialsSecret is the name of the secret with the key service-account.json; nil or empty means that the pod's own
	// identity may write.
	GCSCredentialsSecret *string `json:"gcs_credentials_secret,omitempty"`
	// S3CredentialsSecret is the name of the secret with the key service-account.json that holds S3 credentials.
	S3CredentialsSecret *string `json:"s3_credentials_secret,omitempty"`
	// DefaultServiceAccountName is the account of pods whose spec names none.
	DefaultServiceAccountName *string `json:"default_service_account_name,omitempty"`
	// SSHKeySecrets are names of secrets whose keys may all be used to clone. Exclusive with OauthTokenSecret.
	SSHKeySecrets []string `json:"ssh_key_secrets,omitempty"`
	// SSHHostFingerprints are lines of a known_hosts file, such as "github.com ssh-ed25519 AAAA...".
	SSHHostFingerprints []string `json:"ssh_host_fingerprints,omitempty"`
	// BloblessFetch fetches contents only where they are needed. A ref's own value wins.
	BloblessFetch *bool `json:"blobless_fetch,omitempty"`
	// SparseCheckoutFiles are the only files that are checked out of what is tested; empty means all.
	SparseCheckoutFiles []string `json:"sparse_checkout_files,omitempty"`
	// SkipCloning leaves the clone out; nil means false.
	SkipCloning *bool `json:"skip_cloning,omitempty"`
	// CookiefileSecret is the secret with git's cookies, "secret" or "secret/key".
	CookiefileSecret *string `json:"cookiefile_secret,omitempty"`
	// OauthTokenSecret is the secret with a token to clone over HTTPS.
	OauthTokenSecret *SecretKey `json:"oauth_token_secret,omitempty"`
	// GitHubAPIEndpoints are where to get an App's token; default https://api.github.com.
	GitHubAPIEndpoints []string `json:"github_api_endpoints,omitempty"`
	// GitHubAppID and GitHubAppPrivateKeySecret are the App whose token is used to clone.
	GitHubAppID               string     `json:"github_app_id,omitempty"`
	GitHubAppPrivateKeySecret *SecretKey `json:"github_app_private_key_secret,omitempty"`
	// CensorSecrets takes the contents of the job's secret volumes out of what is uploaded; nil means false.
	CensorSecrets *bool `json:"censor_secrets,omitempty"`
	// CensoringOptions adjusts CensorSecrets.
	CensoringOptions *CensoringOptions `json:"censoring_options,omitempty"`
	// UploadIgnoresInterrupts waits for the job to end before uploading, also when the pod is told to stop.
	UploadIgnoresInterrupts *bool `json:"upload_ignores_interrupts,omitempty"`
	// SetLimitEqualsMemoryRequest makes the memory limit of the job's containers equal to their request.
	SetLimitEqualsMemoryRequest *bool `json:"set_limit_equals_memory_request,omitempty"`
	// DefaultMemoryRequest is the memory request of the job's containers that have none, such as 4Gi.
	DefaultMemoryRequest *resource.Quantity `json:"default_memory_request,omitempty"`
	// SchedulingOptions are those of pods whose spec has none.
	SchedulingOptions *SchedulingOptions `json:"scheduling_options,omitempty"`
	// PodPendingTimeout, PodRunningTimeout and PodUnscheduledTimeout limit how long a pod may be in that state; they win over
	// plank's keys of the same names, whose defaults are 10m, 48h and 5m.
	PodPendingTimeout     *metav1.Duration `json:"pod_pending_timeout,omitempty"`
	PodRunningTimeout     *metav1.Duration `json:"pod_running_timeout,omitempty"`
	PodUnscheduledTimeout *metav1.Duration `json:"pod_unscheduled_timeout,omitempty"`
	// RunAsUser, RunAsGroup and FsGroup are for the pod's security context, where the spec sets none.
	RunAsUser  *int64 `json:"run_as_user,omitempty"`
	RunAsGroup *int64 `json:"run_as_group,omitempty"`
	FsGroup    *int64 `json:"fs_group,omitempty"`
}

// UtilityImages are the images of Prow's pod utilities.
type UtilityImages struct {
	CloneRefs  string `json:"clonerefs,omitempty"`
	InitUpload string `json:"initupload,omitempty"`
	Entrypoint string `json:"entrypoint,omitempty"`
	Sidecar    string `json:"sidecar,omitempty"`
}

// Resources are those of the containers that decoration adds.
type Resources struct {
	CloneRefs       *corev1.ResourceRequirements `json:"clonerefs,omitempty"`
	InitUpload      *corev1.ResourceRequirements `json:"initupload,omitempty"`
	PlaceEntrypoint *corev1.ResourceRequirements `json:"place_entrypoint,omitempty"`
	Sidecar         *corev1.ResourceRequirements `json:"sidecar,omitempty"`
}

// The values of GCSConfiguration.PathStrategy.
const (
	PathStrategyLegacy   = "legacy"
	PathStrategySingle   = "single"
	PathStrategyExplicit = "explicit"
)

// GCSConfiguration says where logs and artifacts go. The name is Prow's; the bucket may be any provider's.
type GCSConfiguration struct {
	// Bucket is a URL such as gs://name or s3://name; a bare name means gs. Prow accepts an empty one, and cannot upload then.
	Bucket string `json:"bucket,omitempty"`
	// PathPrefix goes before every path in the bucket.
	PathPrefix string `json:"path_prefix,omitempty"`
	// PathStrategy says how org and repo become a part of the path: "explicit" always writes ORG_REPO, "legacy" leaves
	// out DefaultOrg and, of that, DefaultRepo, "single" leaves out only the default repository as a whole. Required.
	PathStrategy string `json:"path_strategy,omitempty"`
	// DefaultOrg and DefaultRepo are left out of paths by the strategies legacy and single, which need them.
	DefaultOrg  string `json:"default_org,omitempty"`
	DefaultRepo string `json:"default_repo,omitempty"`
	// MediaTypes are media types by file name extension, without the dot, such as log: text/plain. Unlike in all other fields
	// the default wins where both name an extension: so it is in Prow.
	MediaTypes map[string]string `json:"mediaTypes,omitempty"`
	// JobURLPrefix begins the address of a run's page; it wins over plank.job_url_prefix_config.
	JobURLPrefix string `json:"job_url_prefix,omitempty"`
	// LocalOutputDir is a folder to copy to, in place of an upload.
	LocalOutputDir string `json:"local_output_dir,omitempty"`
	// CompressFileTypes are extensions of files that are compressed before the upload; "*" means all.
	CompressFileTypes []string `json:"compress_file_types,omitempty"`
}

// SecretKey is one key of a secret.
type SecretKey struct {
	Name string `json:"name,omitempty"`
	Key  string `json:"key,omitempty"`
}

// CensoringOptions adjusts how secrets are taken out of what is uploaded.
type CensoringOptions struct {
	// CensoringConcurrency is how many files are censored at a time; default 10.
	CensoringConcurrency *int64 `json:"censoring_concurrency,omitempty"`
	// CensoringBufferSize is in bytes; default 10 MiB.
	CensoringBufferSize *int `json:"censoring_buffer_size,omitempty"`
	// IncludeDirectories and ExcludeDirectories are globs below $ARTIFACTS.
	IncludeDirectories []string `json:"include_directories,omitempty"`
	ExcludeDirectories []string `json:"exclude_directories,omitempty"`
	// MinimumSecretLength is the length in bytes below which a secret is left alone.
	MinimumSecretLength *int `json:"minimum_secret_length,omitempty"`
}

// SchedulingOptions say where a pod may run.
type SchedulingOptions struct {
	Affinity    *corev1.Affinity    `json:"affinity,omitempty"`
	Tolerations []corev1.Toleration `json:"tolerations,omitempty"`
}
