package contract

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// route is one published operation.
type route struct {
	method   string
	path     string // as published, with {parameters}
	segments []segment
	*openapi3.Operation
}

// segment is one part of a path between slashes.
type segment struct {
	name  string // of the parameter, or the literal text
	param bool
	multi bool // the parameter may span several segments (branches and paths contain slashes)
	blank bool // the parameter may be left out (at the end of a path)
}

// String is how messages name the operation.
func (r *route) String() string { return r.method + " " + r.path }

// newRoutes lists the operations of doc, the most specific first: one whose path has more literal segments, then one
// whose parameters cannot span slashes.
func newRoutes(doc *openapi3.T) []*route {
	var routes []*route
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			r := &route{method: method, path: path, Operation: operation}
			for _, text := range splitPath(path) {
				s := newSegment(text, operation.Parameters)
				s.multi = s.multi || s.name == "name" && slashes[r.String()]
				s.blank = s.param && s.name == omittable[r.String()]
				r.segments = append(r.segments, s)
			}
			routes = append(routes, r)
		}
	}
	slices.SortFunc(routes, func(a, b *route) int {
		return cmp.Or(cmp.Compare(b.literals(), a.literals()), cmp.Compare(a.multis(), b.multis()), cmp.Compare(a.String(), b.String()))
	})
	return routes
}

func newSegment(text string, parameters openapi3.Parameters) segment {
	name, isParam := strings.CutPrefix(text, "{")
	if !isParam {
		return segment{name: text}
	}
	name = strings.TrimSuffix(name, "}")
	parameter := parameters.GetByInAndName(openapi3.ParameterInPath, name)
	multi := parameter != nil && parameter.Extensions["x-multi-segment"] == true
	return segment{name: name, param: true, multi: multi}
}

func (r *route) literals() (n int) {
	for _, s := range r.segments {
		if !s.param {
			n++
		}
	}
	return n
}

func (r *route) multis() (n int) {
	for _, s := range r.segments {
		if s.multi {
			n++
		}
	}
	return n
}

// find returns the operation that a request is for, and its path parameters. Without one it returns nil and the methods
// that the path has.
func (c *Contract) find(method, path string) (found *route, params map[string]string, methods []string) {
	if method == http.MethodHead {
		method = http.MethodGet // GitHub answers HEAD wherever it answers GET
	}
	parts := splitPath(path)
	for _, r := range c.routes {
		params := map[string]string{}
		switch {
		case !match(r.segments, parts, params):
		case r.method == method:
			return r, params, nil
		default:
			methods = append(methods, r.method)
		}
	}
	slices.Sort(methods)
	return nil, nil, slices.Compact(methods)
}

// match fills params if the segments fit all parts.
func match(segments []segment, parts []string, params map[string]string) bool {
	if len(segments) == 0 {
		return len(parts) == 0
	}
	if rest := strings.Join(parts, ""); rest == "" && len(segments) == 1 && segments[0].blank {
		return true
	}
	first, most := segments[0], 1
	if first.multi {
		most = len(parts)
	}
	for n := most; n >= 1 && n <= len(parts); n-- {
		text := strings.Join(parts[:n], "/")
		if first.param && text == "" || !first.param && text != first.name {
			continue
		}
		if match(segments[1:], parts[n:], params) {
			if first.param {
				params[first.name] = unescape(text)
			}
			return true
		}
	}
	return false
}

func splitPath(path string) []string { return strings.Split(strings.TrimPrefix(path, "/"), "/") }

func unescape(text string) string {
	if plain, err := url.PathUnescape(text); err == nil {
		return plain
	}
	return text
}

// apiPath returns the escaped path of a request as GitHub's documents spell it: GitHub Enterprise Server, whose URLs the
// forge uses, serves REST under /api/v3 and GraphQL at /api/graphql.
func apiPath(u *url.URL) string {
	path := u.EscapedPath()
	if rest, ok := strings.CutPrefix(path, "/api/v3"); ok {
		path = rest
	} else if path == "/api/graphql" {
		path = "/graphql"
	}
	return path
}
