// Package settings reads Bowsprit's own settings file: which GitHub, which cluster, where the Prow configuration lies.
//
// Its one job is to turn one YAML file, and the secret files that it names, into Settings that are complete and valid, or
// into errors that name file, line and way out. It must not know what a job is, and it starts nothing. The JSON schema in
// docs/reference/settings.schema.json is generated from the types in this file and their comments.
package settings

// Settings is the content of the settings file. Relative paths in it are relative to the file's own directory. Secrets are
// never in it: it names the files that hold them.
type Settings struct {
	// GitHub says which GitHub to work with, and as whom.
	GitHub GitHub `yaml:"github" jsonschema:"required"`
	// Webhook says where GitHub's webhooks arrive.
	Webhook Webhook `yaml:"webhook" jsonschema:"required"`
	// Config says where the Prow configuration is.
	Config Config `yaml:"config" jsonschema:"required"`
	// Kubernetes says which cluster to work in.
	Kubernetes Kubernetes `yaml:"kubernetes"`
	// Images names the container images that Bowsprit adds to a job.
	Images Images `yaml:"images" jsonschema:"required"`
	// Trust says what the runs of a job may use, by where the job is defined.
	Trust Trust `yaml:"trust"`
	// Limits bounds what runs at the same time.
	Limits Limits `yaml:"limits"`
	// Reporting says how results are shown on GitHub.
	Reporting Reporting `yaml:"reporting"`

	// Warnings are sentences about settings that work but should be better. They are for the log at the start.
	Warnings []string `yaml:"-"`
}

// GitHub says which GitHub to work with, and as whom: as an App (app_id and private_key_file) or, with commit statuses
// instead of check runs, as a user (token_file).
type GitHub struct {
	// APIURL is the root of the REST API: https://api.github.com/, or https://HOST/api/v3/ of a GitHub Enterprise Server.
	APIURL string `yaml:"api_url" jsonschema:"default=https://api.github.com/"`
	// WebURL is the root of GitHub's pages and of the repositories' clone URLs. When empty it follows from api_url.
	WebURL string `yaml:"web_url"`
	// AppID is the number of the GitHub App.
	AppID int64 `yaml:"app_id" jsonschema:"minimum=1"`
	// PrivateKeyFile is the path of the App's private key (PEM).
	PrivateKeyFile string `yaml:"private_key_file"`
	// TokenFile is the path of a file that holds a user's token, in place of an App.
	TokenFile string `yaml:"token_file"`

	// PrivateKey is what private_key_file holds.
	PrivateKey Secret `yaml:"-"`
	// Token is what token_file holds, without white space around it.
	Token Secret `yaml:"-"`
}

// Webhook says where GitHub's webhooks arrive.
type Webhook struct {
	// Address is where to listen, as host:port or :port.
	Address string `yaml:"address" jsonschema:"default=:8080"`
	// Path is the path of the webhook's URL.
	Path string `yaml:"path" jsonschema:"default=/hook"`
	// SecretFile is the path of the file that holds the webhook's secret. While a secret is changed it holds two lines, the
	// old one and the new one: each line is a secret that is taken.
	SecretFile string `yaml:"secret_file" jsonschema:"required"`

	// Secrets are the lines of secret_file.
	Secrets []Secret `yaml:"-"`
}

// Config says where the Prow configuration is, in the words of Prow's own flags.
type Config struct {
	// ConfigPath is the path of Prow's config.yaml.
	ConfigPath string `yaml:"config_path" jsonschema:"required"`
	// JobConfigPath is the path of a job file or of a directory of job files.
	JobConfigPath string `yaml:"job_config_path"`
	// PluginConfig is the path of Prow's plugins.yaml. Without it, every repository that has jobs is served.
	PluginConfig string `yaml:"plugin_config"`
	// SupplementalProwConfigDirs is a list of directories whose files *_prowconfig.yaml are merged into config.yaml.
	SupplementalProwConfigDirs []string `yaml:"supplemental_prow_config_dirs"`
	// SupplementalPluginConfigDirs is a list of directories whose files *_pluginconfig.yaml are merged into plugins.yaml.
	SupplementalPluginConfigDirs []string `yaml:"supplemental_plugin_config_dirs"`
}

// Trust says what the runs of a job may use, by where the job is defined.
type Trust struct {
	// Central is the tier of jobs that the Prow configuration defines.
	Central string `yaml:"central" jsonschema:"default=trusted"`
	// InRepo is the tier of jobs that a repository defines itself, in .prow.yaml or .prow/.
	InRepo string `yaml:"in_repo" jsonschema:"default=trusted"`
	// Fork is the tier of jobs that a repository defines itself, on a pull request from a fork.
	Fork string `yaml:"fork" jsonschema:"default=lowest"`
	// Tiers is a mapping from names to tiers. Unless they are given here, the tier trusted may use everything and the tier
	// lowest nothing.
	Tiers map[string]Tier `yaml:"tiers"`
}

// Tier is what the runs of a tier may use. Entries are names, or patterns with *.
type Tier struct {
	// ServiceAccounts is a list of the service accounts that a run may have, beside the namespace's default one without a token.
	ServiceAccounts []string `yaml:"service_accounts"`
	// Secrets is a list of the secrets that a run may read in any way.
	Secrets []string `yaml:"secrets"`
	// HostPaths is a list of the node's folders that a run may mount, with everything below them.
	HostPaths []string `yaml:"host_paths"`
	// Clusters is a list of the build clusters that a run may go to.
	Clusters []string `yaml:"clusters"`
	// Namespaces is a list of the namespaces in which a run may live, beside Prow's pod_namespace.
	Namespaces []string `yaml:"namespaces"`
	// Volumes is a list of the kinds of volume that a run may mount, such as persistentVolumeClaim. Those without a source
	// outside of the run are always allowed, secret and hostPath have lists of their own.
	Volumes []string `yaml:"volumes"`
	// RemoteRefs is a list of what Tekton may fetch for a run by name: task/NAME, pipeline/NAME, stepaction/NAME,
	// resolver/NAME, custom/KIND, controller/NAME.
	RemoteRefs []string `yaml:"remote_refs"`
	// Privileged allows privileged containers, added capabilities and the node's namespaces.
	Privileged bool `yaml:"privileged"`
}

// Kubernetes says which cluster to work in.
type Kubernetes struct {
	// Kubeconfig is the path of a kubeconfig file. When empty, Bowsprit works in the cluster in which it runs.
	Kubeconfig string `yaml:"kubeconfig"`
	// Namespace is where Bowsprit keeps its own objects (Deliveries, leases). Runs live where Prow's pod_namespace says.
	Namespace string `yaml:"namespace" jsonschema:"default=bowsprit"`
}

// Images names the container images that Bowsprit adds to a job. Job images stay as the job says.
type Images struct {
	// Tools is the image with Bowsprit's own small binary, which clones the repository in each job.
	Tools string `yaml:"tools" jsonschema:"required"`
}

// Limits bounds what runs at the same time.
type Limits struct {
	// MaxRunning is how many runs may be running at the same time, of all jobs together. Others wait.
	MaxRunning int `yaml:"max_running" jsonschema:"default=20,minimum=1"`
}

// Reporting says how results are shown on GitHub.
type Reporting struct {
	// LogLines is how many of the last lines of a failing step's log are shown in its check. 0 shows none.
	LogLines int `yaml:"log_lines" jsonschema:"default=60,minimum=0,maximum=1000"`
	// DashboardURL is the URL of a run's page in a dashboard, with {namespace} and {name} for the run's. When empty, checks
	// have no such link.
	DashboardURL string `yaml:"dashboard_url" jsonschema:"example=https://tekton.example.com/#/namespaces/{namespace}/pipelineruns/{name}"`
}

// defaults are the values of what a file leaves out.
func defaults() Settings {
	return Settings{
		GitHub:     GitHub{APIURL: "https://api.github.com/"},
		Webhook:    Webhook{Address: ":8080", Path: "/hook"},
		Kubernetes: Kubernetes{Namespace: "bowsprit"},
		Trust:      Trust{Central: "trusted", InRepo: "trusted", Fork: "lowest"},
		Limits:     Limits{MaxRunning: 20},
		Reporting:  Reporting{LogLines: 60},
	}
}
