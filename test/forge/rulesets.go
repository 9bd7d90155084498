package forge

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// ruleset is a ruleset of a repository, as it was asked for.
type ruleset struct {
	id           int64
	created      time.Time
	updated      time.Time
	Name         string `json:"name"`
	Target       string `json:"target"`
	Enforcement  string `json:"enforcement"`
	BypassActors []struct {
		ActorID    *int64 `json:"actor_id"`
		ActorType  string `json:"actor_type"`
		BypassMode string `json:"bypass_mode"`
	} `json:"bypass_actors"`
	Conditions struct {
		RefName struct {
			Include []string `json:"include"`
			Exclude []string `json:"exclude"`
		} `json:"ref_name"`
	} `json:"conditions"`
	Rules []rule `json:"rules"`
}

// rule is one rule of a ruleset; its parameters are kept as sent and read by kind.
type rule struct {
	Type       string          `json:"type"`
	Parameters json.RawMessage `json:"parameters,omitempty"`
}

// knownRules are the rules that this forge enforces.
var knownRules = []string{
	"creation", "update", "deletion", "required_linear_history", "non_fast_forward", "pull_request", "required_status_checks", "merge_queue",
}

// covers says whether the ruleset is about a branch.
func (s *ruleset) covers(r *repo, branch string) bool {
	matches := func(p string) bool { return matchRef(r, p, branch) }
	return s.Target == "branch" && slices.ContainsFunc(s.Conditions.RefName.Include, matches) &&
		!slices.ContainsFunc(s.Conditions.RefName.Exclude, matches)
}

// ruleParameters are the parameters of all rules with any, together.
type ruleParameters struct {
	RequiredApprovingReviewCount int      `json:"required_approving_review_count"`
	DismissStaleReviewsOnPush    bool     `json:"dismiss_stale_reviews_on_push"`
	AllowedMergeMethods          []string `json:"allowed_merge_methods"`
	Strict                       bool     `json:"strict_required_status_checks_policy"`
	RequiredStatusChecks         []struct {
		Context       string `json:"context"`
		IntegrationID int64  `json:"integration_id"`
	} `json:"required_status_checks"`
	MergeMethod string `json:"merge_method"`
}

// rules are the demands of the ruleset.
func (s *ruleset) rules(r *repo) rules {
	out := rules{bypass: func(who *actor) bool { return s.bypasses(r, who) }}
	for _, one := range s.Rules {
		var p ruleParameters
		_ = json.Unmarshal(one.Parameters, &p) // was read once when the ruleset was made
		switch one.Type {
		case "creation":
			out.noCreate = true
		case "update":
			out.noUpdate = true
		case "deletion":
			out.noDelete = true
		case "required_linear_history":
			out.linear = true
		case "non_fast_forward":
			out.noForce = true
		case "merge_queue":
			out.queue = strings.ToLower(p.MergeMethod)
		case "pull_request":
			out.pull, out.approvals, out.dismissStale = true, p.RequiredApprovingReviewCount, p.DismissStaleReviewsOnPush
			out.methods = p.AllowedMergeMethods
		case "required_status_checks":
			out.strict = p.Strict
			for _, c := range p.RequiredStatusChecks {
				out.checks = append(out.checks, requiredCheck{c.Context, c.IntegrationID})
			}
		}
	}
	return out
}

// bypasses says whether an actor is on the bypass list. Unlike with branch protection, administrators are not there
// unless they are named.
func (s *ruleset) bypasses(r *repo, who *actor) bool {
	for _, b := range s.BypassActors {
		var id int64
		if b.ActorID != nil {
			id = *b.ActorID
		}
		switch {
		case b.ActorType == "Integration" && who.app != nil && who.app.id == id,
			b.ActorType == "User" && who.acct != nil && who.acct.id == id,
			b.ActorType == "OrganizationAdmin" && r.owner.members[strings.ToLower(who.login())] == "admin",
			b.ActorType == "RepositoryRole" && id == 5 && r.permission(who.acct) == "admin":
			return true
		case b.ActorType == "Team":
			for _, t := range r.owner.teams {
				if _, in := t.members[strings.ToLower(who.login())]; in && t.id == id {
					return true
				}
			}
		}
	}
	return false
}

// check refuses what GitHub refuses, and rules that this forge would not enforce.
func (s *ruleset) check() error {
	if s.Name == "" {
		return invalid("RepositoryRuleset", "name", "missing_field", "")
	}
	if s.Target == "" {
		s.Target = "branch"
	}
	if s.Target != "branch" || !slices.Contains([]string{"active", "disabled", "evaluate"}, s.Enforcement) {
		return invalid("RepositoryRuleset", "enforcement", "invalid", "")
	}
	for _, one := range s.Rules {
		var p ruleParameters
		if !slices.Contains(knownRules, one.Type) {
			return refuse(http.StatusUnprocessableEntity, fmt.Sprintf("forge: the rule %q is not enforced by this forge; it knows %v", one.Type, knownRules))
		}
		if len(one.Parameters) == 0 {
			continue
		}
		if err := json.Unmarshal(one.Parameters, &p); err != nil {
			return badRequest("The parameters of rule %q do not fit: %v", one.Type, err)
		}
	}
	return nil
}

// CreateRuleset makes a ruleset from the JSON body of POST /repos/{owner}/{repo}/rulesets and answers its id.
func (f *Forge) CreateRuleset(repo string, body []byte) (int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	r, err := f.mustRepo(repo)
	if err != nil {
		return 0, fmt.Errorf("create a ruleset: %w", err)
	}
	s := &ruleset{}
	if err := json.Unmarshal(body, s); err != nil {
		return 0, fmt.Errorf("create a ruleset of %s: %w", repo, err)
	}
	return f.addRuleset(&actor{acct: r.owner, via: "go"}, r, s)
}

func (f *Forge) addRuleset(who *actor, r *repo, s *ruleset) (int64, error) {
	if err := s.check(); err != nil {
		return 0, err
	}
	s.id, s.created, s.updated = f.newID(), f.now(), f.now()
	r.rulesets = append(r.rulesets, s)
	f.record(who, Entry{What: "ruleset.create", Repo: r.fullName(), ID: s.id})
	return s.id, nil
}
