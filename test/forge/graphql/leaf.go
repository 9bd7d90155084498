package graphql

import (
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
)

// dereference follows pointers to scalars and makes every kind of nil the plain one. Pointers to resolvers stay.
func dereference(value any) any {
	if value == nil {
		return nil
	}
	v := reflect.ValueOf(value)
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		if _, ok := value.(Resolver); !ok {
			return dereference(v.Elem().Interface())
		}
	case reflect.Map, reflect.Func:
		if v.IsNil() {
			return nil
		}
	}
	return value
}

// leaf returns a scalar or enum value in the form of JSON, or an error if the type does not allow it.
func leaf(definition *ast.Definition, value any) (any, error) {
	if moment, ok := value.(time.Time); ok {
		value = moment.UTC().Format(time.RFC3339)
	}
	v := reflect.ValueOf(value)
	if definition.Kind == ast.Enum {
		if v.Kind() != reflect.String || definition.EnumValues.ForName(v.String()) == nil {
			return nil, fmt.Errorf("%v, which is no value of the enum %s", value, definition.Name)
		}
		return v.String(), nil
	}
	switch {
	case definition.Name == "Int" && v.CanInt() && v.Int() >= math.MinInt32 && v.Int() <= math.MaxInt32:
		return v.Int(), nil
	case definition.Name == "Float" && v.CanInt():
		return float64(v.Int()), nil
	case definition.Name == "Float" && v.CanFloat():
		return v.Float(), nil
	case definition.Name == "Boolean" && v.Kind() == reflect.Bool:
		return v.Bool(), nil
	case definition.Name == "ID" && v.CanInt():
		return strconv.FormatInt(v.Int(), 10), nil
	case v.Kind() == reflect.String && textual(definition.Name):
		return text(definition.Name, v.String())
	}
	return nil, fmt.Errorf("the %T %v where the scalar %s is declared", value, value, definition.Name)
}

// textual tells whether values of the scalar are text. All scalars that a schema adds to the built-in ones are.
func textual(scalar string) bool {
	switch scalar {
	case "Int", "Float", "Boolean":
		return false
	}
	return true
}

var gitObjectID = regexp.MustCompile(`^[0-9a-f]{40}$`)

// text checks the form of those scalars that have one.
func text(scalar, value string) (any, error) {
	ok := true
	switch scalar {
	case "DateTime":
		_, err := time.Parse(time.RFC3339, value)
		ok = err == nil
	case "URI":
		u, err := url.Parse(value)
		ok = err == nil && (u.Scheme != "" || strings.HasPrefix(value, "/")) // resource paths are URIs without a host
	case "GitObjectID":
		ok = gitObjectID.MatchString(value)
	}
	if !ok {
		return nil, fmt.Errorf("%q, which is no %s", value, scalar)
	}
	return value, nil
}

// integer turns what JSON and the parser make of an Int into int64. The validator has refused all else.
func integer(value any) any {
	switch value := value.(type) {
	case int:
		return int64(value)
	case float64:
		return int64(value)
	case json.Number:
		if n, err := value.Int64(); err == nil {
			return n
		}
	}
	return value
}
