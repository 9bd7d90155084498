// Package uploadspec is the contract between the compiler and `bowsprit-upload`, which runs beside a decorated job and
// stores what it leaves behind, in Prow's layout. It must stay free of Kubernetes and Tekton.
package uploadspec

import "path"

// EnvName is the environment variable that hands the options to the uploader, as JSON.
const EnvName = "BOWSPRIT_UPLOAD"

// Options is what to store, and where.
type Options struct {
	// Bucket is a URL: gs://NAME, s3://NAME or file:///FOLDER.
	Bucket string `json:"bucket,omitempty"`
	// LocalDir is a folder to copy to in place of the bucket; it wins over Bucket, as in Prow.
	LocalDir string `json:"local_dir,omitempty"`
	// Dir is the run's path in the bucket, without a slash at its ends: pr-logs/pull/ORG_REPO/PULL/JOB/BUILD.
	Dir string `json:"dir"`
	// Alias is the path of a text object that holds the run's whole address, for presubmits; empty for none.
	Alias string `json:"alias,omitempty"`
	// Latest are paths of objects latest-build.txt that get BuildID.
	Latest  []string `json:"latest,omitempty"`
	BuildID string   `json:"build_id"`
	// GCSCredentialsFile and S3CredentialsFile are Prow's service-account.json files; empty means the pod's own identity.
	GCSCredentialsFile string `json:"gcs_credentials_file,omitempty"`
	S3CredentialsFile  string `json:"s3_credentials_file,omitempty"`
	// MediaTypes are media types by extension without the dot; CompressFileTypes are extensions to compress, "*" for all.
	MediaTypes        map[string]string `json:"media_types,omitempty"`
	CompressFileTypes []string          `json:"compress_file_types,omitempty"`

	// Entries are the processes whose end is waited for; one, or one per container of the job.
	Entries []Entry `json:"entries"`
	// Artifacts is the folder that is stored as artifacts/.
	Artifacts string `json:"artifacts"`
	// CloneRecords is the path of clone-records.json; empty for none. A failed clone is stored as a failed run.
	CloneRecords string `json:"clone_records,omitempty"`
	// Done is the file to make when everything is stored, Alive the file to touch meanwhile (runspec's WaitFor and Alive).
	Done  string `json:"done"`
	Alive string `json:"alive"`

	// Started is what started.json says beside its timestamp; Revision is finished.json's.
	Started  Started `json:"started"`
	Revision string  `json:"revision,omitempty"`

	// SecretDirs are folders of mounted secrets whose contents are taken out of what is stored; empty for none.
	SecretDirs []string `json:"secret_dirs,omitempty"`
	// CensorInclude and CensorExclude are globs below Artifacts; MinimumSecretLength is in bytes.
	CensorInclude       []string `json:"censor_include,omitempty"`
	CensorExclude       []string `json:"censor_exclude,omitempty"`
	MinimumSecretLength int      `json:"minimum_secret_length,omitempty"`
	// IgnoreInterrupts waits for the processes to end also when the pod is told to stop.
	IgnoreInterrupts bool `json:"ignore_interrupts,omitempty"`
}

// Logs is the folder that the job's steps share with the uploader: the one of Done. All that the steps leave behind is in it.
func (o Options) Logs() string { return path.Dir(o.Done) }

// Entry is one process of the job.
type Entry struct {
	// Name is the container's name where there are several; empty otherwise.
	Name string `json:"name,omitempty"`
	// Log and Marker are runspec's files of the process.
	Log    string `json:"log,omitempty"`
	Marker string `json:"marker"`
}

// Started is what started.json says of what is tested.
type Started struct {
	// Repos are the refs ("main:SHA,1:SHA") by "org/repo".
	Repos map[string]string `json:"repos,omitempty"`
	// Pull is the pull request's number as text, Commit the tested commit.
	Pull   string `json:"pull,omitempty"`
	Commit string `json:"repo-commit,omitempty"`
}
