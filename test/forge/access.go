package forge

import (
	"net/http"
	"slices"
	"strings"
)

// levels are the repository roles from nothing to everything.
var levels = []string{"none", "read", "triage", "write", "maintain", "admin"}

// atLeast compares two repository roles.
func atLeast(have, want string) bool { return slices.Index(levels, have) >= slices.Index(levels, want) }

// permission is the highest role of an account in a repository. Everybody may read a public one; members of the owning
// organisation may read all of its repositories (GitHub's default base permission).
func (r *repo) permission(a *account) string {
	best := "none"
	if !r.private {
		best = "read"
	}
	if a == nil {
		return best
	}
	raise := func(level string) {
		if atLeast(level, best) {
			best = level
		}
	}
	key := strings.ToLower(a.login)
	if role, ok := r.owner.members[key]; ok {
		raise("read")
		if role == "admin" {
			raise("admin")
		}
	}
	for _, t := range r.owner.teams {
		if _, in := t.members[key]; in {
			raise(t.repos[r.fullName()])
		}
	}
	raise(r.collaborators[key])
	if r.owner == a {
		raise("admin")
	}
	return best
}

// isCollaborator says whether somebody has access for another reason than the repository being public.
func (r *repo) isCollaborator(a *account) bool {
	if a == nil {
		return false
	}
	open := r.private
	r.private = true
	level := r.permission(a)
	r.private = open
	return level != "none"
}

// association is GitHub's author_association of an account in a repository.
func association(r *repo, a *account) string {
	if a == nil {
		return "NONE"
	}
	key := strings.ToLower(a.login)
	_, member := r.owner.members[key]
	_, outside := r.collaborators[key]
	switch {
	case r.owner == a:
		return "OWNER"
	case member:
		return "MEMBER"
	case outside:
		return "COLLABORATOR"
	}
	for _, p := range r.pulls {
		if p.merged && p.author == a {
			return "CONTRIBUTOR"
		}
	}
	return "NONE"
}

// admit checks a route's need and finds the repository of routes below /repos.
func (c *call) admit(n need) error {
	switch n.kind {
	case "anyone":
		return nil
	case "user":
		if c.who.acct == nil {
			return unauthorized("Requires authentication")
		}
		return nil
	case "jwt":
		if !c.who.isJWT() {
			return unauthorized("A JSON web token could not be decoded")
		}
		return nil
	case "installation":
		if !c.who.isInstallation() {
			return refuse(http.StatusForbidden, "You must authenticate with an installation access token in order to list repositories for an installation.")
		}
		return nil
	}
	return c.admitRepo(n)
}

func (c *call) admitRepo(n need) error {
	r := c.f.repo(c.params["owner"] + "/" + c.params["repo"])
	if r == nil || !c.who.canRead(r) {
		return errNotFound
	}
	c.repo = r
	return c.who.may(r, n)
}

// canRead says whether the actor may know that a repository exists.
func (a *actor) canRead(r *repo) bool {
	if !r.private {
		return true
	}
	if a.isInstallation() {
		return a.tok.covers(r)
	}
	return r.permission(a.acct) != "none"
}

// covers says whether an installation token reaches a repository.
func (t *token) covers(r *repo) bool {
	return t.inst.covers(r) && (t.repos == nil || slices.Contains(t.repos, r))
}

// writes says whether the need is to change something.
func (n need) writes() bool { return strings.HasSuffix(n.perms, ":write") }

// may checks a repository need. Installations are bound by their permissions, users by their role.
func (a *actor) may(r *repo, n need) error {
	if r.archived && n.writes() {
		return refuse(http.StatusForbidden, "Repository was archived so is read-only.")
	}
	if a.isInstallation() {
		return a.tok.may(r, n)
	}
	if a.isJWT() {
		return unauthorized("A JSON web token could not be decoded")
	}
	if a.acct == nil && (n.level != "read" || n.writes()) {
		return unauthorized("Requires authentication")
	}
	if !atLeast(r.permission(a.acct), n.level) {
		if n.level == "write" {
			return refuse(http.StatusForbidden, "Must have push access to repository")
		}
		return refuse(http.StatusForbidden, "Must have admin rights to Repository.")
	}
	return nil
}

// may checks an installation token; of a public repository that is not covered, what is public can be read.
func (t *token) may(r *repo, n need) error {
	if !t.covers(r) {
		if n.level == "read" && !r.private && !n.writes() {
			return nil
		}
		return errIntegration
	}
	for _, p := range strings.Split(n.perms, "|") {
		name, level, _ := strings.Cut(p, ":")
		if allows(t.permissions[name], level) {
			return nil
		}
	}
	return errIntegration
}
