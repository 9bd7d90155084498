package contract

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// asked makes a request with headers given as "Name: value".
func asked(method, target string, headers ...string) *http.Request {
	r := httptest.NewRequest(method, target, nil)
	r.Header.Set("User-Agent", "test")
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		r.Header.Set(name, value)
	}
	return r
}

// TestRequestMessages holds the messages: operation, place, reason and value, so that a reader can correct the client.
func TestRequestMessages(t *testing.T) {
	tests := map[string]struct {
		request *http.Request
		body    string
		want    []string // one for each line of the error
	}{
		"a right request": {asked("POST", "/api/v3/repos/o/r/check-runs"), `{"name":"unit","head_sha":"c0ffee"}`, nil},
		"the prefix of GitHub Enterprise is optional": {asked("POST", "/repos/o/r/check-runs"), `{"name":"unit","head_sha":"c0ffee"}`, nil},
		"an unknown status": {
			asked("POST", "/api/v3/repos/o/r/statuses/c0ffee"), `{"state":"green"}`,
			[]string{`POST /repos/{owner}/{repo}/statuses/{sha}: request at /state: value is not one of the allowed values ["error","failure","pending","success"], got "green"`},
		},
		"a misspelt field, which GitHub would ignore": {
			asked("POST", "/api/v3/repos/o/r/statuses/c0ffee"), `{"state":"success","target_ulr":"https://ci.example.com"}`,
			[]string{`POST /repos/{owner}/{repo}/statuses/{sha}: request at /target_ulr: is not a published field (did you mean "target_url"?), got "https://ci.example.com"`},
		},
		"two errors at once": {
			asked("PATCH", "/api/v3/repos/o/r/issues/comments/7"), `{"bodi":"x"}`,
			[]string{
				`PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}: request at /bodi: is not a published field (did you mean "body"?), got "x"`,
				`PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}: request at /body: is missing`,
			},
		},
		"more annotations than GitHub takes": {
			asked("PATCH", "/api/v3/repos/o/r/check-runs/7"),
			`{"output":{"summary":"s","annotations":[` + strings.Repeat(`{"path":"a","start_line":1,"end_line":1,"annotation_level":"notice","message":"m"},`, 50) + `{"path":"a","start_line":1,"end_line":1,"annotation_level":"notice","message":"m"}]}}`,
			[]string{`at /output/annotations: maximum number of items is 50`},
		},
		"no body": {
			asked("POST", "/api/v3/repos/o/r/issues/1/comments"), ``,
			[]string{`POST /repos/{owner}/{repo}/issues/{issue_number}/comments: request: has no body, but the operation requires one`},
		},
		"a body where none belongs": {
			asked("DELETE", "/api/v3/repos/o/r/issues/comments/7"), `{}`,
			[]string{`request: has a body, but the operation takes none, got "{}"`},
		},
		"a form": {
			asked("POST", "/api/v3/repos/o/r/issues/1/comments", "Content-Type: application/x-www-form-urlencoded"), `body=x`,
			[]string{`request at header Content-Type: is not JSON, got "application/x-www-form-urlencoded"`},
		},
		"broken JSON": {asked("POST", "/api/v3/repos/o/r/issues/1/comments"), `{"body":`, []string{`request: is not JSON: unexpected EOF, got "{\"body\":"`}},
		"an unknown query parameter": {
			asked("GET", "/api/v3/repos/o/r/pulls?stat=open"), ``,
			[]string{`GET /repos/{owner}/{repo}/pulls: request at query parameter stat: is not published; published are: base, direction, head, page, per_page, sort, state, got "open"`},
		},
		"a query parameter out of its range": {
			asked("GET", "/api/v3/repos/o/r/pulls?state=merged"), ``,
			[]string{`request at query parameter state: value is not one of the allowed values ["open","closed","all"], got "merged"`},
		},
		"a number that is none": {
			asked("GET", "/api/v3/repos/o/r/pulls/first"), ``,
			[]string{`request at path parameter pull_number: value first: an invalid integer: invalid syntax, got "first"`},
		},
		"an operation that is not there": {
			asked("GET", "/api/v3/repos/o/r/pull/1"), ``,
			[]string{`GET /repos/o/r/pull/1: operation: is not in the extract of GitHub's description: correct the path, or add the operation to operations.txt and run go generate ./test/forge/contract`},
		},
		"a wrong method": {
			asked("PUT", "/api/v3/repos/o/r/issues/comments/7"), ``,
			[]string{`only DELETE, GET, PATCH: correct the method`},
		},
		"an old media type":      {asked("GET", "/api/v3/rate_limit", "Accept: text/html"), ``, []string{`request at header Accept: is not a media type of GitHub's REST API, got "text/html"`}},
		"an unpublished version": {asked("GET", "/api/v3/rate_limit", "X-GitHub-Api-Version: 2021-01-01"), ``, []string{`request at header X-GitHub-Api-Version: is not a published version`}},
		"no user agent":          {asked("GET", "/api/v3/rate_limit", "User-Agent: "), ``, []string{`request at header User-Agent: is missing`}},
		"a right query":          {asked("POST", "/api/graphql"), `{"query":"query($n:Int!){repository(owner:\"o\",name:\"r\"){pullRequest(number:$n){title}}}","variables":{"n":1}}`, nil},
		"a query for a field that is not there": {
			asked("POST", "/api/graphql"), `{"query":"{viewer{logn}}"}`,
			[]string{`GraphQL: request at query: input:1:9: Cannot query field "logn" on type "User". Did you mean "login"?`},
		},
		"a variable of a wrong type": {
			asked("POST", "/api/graphql"), `{"query":"query($n:Int!){repository(owner:\"o\",name:\"r\"){pullRequest(number:$n){title}}}","variables":{"n":"one"}}`,
			[]string{`GraphQL: request at variables: input: variable.n`},
		},
	}
	c := loaded(t)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) { compareLines(t, c.CheckRequest(tt.request, []byte(tt.body)), tt.want) })
	}
}

// TestResponseMessages holds what is said about answers.
func TestResponseMessages(t *testing.T) {
	const notFound = `{"message":"Not Found","documentation_url":"https://docs.github.com/rest","status":"404"}`
	jsonHeader := http.Header{"Content-Type": {"application/json; charset=utf-8"}}
	tests := map[string]struct {
		request *http.Request
		status  int
		header  http.Header
		body    string
		want    []string
	}{
		"a missing field": {
			asked("GET", "/api/v3/repos/o/r/branches/main/protection/required_status_checks/contexts"), 200, jsonHeader, `[7]`,
			[]string{`GET /repos/{owner}/{repo}/branches/{branch}/protection/required_status_checks/contexts: response 200 at /0: value must be a string, got 7`},
		},
		"an account that is none: the closest kind of account is explained": {
			asked("GET", "/api/v3/repos/o/r/installation"), 200, jsonHeader, accountWithout(t, "followers_url"),
			[]string{`GET /repos/{owner}/{repo}/installation: response 200 at /account/followers_url: is missing (in the closest of 2 alternatives)`},
		},
		"a status that is not published": {
			asked("GET", "/api/v3/repos/o/r/labels"), 202, jsonHeader, `[]`,
			[]string{`GET /repos/{owner}/{repo}/labels: response 202: is not a published status; published are: 200, 404`},
		},
		"a refusal that may come anywhere":  {asked("GET", "/api/v3/repos/o/r/labels"), 403, jsonHeader, `{"message":"no","documentation_url":"https://docs.github.com/rest"}`, nil},
		"a refusal without a message":       {asked("GET", "/api/v3/repos/o/r/labels"), 403, jsonHeader, `{"error":"no"}`, []string{`at /error: is not a published field`, `at /message: is missing`, `at /documentation_url: is missing`}},
		"an unknown operation is refused":   {asked("GET", "/api/v3/nothing"), 404, jsonHeader, notFound, nil},
		"an unknown operation is answered":  {asked("GET", "/api/v3/nothing"), 200, jsonHeader, `{}`, []string{`add the operation to operations.txt`}},
		"a broken server promises nothing":  {asked("GET", "/api/v3/repos/o/r/labels"), 502, http.Header{}, `<html>`, nil},
		"a 304 to a conditional request":    {asked("GET", "/api/v3/repos/o/r/labels", `If-None-Match: "x"`), 304, http.Header{}, ``, nil},
		"a 304 out of the blue":             {asked("GET", "/api/v3/repos/o/r/labels"), 304, http.Header{}, ``, []string{`is not a published status`}},
		"a 204 with a body":                 {asked("DELETE", "/api/v3/repos/o/r/issues/comments/7"), 204, http.Header{}, `{}`, []string{`has a body, which HTTP forbids`}},
		"an empty 200":                      {asked("GET", "/api/v3/repos/o/r/labels"), 200, jsonHeader, ``, []string{`has no body, but one is published`}},
		"JSON that is not declared":         {asked("GET", "/api/v3/repos/o/r/labels"), 200, http.Header{"Content-Type": {"text/plain"}}, `[]`, []string{`at header Content-Type: is not JSON, got "text/plain"`}},
		"a diff that was asked for":         {asked("GET", "/api/v3/repos/o/r/pulls/1", "Accept: application/vnd.github.v3.diff"), 200, http.Header{"Content-Type": {"application/vnd.github.v3.diff; charset=utf-8"}}, `diff --git`, nil},
		"GraphQL without its envelope":      {asked("POST", "/api/graphql"), 200, jsonHeader, `{"viewer":{}}`, []string{`GraphQL: response 200 at /viewer: is not a published field`}},
		"a GraphQL error without a message": {asked("POST", "/api/graphql"), 200, jsonHeader, `{"data":null,"errors":[{"path":["a"]}]}`, []string{`at /errors/0/message: is missing`}},
	}
	c := loaded(t)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			compareLines(t, c.CheckResponse(tt.request, tt.status, tt.header, []byte(tt.body)), tt.want)
		})
	}
}

// accountWithout is the installation of a user whose account lacks a field.
func accountWithout(t *testing.T, field string) string {
	t.Helper()
	route, _, _ := loaded(t).find("GET", "/repos/o/r/installation")
	body := sample(jsonSchema(route.Responses.Value("200").Value.Content), 0).(map[string]any)
	delete(body["account"].(map[string]any), field)
	return text(t, body)
}

// TestWebhookMessages holds what is said about payloads that the extract does not know.
func TestWebhookMessages(t *testing.T) {
	tests := map[string]struct {
		event, body string
		want        []string
	}{
		"an unknown action": {"merge_group", `{"action":"merged"}`, []string{`webhook merge_group/merged: payload: is not in the extract of GitHub's schemas (of this event it has: checks_requested, destroyed)`}},
		"an unknown event":  {"pull", `{}`, []string{`webhook pull: payload: is not in the extract`}},
		"no JSON":           {"push", `ref=x`, []string{`webhook push: payload: is not JSON`}},
	}
	c := loaded(t)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) { compareLines(t, c.CheckWebhook(tt.event, []byte(tt.body)), tt.want) })
	}
}

// compareLines wants each line of the error to contain the wanted text of the same place.
func compareLines(t *testing.T, err error, want []string) {
	t.Helper()
	var got []string
	if err != nil {
		got = strings.Split(err.Error(), "\n")
	}
	if !slices.EqualFunc(got, want, strings.Contains) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// TestManyAtOnce lets the contract be used as a server uses it.
func TestManyAtOnce(t *testing.T) {
	c := loaded(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				if err := c.CheckRequest(asked("POST", "/api/v3/repos/o/r/statuses/c0ffee"), []byte(`{"state":"success"}`)); err != nil {
					t.Error(err)
				}
				if c.CheckWebhook("push", []byte(`{}`)) == nil {
					t.Error("an empty push passes")
				}
			}
		})
	}
	all.Wait()
}

// BenchmarkPull measures the largest answer that Bowsprit reads often.
func BenchmarkPull(b *testing.B) {
	c, err := Load()
	if err != nil {
		b.Fatal(err)
	}
	r := asked("GET", "/api/v3/repos/o/r/pulls/1")
	route, _, _ := c.find("GET", "/repos/o/r/pulls/1")
	t := &testing.T{}
	body := []byte(text(t, sample(jsonSchema(route.Responses.Value("200").Value.Content), 0)))
	header := http.Header{"Content-Type": {"application/json"}}
	for b.Loop() {
		if err := c.CheckResponse(r, 200, header, body); err != nil {
			b.Fatal(err)
		}
	}
}
