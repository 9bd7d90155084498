package forge

import (
	"context"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"github.com/bowsprit-ci/bowsprit/test/forge/graphql"
)

// graphObject answers the fields of one GraphQL object. A field is a plain value, or a function where the value is
// another object or costs something: func() any, or func(graphArgs) (any, error) for fields with arguments.
type graphObject struct {
	kind   string
	fields map[string]any
}

// graphArgs are the arguments of a field, checked and completed by the executor.
type graphArgs map[string]any

func (a graphArgs) text(name string) string {
	text, _ := a[name].(string)
	return text
}

func (a graphArgs) texts(name string) (out []string) {
	list, _ := a[name].([]any)
	for _, item := range list {
		if text, ok := item.(string); ok {
			out = append(out, text)
		}
	}
	return out
}

// TypeName is the object's type in GitHub's schema.
func (o *graphObject) TypeName() string { return o.kind }

// Resolve answers one field. A field that GitHub has and the forge has not is an error, so that no client takes its
// absence for an answer.
func (o *graphObject) Resolve(_ context.Context, field string, args map[string]any) (any, error) {
	value, ok := o.fields[field]
	if !ok {
		return nil, fmt.Errorf("the forge does not serve %s.%s: add it to the graphql_*.go files of package forge", o.kind, field)
	}
	switch value := value.(type) {
	case func() any:
		return value(), nil
	case func(graphArgs) (any, error):
		return value(args)
	}
	return value, nil
}

// enumValue is a REST word as GraphQL spells it: in_progress is IN_PROGRESS.
func enumValue(word string) any { return orNull(strings.ToUpper(word)) }

// pagedField makes the field of a connection: list is called when the field is asked for, and name is the type of the
// connection without "Connection".
func pagedField(name string, list func(graphArgs) ([]any, map[string]any, error)) func(graphArgs) (any, error) {
	return func(args graphArgs) (any, error) {
		items, more, err := list(args)
		if err != nil {
			return nil, err
		}
		return connection(name, items, args, more)
	}
}

// pagedList is pagedField for a list that no argument changes.
func pagedList(name string, list func() []any) func(graphArgs) (any, error) {
	return pagedField(name, func(graphArgs) ([]any, map[string]any, error) { return list(), nil, nil })
}

// maxPage is the most that GitHub gives of a connection at once:
// https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
const maxPage = 100

// connection cuts a page out of items by the arguments first, last, after and before, of which GitHub demands first or
// last. more holds further fields of the connection.
func connection(name string, items []any, args graphArgs, more map[string]any) (any, error) {
	from, to, err := pageBounds(name, len(items), args)
	if err != nil {
		return nil, err
	}
	page, edges := items[from:to], []any{}
	for i, item := range page {
		edges = append(edges, &graphObject{strings.TrimSuffix(name, "Connection") + "Edge", map[string]any{"cursor": cursor(from + i), "node": item}})
	}
	fields := map[string]any{
		"totalCount": len(items), "nodes": page, "edges": edges,
		"pageInfo": func() any { return pageInfo(from, to, len(items)) },
	}
	for field, value := range more {
		fields[field] = value
	}
	return &graphObject{name + "Connection", fields}, nil
}

func pageBounds(name string, count int, args graphArgs) (from, to int, err error) {
	from, to = 0, count
	if after := args.text("after"); after != "" {
		at, ok := uncursor(after)
		if !ok {
			return 0, 0, &graphql.Error{Type: "INVALID_CURSOR_ARGUMENTS", Message: fmt.Sprintf("`%s` does not appear to be a valid cursor.", after)}
		}
		from = min(at+1, count)
	}
	if before := args.text("before"); before != "" {
		at, ok := uncursor(before)
		if !ok {
			return 0, 0, &graphql.Error{Type: "INVALID_CURSOR_ARGUMENTS", Message: fmt.Sprintf("`%s` does not appear to be a valid cursor.", before)}
		}
		to = max(from, min(at, count))
	}
	first, isFirst := args["first"].(int64)
	last, isLast := args["last"].(int64)
	switch {
	case !isFirst && !isLast:
		return 0, 0, &graphql.Error{Type: "MISSING_PAGINATION_BOUNDARIES", Message: fmt.Sprintf("You must provide a `first` or `last` value to properly paginate the `%s` connection.", name)}
	case first > maxPage || last > maxPage:
		return 0, 0, &graphql.Error{Type: "EXCESSIVE_PAGINATION", Message: fmt.Sprintf("Requesting %d records on the `%s` connection exceeds the `first` limit of %d records.", max(first, last), name, maxPage)}
	case first < 0 || last < 0:
		return 0, 0, &graphql.Error{Type: "ARGUMENT_LIMIT", Message: "`first` and `last` must not be negative."}
	case isFirst:
		to = min(to, from+int(first))
	default:
		from = max(from, to-int(last))
	}
	return from, to, nil
}

func pageInfo(from, to, count int) any {
	fields := map[string]any{"hasNextPage": to < count, "hasPreviousPage": from > 0, "startCursor": nil, "endCursor": nil}
	if from < to {
		fields["startCursor"], fields["endCursor"] = cursor(from), cursor(to-1)
	}
	return &graphObject{"PageInfo", fields}
}

// cursor names a place in a list. To clients it is opaque.
func cursor(at int) string {
	return base64.StdEncoding.EncodeToString([]byte("cursor:" + strconv.Itoa(at)))
}

func uncursor(text string) (at int, ok bool) {
	plain, err := base64.StdEncoding.DecodeString(text)
	number, found := strings.CutPrefix(string(plain), "cursor:")
	if err != nil || !found {
		return 0, false
	}
	at, err = strconv.Atoi(number)
	return at, err == nil && at >= 0
}

// anys makes a list of anything out of a list of one kind.
func anys[T any](list []T, convert func(T) any) []any {
	out := make([]any, len(list))
	for i, item := range list {
		out[i] = convert(item)
	}
	return out
}
