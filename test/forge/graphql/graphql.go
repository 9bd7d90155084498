// Package graphql answers GraphQL queries from resolvers, held to a schema on both sides.
//
// Its one job is to validate a query against the schema, to walk it, and to refuse what a resolver returns if it is not
// of the declared type. It must not know GitHub or the forge: the schema and the resolvers are arguments. Mutations,
// subscriptions and introspection are not served.
//
// The rules are those of https://spec.graphql.org/October2021/#sec-Execution.
package graphql

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// Resolver answers the fields of one object.
type Resolver interface {
	// Resolve returns the value of a field: a scalar (text, number, truth value, time.Time), a Resolver for an object, a
	// slice of these, or nil. Arguments are complete and of their declared types: Int is int64, Float float64, enums and
	// other scalars are text, lists []any, input objects map[string]any. An *Error is passed on as it is.
	Resolve(ctx context.Context, field string, args map[string]any) (any, error)
}

// Typed is a Resolver that knows the name of its object type. Where the schema declares an interface or a union, the
// resolver must be Typed.
type Typed interface {
	Resolver
	TypeName() string
}

// Response is the answer to a query, ready for json.Marshal.
type Response struct {
	// Data holds the fields in the order of the query; nil if the query was not executed or its outermost object is null.
	Data any
	// Errors is empty if all went well.
	Errors []*Error
	// Mismatches are the values that resolvers returned against the schema. They are among Errors too.
	Mismatches []error
}

// MarshalJSON leaves data out where the query was not executed and errors where there are none, as the rules want it.
func (r *Response) MarshalJSON() ([]byte, error) {
	out := object{}
	if r.Data != nil || len(r.Errors) == 0 || len(r.Errors[0].Path) > 0 {
		out.set("data", r.Data)
	}
	if len(r.Errors) > 0 {
		out.set("errors", r.Errors)
	}
	return json.Marshal(&out)
}

// Error is an error of a query or of one field. Resolvers return it to set Type.
type Error struct {
	Type      string     `json:"type,omitempty"` // GitHub's addition: NOT_FOUND, FORBIDDEN, …
	Path      []any      `json:"path,omitempty"` // response keys and list indices
	Locations []Location `json:"locations,omitempty"`
	Message   string     `json:"message"`
}

// Location is a place in the text of a query, counted from 1.
type Location struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

func (e *Error) Error() string { return e.Message }

// Execute answers the named operation of the query, or its only one if operationName is empty. Errors of any kind are in
// the Response.
func Execute(ctx context.Context, schema *ast.Schema, root Resolver, query, operationName string, variables map[string]any) *Response {
	doc, invalid := gqlparser.LoadQueryWithRules(schema, query, rules.NewDefaultRules())
	if len(invalid) > 0 {
		return refuse(invalid...)
	}
	operation := doc.Operations.ForName(operationName)
	switch {
	case operation == nil && operationName == "":
		return refuse(gqlerror.Errorf("An operation name is required"))
	case operation == nil:
		return refuse(gqlerror.Errorf("No operation named %q", operationName))
	case operation.Operation != ast.Query:
		return refuse(gqlerror.ErrorPosf(operation.Position, "A %s is not served here", operation.Operation))
	}
	values, err := validator.VariableValues(schema, operation, variables)
	if err != nil {
		return refuse(asGQLError(err))
	}
	e := &executor{schema: schema, variables: values}
	data, ok := e.object(ctx, schema.Query, root, operation.SelectionSet, nil)
	response := &Response{Errors: e.errors, Mismatches: e.mismatches}
	if ok {
		response.Data = data
	}
	return response
}

func asGQLError(err error) *gqlerror.Error {
	var known *gqlerror.Error
	if errors.As(err, &known) {
		return known
	}
	return gqlerror.Wrap(err)
}

// refuse is the answer to a query that is not executed.
func refuse(list ...*gqlerror.Error) *Response {
	response := &Response{}
	for _, invalid := range list {
		e := &Error{Message: invalid.Message}
		for _, location := range invalid.Locations {
			e.Locations = append(e.Locations, Location(location))
		}
		response.Errors = append(response.Errors, e)
	}
	return response
}

// object is a JSON object that keeps the order of its fields.
type object struct {
	keys   []string
	values map[string]any
}

func (o *object) set(key string, value any) {
	if o.values == nil {
		o.values = map[string]any{}
	}
	if _, ok := o.values[key]; !ok {
		o.keys = append(o.keys, key)
	}
	o.values[key] = value
}

// MarshalJSON writes the fields in their order.
func (o *object) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	out.WriteByte('{')
	for i, key := range o.keys {
		if i > 0 {
			out.WriteByte(',')
		}
		name, err := json.Marshal(key)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(o.values[key])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		out.Write(name)
		out.WriteByte(':')
		out.Write(value)
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}
