package prow

// Approve is one entry of `approve`: how pull requests are approved in some repositories.
type Approve struct {
	Repos []string `json:"repos,omitempty"`
	// IssueRequired asks for an issue of every pull request.
	IssueRequired bool `json:"issue_required,omitempty"`
	// RequireSelfApproval true lets authors who are approvers say so themselves; default false approves their own changes.
	RequireSelfApproval *bool `json:"require_self_approval,omitempty"`
	// LgtmActsAsApprove lets /lgtm approve too.
	LgtmActsAsApprove bool `json:"lgtm_acts_as_approve,omitempty"`
	// IgnoreReviewState true leaves GitHub's reviews out; default false counts them.
	IgnoreReviewState *bool `json:"ignore_review_state,omitempty"`
	// CommandHelpLink and PrProcessLink are pages that the comment links to.
	CommandHelpLink string `json:"commandHelpLink"`
	PrProcessLink   string `json:"pr_process_link,omitempty"`
}

// Lgtm is one entry of `lgtm`: how pull requests get the label lgtm in some repositories.
type Lgtm struct {
	Repos []string `json:"repos,omitempty"`
	// ReviewActsAsLgtm lets GitHub's reviews add and remove the label.
	ReviewActsAsLgtm bool `json:"review_acts_as_lgtm,omitempty"`
	// StoreTreeHash keeps the label over a push that changes no file.
	StoreTreeHash bool `json:"store_tree_hash,omitempty"`
	// StickyLgtmTeam is a team whose members keep the label over any push.
	StickyLgtmTeam string `json:"trusted_team_for_sticky_lgtm,omitempty"`
}

// Blunderbuss says how reviews are asked for, by the plugins blunderbuss and rifle.
type Blunderbuss struct {
	// ReviewerCount is how many reviewers are asked; default 2, at least 1.
	ReviewerCount *int `json:"request_count,omitempty"`
	// MaxReviewerCount limits how many are asked in all; 0 is no limit.
	MaxReviewerCount int `json:"max_request_count,omitempty"`
	// ExcludeApprovers never asks approvers; by default they are asked when reviewers are too few.
	ExcludeApprovers bool `json:"exclude_approvers,omitempty"`
	// UseStatusAvailability passes over people whose status on GitHub is busy.
	UseStatusAvailability bool `json:"use_status_availability,omitempty"`
	// IgnoreDrafts and IgnoreAuthors leave pull requests out.
	IgnoreDrafts  bool     `json:"ignore_drafts,omitempty"`
	IgnoreAuthors []string `json:"ignore_authors,omitempty"`
	// WaitForStatus asks only once a status is there.
	WaitForStatus *ContextMatch `json:"wait_for_status,omitempty"`
}

// ContextMatch matches statuses.
type ContextMatch struct {
	// Context is the status's name; default "tide".
	Context string `json:"context,omitempty"`
	// Description is an expression; default are Tide's words for a missing review or label.
	Description string `json:"description,omitempty"`
	// State is the status's state; default "pending".
	State string `json:"state,omitempty"`
}

// Owners says how OWNERS files are read.
type Owners struct {
	// MDYAMLRepos may have owners in a YAML header of Markdown files.
	MDYAMLRepos []string `json:"mdyamlrepos,omitempty"`
	// SkipCollaborators trust OWNERS files alone, and do not ask GitHub for collaborators.
	SkipCollaborators []string `json:"skip_collaborators,omitempty"`
	// LabelsDenyList are labels that no OWNERS file may add; default approved and lgtm.
	LabelsDenyList []string `json:"labels_denylist,omitempty"`
	// Filenames are other names of OWNERS files.
	Filenames map[string]OwnersFilenames `json:"filenames,omitempty"`
}

// OwnersFilenames are the names of OWNERS files and of their aliases.
type OwnersFilenames struct {
	Owners        string `json:"owners,omitempty"`
	OwnersAliases string `json:"owners_aliases,omitempty"`
}

// Override says who may override contexts.
type Override struct {
	// AllowTopLevelOwners allows it to the approvers of the topmost OWNERS file.
	AllowTopLevelOwners bool `json:"allow_top_level_owners,omitempty"`
	// AllowedGitHubTeams are slugs of teams whose members may.
	AllowedGitHubTeams map[string][]string `json:"allowed_github_teams,omitempty"`
}

// Dco says how sign-offs are checked.
type Dco struct {
	// SkipDCOCheckForMembers and SkipDCOCheckForCollaborators leave commits of trusted people out.
	SkipDCOCheckForMembers       bool `json:"skip_dco_check_for_members,omitempty"`
	SkipDCOCheckForCollaborators bool `json:"skip_dco_check_for_collaborators,omitempty"`
	// TrustedApps are names of Apps, without [bot], whose commits are left out.
	TrustedApps []string `json:"trusted_apps,omitempty"`
	// TrustedOrg is whose members SkipDCOCheckForMembers means; default the pull request's organisation.
	TrustedOrg string `json:"trusted_org,omitempty"`
	// ContributingRepo, ContributingBranch and ContributingPath say where the contributor's guide is.
	ContributingRepo   string `json:"contributing_repo,omitempty"`
	ContributingBranch string `json:"contributing_branch,omitempty"`
	ContributingPath   string `json:"contributing_path,omitempty"`
}

// InvalidCommitMsg is one entry of `invalid_commit_msg`: which checks of commit messages hold in some repositories.
type InvalidCommitMsg struct {
	Repos  []string         `json:"repos,omitempty"`
	Checks []CommitMsgCheck `json:"checks,omitempty"`
}

// CommitMsgCheck turns one check off.
type CommitMsgCheck struct {
	// Name is fixupPrefix or issueClosingKeywords.
	Name     string `json:"name"`
	Disabled bool   `json:"disabled,omitempty"`
}

// Welcome is one entry of `welcome`: how new contributors are greeted in some repositories.
type Welcome struct {
	Repos []string `json:"repos,omitempty"`
	// MessageTemplate is a Go template.
	MessageTemplate string `json:"message_template,omitempty"`
	// AlwaysPost greets everybody.
	AlwaysPost bool `json:"always_post,omitempty"`
}
