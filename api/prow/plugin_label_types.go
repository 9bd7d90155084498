package prow

// Blockade is one entry of `blockades`: files that may not be changed.
type Blockade struct {
	Repos []string `json:"repos,omitempty"`
	// BranchRegexp is an expression of base branches; nil is all.
	BranchRegexp *string `json:"branchregexp,omitempty"`
	// BlockRegexps and ExceptionRegexps are expressions of paths. One that does not compile is left out when it is used.
	BlockRegexps     []string `json:"blockregexps,omitempty"`
	ExceptionRegexps []string `json:"exceptionregexps,omitempty"`
	// Explanation is part of the comment.
	Explanation string `json:"explanation,omitempty"`
}

// CherryPickApproved is one entry of `cherry_pick_approved`: who approves cherry-picks in a repository.
type CherryPickApproved struct {
	Org  string `json:"org,omitempty"`
	Repo string `json:"repo,omitempty"`
	// BranchRegexp is an expression of base branches; default ^release-.*$.
	BranchRegexp string `json:"branchregexp,omitempty"`
	// Approvers are logins.
	Approvers []string `json:"approvers,omitempty"`
	// AllowMissingApprovedLabel and AllowMissingLGTMLabel do without these labels.
	AllowMissingApprovedLabel bool `json:"allow_missing_approved_label,omitempty"`
	AllowMissingLGTMLabel     bool `json:"allow_missing_lgtm_label,omitempty"`
}

// CherryPickUnapproved says which pull requests are cherry-picks that wait for approval.
type CherryPickUnapproved struct {
	// BranchRegexp is an expression of base branches; default ^release-.*$.
	BranchRegexp string `json:"branchregexp,omitempty"`
	Comment      string `json:"comment,omitempty"`
}

// LabelPlugin says which labels people may add with /label, beside those that have commands of their own.
type LabelPlugin struct {
	AdditionalLabels []string `json:"additional_labels,omitempty"`
	// RestrictedLabels, by "*", "org" and "org/repo", are labels that only some may add.
	RestrictedLabels map[string][]RestrictedLabel `json:"restricted_labels,omitempty"`
}

// RestrictedLabel is a label that only some may add.
type RestrictedLabel struct {
	Label        string   `json:"label"`
	AllowedTeams []string `json:"allowed_teams,omitempty"`
	AllowedUsers []string `json:"allowed_users,omitempty"`
	// AssignOn are labels with which the AllowedUsers are assigned.
	AssignOn []AssignOnLabel `json:"assign_on,omitempty"`
}

// AssignOnLabel is a label with which people are assigned.
type AssignOnLabel struct {
	Label string `json:"label"`
}

// RequireMatchingLabel is one entry of `require_matching_label`: a label that marks what lacks a label of some kind.
type RequireMatchingLabel struct {
	// Org is required, Repo (without the organisation) narrows it.
	Org  string `json:"org,omitempty"`
	Repo string `json:"repo,omitempty"`
	// Branch is a base branch; only with PRs.
	Branch string `json:"branch,omitempty"`
	// PRs and Issues say what it is for: at least one of them.
	PRs    bool `json:"prs,omitempty"`
	Issues bool `json:"issues,omitempty"`
	// Regexp is an expression of the labels that are wanted. It must not match MissingLabel.
	Regexp string `json:"regexp,omitempty"`
	// MissingLabel is added when there is none, and MissingComment is said then.
	MissingLabel   string `json:"missing_label,omitempty"`
	MissingComment string `json:"missing_comment,omitempty"`
	// GracePeriod is a duration such as 5s, the default, to wait after the opening.
	GracePeriod string `json:"grace_period,omitempty"`
}

// Milestone says whose commands set milestones in a repository; the key "" is for all.
type Milestone struct {
	// MaintainersID is a team's number. Deprecated: use MaintainersTeam.
	MaintainersID           int    `json:"maintainers_id,omitempty"`
	MaintainersTeam         string `json:"maintainers_team,omitempty"`
	MaintainersFriendlyName string `json:"maintainers_friendly_name,omitempty"`
}

// SigMention says which mentions of teams add labels.
type SigMention struct {
	// Regexp is an expression of mentions; default are the teams of Kubernetes' special interest groups.
	Regexp string `json:"regexp,omitempty"`
}

// Size are the numbers of changed lines from which the labels size/S to size/XXL are added. None may be larger than the
// next.
type Size struct {
	S   int `json:"s"`
	M   int `json:"m"`
	L   int `json:"l"`
	XL  int `json:"xl"`
	XXL int `json:"xxl"`
}

// Help says what is told with the labels for new contributors.
type Help struct {
	HelpGuidelinesURL     string `json:"help_guidelines_url,omitempty"`
	HelpGuidelinesSummary string `json:"help_guidelines_summary,omitempty"`
}

// ReleaseNote says what is told about release notes.
type ReleaseNote struct {
	GuidelinesURL string `json:"guidelines_url,omitempty"`
}

// Retitle says what may be given another title.
type Retitle struct {
	AllowClosedIssues bool `json:"allow_closed_issues,omitempty"`
}
