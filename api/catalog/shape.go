package catalog

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	yamlv3 "go.yaml.in/yaml/v3"

	"github.com/bowsprit-ci/bowsprit/api/prow"
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
		if json.Unmarshal(raw, &object) != nil {
			return nil
		}
		for _, key := range sortedKeys(object) {
			if t.Kind() == reflect.Map {
				out = append(out, misfits(object[key], t.Elem(), fmt.Sprintf("%s[%s]", field, key))...)
			} else if f, ok := fieldsOf(t)[strings.ToLower(key)]; ok {
				out = append(out, misfits(object[key], f.of, join(field, key))...)
			}
		}
	}
	return out
}

// explain says what was found and what is wanted.
func explain(raw json.RawMessage, t reflect.Type, err error) string {
	const max = 60
	got := string(raw)
	if len(got) > max {
		got = got[:max] + "…"
	}
	var typeErr *json.UnmarshalTypeError
	if !isTypeError(err, &typeErr) {
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

func isTypeError(err error, target **json.UnmarshalTypeError) bool {
	return errors.As(err, target)
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
	default:
		return "a whole number"
	}
}

// fieldInfo is a key of a document and its type.
type fieldInfo struct {
	name string
	of   reflect.Type
}

var unmarshaler = reflect.TypeFor[json.Unmarshaler]()

// fieldsOf lists the keys of a struct by their lower-case names, those of embedded structs included.
func fieldsOf(t reflect.Type) map[string]fieldInfo {
	out := map[string]fieldInfo{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-":
		case f.Anonymous && name == "":
			for k, v := range fieldsOf(f.Type) {
				out[k] = v
			}
		case name != "":
			out[strings.ToLower(name)] = fieldInfo{name, f.Type}
		}
	}
	return out
}

// unknownKeys warns of every key that nothing reads: Prow ignores it without a word.
func (d *document) unknownKeys(t reflect.Type) prow.Problems {
	if d.root == nil {
		return nil
	}
	w := &keyWalk{doc: d, fields: map[reflect.Type]map[string]fieldInfo{}}
	w.walk(d.root, t, "")
	return w.problems
}

type keyWalk struct {
	doc      *document
	fields   map[reflect.Type]map[string]fieldInfo
	problems prow.Problems
}

func (w *keyWalk) walk(n *yamlv3.Node, t reflect.Type, field string) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if n.Kind == yamlv3.AliasNode || reflect.PointerTo(t).Implements(unmarshaler) {
		return // an alias was looked at where its anchor is; what reads itself knows its own keys
	}
	switch {
	case n.Kind == yamlv3.SequenceNode && t.Kind() == reflect.Slice:
		for i, e := range n.Content {
			w.walk(e, t.Elem(), fmt.Sprintf("%s[%d]", field, i))
		}
	case n.Kind == yamlv3.MappingNode && t.Kind() == reflect.Map:
		for i := 0; i+1 < len(n.Content); i += 2 {
			w.walk(n.Content[i+1], t.Elem(), fmt.Sprintf("%s[%s]", field, n.Content[i].Value))
		}
	case n.Kind == yamlv3.MappingNode && t.Kind() == reflect.Struct:
		w.object(n, t, field)
	}
}

func (w *keyWalk) object(n *yamlv3.Node, t reflect.Type, field string) {
	if w.fields[t] == nil {
		w.fields[t] = fieldsOf(t)
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		f, known := w.fields[t][strings.ToLower(key.Value)]
		switch {
		case key.Tag == "!!merge":
		case !known:
			w.warn("unknown-field", key, join(field, key.Value), "the key is unknown and is ignored"+meant(key.Value, w.fields[t]))
		case seen[f.name]:
			w.warn("duplicate-key", key, join(field, key.Value), "the key is there twice; only the last one counts")
		default:
			w.walk(value, f.of, join(field, f.name))
		}
		seen[f.name] = known || seen[f.name]
	}
}

func (w *keyWalk) warn(code string, key *yamlv3.Node, field, message string) {
	w.problems = append(w.problems, prow.Problem{Severity: prow.SeverityWarning, Code: code, File: w.doc.file, Line: key.Line,
		Field: field, Message: message})
}

func meant(key string, fields map[string]fieldInfo) string {
	names := make([]string, 0, len(fields))
	for _, f := range fields {
		names = append(names, f.name)
	}
	if g := prow.Closest(key, names); g != "" {
		return fmt.Sprintf("; did you mean %q?", g)
	}
	return ""
}

func join(field, name string) string {
	if field == "" {
		return name
	}
	return field + "." + name
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
