package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
)

// kept are the schema keywords that decide about a value and hold no schema.
var kept = set("type format nullable enum const required pattern minimum maximum exclusiveMinimum exclusiveMaximum multipleOf " +
	"minLength maxLength minItems maxItems uniqueItems minProperties maxProperties")

// dropped are the schema keywords that are prose or hints: they never make a value right or wrong. The discriminator only
// speeds up the choice in a oneOf.
var dropped = set("title description summary example examples default deprecated readOnly writeOnly externalDocs discriminator")

// schema copies a schema without prose. where names it in complaints.
func (c *cutter) schema(where string, from object) object {
	if ref, ok := from["$ref"].(string); ok {
		return c.reference(ref)
	}
	out := object{}
	for keyword, value := range from {
		switch {
		case kept[keyword]:
			out[keyword] = value
		case dropped[keyword] || strings.HasPrefix(keyword, "x-"):
		default:
			out[keyword] = c.subschemas(where, keyword, value)
		}
	}
	return c.share(out)
}

// share replaces a large schema by a reference to one that stands for all its equals. The webhook document repeats
// accounts and repositories hundreds of times; without the copies it loads several times faster.
func (c *cutter) share(schema object) object {
	const large = 5 // fields
	properties, _ := schema["properties"].(object)
	if c.shared == nil || len(properties) < large {
		return schema
	}
	text, err := json.Marshal(schema)
	if err != nil {
		panic(err) // it was JSON before
	}
	name := fmt.Sprintf("shared-%.10x", sha256.Sum256(text))
	c.shared[name] = schema
	return object{"$ref": "#/components/schemas/" + name}
}

// subschemas copies the schemas that a keyword holds.
func (c *cutter) subschemas(where, keyword string, value any) any {
	switch keyword {
	case "properties", "patternProperties":
		out := object{}
		for name, property := range value.(object) {
			out[name] = c.schema(where+"."+name, property.(object))
		}
		return out
	case "oneOf", "anyOf", "allOf":
		alternatives := value.([]any)
		out := make([]any, len(alternatives))
		for i, alternative := range alternatives {
			out[i] = c.schema(where, alternative.(object))
		}
		return out
	case "items", "not", "additionalProperties":
		if inner, ok := value.(object); ok {
			return c.schema(where, inner)
		}
		return value // additionalProperties may be true or false
	}
	c.unknown[fmt.Sprintf("schema keyword %q in %s", keyword, where)] = true
	return nil
}

func set(words string) map[string]bool {
	out := map[string]bool{}
	for _, word := range strings.Fields(words) {
		out[word] = true
	}
	return out
}
