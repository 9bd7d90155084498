package prow

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Controller is what Prow's controllers of runs have in common.
type Controller struct {
	// JobURLTemplate is the link to a run, in Go's template syntax over Prow's ProwJob.
	JobURLTemplate string `json:"job_url_template,omitempty"`
	// ReportTemplate is the old form of ReportTemplates["*"].
	ReportTemplate string `json:"report_template,omitempty"`
	// ReportTemplates are texts of comments, by "*", "org" and "org/repo".
	ReportTemplates map[string]string `json:"report_templates,omitempty"`
	// MaxConcurrency limits how many runs run at a time; 0 is no limit.
	MaxConcurrency int `json:"max_concurrency,omitempty"`
	// MaxGoroutines is how many runs are worked on together; default 20.
	MaxGoroutines int `json:"max_goroutines,omitempty"`
}

// PipelineController is Prow's `pipeline` key.
type PipelineController struct {
	// AllowConcurrentPostsubmitJobs keeps a newer postsubmit of a branch from stopping an older one. Bowsprit never stops one.
	AllowConcurrentPostsubmitJobs bool `json:"allow_concurrent_postsubmit_jobs,omitempty"`
}

// JenkinsOperator is an entry of Prow's `jenkins_operators`.
type JenkinsOperator struct {
	Controller `json:",inline"`
	// LabelSelector says which jobs it serves: required with several operators, forbidden with one.
	LabelSelector string `json:"label_selector,omitempty"`
}

// Sinker is Prow's `sinker` key.
type Sinker struct {
	// ResyncPeriod is the time between two looks; default 1h.
	ResyncPeriod *metav1.Duration `json:"resync_period,omitempty"`
	// MaxProwJobAge is how long runs are kept, from their start; default 168h.
	MaxProwJobAge *metav1.Duration `json:"max_prowjob_age,omitempty"`
	// MaxPodAge is how long pods are kept, from their start; default 24h.
	MaxPodAge *metav1.Duration `json:"max_pod_age,omitempty"`
	// TerminatedPodTTL is how long pods are kept, from their end; default MaxPodAge.
	TerminatedPodTTL *metav1.Duration `json:"terminated_pod_ttl,omitempty"`
	// ExcludeClusters are build clusters that are left alone.
	ExcludeClusters []string `json:"exclude_clusters,omitempty"`
}

// Horologium is Prow's `horologium` key.
type Horologium struct {
	// TickInterval is the time between two looks; default 1m.
	TickInterval *metav1.Duration `json:"tick_interval,omitempty"`
}

// Deck is Prow's `deck` key.
type Deck struct {
	Spyglass         Spyglass         `json:"spyglass,omitempty"`
	TideUpdatePeriod *metav1.Duration `json:"tide_update_period,omitempty"`
	// HiddenRepos are repositories whose jobs are kept off the public pages.
	HiddenRepos       []string           `json:"hidden_repos,omitempty"`
	ExternalAgentLogs []ExternalAgentLog `json:"external_agent_logs,omitempty"`
	Branding          *Branding          `json:"branding,omitempty"`
	GoogleAnalytics   string             `json:"google_analytics,omitempty"`
	// RerunAuthConfigs say who may run jobs again, by "*", "org" and "org/repo"; DefaultRerunAuthConfigs the same as a list.
	// One of the two.
	RerunAuthConfigs        map[string]RerunAuthConfig `json:"rerun_auth_configs,omitempty"`
	DefaultRerunAuthConfigs []RerunAuthEntry           `json:"default_rerun_auth_configs,omitempty"`
	// SkipStoragePathValidation false keeps the pages to the configuration's own buckets; nil means true, as in Prow.
	SkipStoragePathValidation *bool `json:"skip_storage_path_validation,omitempty"`
	// AdditionalAllowedBuckets are further buckets; they need SkipStoragePathValidation false.
	AdditionalAllowedBuckets []string `json:"additional_allowed_buckets,omitempty"`
}

// RerunAuthEntry is an entry of default_rerun_auth_configs. In Prow the last one that matches holds.
type RerunAuthEntry struct {
	OrgRepo string           `json:"repo,omitempty"`
	Cluster string           `json:"cluster,omitempty"`
	Config  *RerunAuthConfig `json:"rerun_auth_configs,omitempty"`
}

// ExternalAgentLog says where the logs of jobs of other agents are.
type ExternalAgentLog struct {
	Agent          string `json:"agent,omitempty"`
	SelectorString string `json:"selector,omitempty"`
	URLTemplate    string `json:"url_template,omitempty"`
}

// Branding is how the pages look.
type Branding struct {
	Logo            string `json:"logo,omitempty"`
	Favicon         string `json:"favicon,omitempty"`
	BackgroundColor string `json:"background_color,omitempty"`
	HeaderColor     string `json:"header_color,omitempty"`
}

// Spyglass is how results are shown.
type Spyglass struct {
	Lenses                []Lens              `json:"lenses,omitempty"`
	Viewers               map[string][]string `json:"viewers,omitempty"`
	SizeLimit             int64               `json:"size_limit,omitempty"`
	GCSBrowserPrefix      string              `json:"gcs_browser_prefix,omitempty"`
	GCSBrowserPrefixes    map[string]string   `json:"gcs_browser_prefixes,omitempty"`
	GCSBrowserByBucket    map[string]string   `json:"gcs_browser_prefixes_by_bucket,omitempty"`
	Announcement          string              `json:"announcement,omitempty"`
	TestGridConfig        string              `json:"testgrid_config,omitempty"`
	TestGridRoot          string              `json:"testgrid_root,omitempty"`
	HidePRHistoryLink     bool                `json:"hide_pr_history_link,omitempty"`
	PRHistoryLinkTemplate string              `json:"pr_history_link_template,omitempty"`
	BucketAliases         map[string]string   `json:"bucket_aliases,omitempty"`
}

// Lens shows the files whose names match all expressions of RequiredFiles, and OptionalFiles beside them.
type Lens struct {
	RequiredFiles []string    `json:"required_files,omitempty"`
	OptionalFiles []string    `json:"optional_files,omitempty"`
	Lens          NamedLens   `json:"lens,omitempty"`
	RemoteConfig  *RemoteLens `json:"remote_config,omitempty"`
}

// NamedLens is a lens and its own configuration.
type NamedLens struct {
	Name   string `json:"name,omitempty"`
	Config Raw    `json:"config,omitempty"`
}

// RemoteLens is a lens that another server renders.
type RemoteLens struct {
	Endpoint   string `json:"endpoint,omitempty"`
	StaticRoot string `json:"static_root,omitempty"`
	Title      string `json:"title,omitempty"`
	Priority   *uint  `json:"priority,omitempty"`
	HideTitle  *bool  `json:"hide_title,omitempty"`
}

// GitHubReporter is Prow's `github_reporter` key.
type GitHubReporter struct {
	// JobTypesToReport are presubmit and postsubmit, the default being both.
	JobTypesToReport []JobType `json:"job_types_to_report,omitempty"`
	// NoCommentRepos get no comment, SummaryCommentRepos one without a table; "org" or "org/repo".
	NoCommentRepos      []string `json:"no_comment_repos,omitempty"`
	SummaryCommentRepos []string `json:"summary_comment_repos,omitempty"`
}

// SlackReporter is an entry of `slack_reporter_configs`.
type SlackReporter struct {
	JobTypesToReport    []JobType `json:"job_types_to_report,omitempty"`
	SlackReporterConfig `json:",inline"`
}

// InRepoConfig is Prow's `in_repo_config` key.
type InRepoConfig struct {
	// Enabled says whether a repository may define jobs itself, by "*", "org" and "org/repo"; the narrowest holds, and the
	// default is false.
	Enabled map[string]*bool `json:"enabled,omitempty"`
	// AllowedClusters are the build clusters of such jobs, by "*", "org" and "org/repo"; all that match are added up. The
	// default of "*" is the cluster "default".
	AllowedClusters map[string][]string `json:"allowed_clusters,omitempty"`
}

// Moonraker is Prow's `moonraker` key.
type Moonraker struct {
	ClientTimeout *metav1.Duration `json:"client_timeout,omitempty"`
}

// PushGateway is Prow's `push_gateway` key.
type PushGateway struct {
	Endpoint     string           `json:"endpoint,omitempty"`
	Interval     *metav1.Duration `json:"interval,omitempty"`
	ServeMetrics bool             `json:"serve_metrics,omitempty"`
}

// Gerrit is Prow's `gerrit` key. Bowsprit does not serve Gerrit.
type Gerrit struct {
	TickInterval              *metav1.Duration  `json:"tick_interval,omitempty"`
	RateLimit                 int               `json:"ratelimit,omitempty"`
	DeckURL                   string            `json:"deck_url,omitempty"`
	OrgReposConfig            []GerritOrgConfig `json:"org_repos_config,omitempty"`
	AllowedPresubmitTriggerRe string            `json:"allowed_presubmit_trigger_re,omitempty"`
}

// GerritOrgConfig names repositories of a Gerrit.
type GerritOrgConfig struct {
	Org        string         `json:"org,omitempty"`
	Repos      []string       `json:"repos,omitempty"`
	OptOutHelp bool           `json:"opt_out_help,omitempty"`
	Filters    *GerritFilters `json:"filters,omitempty"`
}

// GerritFilters say which branches count.
type GerritFilters struct {
	Branches         []string `json:"branches,omitempty"`
	ExcludedBranches []string `json:"excluded_branches,omitempty"`
	OptInByDefault   bool     `json:"opt_in_by_default,omitempty"`
}

// PubSubTrigger is an entry of Prow's `pubsub_triggers`.
type PubSubTrigger struct {
	Project                string   `json:"project"`
	Topics                 []string `json:"topics"`
	AllowedClusters        []string `json:"allowed_clusters"`
	MaxOutstandingMessages int      `json:"max_outstanding_messages"`
}

// OwnersDirDenylist is Prow's `owners_dir_denylist` key: expressions of folders whose OWNERS files do not count.
type OwnersDirDenylist struct {
	Repos                       map[string][]string `json:"repos,omitempty"`
	Default                     []string            `json:"default,omitempty"`
	IgnorePreconfiguredDefaults bool                `json:"ignore_preconfigured_defaults,omitempty"`
}

// GitHubOptions is Prow's `github` key.
type GitHubOptions struct {
	// LinkURL is the root of GitHub's pages; default https://github.com. Bowsprit's own settings say it for Bowsprit.
	LinkURL string `json:"link_url,omitempty"`
}

// ManagedWebhooks is Prow's `managed_webhooks` key.
type ManagedWebhooks struct {
	RespectLegacyGlobalToken bool                      `json:"respect_legacy_global_token,omitempty"`
	AutoAcceptInvitation     bool                      `json:"auto_accept_invitation,omitempty"`
	OrgRepoConfig            map[string]ManagedWebhook `json:"org_repo_config,omitempty"`
}

// ManagedWebhook says since when the webhook of an organisation or a repository has its token.
type ManagedWebhook struct {
	TokenCreatedAfter metav1.Time `json:"token_created_after,omitempty"`
}
