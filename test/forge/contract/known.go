package contract

import (
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// knownError is a place where GitHub's published documents contradict what GitHub does: what fits really is no mismatch.
type knownError struct {
	operation string           // as Mismatch.Operation; * stands for any one word between slashes or spaces, a|b for two
	part      string           // as Mismatch.Part; likewise
	pointer   string           // as Mismatch.Pointer; ** at the start stands for any number of words
	really    *openapi3.Schema // what GitHub sends or takes at that place
	why       string           // the evidence
}

var (
	labelNames = openapi3.NewArraySchema().WithItems(openapi3.NewStringSchema().WithMinLength(1))
	unixTime   = openapi3.NewIntegerSchema().WithMin(1)
	noText     = openapi3.NewStringSchema().WithMaxLength(0)
	anyText    = openapi3.NewStringSchema()
	access     = openapi3.NewStringSchema().WithEnum("read", "write")
	absent     = &openapi3.Schema{Nullable: true, Enum: []any{nil}}
	anID       = openapi3.NewObjectSchema().WithProperty("id", openapi3.NewIntegerSchema()).WithProperty("node_id", openapi3.NewStringSchema()).
			WithRequired([]string{"id", "node_id"}).WithoutAdditionalProperties()
)

var knownErrors = []knownError{
	{
		"POST /repos/{owner}/{repo}/issues/{issue_number}/labels", "request", "", labelNames,
		"the operation's own description says that the list may be passed directly; the schema only has the object around it, and GitHub's Go client sends the list",
	},
	{
		"PUT /repos/{owner}/{repo}/issues/{issue_number}/labels", "request", "", labelNames,
		"as with POST; the description adds that an empty list removes all labels",
	},
	{
		"POST /repos/{owner}/{repo}/git/blobs", "response 422", "", refusal,
		"the schema wants exactly one of two error formats, but neither has a required field, so every error fits both",
	},
	{
		"PUT /repos/{owner}/{repo}/contents/{path}", "response 409", "", refusal,
		"as with blobs",
	},
	{
		"* **", "response *", "**/homepage", noText,
		"the schemas call the homepage of a repository a URI, but GitHub's own examples show an empty text where none is set",
	},
	{
		"GET /app/installations", "response 200", "/*/account/name|slug|created_at|updated_at", absent,
		"the account must be a user and an enterprise at once here (allOf), where every other operation says one of them (anyOf); GitHub's own example has no such fields",
	},
	{
		"* **", "response *", "**/permissions/merge_queues", access,
		"the schema app-permissions has the permission; the copies of the list that are not references to it are older",
	},
	{
		"webhook **", "payload", "**/permissions/merge_queues", access,
		"as in answers: check_suite has it for two of its actions and lacks it for the third",
	},
	{
		"webhook pull_request/milestoned|demilestoned", "payload", "/installation", anID,
		"a payload sent to an App names the installation; the schemas of all actions of pull_request but these two have the field",
	},
	{
		"webhook **", "payload", "**/homepage", noText,
		"as in answers: see the example payloads of merge_group and label in @octokit/webhooks-examples",
	},
	{
		"webhook **", "payload", "/installation/created_at", unixTime,
		"the schema says text; the example payloads of installation in @octokit/webhooks-examples have seconds since 1970",
	},
	{
		"webhook **", "payload", "/installation/updated_at", unixTime,
		"as created_at",
	},
	{
		"webhook status", "payload", "/commit/*/user_view_type", anyText,
		"of the 467 copies of the account's schema in the published document, all but four have the field; author and committer of this event are two of the four",
	},
}

// slashes are the path parameters that may contain slashes although the published documents do not say so
// (x-multi-segment): labels are often called kind/bug, and clients send such names as they are.
var slashes = map[string]bool{
	"DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}": true,
	"GET /repos/{owner}/{repo}/labels/{name}":                          true,
	"PATCH /repos/{owner}/{repo}/labels/{name}":                        true,
	"DELETE /repos/{owner}/{repo}/labels/{name}":                       true,
}

// omittable are the path parameters that may be left out although the published documents require them, by operation.
var omittable = map[string]string{
	// Its own description says that without the path it gives the root directory.
	"GET /repos/{owner}/{repo}/contents/{path}": "path",
}

func (c *Contract) isKnown(m *Mismatch) bool {
	for _, k := range c.known {
		if k.covers(m) {
			return true
		}
	}
	return false
}

func (k knownError) covers(m *Mismatch) bool {
	return wild(k.operation, m.Operation) && wild(k.part, m.Part) && wild(k.pointer, m.Pointer) &&
		k.really.VisitJSON(m.Value, openapi3.FailFast()) == nil
}

// wild tells whether text is pattern, word by word; * is any word, ** any number of words, a|b either.
func wild(pattern, text string) bool { return wildWords(words(pattern), words(text)) }

func wildWords(pattern, text []string) bool {
	switch {
	case len(pattern) == 0:
		return len(text) == 0
	case pattern[0] == "**":
		return wildWords(pattern[1:], text) || len(text) > 0 && wildWords(pattern, text[1:])
	case len(text) == 0:
		return false
	}
	fits := pattern[0] == "*" || slices.Contains(strings.Split(pattern[0], "|"), text[0])
	return fits && wildWords(pattern[1:], text[1:])
}

func words(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == '/' || r == ' ' })
}
