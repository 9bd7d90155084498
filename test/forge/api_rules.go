package forge

import (
	"encoding/json"
	"net/http"
	"slices"
)

// protect sets the protection of a branch from the body of PUT …/protection.
func (f *Forge) protect(who *actor, r *repo, branch string, body []byte) error {
	if r.refs["refs/heads/"+branch] == "" {
		return refuse(http.StatusNotFound, "Branch not found")
	}
	p := &protection{}
	if err := json.Unmarshal(body, p); err != nil {
		return refuse(http.StatusBadRequest, "Problems parsing JSON")
	}
	if err := p.supported(); err != nil {
		return refuse(http.StatusUnprocessableEntity, "forge: "+err.Error())
	}
	r.protections[branch] = p
	f.record(who, Entry{What: "protection.set", Repo: r.fullName(), Ref: "refs/heads/" + branch})
	return nil
}

// theProtection finds the protection of a route's branch.
func (c *call) theProtection() (string, *protection, error) {
	branch := c.params["branch"]
	if c.repo.refs["refs/heads/"+branch] == "" {
		return "", nil, refuse(http.StatusNotFound, "Branch not found")
	}
	p := c.repo.protections[branch]
	if p == nil {
		return "", nil, refuse(http.StatusNotFound, "Branch not protected")
	}
	return branch, p, nil
}

// getProtection: GET /branches/{branch}/protection.
func getProtection(c *call) (reply, error) {
	branch, p, err := c.theProtection()
	if err != nil {
		return reply{}, err
	}
	return okay(c.f.protectionJSON(c.repo, branch, p))
}

// putProtection: PUT /branches/{branch}/protection.
func putProtection(c *call) (reply, error) {
	if err := c.f.protect(c.who, c.repo, c.params["branch"], c.body); err != nil {
		return reply{}, err
	}
	return getProtection(c)
}

// deleteProtection: DELETE /branches/{branch}/protection.
func deleteProtection(c *call) (reply, error) {
	branch, _, err := c.theProtection()
	if err != nil {
		return reply{}, err
	}
	delete(c.repo.protections, branch)
	c.f.record(c.who, Entry{What: "protection.delete", Repo: c.repo.fullName(), Ref: "refs/heads/" + branch})
	return noContent()
}

// getRequiredChecks: GET /branches/{branch}/protection/required_status_checks.
func getRequiredChecks(c *call) (reply, error) {
	branch, p, err := c.theProtection()
	if err != nil {
		return reply{}, err
	}
	if p.RequiredStatusChecks == nil {
		return reply{}, refuse(http.StatusNotFound, "Required status checks not enabled")
	}
	return okay(c.f.requiredChecksJSON(c.repo, branch, p))
}

func (f *Forge) requiredChecksJSON(r *repo, branch string, p *protection) obj {
	contexts, checks := []string{}, []obj{}
	for _, want := range p.checks() {
		contexts = append(contexts, want.context)
		checks = append(checks, checkJSON(want))
	}
	u := f.repoURL(r, "/branches/%s/protection/required_status_checks", branch)
	return obj{"url": u, "strict": p.RequiredStatusChecks.Strict, "contexts": contexts, "checks": checks, "contexts_url": u + "/contexts"}
}

// protectionJSON is GitHub's "branch protection". What is not demanded is left out.
func (f *Forge) protectionJSON(r *repo, branch string, p *protection) obj {
	u := f.repoURL(r, "/branches/%s/protection", branch)
	on := func(b bool) obj { return obj{"enabled": b} }
	want := p.rules(r)
	out := obj{
		"url": u, "enforce_admins": obj{"url": u + "/enforce_admins", "enabled": p.EnforceAdmins != nil && *p.EnforceAdmins},
		"required_signatures":     obj{"url": u + "/required_signatures", "enabled": false},
		"required_linear_history": on(want.linear), "allow_force_pushes": on(!want.noForce), "allow_deletions": on(!want.noDelete),
		"block_creations": on(want.noCreate), "required_conversation_resolution": on(false), "lock_branch": on(want.noUpdate),
		"allow_fork_syncing": on(false),
	}
	if p.RequiredStatusChecks != nil {
		out["required_status_checks"] = f.requiredChecksJSON(r, branch, p)
	}
	if p.RequiredPullRequestReviews != nil {
		out["required_pull_request_reviews"] = obj{
			"url": u + "/required_pull_request_reviews", "dismiss_stale_reviews": want.dismissStale, "require_code_owner_reviews": false,
			"required_approving_review_count": want.approvals, "require_last_push_approval": false,
		}
	}
	if p.Restrictions != nil {
		out["restrictions"] = f.restrictionsJSON(r, u+"/restrictions", p)
	}
	return out
}

func (f *Forge) restrictionsJSON(r *repo, u string, p *protection) obj {
	users, teams, apps := []any{}, []obj{}, []obj{}
	for _, login := range p.Restrictions.Users {
		users = append(users, f.userJSON(f.account(login)))
	}
	for _, slug := range p.Restrictions.Teams {
		if t := r.owner.teams[slug]; t != nil {
			teams = append(teams, f.teamJSON(r.owner, t))
		}
	}
	for _, slug := range p.Restrictions.Apps {
		if bot := f.account(slug + "[bot]"); bot != nil {
			shown := f.appJSON(bot.app)
			delete(shown, "permissions") // the published schema lists four of them only
			apps = append(apps, shown)
		}
	}
	return obj{
		"url": u, "users_url": u + "/users", "teams_url": u + "/teams", "apps_url": u + "/apps", "users": users, "teams": teams, "apps": apps,
	}
}

// rulesetJSON is GitHub's "repository ruleset"; lists leave the rules out.
func (f *Forge) rulesetJSON(r *repo, s *ruleset, full bool) obj {
	self := f.repoURL(r, "/rulesets/%d", s.id)
	out := obj{
		"id": s.id, "name": s.Name, "target": s.Target, "source_type": "Repository", "source": r.fullName(), "enforcement": s.Enforcement,
		"node_id": f.nodeID("RRS", s.id), "created_at": stamp(s.created), "updated_at": stamp(s.updated),
		"_links": obj{"self": obj{"href": self}, "html": obj{"href": f.pageURL(r, "/rules/%d", s.id)}},
	}
	if full {
		out["rules"], out["bypass_actors"] = notNil(s.Rules), notNil(s.BypassActors)
		name := s.Conditions.RefName
		out["conditions"] = obj{"ref_name": obj{"include": notNil(name.Include), "exclude": notNil(name.Exclude)}}
	}
	return out
}

// listRulesets: GET /rulesets.
func listRulesets(c *call) (reply, error) {
	return okay(paged(c, c.repo.rulesets, func(s *ruleset) obj { return c.f.rulesetJSON(c.repo, s, false) }))
}

// createRuleset: POST /rulesets.
func createRuleset(c *call) (reply, error) {
	s := &ruleset{}
	if err := c.decode(s); err != nil {
		return reply{}, err
	}
	if _, err := c.f.addRuleset(c.who, c.repo, s); err != nil {
		return reply{}, err
	}
	return created(c.f.rulesetJSON(c.repo, s, true))
}

func (c *call) onRuleset(do func(*ruleset) (reply, error)) (reply, error) {
	id, err := c.id("id")
	if err != nil {
		return reply{}, err
	}
	for _, s := range c.repo.rulesets {
		if s.id == id {
			return do(s)
		}
	}
	return reply{}, errNotFound
}

// getRuleset: GET /rulesets/{id}.
func getRuleset(c *call) (reply, error) {
	return c.onRuleset(func(s *ruleset) (reply, error) { return okay(c.f.rulesetJSON(c.repo, s, true)) })
}

// updateRuleset: PUT /rulesets/{id}: what the body names is replaced.
func updateRuleset(c *call) (reply, error) {
	return c.onRuleset(func(s *ruleset) (reply, error) {
		next := *s
		if c.has("rules") {
			next.Rules = nil
		}
		if err := c.decode(&next); err != nil {
			return reply{}, err
		}
		if err := next.check(); err != nil {
			return reply{}, err
		}
		*s = next
		s.updated = c.f.now()
		c.f.record(c.who, Entry{What: "ruleset.update", Repo: c.repo.fullName(), ID: s.id})
		return okay(c.f.rulesetJSON(c.repo, s, true))
	})
}

// deleteRuleset: DELETE /rulesets/{id}.
func deleteRuleset(c *call) (reply, error) {
	return c.onRuleset(func(s *ruleset) (reply, error) {
		c.repo.rulesets = slices.DeleteFunc(c.repo.rulesets, func(o *ruleset) bool { return o == s })
		c.f.record(c.who, Entry{What: "ruleset.delete", Repo: c.repo.fullName(), ID: s.id})
		return noContent()
	})
}

// listBranchRules: GET /rules/branches/{branch}: the active rules of all rulesets that cover a branch.
func listBranchRules(c *call) (reply, error) {
	list := []obj{}
	for _, s := range c.repo.rulesets {
		if s.Enforcement != "active" || !s.covers(c.repo, c.params["branch"]) {
			continue
		}
		for _, one := range s.Rules {
			item := obj{"type": one.Type, "ruleset_source_type": "Repository", "ruleset_source": c.repo.fullName(), "ruleset_id": s.id}
			if len(one.Parameters) > 0 {
				item["parameters"] = one.Parameters
			}
			list = append(list, item)
		}
	}
	return okay(paged(c, list, func(o obj) obj { return o }))
}
