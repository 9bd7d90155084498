package contract

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// difference is a Mismatch before it is known to which operation it belongs.
type difference struct {
	pointer []string
	value   any
	reason  string
}

// checkJSON compares a JSON text with a schema.
func checkJSON(schema *openapi3.Schema, text []byte) []difference {
	value, err := decode(text)
	if err != nil {
		return []difference{{reason: "is not JSON: " + err.Error(), value: string(text)}}
	}
	differences := unknownFields(schema, value)
	if schema.VisitJSON(value, openapi3.FailFast(), formats) == nil {
		return differences
	}
	return append(differences, explain(schema, value, nil)...)
}

// decode reads exactly one JSON value and keeps numbers as written.
func decode(text []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more follows after the first value")
	}
	return value, nil
}

// formats adds the formats that OpenAPI leaves open and GitHub's clients rely on.
var formats = openapi3.WithStringFormatValidators(map[string]openapi3.StringFormatValidator{
	"uri": openapi3.NewCallbackValidator(checkURI),
})

var noBraces = strings.NewReplacer("{", "", "}", "")

// checkURI accepts absolute URLs, also with the placeholders of URL templates, which GitHub calls uri too.
func checkURI(text string) error {
	u, err := url.Parse(noBraces.Replace(text))
	if err != nil || u.Scheme == "" {
		return fmt.Errorf("must be an absolute URL")
	}
	return nil
}

// explain lists why value does not fit schema. Of alternatives it explains the one that comes closest.
func explain(schema *openapi3.Schema, value any, at []string) []difference {
	return flatten(schema.VisitJSON(value, openapi3.MultiErrors(), formats), at)
}

func flatten(err error, at []string) []difference {
	if err == nil {
		return nil
	}
	if many, ok := err.(openapi3.MultiError); ok { //nolint:errorlint // a MultiError gives out its first error to errors.As
		var out []difference
		for _, err := range many {
			out = append(out, flatten(err, at)...)
		}
		return out
	}
	one, ok := err.(*openapi3.SchemaError) //nolint:errorlint // the outermost one knows the pointer
	if !ok {
		return []difference{{pointer: at, reason: err.Error()}}
	}
	here := slices.Concat(at, one.JSONPointer())
	switch one.SchemaField {
	case "oneOf":
		return closest(one.Schema.OneOf, one, here)
	case "anyOf":
		return closest(one.Schema.AnyOf, one, here)
	case "allOf":
		var out []difference
		for _, part := range one.Schema.AllOf {
			out = append(out, explain(part.Value, one.Value, here)...)
		}
		return out
	case "required":
		return []difference{{pointer: here, reason: "is missing"}}
	}
	reason := one.Reason
	if one.Schema != nil && one.SchemaField == "format" {
		reason = "is not a " + one.Schema.Format
	}
	return []difference{{pointer: here, value: orNull(one.Value), reason: reason}}
}

// orNull makes a JSON null visible in messages.
func orNull(value any) any {
	if value == nil {
		return json.RawMessage("null")
	}
	return value
}

// closest explains the alternative that the value most likely means: the one that knows most of its fields, and among
// these the one that differs least. If several fit at once, that is the difference.
func closest(alternatives openapi3.SchemaRefs, failed *openapi3.SchemaError, at []string) []difference {
	var best []difference
	fewest := 0
	for _, alternative := range alternatives {
		found := explain(alternative.Value, failed.Value, at)
		if len(found) == 0 {
			return []difference{{pointer: at, value: orNull(failed.Value), reason: failed.Reason}}
		}
		unknown := len(unknownFields(alternative.Value, failed.Value))
		if best == nil || cmp.Or(cmp.Compare(unknown, fewest), cmp.Compare(len(found), len(best))) < 0 {
			best, fewest = found, unknown
		}
	}
	if len(alternatives) > 1 {
		best[0].reason += fmt.Sprintf(" (in the closest of %d alternatives)", len(alternatives))
	}
	return best
}
