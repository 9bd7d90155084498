package prow

// Bugzilla says which bugs are valid, by branch, "*" being all; narrower options win.
type Bugzilla struct {
	Default map[string]BugzillaBranchOptions `json:"default,omitempty"`
	Orgs    map[string]BugzillaOrgOptions    `json:"orgs,omitempty"`
}

// BugzillaOrgOptions are those of an organisation.
type BugzillaOrgOptions struct {
	Default map[string]BugzillaBranchOptions `json:"default,omitempty"`
	Repos   map[string]BugzillaRepoOptions   `json:"repos,omitempty"`
}

// BugzillaRepoOptions are those of a repository.
type BugzillaRepoOptions struct {
	Branches map[string]BugzillaBranchOptions `json:"branches,omitempty"`
}

// BugzillaBugState is a state of a bug; empty is any.
type BugzillaBugState struct {
	Status     string `json:"status,omitempty"`
	Resolution string `json:"resolution,omitempty"`
}

// BugzillaBranchOptions say which bugs are valid for a branch, and what becomes of them. A nil option inherits.
type BugzillaBranchOptions struct {
	// ExcludeDefaults inherits nothing.
	ExcludeDefaults *bool `json:"exclude_defaults,omitempty"`
	// EnableBackporting makes bugs for cherry-picks.
	EnableBackporting *bool `json:"enable_backporting,omitempty"`
	// ValidateByDefault checks every pull request.
	ValidateByDefault *bool `json:"validate_by_default,omitempty"`

	// IsOpen, TargetRelease, Statuses and ValidStates are what a bug must be; Dependent* what its dependent bugs must be.
	IsOpen                     *bool               `json:"is_open,omitempty"`
	TargetRelease              *string             `json:"target_release,omitempty"`
	Statuses                   *[]string           `json:"statuses,omitempty"`
	ValidStates                *[]BugzillaBugState `json:"valid_states,omitempty"`
	DependentBugStatuses       *[]string           `json:"dependent_bug_statuses,omitempty"`
	DependentBugStates         *[]BugzillaBugState `json:"dependent_bug_states,omitempty"`
	DependentBugTargetReleases *[]string           `json:"dependent_bug_target_releases,omitempty"`
	// DependentBugTargetRelease is the old form, of one release.
	DependentBugTargetRelease *string `json:"dependent_bug_target_release,omitempty"`

	// StatusAfterValidation and the ones below are what a bug becomes when it was linked, and when its pull requests were all
	// merged or closed.
	StatusAfterValidation *string           `json:"status_after_validation,omitempty"`
	StateAfterValidation  *BugzillaBugState `json:"state_after_validation,omitempty"`
	StatusAfterMerge      *string           `json:"status_after_merge,omitempty"`
	StateAfterMerge       *BugzillaBugState `json:"state_after_merge,omitempty"`
	StateAfterClose       *BugzillaBugState `json:"state_after_close,omitempty"`
	// AddExternalLink tells the bug of the pull request.
	AddExternalLink *bool `json:"add_external_link,omitempty"`
	// AllowedGroups are groups of bugs that may be linked.
	AllowedGroups []string `json:"allowed_groups,omitempty"`
}
