package prow

import "encoding/json"

// BranchCleaner says which branches stay after their pull request was merged: names or expressions.
type BranchCleaner struct {
	PreservedBranches map[string][]string `json:"preserved_branches,omitempty"`
}

// KeyFile is a file with a service's key.
type KeyFile struct {
	KeyPath string `json:"key_path,omitempty"`
}

// ConfigUpdater says which ConfigMaps are written from which files.
type ConfigUpdater struct {
	// ClusterGroups are lists of clusters and namespaces that Maps can name.
	ClusterGroups map[string]ClusterGroup `json:"cluster_groups,omitempty"`
	// Maps are ConfigMaps by patterns of files; default are Prow's own two files.
	Maps map[string]ConfigMapSpec `json:"maps,omitempty"`
	// GZIP compresses every file.
	GZIP bool `json:"gzip"`
}

// UnmarshalJSON reads the document as any struct is read. That it is there lets keys that nothing reads pass, as in Prow.
func (u *ConfigUpdater) UnmarshalJSON(b []byte) error {
	type form ConfigUpdater
	return json.Unmarshal(b, (*form)(u))
}

// ClusterGroup are namespaces that exist in each of some clusters.
type ClusterGroup struct {
	Clusters   []string `json:"clusters,omitempty"`
	Namespaces []string `json:"namespaces,omitempty"`
}

// ConfigMapSpec is a ConfigMap that is written from files.
type ConfigMapSpec struct {
	// Name is the ConfigMap's; PartitionedNames are several, at most 256, over which the keys are spread. One of the two.
	Name             string   `json:"name"`
	PartitionedNames []string `json:"partitioned_names,omitempty"`
	// Key is the file's in the ConfigMap; default its base name, or its path with '-' for '/' with UseFullPathAsKey.
	Key              string `json:"key,omitempty"`
	UseFullPathAsKey bool   `json:"use_full_path_as_key,omitempty"`
	// GZIP wins over the one for all.
	GZIP *bool `json:"gzip,omitempty"`
	// Clusters are namespaces by cluster; ClusterGroups are names of groups of them. One of the two.
	Clusters      map[string][]string `json:"clusters,omitempty"`
	ClusterGroups []string            `json:"cluster_groups,omitempty"`
	// AllowedRepos and DeniedRepos are "org" or "org/repo": who may write it.
	AllowedRepos []string `json:"allowed_repos,omitempty"`
	DeniedRepos  []string `json:"denied_repos,omitempty"`
}

// Golint says from which confidence, in (0,1], the linter's words are told; default 0.8.
type Golint struct {
	MinimumConfidence *float64 `json:"minimum_confidence,omitempty"`
}

// Heart says whose comments get reactions.
type Heart struct {
	// Adorees are logins, CommentRegexp is an expression of comments.
	Adorees       []string `json:"adorees,omitempty"`
	CommentRegexp string   `json:"commentregexp,omitempty"`
}

// Jira says which keys of issues are not linked.
type Jira struct {
	DisabledJiraProjects []string `json:"disabled_jira_projects,omitempty"`
}

// ProjectConfig says who may sort issues into GitHub's classic projects.
type ProjectConfig struct {
	// Orgs are organisations.
	Orgs map[string]ProjectOrgConfig `json:"project_org_configs,omitempty"`
}

// ProjectOrgConfig is that of an organisation: a team's number, and the column of each project that is the default.
type ProjectOrgConfig struct {
	MaintainerTeamID int                          `json:"org_maintainers_team_id,omitempty"`
	ProjectColumnMap map[string]string            `json:"org_default_column_map,omitempty"`
	Repos            map[string]ProjectRepoConfig `json:"project_repo_configs,omitempty"`
}

// ProjectRepoConfig is that of a repository.
type ProjectRepoConfig struct {
	MaintainerTeamID int               `json:"repo_maintainers_team_id,omitempty"`
	ProjectColumnMap map[string]string `json:"repo_default_column_map,omitempty"`
}

// ProjectManager says which issues are added to which column of a project.
type ProjectManager struct {
	OrgRepos map[string]ManagedOrgRepo `json:"orgsRepos,omitempty"`
}

// ManagedOrgRepo is an organisation or repository with its projects: at least one.
type ManagedOrgRepo struct {
	Projects map[string]ManagedProject `json:"projects,omitempty"`
}

// ManagedProject is a project with its columns: at least one.
type ManagedProject struct {
	Columns []ManagedColumn `json:"columns,omitempty"`
}

// ManagedColumn is a column, and what is added to it.
type ManagedColumn struct {
	// ID or Name is required.
	ID   *int   `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
	// State is open, closed or all.
	State string `json:"state,omitempty"`
	// Labels are all needed, and each column of a project has others. Required, as is Org.
	Labels []string `json:"labels,omitempty"`
	Org    string   `json:"org,omitempty"`
}

// Slack says which channels hear of mentions and of merges by hand.
type Slack struct {
	MentionChannels []string       `json:"mentionchannels,omitempty"`
	MergeWarnings   []MergeWarning `json:"mergewarnings,omitempty"`
}

// MergeWarning says which channels hear of merges by hand in some repositories.
type MergeWarning struct {
	Repos    []string `json:"repos,omitempty"`
	Channels []string `json:"channels,omitempty"`
	// ExemptUsers may merge by hand, anybody may into ExemptBranches.
	ExemptUsers    []string            `json:"exempt_users,omitempty"`
	ExemptBranches map[string][]string `json:"exempt_branches,omitempty"`
}
