package contract

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

func loaded(t *testing.T) *Contract {
	t.Helper()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// requestFor makes a request for the operation with plausible path parameters and its required query parameters.
func requestFor(r *route) *http.Request {
	path := r.path
	query := ""
	for _, ref := range r.Parameters {
		p := ref.Value
		value := "x"
		if schema := p.Schema.Value; !schema.Type.Includes("string") && len(schema.OneOf) == 0 {
			value = "1"
		}
		if p.In == openapi3.ParameterInPath {
			path = strings.ReplaceAll(path, "{"+p.Name+"}", value)
		} else if p.In == openapi3.ParameterInQuery && p.Required {
			query += "&" + p.Name + "=" + value
		}
	}
	request := httptest.NewRequest(r.method, "/api/v3"+path+"?"+strings.TrimPrefix(query, "&"), nil)
	request.Header.Set("User-Agent", "test")
	return request
}

// TestEveryRequest makes for each operation of the extract a request with all that is published, which must pass, and
// then every variant with one field missing, misspelt or of a wrong type, which must not.
func TestEveryRequest(t *testing.T) {
	c := loaded(t)
	tried, seen := 0, map[*openapi3.Schema]bool{}
	for _, r := range c.routes {
		t.Run(r.String(), func(t *testing.T) {
			request := requestFor(r)
			if r.RequestBody == nil {
				if err := c.CheckRequest(request, nil); err != nil {
					t.Error(err)
				}
				return
			}
			schema := jsonSchema(r.RequestBody.Value.Content)
			value := sample(schema, 0)
			text, err := json.Marshal(value)
			if err != nil {
				t.Fatal(err)
			}
			if err := c.CheckRequest(request, text); err != nil {
				t.Fatalf("%v\nbody: %s", err, text)
			}
			mutations(t, schema, value, seen, func(what string, text []byte) {
				tried++
				if c.CheckRequest(request, text) == nil {
					t.Errorf("a request %s passes", what)
				}
			})
		})
	}
	if tried < 500 {
		t.Errorf("only %d variants were tried: the test does not do its work", tried)
	}
}

// TestEveryResponse does the same with the published answers of each operation.
func TestEveryResponse(t *testing.T) {
	c := loaded(t)
	header := http.Header{"Content-Type": {"application/json; charset=utf-8"}}
	tried, seen := 0, map[*openapi3.Schema]bool{}
	for _, r := range c.routes {
		for status, response := range r.Responses.Map() {
			code, err := strconv.Atoi(status)
			schema := jsonSchema(response.Value.Content)
			if err != nil || code >= 500 || schema == nil || code == http.StatusNoContent || code == http.StatusNotModified {
				continue
			}
			t.Run(r.String()+" "+status, func(t *testing.T) {
				request := requestFor(r)
				value := sample(schema, 0)
				text, err := json.Marshal(value)
				if err != nil {
					t.Fatal(err)
				}
				if err := c.CheckResponse(request, code, header, text); err != nil {
					t.Fatalf("%v\nbody: %s", err, text)
				}
				if code >= 300 {
					return // refusals have few required fields
				}
				mutations(t, schema, value, seen, func(what string, text []byte) {
					tried++
					if c.CheckResponse(request, code, header, text) == nil {
						t.Errorf("an answer %s passes", what)
					}
				})
			})
		}
	}
	if tried < 500 {
		t.Errorf("only %d variants were tried: the test does not do its work", tried)
	}
}

// TestEveryWebhook does the same with the payloads.
func TestEveryWebhook(t *testing.T) {
	c := loaded(t)
	payloads, err := c.payloads()
	if err != nil {
		t.Fatal(err)
	}
	tried, seen := 0, map[*openapi3.Schema]bool{}
	for name, schema := range payloads {
		t.Run(name, func(t *testing.T) {
			event, _, _ := strings.Cut(name, "/")
			value := sample(schema, 0)
			text, err := json.Marshal(value)
			if err != nil {
				t.Fatal(err)
			}
			if err := c.CheckWebhook(event, text); err != nil {
				t.Fatalf("%v\nbody: %s", err, text)
			}
			if !varied[name] {
				return
			}
			mutations(t, schema, value, seen, func(what string, text []byte) {
				tried++
				if c.CheckWebhook(event, text) == nil {
					t.Errorf("a payload %s passes", what)
				}
			})
		})
	}
	if tried < 500 {
		t.Errorf("only %d variants were tried: the test does not do its work", tried)
	}
}

// varied are the payloads that Bowsprit reads. The others would only take time: their schemas are copies of these.
var varied = map[string]bool{
	"push": true, "status": true, "issue_comment/created": true, "pull_request/opened": true, "pull_request/synchronize": true,
	"check_run/rerequested": true, "check_suite/rerequested": true, "merge_group/checks_requested": true,
}
