package forge

import (
	"net/url"
	"strings"
)

// need says who may use a route.
type need struct {
	kind  string // anyone, user (any credential), jwt, installation, or repo
	level string // repo: what a user must hold, from read to admin
	perms string // repo, installation: what an App must hold, as in "issues:write"; alternatives are separated by |
}

var (
	anyone       = need{kind: "anyone"}
	signedIn     = need{kind: "user"}
	byJWT        = need{kind: "jwt"}
	installed    = need{kind: "installation"}
	readMetadata = reading("metadata")
)

// reading is the need of a repository's readers; alternatives of permissions are separated by |.
func reading(perms string) need {
	return need{kind: "repo", level: "read", perms: withLevel(perms, "read")}
}

// writing is the need of a repository's writers: level for users, permissions for Apps.
func writing(level, perms string) need {
	return need{kind: "repo", level: level, perms: withLevel(perms, "write")}
}

func withLevel(perms, level string) string {
	list := strings.Split(perms, "|")
	for i := range list {
		list[i] += ":" + level
	}
	return strings.Join(list, "|")
}

// handlerFunc answers one request; it runs with the forge locked.
type handlerFunc func(*call) (reply, error)

// route is one operation of the API. A segment {name} matches one segment, {name...} one or more.
type route struct {
	method   string
	segments []string
	need     need
	handle   handlerFunc
}

type router []route

func (rt *router) add(method, pattern string, n need, h handlerFunc) {
	*rt = append(*rt, route{method, strings.Split(strings.Trim(pattern, "/"), "/"), n, h})
}

// match finds the first route for a path (still escaped, without /api/v3) and its parameters.
func (rt router) match(method, path string) (*route, map[string]string) {
	segments := strings.Split(strings.Trim(path, "/"), "/")
	for i := range segments {
		if plain, err := url.PathUnescape(segments[i]); err == nil {
			segments[i] = plain
		}
	}
	for i := range rt {
		if rt[i].method != method {
			continue
		}
		params := map[string]string{}
		if matchSegments(rt[i].segments, segments, params) {
			return &rt[i], params
		}
	}
	return nil, nil
}

func matchSegments(pattern, path []string, params map[string]string) bool {
	if len(pattern) == 0 || len(path) == 0 {
		return len(pattern) == len(path)
	}
	name, isParam := strings.CutPrefix(pattern[0], "{")
	name = strings.TrimSuffix(name, "}")
	rest, isMany := strings.CutSuffix(name, "...")
	switch {
	case !isParam:
		return pattern[0] == path[0] && matchSegments(pattern[1:], path[1:], params)
	case !isMany:
		params[name] = path[0]
		return matchSegments(pattern[1:], path[1:], params)
	}
	for n := len(path); n > 0; n-- {
		if matchSegments(pattern[1:], path[n:], params) {
			params[rest] = strings.Join(path[:n], "/")
			return true
		}
	}
	return false
}
