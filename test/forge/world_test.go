package forge

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-github/v92/github"
	"github.com/jferrl/go-githubauth"
	"golang.org/x/oauth2"
)

// received is a webhook as a receiver got it.
type received struct {
	Event, GUID string
	Body        map[string]any
}

func (r received) name() string {
	if action, _ := r.Body["action"].(string); action != "" {
		return r.Event + "." + action
	}
	return r.Event
}

// inbox is a webhook receiver that checks signatures as go-github does.
type inbox struct {
	mu     sync.Mutex
	list   []received
	answer int
	url    string
}

func newInbox(t *testing.T, secret string) *inbox {
	in := &inbox{answer: http.StatusOK}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := github.ValidatePayload(r, []byte(secret))
		if err != nil {
			t.Errorf("a webhook's signature does not hold: %v", err)
		}
		if _, err := github.ParseWebHook(github.WebHookType(r), body); err != nil {
			t.Errorf("go-github cannot read %s: %v", github.WebHookType(r), err)
		}
		in.mu.Lock()
		defer in.mu.Unlock()
		got := received{Event: github.WebHookType(r), GUID: github.DeliveryID(r)}
		if err := json.Unmarshal(body, &got.Body); err != nil {
			t.Errorf("a webhook's body is not JSON: %v", err)
		}
		in.list = append(in.list, got)
		w.WriteHeader(in.answer)
	}))
	t.Cleanup(srv.Close)
	in.url = srv.URL
	return in
}

// take gives what came since it was last asked.
func (in *inbox) take() []received {
	in.mu.Lock()
	defer in.mu.Unlock()
	list := in.list
	in.list = nil
	return list
}

func names(list []received) string {
	var out []string
	for _, r := range list {
		out = append(out, r.name())
	}
	return strings.Join(out, " ")
}

// appKey is the App's key, made by the first test and used by all (which do not run in parallel).
var appKey []byte

// world is a small GitHub: the organisation acme with alice (owner), bob (writer) and dora (member), the stranger mallory, the
// repository acme/site with one Go file, and the App bowsprit installed on acme.
type world struct {
	*Forge
	t        *testing.T
	app      App
	install  int64
	appInbox *inbox
}

const webhookSecret = "s3cret"

var appPermissions = map[string]string{
	"checks": "write", "contents": "write", "issues": "write", "pull_requests": "write", "statuses": "write", "members": "read", "merge_queues": "read",
}

func newWorld(t *testing.T, edit ...func(*Options)) *world {
	t.Helper()
	inbox := newInbox(t, webhookSecret)
	w := &world{Forge: NewForTest(t, edit...), t: t, appInbox: inbox}
	for _, login := range []string{"alice", "bob", "dora", "mallory"} {
		_, err := w.CreateUser(login)
		w.ok(err)
	}
	_, err := w.CreateOrg("acme", "alice")
	w.ok(err)
	w.ok(w.SetMember("acme", "dora", "member"))
	_, err = w.CreateRepo(RepoSpec{Owner: "acme", Name: "site", Files: map[string]string{"main.go": "package main\n\nfunc main() {}\n", "README.md": "# site\n"}})
	w.ok(err)
	w.ok(w.SetCollaborator("acme/site", "bob", "write"))
	w.app, err = w.CreateApp(AppSpec{
		Slug: "bowsprit", Name: "Bowsprit", Owner: "acme", PrivateKey: appKey, Permissions: appPermissions, HookURL: inbox.url, HookSecret: webhookSecret,
		Events: []string{"pull_request", "issue_comment", "push", "check_run", "check_suite", "status", "merge_group", "pull_request_review", "create", "delete", "label"},
	})
	w.ok(err)
	appKey = w.app.PrivateKey
	w.install, err = w.Install(w.app.ID, "acme")
	w.ok(err)
	w.settle()
	inbox.take()
	return w
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// settle waits until all webhooks have arrived.
func (w *world) settle() {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	w.ok(w.WaitDelivered(ctx))
}

// events waits for all webhooks and names those that came since it was last asked.
func (w *world) events() string {
	w.t.Helper()
	w.settle()
	return names(w.appInbox.take())
}

// openPull pushes a branch with one changed file and opens a pull request.
func (w *world) openPull(who, branch string, files map[string]string) PullView {
	w.t.Helper()
	_, err := w.Push(PushSpec{Who: who, Repo: "acme/site", Branch: branch, Files: files, Message: "Change " + branch})
	w.ok(err)
	p, err := w.OpenPull(PullSpec{Who: who, Repo: "acme/site", Head: branch, Title: "Change " + branch, Body: "Please."})
	w.ok(err)
	return p
}

// client is go-github with a token.
func (w *world) client(token string) *github.Client {
	w.t.Helper()
	c, err := github.NewClient(github.WithHTTPClient(oauth2.NewClient(context.Background(), oauth2.StaticTokenSource(&oauth2.Token{AccessToken: token}))),
		github.WithEnterpriseURLs(w.URL()+"/", w.URL()+"/"))
	w.ok(err)
	return c
}

// as is go-github as a user.
func (w *world) as(login string) *github.Client {
	w.t.Helper()
	token, err := w.Token(login)
	w.ok(err)
	return w.client(token)
}

// appSource is the App's JWT source, as production makes it.
func (w *world) appSource() oauth2.TokenSource {
	w.t.Helper()
	src, err := githubauth.NewApplicationTokenSource(w.app.ID, w.app.PrivateKey)
	w.ok(err)
	return src
}

// asApp is go-github as the App's installation, by way of go-githubauth.
func (w *world) asApp() *github.Client {
	w.t.Helper()
	src := githubauth.NewInstallationTokenSource(w.install, w.appSource(), githubauth.WithEnterpriseURL(w.URL()))
	token, err := src.Token()
	w.ok(err)
	return w.client(token.AccessToken)
}

// raw sends a request as it is and reads the answer.
func (w *world) raw(method, path, token, body string, header ...string) (*http.Response, map[string]any) {
	w.t.Helper()
	req, err := http.NewRequest(method, w.URL()+"/api/v3"+path, bytes.NewReader([]byte(body)))
	w.ok(err)
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	w.ok(err)
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(resp.Body)
	w.ok(err)
	var out map[string]any
	_ = json.Unmarshal(data, &out) // lists and empty bodies stay nil
	return resp, out
}

// tolerant lets a test send what GitHub's schemas do not allow, to see the refusal.
func tolerant(o *Options) { o.Contract = nil }

// newPlain is a receiver that hands on the headers of what it gets.
func newPlain(t *testing.T, got chan<- http.Header) string {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got <- r.Header
		w.WriteHeader(http.StatusAccepted)
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}
