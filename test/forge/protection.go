package forge

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// protection is the classic protection of one branch: the body of PUT …/protection, kept as it was asked for.
type protection struct {
	RequiredStatusChecks *struct {
		Strict   bool     `json:"strict"`
		Contexts []string `json:"contexts"`
		Checks   []struct {
			Context string `json:"context"`
			AppID   *int64 `json:"app_id"`
		} `json:"checks"`
	} `json:"required_status_checks"`
	EnforceAdmins              *bool `json:"enforce_admins"`
	RequiredPullRequestReviews *struct {
		DismissStaleReviews          bool `json:"dismiss_stale_reviews"`
		RequireCodeOwnerReviews      bool `json:"require_code_owner_reviews"`
		RequiredApprovingReviewCount *int `json:"required_approving_review_count"`
		RequireLastPushApproval      bool `json:"require_last_push_approval"`
	} `json:"required_pull_request_reviews"`
	Restrictions *struct {
		Users []string `json:"users"`
		Teams []string `json:"teams"`
		Apps  []string `json:"apps"`
	} `json:"restrictions"`
	RequiredLinearHistory          bool  `json:"required_linear_history"`
	AllowForcePushes               *bool `json:"allow_force_pushes"`
	AllowDeletions                 bool  `json:"allow_deletions"`
	BlockCreations                 bool  `json:"block_creations"`
	RequiredConversationResolution bool  `json:"required_conversation_resolution"`
	LockBranch                     bool  `json:"lock_branch"`
	AllowForkSyncing               bool  `json:"allow_fork_syncing"`
}

// supported refuses what the forge would keep without enforcing it, so that no test passes for the wrong reason.
func (p *protection) supported() error {
	reviews := p.RequiredPullRequestReviews
	switch {
	case reviews != nil && reviews.RequireCodeOwnerReviews:
		return errors.New("require_code_owner_reviews is not enforced by this forge")
	case reviews != nil && reviews.RequireLastPushApproval:
		return errors.New("require_last_push_approval is not enforced by this forge")
	case p.RequiredConversationResolution:
		return errors.New("required_conversation_resolution is not enforced by this forge")
	case p.AllowForkSyncing:
		return errors.New("allow_fork_syncing is not enforced by this forge")
	}
	return nil
}

// checks lists the required checks; "contexts" may be set by anybody, as may "checks" without App or with -1.
func (p *protection) checks() []requiredCheck {
	if p.RequiredStatusChecks == nil {
		return nil
	}
	var out []requiredCheck
	for _, c := range p.RequiredStatusChecks.Checks {
		want := requiredCheck{context: c.Context}
		if c.AppID != nil && *c.AppID > 0 {
			want.app = *c.AppID
		}
		out = append(out, want)
	}
	for _, context := range p.RequiredStatusChecks.Contexts {
		if !slices.ContainsFunc(out, func(c requiredCheck) bool { return c.context == context }) {
			out = append(out, requiredCheck{context: context})
		}
	}
	return out
}

// rules are the demands of the protection. Administrators bypass it unless it is enforced for them.
func (p *protection) rules(r *repo) rules {
	out := rules{
		checks: p.checks(), strict: p.RequiredStatusChecks != nil && p.RequiredStatusChecks.Strict, linear: p.RequiredLinearHistory,
		noForce: p.AllowForcePushes == nil || !*p.AllowForcePushes, noDelete: !p.AllowDeletions, noCreate: p.BlockCreations,
		noUpdate: p.LockBranch, pushers: p.pushers(r),
	}
	if reviews := p.RequiredPullRequestReviews; reviews != nil {
		out.pull, out.dismissStale, out.approvals = true, reviews.DismissStaleReviews, 1
		if reviews.RequiredApprovingReviewCount != nil {
			out.approvals = *reviews.RequiredApprovingReviewCount
		}
	}
	enforced := p.EnforceAdmins != nil && *p.EnforceAdmins
	out.bypass = func(who *actor) bool {
		return !enforced && !who.isInstallation() && r.permission(who.acct) == "admin"
	}
	return out
}

// pushers lists who may push, or nil if the protection does not say.
func (p *protection) pushers(r *repo) []string {
	if p.Restrictions == nil {
		return nil
	}
	out := []string{}
	for _, u := range p.Restrictions.Users {
		out = append(out, strings.ToLower(u))
	}
	for _, a := range p.Restrictions.Apps {
		out = append(out, strings.ToLower(a)+"[bot]")
	}
	for _, slug := range p.Restrictions.Teams {
		if t := r.owner.teams[slug]; t != nil {
			for m := range t.members {
				out = append(out, m)
			}
		}
	}
	return out
}

// ProtectionSpec is the part of branch protection that tests need most; the rest is at the REST API.
type ProtectionSpec struct {
	Checks        []string         // required contexts that anybody may set
	AppChecks     map[string]int64 // required contexts pinned to an App
	Strict        bool             // the head must be up to date with the base
	Approvals     int              // required approving reviews; 0 requires no pull request
	DismissStale  bool             // a push dismisses approvals
	EnforceAdmins bool
	Linear        bool
	AllowForce    bool
	AllowDelete   bool
}

// Protect protects a branch.
func (f *Forge) Protect(repo, branch string, spec ProtectionSpec) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	r, err := f.mustRepo(repo)
	if err != nil {
		return fmt.Errorf("protect a branch: %w", err)
	}
	body, err := render(spec.body())
	if err != nil {
		return err
	}
	return f.protect(&actor{acct: r.owner, via: "go"}, r, branch, body)
}

func (s ProtectionSpec) body() obj {
	checks := []obj{}
	for _, c := range s.Checks {
		checks = append(checks, obj{"context": c, "app_id": nil})
	}
	for c, id := range s.AppChecks {
		checks = append(checks, obj{"context": c, "app_id": id})
	}
	body := obj{
		"required_status_checks": obj{"strict": s.Strict, "contexts": []string{}, "checks": checks}, "enforce_admins": s.EnforceAdmins,
		"required_linear_history": s.Linear, "allow_force_pushes": s.AllowForce, "allow_deletions": s.AllowDelete,
	}
	if s.Approvals > 0 {
		body["required_pull_request_reviews"] = obj{"required_approving_review_count": s.Approvals, "dismiss_stale_reviews": s.DismissStale}
	}
	return body
}
