package prow

import (
	"encoding/json"
	"errors"
	"slices"
)

// PluginConfig is the part of Prow's plugins.yaml that Bowsprit reads, and the other keys as they were written.
type PluginConfig struct {
	// Plugins says which plugins are enabled, by "org" and "org/repo"; both lists hold for a repository.
	Plugins map[string]OrgPlugins `json:"plugins,omitempty"`
	// Triggers says whom to trust, per repository or organisation.
	Triggers []Trigger `json:"triggers,omitempty"`

	ExternalPlugins      Raw `json:"external_plugins,omitempty"`
	Owners               Raw `json:"owners,omitempty"`
	Approve              Raw `json:"approve,omitempty"`
	Blockades            Raw `json:"blockades,omitempty"`
	Blunderbuss          Raw `json:"blunderbuss,omitempty"`
	Rifle                Raw `json:"rifle,omitempty"`
	Bugzilla             Raw `json:"bugzilla,omitempty"`
	BranchCleaner        Raw `json:"branch_cleaner,omitempty"`
	Cat                  Raw `json:"cat,omitempty"`
	CherryPickApproved   Raw `json:"cherry_pick_approved,omitempty"`
	CherryPickUnapproved Raw `json:"cherry_pick_unapproved,omitempty"`
	ConfigUpdater        Raw `json:"config_updater,omitempty"`
	Dco                  Raw `json:"dco,omitempty"`
	Golint               Raw `json:"golint,omitempty"`
	Goose                Raw `json:"goose,omitempty"`
	Heart                Raw `json:"heart,omitempty"`
	Help                 Raw `json:"help,omitempty"`
	InvalidCommitMsg     Raw `json:"invalid_commit_msg,omitempty"`
	Jira                 Raw `json:"jira,omitempty"`
	Label                Raw `json:"label,omitempty"`
	Lgtm                 Raw `json:"lgtm,omitempty"`
	MilestoneApplier     Raw `json:"milestone_applier,omitempty"`
	Override             Raw `json:"override,omitempty"`
	ProjectConfig        Raw `json:"project_config,omitempty"`
	ProjectManager       Raw `json:"project_manager,omitempty"`
	ReleaseNote          Raw `json:"release_note,omitempty"`
	RepoMilestone        Raw `json:"repo_milestone,omitempty"`
	RequireMatchingLabel Raw `json:"require_matching_label,omitempty"`
	Retitle              Raw `json:"retitle,omitempty"`
	SigMention           Raw `json:"sigmention,omitempty"`
	Size                 Raw `json:"size,omitempty"`
	Slack                Raw `json:"slack,omitempty"`
	Welcome              Raw `json:"welcome,omitempty"`
}

// OrgPlugins is the list of plugins of an organisation or a repository.
type OrgPlugins struct {
	// Plugins are names of plugins.
	Plugins []string `json:"plugins,omitempty"`
	// ExcludedRepos are repositories of the organisation (without its name) for which the list does not hold.
	ExcludedRepos []string `json:"excluded_repos,omitempty"`
}

// UnmarshalJSON accepts Prow's old form too, in which the value is the list of plugins itself.
func (o *OrgPlugins) UnmarshalJSON(b []byte) error {
	if json.Unmarshal(b, &o.Plugins) == nil {
		return nil
	}
	type form OrgPlugins
	if json.Unmarshal(b, (*form)(o)) != nil {
		return errors.New("want a list of plugins, or the lists `plugins` and `excluded_repos`")
	}
	return nil
}

// Trigger is one entry of `triggers`: whom to trust in some repositories.
type Trigger struct {
	// Repos are "org" or "org/repo".
	Repos []string `json:"repos,omitempty"`
	// TrustedApps are names of Apps whose bots (NAME[bot]) are trusted.
	TrustedApps []string `json:"trusted_apps,omitempty"`
	// TrustedOrg is a further organisation whose members are trusted.
	TrustedOrg string `json:"trusted_org,omitempty"`
	// OnlyOrgMembers leaves collaborators out.
	OnlyOrgMembers bool `json:"only_org_members,omitempty"`
	// IgnoreOkToTest turns `/ok-to-test` off.
	IgnoreOkToTest bool `json:"ignore_ok_to_test,omitempty"`

	// JoinOrgURL and the fields below are kept as written and have no effect yet.
	JoinOrgURL             Raw `json:"join_org_url,omitempty"`
	TriggerGitHubWorkflows Raw `json:"trigger_github_workflows,omitempty"`
	OrgInvite              Raw `json:"org_invite,omitempty"`
}

// TriggerFor is the entry for a repository: the first that names it, else the first that names its organisation, else an
// empty one.
func (c *PluginConfig) TriggerFor(org, repo string) Trigger {
	for _, key := range []string{org + "/" + repo, org} {
		for _, t := range c.Triggers {
			if slices.Contains(t.Repos, key) {
				return t
			}
		}
	}
	return Trigger{}
}

// Enables says whether a plugin is enabled for a repository, by its own list or by its organisation's.
func (c *PluginConfig) Enables(plugin, org, repo string) bool {
	if slices.Contains(c.Plugins[org+"/"+repo].Plugins, plugin) {
		return true
	}
	o := c.Plugins[org]
	return slices.Contains(o.Plugins, plugin) && !slices.Contains(o.ExcludedRepos, repo)
}
