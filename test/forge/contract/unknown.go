package contract

import (
	"fmt"
	"slices"
	"strconv"
	"sync"

	"github.com/agnivade/levenshtein"
	"github.com/getkin/kin-openapi/openapi3"
)

// unknownFields lists the fields of value that none of the schemas mentions. GitHub ignores such fields in requests, so
// a misspelt one would never be noticed; in an answer they would let a client rely on what GitHub does not promise.
func unknownFields(schema *openapi3.Schema, value any) []difference {
	var out []difference
	visitUnknown([]*openapi3.Schema{schema}, value, nil, &out)
	slices.SortFunc(out, func(a, b difference) int { return slices.Compare(a.pointer, b.pointer) })
	return out
}

// place is a JSON pointer that is only spelt out when somebody asks: most fields are known.
type place struct {
	inside *place
	name   string
}

func (p *place) pointer() []string {
	if p == nil {
		return nil
	}
	return append(p.inside.pointer(), p.name)
}

func visitUnknown(schemas []*openapi3.Schema, value any, at *place, out *[]difference) {
	switch value := value.(type) {
	case []any:
		items := flattened(schemas).items()
		for i, item := range value {
			visitUnknown(items, item, &place{at, strconv.Itoa(i)}, out)
		}
	case map[string]any:
		flat := flattened(schemas)
		for name, field := range value {
			here := &place{at, name}
			inner, known := flat.property(name)
			if known {
				visitUnknown(inner, field, here, out)
				continue
			}
			*out = append(*out, difference{pointer: here.pointer(), value: orNull(field), reason: "is not a published field" + flat.guess(name)})
		}
	}
}

// flatSchema is a schema with all that it combines (allOf, oneOf, anyOf) beside it.
type flatSchema struct {
	schema *openapi3.Schema
	part   bool // it is a part of a combination
}

type flatSchemas []flatSchema

// flatCache remembers what flattened found for one schema: the schemas never change.
var flatCache sync.Map // *openapi3.Schema → flatSchemas

func flattened(schemas []*openapi3.Schema) flatSchemas {
	if len(schemas) != 1 {
		return flattenSchemas(schemas, false, nil)
	}
	if found, ok := flatCache.Load(schemas[0]); ok {
		return found.(flatSchemas)
	}
	flat := flattenSchemas(schemas, false, nil)
	flatCache.Store(schemas[0], flat)
	return flat
}

func flattenSchemas(schemas []*openapi3.Schema, part bool, out flatSchemas) flatSchemas {
	for _, schema := range schemas {
		if slices.Contains(out, flatSchema{schema, part}) {
			continue
		}
		out = append(out, flatSchema{schema, part})
		for _, refs := range []openapi3.SchemaRefs{schema.AllOf, schema.OneOf, schema.AnyOf} {
			for _, ref := range refs {
				out = flattenSchemas([]*openapi3.Schema{ref.Value}, part || len(schema.Properties) > 0, out)
			}
		}
	}
	return out
}

func (f flatSchemas) items() (out []*openapi3.Schema) {
	for _, s := range f {
		if s.schema.Items != nil {
			out = append(out, s.schema.Items.Value)
		}
	}
	return out
}

// property returns the schemas of a field, and whether the field may be there at all.
func (f flatSchemas) property(name string) (out []*openapi3.Schema, known bool) {
	for _, s := range f {
		if property := s.schema.Properties[name]; property != nil {
			out, known = append(out, property.Value), true
		}
	}
	if known {
		return out, true
	}
	for _, s := range f {
		if additional := s.schema.AdditionalProperties.Schema; additional != nil {
			out, known = append(out, additional.Value), true
		}
		known = known || s.open()
	}
	return out, known || len(f) == 0
}

// open tells whether the schema is of an object whose fields are free: one without any published field. A part of a
// combination says "and anything else" without meaning it: its siblings have the fields.
func (s flatSchema) open() bool {
	combines := len(s.schema.AllOf)+len(s.schema.OneOf)+len(s.schema.AnyOf) > 0
	allowed := s.schema.AdditionalProperties.Has
	if allowed != nil {
		return *allowed && !s.part
	}
	return len(s.schema.Properties) == 0 && !combines && !s.part && s.schema.Type.Permits(openapi3.TypeObject)
}

// guess proposes the published field that a misspelt one may stand for.
func (f flatSchemas) guess(name string) string {
	best, least := "", 1+len(name)/3
	for _, s := range f {
		for candidate := range s.schema.Properties {
			d := levenshtein.ComputeDistance(name, candidate)
			if d < least || d == least && best != "" && candidate < best {
				best, least = candidate, d
			}
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %q?)", best)
}
