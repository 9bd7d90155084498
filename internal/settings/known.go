package settings

import (
	"reflect"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"go.yaml.in/yaml/v3"
)

// know walks a mapping of the file beside the struct that it is for, notes the line of each field, and refuses keys that
// the struct does not have.
func (r *reader) know(mapping *yaml.Node, path string, into any) {
	r.knowType(mapping, path, reflect.TypeOf(into).Elem())
}

// knowType does so for a type.
func (r *reader) knowType(mapping *yaml.Node, path string, t reflect.Type) {
	if mapping.Kind == yaml.AliasNode {
		mapping = mapping.Alias
	}
	if mapping.Kind != yaml.MappingNode {
		return // the decoder says what it is instead
	}
	fields := fieldsOf(t)
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		key, value := mapping.Content[i], mapping.Content[i+1]
		field := strings.TrimPrefix(path+"."+key.Value, ".")
		r.lines[field] = key.Line
		known, ok := fields[key.Value]
		if !ok {
			r.refuse(field, "unknown key; %s", suggestion(key.Value, fields))
			continue
		}
		switch {
		case known.Kind() == reflect.Struct:
			r.knowType(value, field, known)
		case known.Kind() == reflect.Map && value.Kind == yaml.MappingNode:
			r.knowEntries(value, field, known.Elem())
		}
	}
}

// knowEntries does so for a mapping with names of the user's own.
func (r *reader) knowEntries(mapping *yaml.Node, path string, t reflect.Type) {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		field := path + "." + mapping.Content[i].Value
		r.lines[field] = mapping.Content[i].Line
		r.knowType(mapping.Content[i+1], field, t)
	}
}

// fieldsOf gives the types of a struct's fields by their keys in the file.
func fieldsOf(t reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for field := range t.Fields() {
		if key := field.Tag.Get("yaml"); key != "-" {
			fields[key] = field.Type
		}
	}
	return fields
}

// suggestion guesses which key was meant, or lists all.
func suggestion(key string, fields map[string]reflect.Type) string {
	var known []string
	for name := range fields {
		known = append(known, name)
	}
	slices.Sort(known)
	best := slices.MinFunc(known, func(a, b string) int { return distance(key, a) - distance(key, b) })
	if distance(key, best) <= 1+len(best)/3 {
		return "did you mean " + best + "?"
	}
	return "allowed here: " + strings.Join(known, ", ")
}

// distance counts the typing errors between two keys; case and the kind of separator are none.
func distance(a, b string) int {
	plain := func(s string) string { return strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(s)) }
	return levenshtein.ComputeDistance(plain(a), plain(b))
}
