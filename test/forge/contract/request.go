package contract

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
)

// CheckRequest compares a request for the REST API (with or without the prefix /api/v3) or for GraphQL with what GitHub
// publishes. body is the whole body; r.Body is not read. Beside what GitHub would refuse it reports what GitHub would
// ignore: unknown fields and query parameters. An operation that the extract lacks is a mismatch too.
// The error joins one *Mismatch for each difference.
func (c *Contract) CheckRequest(r *http.Request, body []byte) error {
	if apiPath(r.URL) == "/graphql" {
		return c.report(c.checkQuery(r, body))
	}
	route, params, methods := c.find(r.Method, apiPath(r.URL))
	if route == nil {
		return unknownOperation(r, methods)
	}
	found := slices.Concat(
		checkParameters(route, r, params),
		checkRequestHeader(r.Header),
		checkRequestBody(route, r.Header, body),
	)
	return c.report(complete(found, route.String(), "request"))
}

// complete fills in what all mismatches of one check have in common.
func complete(found []*Mismatch, operation, part string) []*Mismatch {
	for _, m := range found {
		m.Operation, m.Part = operation, part
	}
	return found
}

func unknownOperation(r *http.Request, methods []string) error {
	reason := "is not in the extract of GitHub's description: correct the path, or add the operation to operations.txt and run go generate ./test/forge/contract"
	if len(methods) > 0 {
		reason = fmt.Sprintf("is not in the extract of GitHub's description, only %s: correct the method, or add it to operations.txt and run go generate ./test/forge/contract",
			strings.Join(methods, ", "))
	}
	return &Mismatch{Operation: r.Method + " " + apiPath(r.URL), Part: "operation", Reason: reason}
}

// checkParameters compares path and query parameters.
func checkParameters(route *route, r *http.Request, params map[string]string) []*Mismatch {
	input := &openapi3filter.RequestValidationInput{Request: r, PathParams: params, QueryParams: r.URL.Query()}
	known := map[string]bool{}
	var found []*Mismatch
	for _, ref := range route.Parameters {
		parameter := ref.Value
		if parameter.In == openapi3.ParameterInQuery {
			known[parameter.Name] = true
		}
		_, given := params[parameter.Name]
		omitted := parameter.In == openapi3.ParameterInPath && !given && parameter.Name == omittable[route.String()]
		if parameter.In == openapi3.ParameterInHeader || omitted {
			continue
		}
		if err := openapi3filter.ValidateParameter(r.Context(), input, parameter); err != nil {
			found = append(found, &Mismatch{
				Pointer: parameter.In + " parameter " + parameter.Name,
				Value:   parameterValue(parameter, input), Reason: parameterReason(err),
			})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.URL.Query())) {
		if !known[name] {
			found = append(found, &Mismatch{
				Pointer: "query parameter " + name, Value: r.URL.Query().Get(name),
				Reason: "is not published; published are: " + list(slices.Sorted(maps.Keys(known))),
			})
		}
	}
	return found
}

func parameterValue(parameter *openapi3.Parameter, input *openapi3filter.RequestValidationInput) any {
	if parameter.In == openapi3.ParameterInPath {
		return input.PathParams[parameter.Name]
	}
	if !input.QueryParams.Has(parameter.Name) {
		return nil
	}
	return input.QueryParams.Get(parameter.Name)
}

// parameterReason finds the innermost cause, which is what a reader needs.
func parameterReason(err error) string {
	var schemaError *openapi3.SchemaError
	if errors.As(err, &schemaError) {
		return schemaError.Reason
	}
	var parseError *openapi3filter.ParseError
	if errors.As(err, &parseError) {
		return parseError.Error()
	}
	var requestError *openapi3filter.RequestError
	if errors.As(err, &requestError) && requestError.Err != nil {
		return requestError.Err.Error()
	}
	return err.Error()
}

func list(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// acceptable matches the media types that GitHub documents for the REST API, and those of its ended previews, which
// clients still send and GitHub ignores:
// https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api#media-types
var acceptable = regexp.MustCompile(`^(\*/\*|application/\*|application/json|application/(vnd\.github(\.[a-z0-9-]+)*\+json|vnd\.github\.[a-z0-9-]+-preview|vnd\.github(\.v3)?\.(raw|html|text|full|diff|patch|sha|object)(\+json)?|vnd\.github\.v3))$`)

// versions are the published versions of the REST API:
// https://docs.github.com/en/rest/about-the-rest-api/api-versions
var versions = []string{"2022-11-28", "2026-03-10"}

// checkRequestHeader looks at the headers that GitHub evaluates on every request.
func checkRequestHeader(header http.Header) []*Mismatch {
	var found []*Mismatch
	if header.Get("User-Agent") == "" {
		found = append(found, &Mismatch{Pointer: "header User-Agent", Reason: "is missing; GitHub refuses requests without it"})
	}
	for accept := range strings.SplitSeq(header.Get("Accept"), ",") {
		mediaType, _, _ := strings.Cut(strings.TrimSpace(accept), ";")
		if mediaType != "" && !acceptable.MatchString(mediaType) {
			found = append(found, &Mismatch{Pointer: "header Accept", Value: mediaType, Reason: "is not a media type of GitHub's REST API"})
		}
	}
	if version := header.Get("X-GitHub-Api-Version"); version != "" && !slices.Contains(versions, version) {
		found = append(found, &Mismatch{
			Pointer: "header X-GitHub-Api-Version", Value: version,
			Reason: "is not a published version; published are: " + list(versions),
		})
	}
	return found
}

func checkRequestBody(route *route, header http.Header, body []byte) []*Mismatch {
	if route.RequestBody == nil {
		if len(body) > 0 {
			return []*Mismatch{{Value: string(body), Reason: "has a body, but the operation takes none"}}
		}
		return nil
	}
	if len(body) == 0 {
		if route.RequestBody.Value.Required {
			return []*Mismatch{{Reason: "has no body, but the operation requires one"}}
		}
		return nil
	}
	if sent := header.Get("Content-Type"); sent != "" && !isJSON(sent) {
		return []*Mismatch{{Pointer: "header Content-Type", Value: sent, Reason: "is not JSON"}}
	}
	return mismatches(jsonSchema(route.RequestBody.Value.Content), body)
}

// mismatches compares a JSON body with its schema; a nil schema accepts anything.
func mismatches(schema *openapi3.Schema, body []byte) []*Mismatch {
	if schema == nil {
		return nil
	}
	var found []*Mismatch
	for _, d := range checkJSON(schema, body) {
		found = append(found, &Mismatch{Pointer: pointer(d.pointer), Value: d.value, Reason: d.reason})
	}
	return found
}

// pointer renders a JSON pointer (RFC 6901).
func pointer(tokens []string) string {
	var out strings.Builder
	for _, token := range tokens {
		out.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(token))
	}
	return out.String()
}

// jsonSchema returns the schema of the JSON media type, nil if there is none.
func jsonSchema(content openapi3.Content) *openapi3.Schema {
	for _, mediaType := range slices.Sorted(maps.Keys(content)) {
		if isJSON(mediaType) && content[mediaType].Schema != nil {
			return content[mediaType].Schema.Value
		}
	}
	return nil
}

func isJSON(mediaType string) bool {
	mediaType, _, _ = strings.Cut(mediaType, ";")
	mediaType = strings.ToLower(strings.TrimSpace(mediaType))
	return mediaType == "application/json" || strings.HasSuffix(mediaType, "+json")
}
