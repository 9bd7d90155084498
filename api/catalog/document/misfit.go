package document

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// misfit is a value that cannot be read into its type.
type misfit struct{ field, message string }

// misfits finds every value of a JSON document that does not fit its type, as deep as it can be told. It is called only
// after decoding has failed.
func misfits(raw json.RawMessage, t reflect.Type, field string) []misfit {
	err := json.Unmarshal(raw, reflect.New(t).Interface())
	if err == nil {
		return nil
	}
	if inner := innerMisfits(raw, t, field); len(inner) > 0 {
		return inner
	}
	return []misfit{{field, explain(raw, t, err)}}
}

func innerMisfits(raw json.RawMessage, t reflect.Type, field string) (out []misfit) {
	switch t.Kind() {
	case reflect.Pointer:
		return misfits(raw, t.Elem(), field)
	case reflect.Slice:
		var list []json.RawMessage
		if json.Unmarshal(raw, &list) == nil {
			for i, e := range list {
				out = append(out, misfits(e, t.Elem(), fmt.Sprintf("%s[%d]", field, i))...)
			}
		}
	case reflect.Map, reflect.Struct:
		var object map[string]json.RawMessage
		if readsItself(t) || json.Unmarshal(raw, &object) != nil {
			return nil
		}
		for _, key := range slices.Sorted(maps.Keys(object)) {
			if t.Kind() == reflect.Map {
				out = append(out, misfits(object[key], t.Elem(), fmt.Sprintf("%s[%s]", field, key))...)
			} else if f := planOf(t).find(key); f != nil {
				out = append(out, misfits(object[key], f.of, join(field, key))...)
			}
		}
	}
	return out
}

// explain says what was found and what is wanted.
func explain(raw json.RawMessage, t reflect.Type, err error) string {
	const most = 60
	got := string(raw)
	if len(got) > most {
		got = strings.ToValidUTF8(got[:most], "") + "…"
	}
	typeErr, ok := errors.AsType[*json.UnmarshalTypeError](err)
	if !ok {
		return fmt.Sprintf("%s: %s", got, err)
	}
	found, hint := jsonKind(typeErr.Value), ""
	if t.Kind() == reflect.String && (found == "a boolean" || found == "a number") {
		hint = "; write it in quotes (in YAML 1.1 y, n, yes, no, on and off are booleans too)"
	}
	return fmt.Sprintf("%s is %s, want %s%s", got, found, kindName(t), hint)
}

// jsonKind is what the decoder found, in words of YAML.
func jsonKind(value string) string {
	first, _, _ := strings.Cut(value, " ")
	words := map[string]string{"string": "text", "number": "a number", "bool": "a boolean", "array": "a list", "object": "a mapping"}
	if w := words[first]; w != "" {
		return w
	}
	return value
}

func kindName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return kindName(t.Elem())
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "a list"
	case reflect.Map, reflect.Struct:
		return "a mapping"
	case reflect.String:
		return "text"
	case reflect.Float32, reflect.Float64:
		return "a number"
	default:
		return "a whole number"
	}
}

func join(field, name string) string {
	if field == "" {
		return name
	}
	return field + "." + name
}
