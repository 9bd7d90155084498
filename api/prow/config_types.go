package prow

import (
	corev1 "k8s.io/api/core/v1"
)

// JobConfig is what a job file may hold, and config.yaml as well.
type JobConfig struct {
	// Presets are parts of a pod that jobs select by their labels.
	Presets []Preset `json:"presets,omitempty"`
	// Presubmits are the jobs that test pull requests, by "org/repo".
	Presubmits map[string][]Presubmit `json:"presubmits,omitempty"`
	// Postsubmits and Periodics are counted, but do not run yet.
	Postsubmits map[string][]Raw `json:"postsubmits,omitempty"`
	Periodics   []Raw            `json:"periodics,omitempty"`
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

// Config is Prow's config.yaml: what jobs need of it, and the other keys as they were written.
type Config struct {
	JobConfig `json:",inline"`

	// PodNamespace is the namespace of jobs that name none; default "default".
	PodNamespace string `json:"pod_namespace,omitempty"`
	// ProwJobNamespace is where Prow keeps its own objects; Bowsprit has none of them.
	ProwJobNamespace string `json:"prowjob_namespace,omitempty"`
	// Plank holds the defaults of decoration.
	Plank Plank `json:"plank,omitempty"`

	ConfigVersionSHA      Raw `json:"config_version_sha,omitempty"`
	Pipeline              Raw `json:"pipeline,omitempty"`
	Sinker                Raw `json:"sinker,omitempty"`
	Horologium            Raw `json:"horologium,omitempty"`
	Deck                  Raw `json:"deck,omitempty"`
	Tide                  Raw `json:"tide,omitempty"`
	Gerrit                Raw `json:"gerrit,omitempty"`
	BranchProtection      Raw `json:"branch-protection,omitempty"`
	GitHubReporter        Raw `json:"github_reporter,omitempty"`
	SlackReporterConfigs  Raw `json:"slack_reporter_configs,omitempty"`
	InRepoConfig          Raw `json:"in_repo_config,omitempty"`
	Gangway               Raw `json:"gangway,omitempty"`
	Moonraker             Raw `json:"moonraker,omitempty"`
	Scheduler             Raw `json:"scheduler,omitempty"`
	JenkinsOperators      Raw `json:"jenkins_operators,omitempty"`
	LogLevel              Raw `json:"log_level,omitempty"`
	PushGateway           Raw `json:"push_gateway,omitempty"`
	OwnersDirDenylist     Raw `json:"owners_dir_denylist,omitempty"`
	PubSubSubscriptions   Raw `json:"pubsub_subscriptions,omitempty"`
	PubSubTriggers        Raw `json:"pubsub_triggers,omitempty"`
	GitHub                Raw `json:"github,omitempty"`
	StatusErrorLink       Raw `json:"status_error_link,omitempty"`
	DefaultJobTimeout     Raw `json:"default_job_timeout,omitempty"`
	ManagedWebhooks       Raw `json:"managed_webhooks,omitempty"`
	ProwJobDefaultEntries Raw `json:"prowjob_default_entries,omitempty"`
	DisabledClusters      Raw `json:"disabled_clusters,omitempty"`
}

// Plank is Prow's `plank` key: the defaults of decoration, and the other keys as they were written.
type Plank struct {
	// DefaultDecorationConfigs holds defaults by "*", "org" and "org/repo", applied in this order.
	DefaultDecorationConfigs map[string]*DecorationConfig `json:"default_decoration_configs,omitempty"`
	// DefaultDecorationConfigEntries holds defaults that are applied in their order, later ones winning.
	DefaultDecorationConfigEntries []DecorationEntry `json:"default_decoration_config_entries,omitempty"`

	JobURLTemplate         Raw `json:"job_url_template,omitempty"`
	ReportTemplate         Raw `json:"report_template,omitempty"`
	ReportTemplates        Raw `json:"report_templates,omitempty"`
	MaxConcurrency         Raw `json:"max_concurrency,omitempty"`
	MaxGoroutines          Raw `json:"max_goroutines,omitempty"`
	PodPendingTimeout      Raw `json:"pod_pending_timeout,omitempty"`
	PodRunningTimeout      Raw `json:"pod_running_timeout,omitempty"`
	PodUnscheduledTimeout  Raw `json:"pod_unscheduled_timeout,omitempty"`
	MaxRevivals            Raw `json:"max_revivals,omitempty"`
	JobURLPrefixConfig     Raw `json:"job_url_prefix_config,omitempty"`
	JobURLPrefixNoProvider Raw `json:"jobURLPrefixDisableAppendStorageProvider,omitempty"`
	BuildClusterStatusFile Raw `json:"build_cluster_status_file,omitempty"`
	JobQueueCapacities     Raw `json:"job_queue_capacities,omitempty"`
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
