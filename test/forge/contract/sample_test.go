package contract

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// sample makes a value that fits the schema, with every field that it publishes (down to a depth; below it only the
// required ones).
func sample(schema *openapi3.Schema, depth int) any {
	switch {
	case len(schema.Enum) > 0:
		return schema.Enum[0]
	case len(schema.AllOf) > 0:
		return sampleAll(schema, depth)
	case len(schema.OneOf) > 0:
		return sampleChoice(schema, schema.OneOf, depth)
	case len(schema.AnyOf) > 0:
		return sampleChoice(schema, schema.AnyOf, depth)
	case schema.Type == nil && len(schema.Properties) > 0 || schema.Type.Includes("object"):
		return sampleObject(schema, depth)
	case schema.Type.Includes("array"):
		if schema.Items == nil {
			return []any{}
		}
		return []any{sample(schema.Items.Value, depth+1)}
	case schema.Type.Includes("boolean"):
		return true
	case schema.Type.Includes("integer"), schema.Type.Includes("number"):
		if schema.Min != nil {
			return json.Number(fmt.Sprint(int64(*schema.Min)))
		}
		return json.Number("1")
	case schema.Type.Includes("null"):
		return nil
	}
	return sampleText(schema)
}

func sampleText(schema *openapi3.Schema) string {
	switch schema.Format {
	case "date":
		return "2026-01-02"
	case "uri":
		return "https://example.com/"
	}
	if strings.Contains(schema.Pattern, "0-9a-fA-F") {
		return "abcdef"
	}
	if schema.MaxLength == nil && schema.MinLength <= 1 && schema.Pattern == "" {
		return plainText
	}
	return strings.Repeat("x", max(1, int(schema.MinLength)))
}

func sampleObject(schema *openapi3.Schema, depth int) map[string]any {
	out := map[string]any{}
	for name, property := range schema.Properties {
		if depth < 5 || slices.Contains(schema.Required, name) {
			out[name] = sample(property.Value, depth+1)
		}
	}
	return out
}

// sampleAll joins what fits the parts.
func sampleAll(schema *openapi3.Schema, depth int) any {
	var out any = sampleObject(schema, depth)
	for _, part := range schema.AllOf {
		out = merge(out, sample(part.Value, depth))
	}
	return out
}

// sampleChoice takes the first alternative that gives a value which fits the whole.
func sampleChoice(schema *openapi3.Schema, alternatives openapi3.SchemaRefs, depth int) any {
	var out any
	for _, alternative := range alternatives {
		out = sample(alternative.Value, depth)
		if object, ok := out.(map[string]any); ok && len(schema.Properties) > 0 {
			whole := sampleObject(schema, depth)
			merge(whole, object)
			out = whole
		}
		if schema.VisitJSON(out, formats) == nil {
			return out
		}
	}
	return out
}

// plainText is the sample of a text without a format, and also fits the most frequent format.
const plainText = "2026-01-02T03:04:05Z"

// merge adds the fields of from that into lacks, at every depth. Where both have a value the one wins that more schemas
// accept: any other before null, a text before a number, a text with a format before one without.
func merge(into, from any) any {
	_, number := into.(json.Number)
	switch from := from.(type) {
	case string:
		if into == nil || number || into == plainText {
			return from
		}
	case map[string]any:
		object, ok := into.(map[string]any)
		if !ok {
			return into
		}
		for name, value := range from {
			if old, ok := object[name]; ok {
				object[name] = merge(old, value)
			} else {
				object[name] = value
			}
		}
	case []any:
		list, ok := into.([]any)
		if ok && len(list) > 0 && len(from) > 0 {
			if from[0] == nil && list[0] != nil {
				return []any{} // one schema only has null in the list: no item suits both
			}
			list[0] = merge(list[0], from[0])
		}
	}
	return into
}

// large is the size from which a value is not checked whole for each variant, only the object that varies: that saves most
// of the time, and how differences inside are found from the outside is shown by the smaller values.
const large = 12_000

// mutations calls try with the text of every value that differs from value in one forbidden thing, and says what it is.
// Variants inside large values are held to the schema of their object at once. Objects whose schema is in seen were
// varied before and are left alone.
func mutations(t *testing.T, schema *openapi3.Schema, value any, seen map[*openapi3.Schema]bool, try func(what string, text []byte)) {
	t.Helper()
	tryWhole := len(text(t, value)) < large
	walk(schema, value, "", func(schema *openapi3.Schema, object map[string]any, at string) {
		if seen[schema] {
			return
		}
		seen[schema] = true
		mutate := func(what, name string, replacement any, remove bool) {
			old, had := object[name]
			if remove {
				delete(object, name)
			} else {
				object[name] = replacement
			}
			switch {
			case tryWhole || at == "":
				try(what+" "+at+"/"+name, []byte(text(t, value)))
			case len(checkJSON(schema, []byte(text(t, object)))) == 0:
				t.Errorf("an object %s %s/%s passes", what, at, name)
			}
			if had {
				object[name] = old
			} else {
				delete(object, name)
			}
		}
		for _, name := range schema.Required {
			mutate("without", name, nil, true)
		}
		for name, property := range schema.Properties {
			if wrong, ok := wrongValue(property.Value); ok && object[name] != nil {
				mutate("with another type of", name, wrong, false)
			}
		}
		if schema.AdditionalProperties.Has == nil && schema.AdditionalProperties.Schema == nil {
			mutate("with the unknown field", "no_such_field", "x", false)
		}
	})
}

// wrongValue returns a value of a type that the schema surely refuses.
func wrongValue(schema *openapi3.Schema) (any, bool) {
	if schema.Type == nil || len(schema.OneOf)+len(schema.AnyOf)+len(schema.AllOf) > 0 {
		return nil, false
	}
	if schema.Type.Includes("array") {
		return map[string]any{}, !schema.Type.Includes("object")
	}
	return []any{[]any{}}, true
}

// walk visits every object of value that one plain schema describes: not those under alternatives, where a change may
// make the value fit another alternative.
func walk(schema *openapi3.Schema, value any, at string, visit func(*openapi3.Schema, map[string]any, string)) {
	if len(schema.OneOf)+len(schema.AnyOf)+len(schema.AllOf) > 0 {
		return
	}
	switch value := value.(type) {
	case map[string]any:
		if len(schema.Properties) > 0 {
			visit(schema, value, at)
		}
		for name, property := range schema.Properties {
			walk(property.Value, value[name], at+"/"+name, visit)
		}
	case []any:
		if schema.Items == nil {
			return
		}
		for i, item := range value {
			walk(schema.Items.Value, item, fmt.Sprint(at, "/", i), visit)
		}
	}
}
