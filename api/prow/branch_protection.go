package prow

import (
	"fmt"
	"slices"
)

// BranchProtection is Prow's `branch-protection` key: how GitHub protects branches, by organisation, repository and branch.
// A narrower policy inherits what it leaves out.
type BranchProtection struct {
	ProtectionPolicy `json:",inline"`
	// ProtectTested protects every branch on which a required job runs.
	ProtectTested *bool `json:"protect-tested-repos,omitempty"`
	// ProtectReposWithOptionalJobs counts repositories whose jobs are all optional as tested.
	ProtectReposWithOptionalJobs *bool                    `json:"protect_repos_with_optional_jobs,omitempty"`
	Orgs                         map[string]OrgProtection `json:"orgs,omitempty"`
	// AllowDisabledPolicies and AllowDisabledJobPolicies tolerate settings of branches that are not protected.
	AllowDisabledPolicies    *bool `json:"allow_disabled_policies,omitempty"`
	AllowDisabledJobPolicies *bool `json:"allow_disabled_job_policies,omitempty"`
}

// OrgProtection is the policy of an organisation.
type OrgProtection struct {
	ProtectionPolicy `json:",inline"`
	Repos            map[string]RepoProtection `json:"repos,omitempty"`
}

// RepoProtection is the policy of a repository; Branches are names.
type RepoProtection struct {
	ProtectionPolicy `json:",inline"`
	Branches         map[string]BranchPolicy `json:"branches,omitempty"`
}

// BranchPolicy is the policy of a branch.
type BranchPolicy struct {
	ProtectionPolicy `json:",inline"`
}

// ProtectionPolicy is what GitHub's branch protection has; nil leaves something as it is.
type ProtectionPolicy struct {
	// Unmanaged leaves the branch alone.
	Unmanaged *bool `json:"unmanaged,omitempty"`
	// Protect turns protection on or off.
	Protect                      *bool                       `json:"protect,omitempty"`
	RequiredStatusChecks         *RequiredStatusChecks       `json:"required_status_checks,omitempty"`
	Admins                       *bool                       `json:"enforce_admins,omitempty"`
	Restrictions                 *ProtectionPeople           `json:"restrictions,omitempty"`
	RequireManuallyTriggeredJobs *bool                       `json:"require_manually_triggered_jobs,omitempty"`
	RequiredPullRequestReviews   *RequiredPullRequestReviews `json:"required_pull_request_reviews,omitempty"`
	RequiredLinearHistory        *bool                       `json:"required_linear_history,omitempty"`
	AllowForcePushes             *bool                       `json:"allow_force_pushes,omitempty"`
	AllowDeletions               *bool                       `json:"allow_deletions,omitempty"`
	// Exclude and Include are expressions of branches; one of the two.
	Exclude []string `json:"exclude,omitempty"`
	Include []string `json:"include,omitempty"`
}

// RequiredStatusChecks are contexts that must succeed; Strict asks for a head that is up to date.
type RequiredStatusChecks struct {
	Contexts []string `json:"contexts,omitempty"`
	Strict   *bool    `json:"strict,omitempty"`
}

// RequiredPullRequestReviews are GitHub's rules about reviews.
type RequiredPullRequestReviews struct {
	DismissalRestrictions *ProtectionPeople `json:"dismissal_restrictions,omitempty"`
	DismissStale          *bool             `json:"dismiss_stale_reviews,omitempty"`
	RequireOwners         *bool             `json:"require_code_owner_reviews,omitempty"`
	Approvals             *int              `json:"required_approving_review_count,omitempty"`
	BypassRestrictions    *ProtectionPeople `json:"bypass_pull_request_allowances,omitempty"`
}

// ProtectionPeople are who may do something.
type ProtectionPeople struct {
	Apps  []string `json:"apps,omitempty"`
	Users []string `json:"users,omitempty"`
	Teams []string `json:"teams,omitempty"`
}

// Branch is the policy of a branch with all that it inherits; that of an organisation that is not listed is empty. The
// error is Prow's: a managed branch with a policy of its own must say whether it is protected, itself or by inheritance.
func (b BranchProtection) Branch(org, repo, branch string) (ProtectionPolicy, error) {
	o, listed := b.Orgs[org]
	if !listed {
		return ProtectionPolicy{}, nil
	}
	r := o.Repos[repo]
	p := b.ProtectionPolicy.under(o.ProtectionPolicy).under(r.ProtectionPolicy)
	own, ok := r.Branches[branch]
	if !ok {
		return p, nil
	}
	if p = p.under(own.ProtectionPolicy); p.Protect == nil && !isTrue(p.Unmanaged) {
		return p, fmt.Errorf("branch-protection.orgs[%s].repos[%s].branches[%s]: the policy does not say whether to protect the branch", org, repo, branch)
	}
	return p, nil
}

// forMerge is the policy as far as a merge waits for it: a branch with required jobs counts as protected where
// protect-tested-repos says so, and with any job where protect_repos_with_optional_jobs does.
func (b BranchProtection) forMerge(org, repo, branch string, jobs []Presubmit) ProtectionPolicy {
	p, err := b.Branch(org, repo, branch)
	if err != nil {
		return ProtectionPolicy{}
	}
	required, ifPresent, optional := BranchRequirements(branch, jobs, isTrue(p.RequireManuallyTriggeredJobs))
	tested := len(required) > 0 || isTrue(b.ProtectReposWithOptionalJobs) && len(ifPresent)+len(optional) > 0
	if _, listed := b.Orgs[org]; listed && tested && isTrue(b.ProtectTested) && p.Protect == nil {
		yes := true
		p.Protect = &yes
	}
	return p
}

// under adds a narrower policy: what it sets wins, contexts and expressions are added.
func (p ProtectionPolicy) under(n ProtectionPolicy) ProtectionPolicy {
	p.Unmanaged, p.Protect = narrower(p.Unmanaged, n.Unmanaged), narrower(p.Protect, n.Protect)
	p.Admins = narrower(p.Admins, n.Admins)
	p.RequireManuallyTriggeredJobs = narrower(p.RequireManuallyTriggeredJobs, n.RequireManuallyTriggeredJobs)
	p.RequiredLinearHistory = narrower(p.RequiredLinearHistory, n.RequiredLinearHistory)
	p.AllowForcePushes, p.AllowDeletions = narrower(p.AllowForcePushes, n.AllowForcePushes), narrower(p.AllowDeletions, n.AllowDeletions)
	p.Restrictions = narrower(p.Restrictions, n.Restrictions)
	p.RequiredPullRequestReviews = narrower(p.RequiredPullRequestReviews, n.RequiredPullRequestReviews)
	if wide, narrow := p.RequiredStatusChecks, n.RequiredStatusChecks; wide != nil && narrow != nil {
		p.RequiredStatusChecks = &RequiredStatusChecks{Contexts: union(wide.Contexts, narrow.Contexts), Strict: narrower(wide.Strict, narrow.Strict)}
	} else {
		p.RequiredStatusChecks = narrower(wide, narrow)
	}
	p.Exclude, p.Include = slices.Concat(p.Exclude, n.Exclude), slices.Concat(p.Include, n.Include)
	return p
}
