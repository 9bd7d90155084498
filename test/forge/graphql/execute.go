package graphql

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// executor walks one query.
type executor struct {
	schema     *ast.Schema
	variables  map[string]any
	errors     []*Error
	mismatches []error
}

// object resolves the selected fields of one object. ok is false if a field that must not be null is null: then the
// object is null instead.
func (e *executor) object(ctx context.Context, definition *ast.Definition, resolver Resolver, selected ast.SelectionSet, path []any) (out *object, ok bool) {
	out = &object{}
	for _, group := range e.collect(definition, selected, nil) {
		value, ok := e.field(ctx, definition, resolver, group, slices.Concat(path, []any{group.key}))
		if !ok {
			return nil, false
		}
		out.set(group.key, value)
	}
	return out, true
}

// group is the fields of a selection that answer under the same key: their selections are merged.
type group struct {
	key    string
	fields []*ast.Field
}

// collect gathers the fields that the selection asks of an object of this type, in order of their first appearance.
func (e *executor) collect(definition *ast.Definition, selected ast.SelectionSet, groups []*group) []*group {
	for _, selection := range selected {
		switch selection := selection.(type) {
		case *ast.Field:
			if !e.included(selection.Directives) {
				continue
			}
			at := slices.IndexFunc(groups, func(g *group) bool { return g.key == selection.Alias })
			if at < 0 {
				groups = append(groups, &group{key: selection.Alias})
				at = len(groups) - 1
			}
			groups[at].fields = append(groups[at].fields, selection)
		case *ast.InlineFragment:
			if e.included(selection.Directives) && e.applies(selection.TypeCondition, definition) {
				groups = e.collect(definition, selection.SelectionSet, groups)
			}
		case *ast.FragmentSpread:
			if e.included(selection.Directives) && e.applies(selection.Definition.TypeCondition, definition) {
				groups = e.collect(definition, selection.Definition.SelectionSet, groups)
			}
		}
	}
	return groups
}

// included evaluates the directives @skip and @include.
func (e *executor) included(directives ast.DirectiveList) bool {
	if skip := directives.ForName("skip"); skip != nil && skip.ArgumentMap(e.variables)["if"] == true {
		return false
	}
	include := directives.ForName("include")
	return include == nil || include.ArgumentMap(e.variables)["if"] == true
}

// applies tells whether a fragment on the named type (or on none) concerns objects of this type.
func (e *executor) applies(condition string, definition *ast.Definition) bool {
	if condition == "" || condition == definition.Name {
		return true
	}
	return slices.Contains(e.schema.GetPossibleTypes(e.schema.Types[condition]), definition)
}

// field resolves one field and holds its value to the declared type.
func (e *executor) field(ctx context.Context, definition *ast.Definition, resolver Resolver, g *group, path []any) (value any, ok bool) {
	field := g.fields[0]
	if field.Name == "__typename" {
		return definition.Name, true
	}
	declared := field.Definition.Type
	if definition == e.schema.Query && (field.Name == "__schema" || field.Name == "__type") {
		e.fail(field, path, errors.New("introspection is not served here"))
		return nil, !declared.NonNull
	}
	resolved, err := resolver.Resolve(ctx, field.Name, e.arguments(field))
	if err != nil {
		e.fail(field, path, err)
		return nil, !declared.NonNull
	}
	return e.complete(ctx, declared, resolved, g, path)
}

// arguments returns the arguments of a field with defaults, of the types that Resolver promises.
func (e *executor) arguments(field *ast.Field) map[string]any {
	args := field.ArgumentMap(e.variables)
	for name, value := range args {
		args[name] = e.argument(field.Definition.Arguments.ForName(name).Type, value)
	}
	return args
}

func (e *executor) argument(declared *ast.Type, value any) any {
	switch {
	case value == nil:
		return nil
	case declared.Elem != nil:
		list, ok := value.([]any)
		if !ok {
			list = []any{value} // a single value stands for a list of one
		}
		out := make([]any, len(list))
		for i := range list {
			out[i] = e.argument(declared.Elem, list[i])
		}
		return out
	case declared.NamedType == "Int":
		return integer(value)
	}
	input, ok := value.(map[string]any)
	if !ok {
		return value
	}
	out := map[string]any{}
	for name, field := range input {
		out[name] = e.argument(e.schema.Types[declared.NamedType].Fields.ForName(name).Type, field)
	}
	return out
}

// complete holds a value to its declared type. ok is false if it is null and must not be.
func (e *executor) complete(ctx context.Context, declared *ast.Type, value any, g *group, path []any) (any, bool) {
	value = dereference(value)
	switch {
	case value == nil && declared.NonNull:
		e.mismatch(g, path, "null where %s is declared", declared)
		return nil, false
	case value == nil:
		return nil, true
	case declared.Elem != nil:
		return e.list(ctx, declared, value, g, path)
	}
	definition := e.schema.Types[declared.NamedType]
	if definition.IsLeafType() {
		out, err := leaf(definition, value)
		if err != nil {
			e.mismatch(g, path, "%v", err)
			return nil, !declared.NonNull
		}
		return out, true
	}
	resolver, ok := value.(Resolver)
	if !ok {
		e.mismatch(g, path, "a %T where an object %s is declared", value, declared)
		return nil, !declared.NonNull
	}
	concrete, err := e.concrete(definition, resolver)
	if err != nil {
		e.mismatch(g, path, "%v", err)
		return nil, !declared.NonNull
	}
	var selected ast.SelectionSet
	for _, field := range g.fields {
		selected = append(selected, field.SelectionSet...)
	}
	if out, ok := e.object(ctx, concrete, resolver, selected, path); ok {
		return out, true
	}
	return nil, !declared.NonNull
}

func (e *executor) list(ctx context.Context, declared *ast.Type, value any, g *group, path []any) (any, bool) {
	items := reflect.ValueOf(value)
	if items.Kind() != reflect.Slice {
		e.mismatch(g, path, "a %T where a list %s is declared", value, declared)
		return nil, !declared.NonNull
	}
	out := make([]any, items.Len())
	for i := range out {
		item, ok := e.complete(ctx, declared.Elem, items.Index(i).Interface(), g, slices.Concat(path, []any{i}))
		if !ok {
			return nil, !declared.NonNull
		}
		out[i] = item
	}
	return out, true
}

// concrete returns the object type of a resolver where the schema declares this type.
func (e *executor) concrete(declared *ast.Definition, resolver Resolver) (*ast.Definition, error) {
	typed, ok := resolver.(Typed)
	if !ok {
		if declared.IsAbstractType() {
			return nil, fmt.Errorf("an object without a type name (%T) where %s is declared", resolver, declared.Name)
		}
		return declared, nil
	}
	concrete := e.schema.Types[typed.TypeName()]
	if concrete == nil || !slices.Contains(e.schema.GetPossibleTypes(declared), concrete) {
		return nil, fmt.Errorf("an object %s where %s is declared", typed.TypeName(), declared.Name)
	}
	return concrete, nil
}

// fail notes an error of a field.
func (e *executor) fail(field *ast.Field, path []any, err error) {
	failed := &Error{Message: err.Error()}
	var given *Error
	if errors.As(err, &given) {
		failed.Type, failed.Message = given.Type, given.Message
	}
	failed.Path = path
	if field.Position != nil {
		failed.Locations = []Location{{field.Position.Line, field.Position.Column}}
	}
	e.errors = append(e.errors, failed)
}

// mismatch notes a value that the schema does not allow.
func (e *executor) mismatch(g *group, path []any, format string, args ...any) {
	field := g.fields[0]
	name := field.Name
	if field.ObjectDefinition != nil {
		name = field.ObjectDefinition.Name + "." + name
	}
	err := fmt.Errorf("%s resolved to "+format, append([]any{name}, args...)...)
	e.mismatches = append(e.mismatches, err)
	e.fail(field, path, err)
}
