package forge

import (
	"fmt"
	"strings"

	"github.com/bowsprit-ci/bowsprit/test/forge/graphql"
)

// graphQuery is the root of one query: who asks, and what the answers are made from. The forge is locked meanwhile.
type graphQuery struct {
	f          *Forge
	who        *actor
	rate       *rate
	complaints []error // what GitHub would pass over in silence
}

func (q *graphQuery) object() *graphObject {
	return &graphObject{"Query", map[string]any{
		"viewer":       q.viewer,
		"rateLimit":    func(graphArgs) (any, error) { return q.rateLimit(), nil },
		"repository":   q.findRepository,
		"organization": func(args graphArgs) (any, error) { return q.findOwner(args.text("login"), "Organization") },
		"user":         func(args graphArgs) (any, error) { return q.findOwner(args.text("login"), "User") },
		"search":       q.search,
		"node":         func(args graphArgs) (any, error) { return q.node(args.text("id")) },
	}}
}

// notFound is GitHub's refusal, which does not tell what is missing from what must not be seen.
func notFound(format string, args ...any) error {
	return &graphql.Error{Type: "NOT_FOUND", Message: fmt.Sprintf("Could not resolve to "+format, args...)}
}

// viewer is always a User, also where an App's bot asks.
func (q *graphQuery) viewer() any { return q.account(q.who.acct, "User") }

func (q *graphQuery) rateLimit() any {
	return &graphObject{"RateLimit", map[string]any{
		"limit": q.rate.limit, "used": q.rate.used, "remaining": q.rate.limit - q.rate.used, "resetAt": q.rate.reset,
		"cost": 1, "nodeCount": 0,
	}}
}

func (q *graphQuery) findRepository(args graphArgs) (any, error) {
	name := args.text("owner") + "/" + args.text("name")
	r := q.f.repo(name)
	if r == nil || !q.who.canRead(r) {
		return nil, notFound("a Repository with the name '%s'.", name)
	}
	return q.repository(r), nil
}

func (q *graphQuery) findOwner(login, kind string) (any, error) {
	a := q.f.account(login)
	if a == nil || a.kind != kind {
		return nil, notFound("a %s with the login of '%s'.", kind, login)
	}
	return q.account(a, kind), nil
}

// node finds a pull request, a repository or an account by its global id.
func (q *graphQuery) node(id string) (any, error) {
	for _, r := range q.f.sortedRepos() {
		if !q.who.canRead(r) {
			continue
		}
		if q.f.nodeID("R", r.id) == id {
			return q.repository(r), nil
		}
		for _, p := range r.sortedPulls() {
			if q.f.nodeID("PR", p.id) == id {
				return q.pull(p), nil
			}
		}
	}
	for _, a := range q.f.accounts {
		if q.f.nodeID(accountKind(a), a.id) == id {
			return q.account(a, a.kind), nil
		}
	}
	return nil, notFound("a node with the global id of '%s'.", id)
}

// account is a user, an organisation or a bot, shown as the given kind.
func (q *graphQuery) account(a *account, kind string) any {
	if a == nil {
		return nil
	}
	page := "/" + a.login
	if a.app != nil {
		page = "/apps/" + a.app.slug
	}
	fields := map[string]any{
		"id": q.f.nodeID(accountKind(a), a.id), "databaseId": a.id, "login": a.login, "url": q.f.base + page, "resourcePath": page,
		"avatarUrl": q.f.base + "/avatars/" + strings.TrimSuffix(a.login, "[bot]"), "createdAt": a.created,
	}
	if kind != "Bot" {
		fields["name"], fields["email"] = orNull(a.name), orNull(a.email)
		fields["repository"] = func(args graphArgs) (any, error) {
			return q.findRepository(graphArgs{"owner": a.login, "name": args["name"]})
		}
	}
	if kind == "User" {
		fields["email"] = a.email
		fields["isViewer"] = a == q.who.acct
	}
	return &graphObject{kind, fields}
}

// someone is an account as itself.
func (q *graphQuery) someone(a *account) any {
	if a == nil {
		return nil
	}
	return q.account(a, a.kind)
}

func (q *graphQuery) app(a *app) any {
	return &graphObject{"App", map[string]any{
		"id": q.f.nodeID("A", a.id), "databaseId": a.id, "slug": a.slug, "name": a.name,
		"url": q.f.base + "/apps/" + a.slug, "createdAt": a.created, "updatedAt": a.created,
	}}
}
