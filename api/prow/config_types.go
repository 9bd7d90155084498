package prow

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// JobConfig is what a job file may hold, and config.yaml as well.
type JobConfig struct {
	// Presets are parts of a pod that jobs select by their labels.
	Presets []Preset `json:"presets,omitempty"`
	// Presubmits are the jobs that test pull requests, by "org/repo".
	Presubmits map[string][]Presubmit `json:"presubmits,omitempty"`
	// Postsubmits are the jobs that run on pushes, by "org/repo"; Periodics are started by the clock.
	Postsubmits map[string][]Postsubmit `json:"postsubmits,omitempty"`
	Periodics   []Periodic              `json:"periodics,omitempty"`
	// DecorateAllJobs is the default of a job's decorate. Prow reads it in config.yaml only.
	DecorateAllJobs bool `json:"decorate_all_jobs,omitempty"`
	// ProwIgnored is anything: Prow offers it as a place for YAML anchors.
	ProwIgnored Raw `json:"prow_ignored,omitempty"`
}

// Preset is a part of a pod that is merged into every job whose labels hold all of the preset's.
type Preset struct {
	// Labels select the jobs; a preset without labels is for every job.
	Labels       map[string]string    `json:"labels"`
	Env          []corev1.EnvVar      `json:"env"`
	Volumes      []corev1.Volume      `json:"volumes"`
	VolumeMounts []corev1.VolumeMount `json:"volumeMounts"`
	Tolerations  []corev1.Toleration  `json:"tolerations"`
}

// Config is Prow's config.yaml.
type Config struct {
	JobConfig `json:",inline"`

	// PodNamespace is the namespace of jobs that name none; default "default".
	PodNamespace string `json:"pod_namespace,omitempty"`
	// ProwJobNamespace is where Prow keeps its own objects; Bowsprit has none of them.
	ProwJobNamespace string `json:"prowjob_namespace,omitempty"`
	// Plank holds the defaults of decoration.
	Plank Plank `json:"plank,omitempty"`

	// ConfigVersionSHA is overwritten from the file VERSION beside the configuration, in Prow.
	ConfigVersionSHA string `json:"config_version_sha,omitempty"`
	// Pipeline is Prow's own controller for Tekton; Bowsprit never cancels postsubmits of other commits.
	Pipeline PipelineController `json:"pipeline,omitempty"`
	// Sinker says how long what has ended is kept.
	Sinker Sinker `json:"sinker,omitempty"`
	// Horologium says how often the clock looks; Bowsprit computes when to look next.
	Horologium Horologium `json:"horologium,omitempty"`
	// Deck is about the pages.
	Deck Deck `json:"deck,omitempty"`
	// Tide says what is merged, when and how.
	Tide Tide `json:"tide,omitempty"`
	// Gerrit is for Gerrit, which Bowsprit does not serve.
	Gerrit Gerrit `json:"gerrit,omitempty"`
	// BranchProtection says how GitHub protects branches.
	BranchProtection BranchProtection `json:"branch-protection,omitempty"`
	// GitHubReporter says which types of jobs report to GitHub, and how.
	GitHubReporter GitHubReporter `json:"github_reporter,omitempty"`
	// SlackReporterConfigs say what is reported to Slack, by "*", "org" and "org/repo"; the narrowest alone holds.
	SlackReporterConfigs map[string]SlackReporter `json:"slack_reporter_configs,omitempty"`
	// InRepoConfig says which repositories may define jobs themselves.
	InRepoConfig InRepoConfig `json:"in_repo_config,omitempty"`
	// Gangway, Moonraker, Scheduler, PushGateway, PubSubSubscriptions and PubSubTriggers belong to parts of Prow that
	// Bowsprit does not have.
	Gangway             Raw                 `json:"gangway,omitempty"`
	Moonraker           Moonraker           `json:"moonraker,omitempty"`
	Scheduler           Raw                 `json:"scheduler,omitempty"`
	PushGateway         PushGateway         `json:"push_gateway,omitempty"`
	PubSubSubscriptions map[string][]string `json:"pubsub_subscriptions,omitempty"`
	PubSubTriggers      []PubSubTrigger     `json:"pubsub_triggers,omitempty"`
	// JenkinsOperators are for agent jenkins.
	JenkinsOperators []JenkinsOperator `json:"jenkins_operators,omitempty"`
	// LogLevel is one of panic, fatal, error, warn, info, debug and trace; default info.
	LogLevel string `json:"log_level,omitempty"`
	// OwnersDirDenylist says where OWNERS files do not count.
	OwnersDirDenylist *OwnersDirDenylist `json:"owners_dir_denylist,omitempty"`
	// GitHub says where GitHub's pages are.
	GitHub GitHubOptions `json:"github,omitempty"`
	// StatusErrorLink is a page that explains errors.
	StatusErrorLink string `json:"status_error_link,omitempty"`
	// DefaultJobTimeout has no effect, as in Prow: decoration_config.timeout has.
	DefaultJobTimeout *metav1.Duration `json:"default_job_timeout,omitempty"`
	// ManagedWebhooks say which webhooks are kept up.
	ManagedWebhooks ManagedWebhooks `json:"managed_webhooks,omitempty"`
	// ProwJobDefaultEntries are defaults of jobs' prowjob_defaults; all that match are merged in their order, later ones winning.
	ProwJobDefaultEntries []JobDefaultEntry `json:"prowjob_default_entries,omitempty"`
	// DisabledClusters are contexts of the kubeconfig that are left out.
	DisabledClusters []string `json:"disabled_clusters,omitempty"`
}

// Plank is Prow's `plank` key: the defaults of decoration, and how runs are made.
type Plank struct {
	Controller `json:",inline"`
	// DefaultDecorationConfigs holds defaults by "*", "org" and "org/repo", applied in this order.
	DefaultDecorationConfigs map[string]*DecorationConfig `json:"default_decoration_configs,omitempty"`
	// DefaultDecorationConfigEntries holds defaults that are applied in their order, later ones winning. One of the two.
	DefaultDecorationConfigEntries []DecorationEntry `json:"default_decoration_config_entries,omitempty"`
	// PodPendingTimeout is how long a pod may take to start (default 10m), PodRunningTimeout how long it may run (48h),
	// PodUnscheduledTimeout how long it may wait for a node (5m).
	PodPendingTimeout     *metav1.Duration `json:"pod_pending_timeout,omitempty"`
	PodRunningTimeout     *metav1.Duration `json:"pod_running_timeout,omitempty"`
	PodUnscheduledTimeout *metav1.Duration `json:"pod_unscheduled_timeout,omitempty"`
	// MaxRevivals is how often a pod that was evicted is made again; default 3.
	MaxRevivals *int `json:"max_revivals,omitempty"`
	// JobURLPrefixConfig are the beginnings of links to results, by "*", "org" and "org/repo".
	JobURLPrefixConfig map[string]string `json:"job_url_prefix_config,omitempty"`
	// JobURLPrefixNoProvider leaves the kind of storage out of these links.
	JobURLPrefixNoProvider bool `json:"jobURLPrefixDisableAppendStorageProvider,omitempty"`
	// BuildClusterStatusFile is where Prow writes which clusters it reaches.
	BuildClusterStatusFile string `json:"build_cluster_status_file,omitempty"`
	// JobQueueCapacities limit how many runs of a queue's jobs run at a time: 0 lets none run, less than 0 is no limit.
	JobQueueCapacities map[string]int `json:"job_queue_capacities,omitempty"`
}

// DecorationEntry is a default of decoration for some repositories and clusters.
type DecorationEntry struct {
	// OrgRepo is "org", "org/repo", or "*" or empty for all.
	OrgRepo string `json:"repo,omitempty"`
	// Cluster is a build cluster's name, or "*" or empty for all.
	Cluster string `json:"cluster,omitempty"`
	// Config is the default.
	Config *DecorationConfig `json:"config,omitempty"`
}

// JobDefaultEntry is a default of prowjob_defaults for some repositories and clusters.
type JobDefaultEntry struct {
	// OrgRepo is "org", "org/repo", or "*" or empty for all.
	OrgRepo string `json:"repo,omitempty"`
	// Cluster is a build cluster's name, or "*" or empty for all.
	Cluster string `json:"cluster,omitempty"`
	// Config is the default.
	Config *JobDefault `json:"config,omitempty"`
}
