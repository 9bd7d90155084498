package forge

import (
	"maps"
	"net/http"
	"slices"
	"sort"
	"strings"
)

// getRepo: GET /repos/{owner}/{repo}.
func getRepo(c *call) (reply, error) { return okay(c.f.fullRepoJSON(c.repo, c.who)) }

// getMe: GET /user. Installations have no user.
func getMe(c *call) (reply, error) {
	if c.who.app != nil {
		return reply{}, errIntegration
	}
	out := c.f.publicUser(c.who.acct)
	maps.Copy(out, obj{
		"private_gists": 0, "total_private_repos": 0, "owned_private_repos": 0, "disk_usage": 0, "collaborators": 0,
		"two_factor_authentication": true,
	})
	return okay(out)
}

// getUser: GET /users/{user}.
func getUser(c *call) (reply, error) {
	a := c.f.account(c.params["user"])
	if a == nil {
		return reply{}, errNotFound
	}
	return okay(c.f.publicUser(a))
}

func (f *Forge) publicUser(a *account) obj {
	out, _ := f.userJSON(a).(obj)
	repos := 0
	for _, r := range f.repos {
		if r.owner == a && !r.private {
			repos++
		}
	}
	maps.Copy(out, obj{
		"name": orNull(a.name), "company": nil, "blog": "", "location": nil, "email": nil, "hireable": nil, "bio": nil, "twitter_username": nil,
		"public_repos": repos, "public_gists": 0, "followers": 0, "following": 0, "created_at": stamp(a.created), "updated_at": stamp(a.created),
	})
	return out
}

// orgOf finds the organisation of a route.
func (c *call) orgOf() (*account, error) {
	o, err := c.f.org(c.params["org"])
	if err != nil {
		return nil, errNotFound
	}
	return o, nil
}

// inside says whether the asker may see what members see: a member, or an App with the permission members.
func (c *call) inside(o *account) bool {
	if c.who.isInstallation() {
		return c.who.tok.inst.account == o && allows(c.who.tok.permissions["members"], "read")
	}
	return c.who.acct != nil && o.members[strings.ToLower(c.who.login())] != ""
}

// getOrg: GET /orgs/{org}.
func getOrg(c *call) (reply, error) {
	o, err := c.orgOf()
	if err != nil {
		return reply{}, err
	}
	out := c.f.orgJSON(o)
	maps.Copy(out, obj{
		"name": o.name, "has_organization_projects": true, "has_repository_projects": true, "public_repos": 0, "public_gists": 0, "followers": 0,
		"following": 0, "html_url": c.f.base + "/" + o.login, "type": "Organization", "created_at": stamp(o.created),
		"updated_at": stamp(o.created), "archived_at": nil,
	})
	return okay(out)
}

// listMembers: GET /orgs/{org}/members, of which outsiders see the public ones.
func listMembers(c *call) (reply, error) {
	o, err := c.orgOf()
	if err != nil {
		return reply{}, err
	}
	role := c.query("role")
	var list []*account
	for login, has := range o.members {
		if (c.inside(o) || o.public[login]) && (role == "" || role == "all" || role == has) {
			list = append(list, c.f.account(login))
		}
	}
	sort.Slice(list, func(i, j int) bool { return list[i].id < list[j].id })
	return okay(paged(c, list, c.f.userObj))
}

func (f *Forge) userObj(a *account) obj {
	out, _ := f.userJSON(a).(obj)
	return out
}

// checkMember: GET /orgs/{org}/members/{user}. Who is not inside is sent to the public members (302).
func checkMember(c *call) (reply, error) {
	o, err := c.orgOf()
	if err != nil {
		return reply{}, err
	}
	if !c.inside(o) {
		to := c.f.api() + "/orgs/" + o.login + "/public_members/" + c.params["user"]
		return reply{status: http.StatusFound, header: http.Header{"Location": {to}}}, nil
	}
	if o.members[strings.ToLower(c.params["user"])] == "" {
		return reply{}, errNotFound
	}
	return noContent()
}

// checkPublicMember: GET /orgs/{org}/public_members/{user}.
func checkPublicMember(c *call) (reply, error) {
	o, err := c.orgOf()
	if err != nil || !o.public[strings.ToLower(c.params["user"])] {
		return reply{}, errNotFound
	}
	return noContent()
}

// getMembership: GET /orgs/{org}/memberships/{user}.
func getMembership(c *call) (reply, error) {
	o, err := c.orgOf()
	if err != nil {
		return reply{}, err
	}
	if !c.inside(o) {
		return reply{}, refuse(http.StatusForbidden, "You must be a member of "+o.login+" to see membership information for "+c.params["user"]+".")
	}
	role := o.members[strings.ToLower(c.params["user"])]
	if role == "" {
		return reply{}, errNotFound
	}
	return okay(obj{
		"url": c.f.api() + "/orgs/" + o.login + "/memberships/" + c.params["user"], "state": "active", "role": role,
		"organization_url": c.f.api() + "/orgs/" + o.login, "organization": c.f.orgJSON(o), "user": c.f.userJSON(c.f.account(c.params["user"])),
	})
}

// listTeams: GET /orgs/{org}/teams.
func listTeams(c *call) (reply, error) {
	o, err := c.orgOf()
	if err != nil || !c.inside(o) {
		return reply{}, errNotFound
	}
	list := slices.SortedFunc(maps.Values(o.teams), func(a, b *team) int { return int(a.id - b.id) })
	return okay(paged(c, list, func(t *team) obj { return c.f.teamJSON(o, t) }))
}

// teamOf finds the team of a route; outsiders do not see it.
func (c *call) teamOf() (*account, *team, error) {
	o, err := c.orgOf()
	if err != nil || !c.inside(o) || o.teams[c.params["team"]] == nil {
		return nil, nil, errNotFound
	}
	return o, o.teams[c.params["team"]], nil
}

// getTeam: GET /orgs/{org}/teams/{team}.
func getTeam(c *call) (reply, error) {
	o, t, err := c.teamOf()
	if err != nil {
		return reply{}, err
	}
	out := c.f.teamJSON(o, t)
	org := c.f.orgJSON(o)
	maps.Copy(org, obj{
		"has_organization_projects": true, "has_repository_projects": true, "public_repos": 0, "public_gists": 0, "followers": 0, "following": 0,
		"html_url": c.f.base + "/" + o.login, "type": "Organization", "created_at": stamp(o.created), "updated_at": stamp(o.created), "archived_at": nil,
	})
	maps.Copy(out, obj{
		"members_count": len(t.members), "repos_count": len(t.repos), "created_at": stamp(t.created), "updated_at": stamp(t.created), "organization": org,
	})
	return okay(out)
}

// listTeamMembers: GET /orgs/{org}/teams/{team}/members.
func listTeamMembers(c *call) (reply, error) {
	_, t, err := c.teamOf()
	if err != nil {
		return reply{}, err
	}
	var list []*account
	for _, login := range slices.Sorted(maps.Keys(t.members)) {
		list = append(list, c.f.account(login))
	}
	return okay(paged(c, list, c.f.userObj))
}

// getTeamMembership: GET /orgs/{org}/teams/{team}/memberships/{user}.
func getTeamMembership(c *call) (reply, error) {
	o, t, err := c.teamOf()
	if err != nil {
		return reply{}, err
	}
	role := t.members[strings.ToLower(c.params["user"])]
	if role == "" {
		return reply{}, errNotFound
	}
	u := c.f.api() + "/orgs/" + o.login + "/teams/" + t.slug + "/memberships/" + c.params["user"]
	return okay(obj{"url": u, "role": role, "state": "active"})
}

// listOrgRepos: GET /orgs/{org}/repos.
func listOrgRepos(c *call) (reply, error) {
	o, err := c.orgOf()
	if err != nil {
		return reply{}, err
	}
	list := slices.DeleteFunc(c.f.sortedRepos(), func(r *repo) bool { return r.owner != o || !c.who.canRead(r) })
	return okay(paged(c, list, c.f.minimalRepoJSON))
}

// legacyPermission is the field permission of roles that it does not know; role_name knows all.
func legacyPermission(level string) string {
	return map[string]string{"triage": "read", "maintain": "write"}[level]
}

func (f *Forge) collaboratorJSON(r *repo, a *account) obj {
	out := f.userObj(a)
	level := r.permission(a)
	out["permissions"], out["role_name"] = permissionFlags(level), level
	return out
}

// listCollaborators: GET /repos/{owner}/{repo}/collaborators.
func listCollaborators(c *call) (reply, error) {
	var list []*account
	for _, a := range c.f.accounts {
		if a.kind == "User" && c.repo.isCollaborator(a) {
			list = append(list, a)
		}
	}
	sort.Slice(list, func(i, j int) bool { return list[i].id < list[j].id })
	return okay(paged(c, list, func(a *account) obj { return c.f.collaboratorJSON(c.repo, a) }))
}

// checkCollaborator: GET /repos/{owner}/{repo}/collaborators/{user}.
func checkCollaborator(c *call) (reply, error) {
	if !c.repo.isCollaborator(c.f.account(c.params["user"])) {
		return reply{}, errNotFound
	}
	return noContent()
}

// checkAssignee: GET /repos/{owner}/{repo}/assignees/{user}.
func checkAssignee(c *call) (reply, error) { return checkCollaborator(c) }

// getPermission: GET /repos/{owner}/{repo}/collaborators/{user}/permission. An unknown user is 404, a stranger has read
// in a public repository and none in a private one.
func getPermission(c *call) (reply, error) {
	a := c.f.account(c.params["user"])
	if a == nil {
		return reply{}, errNotFound
	}
	level := c.repo.permission(a)
	legacy := level
	if l := legacyPermission(level); l != "" {
		legacy = l
	}
	return okay(obj{"permission": legacy, "role_name": level, "user": c.f.collaboratorJSON(c.repo, a)})
}
