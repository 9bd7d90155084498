package prow

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// PluginConfig is Prow's plugins.yaml: which plugins are enabled where, and what each is told. Keys of maps are "org" or
// "org/repo" unless they say otherwise, and so is what Repos lists hold.
type PluginConfig struct {
	// Plugins says which plugins are enabled; the lists of an organisation and of its repository both hold for the repository.
	Plugins PluginLists `json:"plugins,omitempty"`
	// ExternalPlugins are servers that get copies of webhooks.
	ExternalPlugins map[string][]ExternalPlugin `json:"external_plugins,omitempty"`
	// Owners says how OWNERS files are read.
	Owners Owners `json:"owners,omitempty"`
	// Triggers says whom to trust.
	Triggers []Trigger `json:"triggers,omitempty"`

	Approve              []Approve                    `json:"approve,omitempty"`
	Blockades            []Blockade                   `json:"blockades,omitempty"`
	Blunderbuss          Blunderbuss                  `json:"blunderbuss,omitempty"`
	Rifle                Blunderbuss                  `json:"rifle,omitempty"`
	Bugzilla             Bugzilla                     `json:"bugzilla,omitempty"`
	BranchCleaner        BranchCleaner                `json:"branch_cleaner,omitempty"`
	Cat                  KeyFile                      `json:"cat,omitempty"`
	CherryPickApproved   []CherryPickApproved         `json:"cherry_pick_approved,omitempty"`
	CherryPickUnapproved CherryPickUnapproved         `json:"cherry_pick_unapproved,omitempty"`
	ConfigUpdater        ConfigUpdater                `json:"config_updater,omitempty"`
	Dco                  map[string]*Dco              `json:"dco,omitempty"`
	Golint               Golint                       `json:"golint,omitempty"`
	Goose                KeyFile                      `json:"goose,omitempty"`
	Heart                Heart                        `json:"heart,omitempty"`
	Help                 Help                         `json:"help,omitempty"`
	InvalidCommitMsg     []InvalidCommitMsg           `json:"invalid_commit_msg,omitempty"`
	Jira                 *Jira                        `json:"jira,omitempty"`
	Label                LabelPlugin                  `json:"label,omitempty"`
	Lgtm                 []Lgtm                       `json:"lgtm,omitempty"`
	MilestoneApplier     map[string]map[string]string `json:"milestone_applier,omitempty"`
	Override             Override                     `json:"override,omitempty"`
	ProjectConfig        ProjectConfig                `json:"project_config,omitempty"`
	ProjectManager       ProjectManager               `json:"project_manager,omitempty"`
	ReleaseNote          ReleaseNote                  `json:"release_note,omitempty"`
	RepoMilestone        map[string]Milestone         `json:"repo_milestone,omitempty"`
	RequireMatchingLabel []RequireMatchingLabel       `json:"require_matching_label,omitempty"`
	Retitle              Retitle                      `json:"retitle,omitempty"`
	SigMention           SigMention                   `json:"sigmention,omitempty"`
	Size                 Size                         `json:"size,omitempty"`
	Slack                Slack                        `json:"slack,omitempty"`
	Welcome              []Welcome                    `json:"welcome,omitempty"`
}

// PluginLists are the lists of plugins by "org" and "org/repo".
type PluginLists map[string]OrgPlugins

// OrgPlugins is the list of plugins of an organisation or a repository.
type OrgPlugins struct {
	// Plugins are names of plugins.
	Plugins []string `json:"plugins,omitempty"`
	// ExcludedRepos are repositories of the organisation (without its name) for which the list does not hold.
	ExcludedRepos []string `json:"excluded_repos,omitempty"`
}

// UnmarshalJSON accepts Prow's old form too, in which every value is the list of plugins itself. As in Prow, a document is
// in one form or the other.
func (l *PluginLists) UnmarshalJSON(b []byte) error {
	var old map[string][]string
	if json.Unmarshal(b, &old) == nil {
		*l = PluginLists{}
		for key, plugins := range old {
			(*l)[key] = OrgPlugins{Plugins: plugins}
		}
		return nil
	}
	type form PluginLists
	if err := json.Unmarshal(b, (*form)(l)); err != nil {
		return fmt.Errorf("want the lists plugins and excluded_repos at %s, or at every key the list of plugins itself", misfitsOf(b))
	}
	return nil
}

// misfitsOf names the keys whose values are not in the new form.
func misfitsOf(b []byte) string {
	var values map[string]Raw
	if json.Unmarshal(b, &values) != nil {
		return "every key"
	}
	var keys []string
	for key, value := range inOrder(values) {
		if json.Unmarshal(value, &OrgPlugins{}) != nil {
			keys = append(keys, strconv.Quote(key))
		}
	}
	return strings.Join(keys, ", ")
}

// ExternalPlugin is a server that gets copies of webhooks.
type ExternalPlugin struct {
	Name string `json:"name"`
	// Endpoint is a URL; default http:// and the name.
	Endpoint string `json:"endpoint,omitempty"`
	// Events are GitHub's names of events; none are all.
	Events []string `json:"events,omitempty"`
}

// Trigger is one entry of `triggers`: whom to trust in some repositories.
type Trigger struct {
	Repos []string `json:"repos,omitempty"`
	// TrustedApps are names of Apps whose bots (NAME[bot]) are trusted.
	TrustedApps []string `json:"trusted_apps,omitempty"`
	// TrustedOrg is a further organisation whose members are trusted. Deprecated.
	TrustedOrg string `json:"trusted_org,omitempty"`
	// JoinOrgURL is where one can ask to become a member; default are the people of TrustedOrg on GitHub.
	JoinOrgURL string `json:"join_org_url,omitempty"`
	// OnlyOrgMembers leaves collaborators out.
	OnlyOrgMembers bool `json:"only_org_members,omitempty"`
	// IgnoreOkToTest turns `/ok-to-test` off.
	IgnoreOkToTest bool `json:"ignore_ok_to_test,omitempty"`
	// TriggerGitHubWorkflows lets the same commands run GitHub's own workflows again.
	TriggerGitHubWorkflows bool `json:"trigger_github_workflows,omitempty"`
	// OrgInvite is how frequent contributors are invited to become members.
	OrgInvite OrgInvite `json:"org_invite,omitempty"`
}

// OrgInvite is how frequent contributors are invited to become members.
type OrgInvite struct {
	Prominent ProminentInvite `json:"prominent,omitempty"`
}

// ProminentInvite is an invitation that stands out.
type ProminentInvite struct {
	Disabled bool `json:"disabled,omitempty"`
	// MergedPRThreshold is how many merged pull requests earn it; default 3.
	MergedPRThreshold *int   `json:"merged_pr_threshold,omitempty"`
	Message           string `json:"message,omitempty"`
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
