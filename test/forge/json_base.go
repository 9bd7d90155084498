package forge

import (
	"fmt"
	"maps"
	"net/url"
	"strings"
)

// api is the base of the API's URLs.
func (f *Forge) api() string { return f.base + "/api/v3" }

// repoURL is the API's URL of a repository, followed by a path that begins with a slash.
func (f *Forge) repoURL(r *repo, format string, args ...any) string {
	return f.api() + "/repos/" + r.fullName() + fmt.Sprintf(format, args...)
}

// pageURL is the URL of a repository's page, followed by a path that begins with a slash.
func (f *Forge) pageURL(r *repo, format string, args ...any) string {
	return f.base + "/" + r.fullName() + fmt.Sprintf(format, args...)
}

// userJSON is GitHub's "simple user"; nil is null.
func (f *Forge) userJSON(a *account) any {
	if a == nil {
		return nil
	}
	u := f.api() + "/users/" + url.PathEscape(a.login)
	page := f.base + "/" + a.login
	if a.app != nil {
		page = f.base + "/apps/" + a.app.slug
	}
	return obj{
		"login": a.login, "id": a.id, "node_id": f.nodeID(accountKind(a), a.id), "avatar_url": f.base + "/avatars/" + url.PathEscape(a.login),
		"gravatar_id": "", "url": u, "html_url": page, "followers_url": u + "/followers",
		"following_url": u + "/following{/other_user}", "gists_url": u + "/gists{/gist_id}", "starred_url": u + "/starred{/owner}{/repo}",
		"subscriptions_url": u + "/subscriptions", "organizations_url": u + "/orgs", "repos_url": u + "/repos",
		"events_url": u + "/events{/privacy}", "received_events_url": u + "/received_events", "type": a.kind, "site_admin": false,
	}
}

func (f *Forge) userList(list []*account) []any {
	out := make([]any, 0, len(list))
	for _, a := range list {
		out = append(out, f.userJSON(a))
	}
	return out
}

// orgJSON is GitHub's "simple organization".
func (f *Forge) orgJSON(a *account) obj {
	u := f.api() + "/orgs/" + a.login
	return obj{
		"login": a.login, "id": a.id, "node_id": f.nodeID("O", a.id), "url": u, "repos_url": u + "/repos", "events_url": u + "/events",
		"hooks_url": u + "/hooks", "issues_url": u + "/issues", "members_url": u + "/members{/member}",
		"public_members_url": u + "/public_members{/member}", "avatar_url": f.base + "/avatars/" + a.login, "description": "",
	}
}

// repoPaths are the URL fields of a repository and what follows its own URL in them.
var repoPaths = map[string]string{
	"archive_url": "/{archive_format}{/ref}", "assignees_url": "/assignees{/user}", "blobs_url": "/git/blobs{/sha}",
	"branches_url": "/branches{/branch}", "collaborators_url": "/collaborators{/collaborator}", "comments_url": "/comments{/number}",
	"commits_url": "/commits{/sha}", "compare_url": "/compare/{base}...{head}", "contents_url": "/contents/{+path}",
	"contributors_url": "/contributors", "deployments_url": "/deployments", "downloads_url": "/downloads", "events_url": "/events",
	"forks_url": "/forks", "git_commits_url": "/git/commits{/sha}", "git_refs_url": "/git/refs{/sha}", "git_tags_url": "/git/tags{/sha}",
	"hooks_url": "/hooks", "issue_comment_url": "/issues/comments{/number}", "issue_events_url": "/issues/events{/number}",
	"issues_url": "/issues{/number}", "keys_url": "/keys{/key_id}", "labels_url": "/labels{/name}", "languages_url": "/languages",
	"merges_url": "/merges", "milestones_url": "/milestones{/number}", "notifications_url": "/notifications{?since,all,participating}",
	"pulls_url": "/pulls{/number}", "releases_url": "/releases{/id}", "stargazers_url": "/stargazers", "statuses_url": "/statuses/{sha}",
	"subscribers_url": "/subscribers", "subscription_url": "/subscription", "tags_url": "/tags", "teams_url": "/teams",
	"trees_url": "/git/trees{/sha}", "url": "",
}

// minimalRepoJSON is GitHub's "minimal repository".
func (f *Forge) minimalRepoJSON(r *repo) obj {
	out := obj{
		"id": r.id, "node_id": f.nodeID("R", r.id), "name": r.name, "full_name": r.fullName(), "owner": f.userJSON(r.owner),
		"private": r.private, "html_url": f.pageURL(r, ""), "description": orNull(r.description), "fork": r.parent != nil,
	}
	for field, path := range repoPaths {
		out[field] = f.repoURL(r, "") + path
	}
	return out
}

// repoJSON is GitHub's "repository" as it is in pull requests and webhooks.
func (f *Forge) repoJSON(r *repo) any {
	if r == nil {
		return nil
	}
	out := f.minimalRepoJSON(r)
	host := strings.TrimPrefix(f.base, "http://")
	visibility := "public"
	if r.private {
		visibility = "private"
	}
	open := r.openCount()
	maps.Copy(out, obj{
		"clone_url": f.pageURL(r, ".git"), "git_url": "git://" + host + "/" + r.fullName() + ".git",
		"ssh_url": "git@" + host + ":" + r.fullName() + ".git", "svn_url": f.pageURL(r, ""), "mirror_url": nil, "homepage": nil,
		"language": nil, "license": nil, "topics": []string{}, "visibility": visibility, "default_branch": r.defaultBranch,
		"forks": 0, "forks_count": 0, "stargazers_count": 0, "watchers": 0, "watchers_count": 0, "size": 1, "open_issues": open,
		"open_issues_count": open, "has_issues": true, "has_projects": false, "has_wiki": false, "has_pages": false,
		"has_downloads": true, "has_discussions": false, "archived": r.archived, "disabled": false, "is_template": false,
		"allow_forking": true, "web_commit_signoff_required": false, "pushed_at": stamp(r.pushed), "created_at": stamp(r.created),
		"updated_at": stamp(r.updated),
	})
	return out
}

// openCount is open_issues_count, which counts pull requests too.
func (r *repo) openCount() (n int) {
	for _, items := range []map[int]*pull{r.pulls, r.issues} {
		for _, p := range items {
			if !p.closed {
				n++
			}
		}
	}
	return n
}

// fullRepoJSON is GitHub's "full repository", the answer to GET /repos/{owner}/{repo}.
func (f *Forge) fullRepoJSON(r *repo, who *actor) obj {
	out, _ := f.repoJSON(r).(obj)
	level := r.permission(who.acct)
	maps.Copy(out, obj{
		"subscribers_count": 0, "network_count": 0, "allow_merge_commit": r.allowMerge, "allow_squash_merge": r.allowSquash,
		"allow_rebase_merge": r.allowRebase, "delete_branch_on_merge": r.deleteBranch, "allow_auto_merge": false,
		"permissions": permissionFlags(level),
	})
	if r.owner.kind == "Organization" {
		out["organization"] = f.userJSON(r.owner)
	}
	if r.parent != nil {
		out["parent"], out["source"] = f.repoJSON(r.parent), f.repoJSON(r.root())
	}
	return out
}

// permissionFlags spells a role out as GitHub's five booleans.
func permissionFlags(level string) obj {
	return obj{
		"admin": atLeast(level, "admin"), "maintain": atLeast(level, "maintain"), "push": atLeast(level, "write"),
		"triage": atLeast(level, "triage"), "pull": atLeast(level, "read"),
	}
}

// appJSON is GitHub's "integration".
func (f *Forge) appJSON(a *app) obj {
	return obj{
		"id": a.id, "slug": a.slug, "node_id": f.nodeID("A", a.id), "client_id": a.clientID, "owner": f.userJSON(a.owner), "name": a.name,
		"description": "", "external_url": f.base + "/apps/" + a.slug, "html_url": f.base + "/apps/" + a.slug,
		"created_at": stamp(a.created), "updated_at": stamp(a.created), "permissions": a.permissions, "events": notNil(a.events),
	}
}

// notNil makes an empty list of a nil one, because GitHub never answers null for a list.
func notNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// installationJSON is GitHub's "installation".
func (f *Forge) installationJSON(i *installation) obj {
	selection := "selected"
	if i.all {
		selection = "all"
	}
	u := fmt.Sprintf("%s/app/installations/%d", f.api(), i.id)
	return obj{
		"id": i.id, "account": f.userJSON(i.account), "repository_selection": selection,
		"access_tokens_url": u + "/access_tokens", "repositories_url": f.api() + "/installation/repositories",
		"html_url": fmt.Sprintf("%s/settings/installations/%d", f.base, i.id), "app_id": i.app.id, "app_slug": i.app.slug,
		"target_id": i.account.id, "target_type": i.account.kind, "permissions": i.permissions, "events": notNil(i.app.events),
		"created_at": stamp(i.created), "updated_at": stamp(i.created), "single_file_name": nil, "has_multiple_single_files": false,
		"single_file_paths": []string{}, "suspended_by": nil, "suspended_at": nil,
	}
}

// labelJSON is GitHub's "label".
func (f *Forge) labelJSON(r *repo, l *label) obj {
	return obj{
		"id": l.id, "node_id": f.nodeID("LA", l.id), "url": f.repoURL(r, "/labels/%s", url.PathEscape(l.name)), "name": l.name,
		"color": l.color, "default": false, "description": l.description,
	}
}

func (f *Forge) labelList(r *repo, list []*label) []obj {
	out := make([]obj, 0, len(list))
	for _, l := range list {
		out = append(out, f.labelJSON(r, l))
	}
	return out
}

// teamJSON is GitHub's "team".
func (f *Forge) teamJSON(org *account, t *team) obj {
	u := fmt.Sprintf("%s/organizations/%d/team/%d", f.api(), org.id, t.id)
	return obj{
		"id": t.id, "node_id": f.nodeID("T", t.id), "name": t.name, "slug": t.slug, "description": t.description, "privacy": "closed",
		"notification_setting": "notifications_enabled", "permission": "pull", "url": u,
		"html_url": f.base + "/orgs/" + org.login + "/teams/" + t.slug, "members_url": u + "/members{/member}",
		"repositories_url": u + "/repos", "type": "organization", "organization_id": org.id, "parent": nil,
	}
}
