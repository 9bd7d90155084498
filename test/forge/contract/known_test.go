package contract

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestKnownErrors shows of each known error that the published document really has it: what GitHub does is a mismatch
// without the list and none with it. And the list forgives no more than that.
func TestKnownErrors(t *testing.T) {
	labels := "/repos/o/r/issues/1/labels"
	request := func(method, path string) func(*Contract, string) error {
		return func(c *Contract, body string) error {
			r := httptest.NewRequest(method, path, nil)
			r.Header.Set("User-Agent", "test")
			return c.CheckRequest(r, []byte(body))
		}
	}
	response := func(method, path string, status int) func(*Contract, string) error {
		return func(c *Contract, body string) error {
			return c.CheckResponse(httptest.NewRequest(method, path, nil), status, http.Header{"Content-Type": {"application/json"}}, []byte(body))
		}
	}
	webhook := func(event string) func(*Contract, string) error {
		return func(c *Contract, body string) error { return c.CheckWebhook(event, []byte(body)) }
	}
	tests := []struct {
		why         string
		check       func(*Contract, string) error
		real, wrong string // a body as GitHub has it; the same with a true mismatch at the same place
	}{
		{"a list of labels to add", request("POST", labels), `["kind/bug"]`, `[7]`},
		{"a list of labels to set", request("PUT", labels), `[]`, `7`},
		{"a refused blob", response("POST", "/repos/o/r/git/blobs", 422),
			`{"message":"Validation Failed","documentation_url":"https://docs.github.com/rest"}`, `{"message":7}`},
		{"a refused file", response("PUT", "/repos/o/r/contents/a", 409),
			`{"message":"is at 1 but expected 2","documentation_url":"https://docs.github.com/rest"}`, `{"message":7}`},
		{"a repository without a homepage", response("GET", "/repos/o/r", 200),
			publishedAnswer(t, "GET", "/repos/o/r", "200", "homepage", ""), publishedAnswer(t, "GET", "/repos/o/r", "200", "homepage", "no URL")},
		{"a payload about a repository without a homepage", webhook("label"),
			publishedPayload(t, "label/created", "repository", "homepage", ""), publishedPayload(t, "label/created", "repository", "homepage", "no URL")},
		{"an installation's birth", webhook("installation"),
			publishedPayload(t, "installation/created", "installation", "created_at", 1557933565), publishedPayload(t, "installation/created", "installation", "created_at", true)},
		{"an installation's change", webhook("installation"),
			publishedPayload(t, "installation/created", "installation", "updated_at", 1557933565), publishedPayload(t, "installation/created", "installation", "updated_at", true)},
		{"the author of a commit with a status", webhook("status"),
			publishedPayload(t, "status", "commit.author", "user_view_type", "public"), publishedPayload(t, "status", "commit.author", "user_view_type", 7)},
		{"the installations of an App: a user is no enterprise", response("GET", "/app/installations", 200),
			installations(t, "account", "name", "slug", "created_at", "updated_at"), installations(t, "account", "name", "login")},
		{"an App that may see merge queues", response("GET", "/app/installations", 200),
			installationsWith(t, "merge_queues", "read"), installationsWith(t, "merge_queues", "admin")},
		{"an App that may see merge queues, in a payload", webhook("check_suite"),
			publishedPayload(t, "check_suite/completed", "check_suite.app.permissions", "merge_queues", "write"),
			publishedPayload(t, "check_suite/completed", "check_suite.app.permissions", "merge_queues", true)},
		{"a milestone that an App hears of", webhook("pull_request"),
			with(t, publishedPayload(t, "pull_request/milestoned", "sender", "id", 1), "installation", map[string]any{"id": 1, "node_id": "x"}),
			with(t, publishedPayload(t, "pull_request/milestoned", "sender", "id", 1), "installation", map[string]any{"id": "x"})},
	}
	c := loaded(t)
	shown := map[string]bool{}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			strict := &Contract{routes: c.routes, payloads: c.payloads, schema: c.schema}
			err := tt.check(strict, tt.real)
			if err == nil {
				t.Fatal("the published document allows what GitHub does: remove the entry from known.go")
			}
			for _, joined := range unjoin(err) {
				mismatch, ok := errors.AsType[*Mismatch](joined)
				for _, k := range knownErrors {
					if ok && k.covers(mismatch) {
						shown[k.operation+k.part+k.pointer] = true
					}
				}
			}
			if err := tt.check(c, tt.real); err != nil {
				t.Errorf("what GitHub does is reported: %v", err)
			}
			if err := tt.check(c, tt.wrong); err == nil {
				t.Errorf("a true mismatch passes: %s", tt.wrong)
			}
		})
	}
	for _, k := range knownErrors {
		if !shown[k.operation+k.part+k.pointer] {
			t.Errorf("known error %s %s %s is shown by no case", k.operation, k.part, k.pointer)
		}
		if k.why == "" {
			t.Errorf("known error %s %s %s has no reason", k.operation, k.part, k.pointer)
		}
	}
}

// TestSlashes shows that the published document does not allow what GitHub serves, for each operation in slashes.
func TestSlashes(t *testing.T) {
	c := loaded(t)
	for operation := range slashes {
		method, path, _ := strings.Cut(operation, " ")
		path = strings.NewReplacer("{owner}", "o", "{repo}", "r", "{issue_number}", "1", "{name}", "kind/bug").Replace(path)
		found, params, _ := c.find(method, path)
		if found == nil || params["name"] != "kind/bug" {
			t.Errorf("%s %s: route %v with %v", method, path, found, params)
			continue
		}
		for _, parameter := range found.Parameters {
			if parameter.Value.Name == "name" && parameter.Value.Extensions["x-multi-segment"] != nil {
				t.Errorf("the published document allows slashes in %s now: remove it from slashes", operation)
			}
		}
	}
}

// TestOmittable shows that the published document requires what GitHub does not.
func TestOmittable(t *testing.T) {
	c := loaded(t)
	for operation, name := range omittable {
		method, path, _ := strings.Cut(operation, " ")
		path = strings.NewReplacer("{owner}", "o", "{repo}", "r", "{"+name+"}", "").Replace(path)
		for _, path := range []string{path, strings.TrimSuffix(path, "/")} {
			r := httptest.NewRequest(method, path, nil)
			r.Header.Set("User-Agent", "test")
			if err := c.CheckRequest(r, nil); err != nil {
				t.Errorf("%s %s: %v", method, path, err)
			}
			found, _, _ := c.find(method, path)
			if found == nil || found.String() != operation {
				t.Fatalf("%s %s leads to %v", method, path, found)
			}
			if parameter := found.Parameters.GetByInAndName("path", name); parameter == nil || !parameter.Required {
				t.Errorf("the published document does not require %s in %s any more: remove it from omittable", name, operation)
			}
		}
	}
}

// with sets a field of a JSON object.
func with(t *testing.T, object, field string, value any) string {
	t.Helper()
	decoded, err := decode([]byte(object))
	if err != nil {
		t.Fatal(err)
	}
	decoded.(map[string]any)[field] = value
	return text(t, decoded)
}

// installations is a right list of an App's installations, without some fields of an object in it.
func installations(t *testing.T, object string, without ...string) string {
	t.Helper()
	list := installationList(t)
	for _, field := range without {
		delete(list[0].(map[string]any)[object].(map[string]any), field)
	}
	return text(t, list)
}

// installationsWith is a right list of an App's installations with one more permission.
func installationsWith(t *testing.T, permission, level string) string {
	t.Helper()
	list := installationList(t)
	list[0].(map[string]any)["permissions"].(map[string]any)[permission] = level
	return text(t, list)
}

func installationList(t *testing.T) []any {
	t.Helper()
	route, _, _ := loaded(t).find("GET", "/app/installations")
	return sample(jsonSchema(route.Responses.Value("200").Value.Content), 0).([]any)
}

func unjoin(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

// publishedAnswer returns a right answer of the operation with one field set.
func publishedAnswer(t *testing.T, method, path, status, field string, value any) string {
	t.Helper()
	route, _, _ := loaded(t).find(method, path)
	body := sample(jsonSchema(route.Responses.Value(status).Value.Content), 0).(map[string]any)
	body[field] = value
	return text(t, body)
}

// publishedPayload returns a right payload with one field of one of its objects (a path with dots) set.
func publishedPayload(t *testing.T, event, object, field string, value any) string {
	t.Helper()
	payloads, err := loaded(t).payloads()
	if err != nil {
		t.Fatal(err)
	}
	body := sample(payloads[event], 0).(map[string]any)
	inside := body
	for step := range strings.SplitSeq(object, ".") {
		inside = inside[step].(map[string]any)
	}
	inside[field] = value
	return text(t, body)
}

func text(t *testing.T, value any) string {
	t.Helper()
	out, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
