package forge

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-github/v92/github"
)

// TestRefusals sends what GitHub refuses and compares status and words.
func TestRefusals(t *testing.T) {
	w := newWorld(t, tolerant)
	p := w.openPull("bob", "topic", map[string]string{"a": "b"})
	narrow, _, err := w.jwtClient().Apps.CreateInstallationToken(context.Background(), w.install, &github.InstallationTokenOptions{Permissions: &github.InstallationPermissions{Issues: new("read")}})
	w.ok(err)
	full, _, err := w.jwtClient().Apps.CreateInstallationToken(context.Background(), w.install, nil)
	w.ok(err)
	bob, mallory, app := w.token("bob"), w.token("mallory"), full.GetToken()
	many := strings.TrimSuffix(strings.Repeat(`{"path":"a","start_line":1,"end_line":1,"annotation_level":"notice","message":"m"},`, 51), ",")
	run := func(more string) string { return `{"name":"u","head_sha":"` + p.Head.SHA + `"` + more + `}` }
	for name, test := range map[string]struct {
		method, path, token, body string
		status                    int
		words                     string
	}{
		"a check run by a personal token":     {"POST", "/repos/acme/site/check-runs", bob, run(""), 403, "You must authenticate via a GitHub App."},
		"a check run without the permission":  {"POST", "/repos/acme/site/check-runs", narrow.GetToken(), run(""), 403, "Resource not accessible by integration"},
		"51 annotations":                      {"POST", "/repos/acme/site/check-runs", app, run(`,"output":{"title":"t","summary":"s","annotations":[` + many + `]}`), 422, "No more than 50 items are allowed; 51 were supplied."},
		"a summary that is too long":          {"POST", "/repos/acme/site/check-runs", app, run(`,"output":{"title":"t","summary":"` + strings.Repeat("x", 65536) + `"}`), 422, "Only 65535 characters are allowed; 65536 were supplied."},
		"completed without conclusion":        {"POST", "/repos/acme/site/check-runs", app, run(`,"status":"completed"`), 422, "conclusion"},
		"a check run on an unknown commit":    {"POST", "/repos/acme/site/check-runs", app, `{"name":"u","head_sha":"` + strings.Repeat("1", 40) + `"}`, 422, "No commit found for SHA"},
		"four actions":                        {"POST", "/repos/acme/site/check-runs", app, run(`,"actions":[{"label":"a","description":"a","identifier":"a"},{"label":"b","description":"a","identifier":"b"},{"label":"c","description":"a","identifier":"c"},{"label":"d","description":"a","identifier":"d"}]`), 422, "No more than 3 items"},
		"a status of a strange state":         {"POST", "/repos/acme/site/statuses/" + p.Head.SHA, bob, `{"state":"great"}`, 422, "Validation Failed"},
		"a status by a stranger":              {"POST", "/repos/acme/site/statuses/" + p.Head.SHA, mallory, `{"state":"success"}`, 403, "Must have push access"},
		"a description that is too long":      {"POST", "/repos/acme/site/statuses/" + p.Head.SHA, bob, `{"state":"success","description":"` + strings.Repeat("x", 141) + `"}`, 422, "Validation Failed"},
		"an empty comment":                    {"POST", "/repos/acme/site/issues/1/comments", bob, `{"body":" "}`, 422, "Validation Failed"},
		"a comment by nobody":                 {"POST", "/repos/acme/site/issues/1/comments", "", `{"body":"hi"}`, 401, "Requires authentication"},
		"a bad token":                         {"GET", "/repos/acme/site", "nonsense", "", 401, "Bad credentials"},
		"an unknown repository":               {"GET", "/repos/acme/nope", bob, "", 404, "Not Found"},
		"an unknown operation":                {"GET", "/nope", bob, "", 404, "Not Found"},
		"bad JSON":                            {"POST", "/repos/acme/site/issues/1/comments", bob, `{`, 400, "Problems parsing JSON"},
		"a label by a stranger":               {"POST", "/repos/acme/site/issues/1/labels", mallory, `{"labels":["x"]}`, 403, "Must have admin rights"},
		"the same pull request twice":         {"POST", "/repos/acme/site/pulls", bob, `{"title":"t","head":"topic","base":"main"}`, 422, "Validation Failed"},
		"a pull request without commits":      {"POST", "/repos/acme/site/pulls", bob, `{"title":"t","head":"main","base":"main"}`, 422, "Validation Failed"},
		"moving a branch back without force":  {"PATCH", "/repos/acme/site/git/refs/heads/topic", bob, `{"sha":"` + p.Base.SHA + `"}`, 422, "Update is not a fast forward"},
		"a branch that exists":                {"POST", "/repos/acme/site/git/refs", bob, `{"ref":"refs/heads/topic","sha":"` + p.Base.SHA + `"}`, 422, "Reference already exists"},
		"approving one's own pull request":    {"POST", "/repos/acme/site/pulls/1/reviews", bob, `{"event":"APPROVE"}`, 422, "Unprocessable Entity"},
		"hooks of a repository by a writer":   {"GET", "/repos/acme/site/hooks", bob, "", 403, "Must have admin rights"},
		"an App's page by a personal token":   {"GET", "/app", bob, "", 401, "A JSON web token could not be decoded"},
		"the user of an installation":         {"GET", "/user", app, "", 403, "Resource not accessible by integration"},
		"editing a stranger's comment":        {"PATCH", "/repos/acme/site/issues/1", mallory, `{"title":"x"}`, 403, "Must have admin rights"},
		"a token wider than its installation": {"POST", fmt.Sprintf("/app/installations/%d/access_tokens", w.install), w.jwt(nil), `{"permissions":{"administration":"write"}}`, 422, "not granted"},
		"a JWT that lives too long":           {"GET", "/app", w.jwt(jwt.MapClaims{"exp": time.Now().Add(time.Hour).Unix()}), "", 401, "too far in the future"},
		"a JWT that is over":                  {"GET", "/app", w.jwt(jwt.MapClaims{"exp": time.Now().Add(-time.Minute).Unix()}), "", 401, "'Expiration time' claim"},
		"a JWT of an App that nobody knows":   {"GET", "/app", w.jwt(jwt.MapClaims{"iss": "4711"}), "", 404, "Integration not found"},
	} {
		t.Run(name, func(t *testing.T) {
			resp, body := w.raw(test.method, test.path, test.token, test.body)
			message, _ := body["message"].(string)
			if resp.StatusCode != test.status || !strings.Contains(message, test.words) || body["documentation_url"] == "" {
				t.Errorf("got %d %v, want %d %q", resp.StatusCode, body, test.status, test.words)
			}
		})
	}
}

// jwt signs a JWT of the App; claims replace the usual ones.
func (w *world) jwt(claims jwt.MapClaims) string {
	w.t.Helper()
	key, err := jwt.ParseRSAPrivateKeyFromPEM(w.app.PrivateKey)
	w.ok(err)
	all := jwt.MapClaims{"iss": fmt.Sprint(w.app.ID), "iat": time.Now().Add(-time.Minute).Unix(), "exp": time.Now().Add(5 * time.Minute).Unix()}
	for k, v := range claims {
		all[k] = v
	}
	signed, err := jwt.NewWithClaims(jwt.SigningMethodRS256, all).SignedString(key)
	w.ok(err)
	return signed
}

// jwtClient is go-github as the App itself.
func (w *world) jwtClient() *github.Client {
	w.t.Helper()
	token, err := w.appSource().Token()
	w.ok(err)
	return w.client(token.AccessToken)
}

// TestTokenExpiry lets an installation token grow old.
func TestTokenExpiry(t *testing.T) {
	now := time.Now()
	w := newWorld(t, func(o *Options) { o.Clock = func() time.Time { return now } })
	token, _, err := w.jwtClient().Apps.CreateInstallationToken(context.Background(), w.install, &github.InstallationTokenOptions{Repositories: []string{"site"}})
	w.ok(err)
	c := w.client(token.GetToken())
	repos, _, err := c.Apps.ListRepos(context.Background(), nil)
	w.ok(err)
	if repos.GetTotalCount() != 1 {
		t.Errorf("the token reaches %d repositories, want 1", repos.GetTotalCount())
	}
	now = now.Add(59 * time.Minute)
	_, _, err = c.Repositories.Get(context.Background(), "acme", "site")
	w.ok(err)
	now = now.Add(time.Minute)
	_, resp, err := c.Repositories.Get(context.Background(), "acme", "site")
	if err == nil || resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("a token of an hour ago: %v", err)
	}
}

// TestConditional asks again with the ETag: 304, not counted; another credential has another ETag.
func TestConditional(t *testing.T) {
	w := newWorld(t)
	w.openPull("bob", "topic", map[string]string{"a": "b"})
	alice, bob := w.token("alice"), w.token("bob")
	first, _ := w.raw("GET", "/repos/acme/site/pulls/1", alice, "")
	etag, left := first.Header.Get("ETag"), first.Header.Get("X-RateLimit-Remaining")
	second, _ := w.raw("GET", "/repos/acme/site/pulls/1", alice, "", "If-None-Match", etag)
	if second.StatusCode != http.StatusNotModified || second.Header.Get("X-RateLimit-Remaining") != left {
		t.Errorf("the same again: %d with %s left, want 304 with %s", second.StatusCode, second.Header.Get("X-RateLimit-Remaining"), left)
	}
	other, _ := w.raw("GET", "/repos/acme/site/pulls/1", bob, "", "If-None-Match", etag)
	if other.StatusCode != http.StatusOK {
		t.Errorf("an ETag of somebody else: %d, want 200", other.StatusCode)
	}
	w.ok(w.Label("alice", "acme/site", 1, "x"))
	changed, _ := w.raw("GET", "/repos/acme/site/pulls/1", alice, "", "If-None-Match", etag)
	if changed.StatusCode != http.StatusOK {
		t.Errorf("after a change: %d, want 200", changed.StatusCode)
	}
}

// TestRateLimit uses a small budget up.
func TestRateLimit(t *testing.T) {
	now := time.Now()
	w := newWorld(t, func(o *Options) { o.RateLimit = 2; o.Clock = func() time.Time { return now } })
	c := w.as("bob")
	get := func() error { _, _, err := c.Repositories.Get(context.Background(), "acme", "site"); return err }
	w.ok(get())
	w.ok(get())
	var limited *github.RateLimitError
	if err := get(); !errors.As(err, &limited) {
		t.Fatalf("the third request of two: %v", err)
	}
	now = now.Add(time.Hour)
	if resp, _ := w.raw("GET", "/repos/acme/site", w.token("bob"), ""); resp.StatusCode != http.StatusOK {
		t.Errorf("after an hour: %d", resp.StatusCode)
	}
}

// TestPaging walks the pages of a conversation by the Link header.
func TestPaging(t *testing.T) {
	w := newWorld(t)
	w.openPull("bob", "topic", map[string]string{"a": "b"})
	for i := range 7 {
		_, err := w.Comment("alice", "acme/site", 1, fmt.Sprintf("comment %d", i))
		w.ok(err)
	}
	c, opts, seen := w.as("bob"), &github.IssueListCommentsOptions{ListOptions: github.ListOptions{PerPage: 3}}, []string{}
	for {
		list, resp, err := c.Issues.ListComments(context.Background(), "acme", "site", 1, opts)
		w.ok(err)
		for _, o := range list {
			seen = append(seen, o.GetBody())
		}
		if resp.NextPage == 0 {
			break
		}
		opts.Page = resp.NextPage
	}
	if len(seen) != 7 || seen[0] != "comment 0" || seen[6] != "comment 6" {
		t.Errorf("paged through %q", seen)
	}
}

// TestDeliveryLog reads the log of the App's hook, in which a delivery failed, and has it sent again.
func TestDeliveryLog(t *testing.T) {
	w := newWorld(t)
	w.appInbox.mu.Lock()
	w.appInbox.answer = http.StatusInternalServerError
	w.appInbox.mu.Unlock()
	w.openPull("bob", "topic", map[string]string{"a": "b"})
	w.settle()
	lost := w.appInbox.take()
	w.appInbox.mu.Lock()
	w.appInbox.answer = http.StatusOK
	w.appInbox.mu.Unlock()
	c := w.jwtClient()
	list, _, err := c.Apps.ListHookDeliveries(context.Background(), &github.ListCursorOptions{PerPage: 1})
	w.ok(err)
	if len(list) != 1 || list[0].GetEvent() != "pull_request" || list[0].GetStatusCode() != 500 || list[0].GetGUID() != lost[len(lost)-1].GUID {
		t.Fatalf("the newest delivery: %+v", list)
	}
	if _, _, err := c.Apps.RedeliverHookDelivery(context.Background(), list[0].GetID()); err != nil {
		var accepted *github.AcceptedError
		if !errors.As(err, &accepted) {
			t.Fatal(err)
		}
	}
	w.settle()
	again := w.appInbox.take()
	if len(again) != 1 || again[0].GUID != list[0].GetGUID() {
		t.Errorf("redelivered: %v, want the GUID %s again", names(again), list[0].GetGUID())
	}
}
