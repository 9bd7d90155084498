package contract

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"
)

// CheckResponse compares the answer to r (status, header and whole body) with what GitHub publishes for the operation.
// Refusals that GitHub may give to any request (401, 403, 404, 429, …) are compared with GitHub's one error format; what
// comes with a 5xx is not promised and not looked at. An answer to an operation that the extract lacks must be an error.
// The error joins one *Mismatch for each difference.
func (c *Contract) CheckResponse(r *http.Request, status int, header http.Header, body []byte) error {
	part := fmt.Sprintf("response %d", status)
	if status >= 500 {
		return nil
	}
	if apiPath(r.URL) == "/graphql" {
		return c.report(complete(checkAnswer(status, body), "GraphQL", part))
	}
	route, _, methods := c.find(r.Method, apiPath(r.URL))
	if route == nil {
		if status >= 400 {
			return c.report(complete(checkRefusal(body), r.Method+" "+apiPath(r.URL), part))
		}
		return unknownOperation(r, methods)
	}
	return c.report(complete(checkAnswerTo(route, r, status, header, body), route.String(), part))
}

// anywhere are the statuses that GitHub may answer to any request:
// https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
var anywhere = []int{
	http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusConflict, http.StatusGone,
	http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity, http.StatusTooManyRequests,
}

func checkAnswerTo(route *route, r *http.Request, status int, header http.Header, body []byte) []*Mismatch {
	published := route.Responses.Value(strconv.Itoa(status))
	switch {
	case status == http.StatusNotModified || status == http.StatusNoContent || r.Method == http.MethodHead:
		return checkEmpty(route, published, r, status, body)
	case published == nil && slices.Contains(anywhere, status):
		return checkRefusal(body)
	case published == nil:
		return []*Mismatch{{Reason: "is not a published status; published are: " + list(slices.Sorted(maps.Keys(route.Responses.Map())))}}
	case status < 300 && asksForText(r.Header.Get("Accept")) && !isJSON(header.Get("Content-Type")):
		return nil // a diff, a patch or raw contents
	}
	return checkContent(published.Value.Content, header, body)
}

// checkEmpty is for the answers that HTTP allows no body.
func checkEmpty(route *route, published *openapi3.ResponseRef, r *http.Request, status int, body []byte) []*Mismatch {
	var found []*Mismatch
	if len(body) > 0 {
		found = append(found, &Mismatch{Value: string(body), Reason: "has a body, which HTTP forbids"})
	}
	conditional := r.Header.Get("If-None-Match") != "" || r.Header.Get("If-Modified-Since") != ""
	if published == nil && status < 400 && !(status == http.StatusNotModified && conditional) {
		found = append(found, &Mismatch{Reason: "is not a published status; published are: " + list(slices.Sorted(maps.Keys(route.Responses.Map())))})
	}
	return found
}

func checkContent(content openapi3.Content, header http.Header, body []byte) []*Mismatch {
	schema := jsonSchema(content)
	switch {
	case len(content) == 0 && len(body) > 0 && !isJSON(header.Get("Content-Type")):
		return []*Mismatch{{Value: string(body), Reason: "has a body, but none is published"}}
	case len(content) == 0 || schema == nil:
		return nil
	case len(body) == 0:
		return []*Mismatch{{Reason: "has no body, but one is published"}}
	case !isJSON(header.Get("Content-Type")):
		return []*Mismatch{{Pointer: "header Content-Type", Value: header.Get("Content-Type"), Reason: "is not JSON"}}
	}
	return mismatches(schema, body)
}

var textMediaType = regexp.MustCompile(`application/vnd\.github(\.v3)?\.(raw|diff|patch|sha|html)`)

func asksForText(accept string) bool { return textMediaType.MatchString(accept) }

// refusal is the format of GitHub's errors: https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
var refusal = openapi3.NewObjectSchema().
	WithProperty("message", openapi3.NewStringSchema().WithMinLength(1)).
	WithProperty("documentation_url", openapi3.NewStringSchema()).
	WithProperty("status", openapi3.NewStringSchema()).
	WithProperty("errors", openapi3.NewArraySchema().WithItems(openapi3.NewSchema())).
	WithRequired([]string{"message", "documentation_url"})

func checkRefusal(body []byte) []*Mismatch {
	if len(body) == 0 {
		return []*Mismatch{{Reason: "has no body; GitHub's errors have at least message and documentation_url"}}
	}
	return mismatches(refusal, body)
}
