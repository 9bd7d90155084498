package github

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/bowsprit-ci/bowsprit/triggers"
)

// script is a GitHub that answers as a test says and remembers what it was asked.
type script struct {
	mu    sync.Mutex
	asked []string // method and path
	heads []http.Header
	play  func(w http.ResponseWriter, r *http.Request)
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.asked = append(s.asked, r.Method+" "+strings.TrimPrefix(r.URL.Path, "/api/v3"))
	s.heads = append(s.heads, r.Header.Clone())
	s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	s.play(w, r)
}

func (s *script) count(asked string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.asked {
		if a == asked {
			n++
		}
	}
	return n
}

// scripted starts a script, and a client that speaks with it by a token.
func scripted(t testing.TB, play func(w http.ResponseWriter, r *http.Request)) (*script, *Client) {
	t.Helper()
	s := &script{play: play}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	c, err := New(Options{APIURL: server.URL + "/api/v3", Token: "hunter2"})
	if err != nil {
		t.Fatal(err)
	}
	return s, c
}

// say answers with a status and a JSON body.
func say(w http.ResponseWriter, status int, body string) {
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

func TestReadsAreRepeatedWhenGitHubBreaks(t *testing.T) {
	failures := map[string]func(http.ResponseWriter){
		"502":              func(w http.ResponseWriter) { say(w, 502, `<html>unicorn</html>`) },
		"500":              func(w http.ResponseWriter) { say(w, 500, `{}`) },
		"broken transport": func(http.ResponseWriter) { panic(http.ErrAbortHandler) },
	}
	for name, fail := range failures {
		t.Run(name, func(t *testing.T) {
			tries := 0
			s, c := scripted(t, func(w http.ResponseWriter, _ *http.Request) {
				if tries++; tries < attempts {
					fail(w)
					return
				}
				say(w, 200, `{"login":"robot"}`)
			})
			if login, err := c.BotLogin(t.Context()); login != "robot" || err != nil {
				t.Errorf("got %q, %v", login, err)
			}
			if n := s.count("GET /user"); n != attempts {
				t.Errorf("asked %d times, want %d", n, attempts)
			}
		})
	}
}

func TestReadsEndAsTemporary(t *testing.T) {
	s, c := scripted(t, func(w http.ResponseWriter, _ *http.Request) { say(w, 503, `{"message":"busy"}`) })
	_, err := c.BotLogin(t.Context())
	if !errors.Is(err, ErrTemporary) || Unreportable(err) {
		t.Errorf("got %v, want ErrTemporary", err)
	}
	if n := s.count("GET /user"); n != attempts {
		t.Errorf("asked %d times, want %d", n, attempts)
	}
}

func TestWritesAreNeverRepeatedBlindly(t *testing.T) {
	s, c := scripted(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodPost:
			say(w, 502, `{}`)
		case strings.HasSuffix(r.URL.Path, "/user"):
			say(w, 200, `{"login":"robot"}`)
		default:
			say(w, 200, `[]`)
		}
	})
	err := c.SetStatus(t.Context(), Status{Org: "o", Repo: "r", SHA: headSHA, Context: "unit", State: "success"})
	if !errors.Is(err, ErrTemporary) {
		t.Errorf("got %v, want ErrTemporary", err)
	}
	if n := s.count("POST /repos/o/r/statuses/" + headSHA); n != 1 {
		t.Errorf("posted %d times", n)
	}
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	_, c := scripted(t, func(w http.ResponseWriter, _ *http.Request) { say(w, 503, `{}`) })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.BotLogin(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

func TestUnchangedAnswersAreAskedForConditionally(t *testing.T) {
	etag, full, empty := `"one"`, 0, 0
	s, c := scripted(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "private, max-age=60, s-maxage=60")
		w.Header().Set("Vary", "Accept, Authorization, Cookie, X-GitHub-OTP")
		w.Header().Set("ETag", etag)
		if r.Header.Get("If-None-Match") == etag {
			empty++
			w.WriteHeader(http.StatusNotModified)
			return
		}
		full++
		say(w, 200, fmt.Sprintf(`[{"filename":"%d.go"}]`, full))
	})
	for range 3 {
		if files, err := c.ChangedFiles(t.Context(), "o", "r", 1); err != nil || files[0] != "1.go" {
			t.Fatalf("got %v, %v", files, err)
		}
	}
	if full != 1 || empty != 2 {
		t.Errorf("%d full answers and %d empty ones, want 1 and 2", full, empty)
	}
	etag = `"two"`
	if files, err := c.ChangedFiles(t.Context(), "o", "r", 1); err != nil || files[0] != "2.go" {
		t.Errorf("after a change: got %v, %v: an old answer was served", files, err)
	}
	if got := s.heads[0].Get("Authorization"); got != "Bearer hunter2" {
		t.Errorf("Authorization is %q", got)
	}
}

func TestARateLimitStopsRequestsWithoutSleeping(t *testing.T) {
	reset := time.Now().Add(30 * time.Minute).Truncate(time.Second)
	cases := map[string]struct {
		why       string
		refuse    func(w http.ResponseWriter)
		secondary bool
		from, to  time.Duration // how long it says to wait
		sent      int           // of two requests
	}{
		"the hourly budget is spent": {
			refuse: func(w http.ResponseWriter) {
				w.Header().Set("X-RateLimit-Remaining", "0")
				w.Header().Set("X-RateLimit-Resource", "core")
				w.Header().Set("X-RateLimit-Reset", strconv.FormatInt(reset.Unix(), 10))
				say(w, 403, `{"message":"API rate limit exceeded for installation"}`)
			},
			from: 29 * time.Minute, to: 31 * time.Minute, sent: 1,
		},
		"the hourly budget of a resource that the library does not know": {
			refuse: func(w http.ResponseWriter) {
				w.Header().Set("X-RateLimit-Remaining", "0")
				w.Header().Set("X-RateLimit-Reset", strconv.FormatInt(reset.Unix(), 10))
				say(w, 429, `{"message":"API rate limit exceeded"}`)
			},
			from: 29 * time.Minute, to: 31 * time.Minute, sent: 2,
		},
		"a burst, with Retry-After": {
			refuse: func(w http.ResponseWriter) {
				w.Header().Set("Retry-After", "120")
				say(w, 403, `{"message":"You have exceeded a secondary rate limit. Please wait."}`)
			},
			secondary: true, from: 118 * time.Second, to: 121 * time.Second, sent: 1,
		},
		"a burst, answered with 429": {
			refuse: func(w http.ResponseWriter) {
				w.Header().Set("Retry-After", "120")
				say(w, 429, `{"documentation_url":"https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits"}`)
			},
			secondary: true, from: 118 * time.Second, to: 121 * time.Second, sent: 1,
		},
		"a burst, without a time": {
			why:       "GitHub's rule is to wait a minute",
			refuse:    func(w http.ResponseWriter) { say(w, 403, `{"message":"You have exceeded a secondary rate limit"}`) },
			secondary: true, from: 58 * time.Second, to: 61 * time.Second, sent: 1,
		},
		"a burst while the hourly budget is not spent": {
			why: "the reset is the budget's and may be an hour away; the burst is over in a minute",
			refuse: func(w http.ResponseWriter) {
				w.Header().Set("X-RateLimit-Remaining", "4000")
				w.Header().Set("X-RateLimit-Reset", strconv.FormatInt(reset.Unix(), 10))
				say(w, 403, `{"message":"You have exceeded a secondary rate limit"}`)
			},
			secondary: true, from: 58 * time.Second, to: 61 * time.Second, sent: 1,
		},
		"a burst, with a reset that has passed": {
			why: "the library would repeat at once, for ever",
			refuse: func(w http.ResponseWriter) {
				w.Header().Set("X-RateLimit-Remaining", "10")
				w.Header().Set("X-RateLimit-Reset", strconv.FormatInt(time.Now().Add(-time.Hour).Unix(), 10))
				say(w, 403, `{"message":"You have exceeded a secondary rate limit"}`)
			},
			secondary: true, from: 58 * time.Second, to: 61 * time.Second, sent: 1,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s, client := scripted(t, func(w http.ResponseWriter, _ *http.Request) { c.refuse(w) })
			began := time.Now()
			for range 2 {
				_, err := client.BotLogin(t.Context())
				limited, ok := errors.AsType[*RateLimited](err)
				if !ok {
					t.Fatalf("%s: got %v, want *RateLimited", c.why, err)
				}
				if wait := limited.Until.Sub(began); wait < c.from || wait > c.to || limited.Secondary != c.secondary {
					t.Errorf("%s: wait %s, secondary %t", c.why, wait, limited.Secondary)
				}
			}
			if n := s.count("GET /user"); n != c.sent {
				t.Errorf("%d of two requests were sent, want %d", n, c.sent)
			}
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("it slept for %s", took)
			}
		})
	}
}

func TestAPlainRefusalIsNoRateLimit(t *testing.T) {
	_, c := scripted(t, func(w http.ResponseWriter, _ *http.Request) {
		say(w, 403, `{"message":"Resource not accessible by integration"}`)
	})
	for range 2 {
		if _, err := c.BotLogin(t.Context()); !errors.Is(err, ErrForbidden) {
			t.Errorf("got %v, want ErrForbidden", err)
		}
	}
}

func TestErrorsHaveTheirKind(t *testing.T) {
	cases := map[string]struct {
		status       int
		body         string
		want         error
		unreportable bool
	}{
		"not found":           {404, `{"message":"Not Found"}`, ErrNotFound, true},
		"gone":                {410, `{"message":"Issues are disabled"}`, ErrGone, true},
		"a commit is gone":    {422, `{"message":"No commit found for SHA: 111"}`, ErrGone, true},
		"statuses are full":   {422, `{"message":"Validation Failed","errors":[{"message":"This SHA and context has reached the maximum number of statuses."}]}`, ErrGone, true},
		"invalid":             {422, `{"message":"Validation Failed","errors":[{"field":"state","code":"invalid"}]}`, ErrInvalid, false},
		"expired credentials": {401, `{"message":"Bad credentials"}`, ErrForbidden, false},
		"GitHub is down":      {500, `{}`, ErrTemporary, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, client := scripted(t, func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/user") {
					say(w, 200, `{"login":"robot"}`)
					return
				}
				say(w, c.status, c.body)
			})
			_, err := client.Contexts(t.Context(), "o", "r", headSHA)
			if !errors.Is(err, c.want) || Unreportable(err) != c.unreportable {
				t.Errorf("got %v (unreportable: %t), want %v", err, Unreportable(err), c.want)
			}
			if strings.Contains(fmt.Sprint(err), "hunter2") {
				t.Errorf("the error tells the token: %v", err)
			}
		})
	}
}

func TestRedirectsStayOnTheHost(t *testing.T) {
	foreign := &script{play: func(w http.ResponseWriter, _ *http.Request) { say(w, 200, `[{"filename":"evil.go"}]`) }}
	elsewhere := httptest.NewServer(foreign)
	t.Cleanup(elsewhere.Close)
	target := ""
	var log bytes.Buffer
	s := &script{play: func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/repositories/") {
			say(w, 200, `[{"filename":"good.go"}]`)
			return
		}
		w.Header().Set("Location", target)
		say(w, http.StatusMovedPermanently, `{}`)
	}}
	home := httptest.NewServer(s)
	t.Cleanup(home.Close)
	c, err := New(Options{APIURL: home.URL + "/api/v3/", Token: "hunter2", Logger: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}

	target = home.URL + "/api/v3/repositories/7/pulls/1/files"
	if files, err := c.ChangedFiles(t.Context(), "o", "old", 1); err != nil || len(files) != 1 || files[0] != "good.go" {
		t.Errorf("a renamed repository: got %v, %v", files, err)
	}
	target = elsewhere.URL + "/api/v3/repositories/7/pulls/1/files"
	if files, err := c.ChangedFiles(t.Context(), "o", "evil", 1); !errors.Is(err, ErrForbidden) {
		t.Errorf("another host: got %v, %v, want a refusal", files, err)
	}
	if len(foreign.asked) > 0 {
		t.Errorf("the other host was asked %v with %q", foreign.asked, foreign.heads[0].Get("Authorization"))
	}
	if strings.Contains(log.String(), "hunter2") || !strings.Contains(log.String(), "another host") {
		t.Errorf("log: %s", log.String())
	}
}

// GitHub redirects who is not a member itself to the public members (docs.github.com, "Check organization membership").
func TestMembershipOfAForeignOrganisationIsAskedForInPublic(t *testing.T) {
	s, c := scripted(t, func(w http.ResponseWriter, r *http.Request) {
		switch path := strings.TrimPrefix(r.URL.Path, "/api/v3"); path {
		case "/user":
			say(w, 200, `{"login":"robot"}`)
		case "/orgs/friends/members/fred":
			w.Header().Set("Location", "/api/v3/orgs/friends/public_members/fred")
			w.WriteHeader(http.StatusFound)
		case "/orgs/friends/public_members/fred":
			w.WriteHeader(http.StatusNoContent)
		default:
			say(w, 404, `{"message":"Not Found"}`)
		}
	})
	got, err := c.Trusted(t.Context(), "acme", "web", "fred", triggers.TrustPolicy{TrustedOrg: "friends"})
	if !got || err != nil || s.count("GET /orgs/friends/public_members/fred") != 1 {
		t.Errorf("got %t, %v after %v", got, err, s.asked)
	}
}

// scriptedApp starts a script, and a client that speaks with it as an App. The script plays what belongs to no token.
func scriptedApp(t *testing.T, play func(w http.ResponseWriter, r *http.Request)) (*script, *Client) {
	t.Helper()
	s := &script{play: play}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	c, err := New(Options{APIURL: server.URL + "/api/v3", App: App{ID: 12, PrivateKey: testKey(t)}})
	if err != nil {
		t.Fatal(err)
	}
	return s, c
}

// token answers as GitHub does when an installation's token is asked for.
func token(w http.ResponseWriter, token string) {
	say(w, 201, fmt.Sprintf(`{"token":%q,"expires_at":%q}`, token, time.Now().Add(time.Hour).Format(time.RFC3339)))
}

func TestAForeignOrganisationWithoutTheAppIsAskedByTheRepositorysInstallation(t *testing.T) {
	s, c := scriptedApp(t, func(w http.ResponseWriter, r *http.Request) {
		switch path := r.Method + " " + strings.TrimPrefix(r.URL.Path, "/api/v3"); path {
		case "GET /app":
			say(w, 200, `{"slug":"bowsprit"}`)
		case "GET /repos/acme/web/installation":
			say(w, 200, `{"id":1}`)
		case "POST /app/installations/1/access_tokens":
			token(w, "one")
		case "GET /orgs/friends/members/fred":
			w.WriteHeader(http.StatusNoContent)
		default:
			say(w, 404, `{"message":"Not Found"}`)
		}
	})
	got, err := c.Trusted(t.Context(), "acme", "web", "fred", triggers.TrustPolicy{TrustedOrg: "friends"})
	if !got || err != nil || s.count("GET /orgs/friends/installation") != 1 {
		t.Errorf("got %t, %v after %v", got, err, s.asked)
	}
	if n := s.count("POST /app/installations/1/access_tokens"); n != 1 {
		t.Errorf("%d tokens were minted, want 1", n)
	}
}

func TestAnAppThatWasInstalledAnewIsFound(t *testing.T) {
	installation := 1
	s, c := scriptedApp(t, func(w http.ResponseWriter, r *http.Request) {
		switch path := strings.TrimPrefix(r.URL.Path, "/api/v3"); path {
		case "/repos/acme/web/installation":
			say(w, 200, fmt.Sprintf(`{"id":%d}`, installation))
		case "/app/installations/2/access_tokens":
			token(w, "two")
		case "/repos/acme/web/pulls/1/files":
			say(w, 200, `[{"filename":"a.go"}]`)
		default:
			say(w, 404, `{"message":"Not Found"}`)
		}
	})
	if _, err := c.ChangedFiles(t.Context(), "acme", "web", 1); !errors.Is(err, ErrTemporary) {
		t.Errorf("without a token: got %v, want ErrTemporary", err)
	}
	installation = 2
	if files, err := c.ChangedFiles(t.Context(), "acme", "web", 1); err != nil || len(files) != 1 {
		t.Errorf("installed anew: got %v, %v after %v", files, err, s.asked)
	}
}

// Below a homebody requests are signed, so it is tried by itself: whatever brought the request about.
func TestNothingIsSignedForAnotherHost(t *testing.T) {
	passed := 0
	h := &homebody{scheme: "https", host: "ghe.example.com", next: roundTrip(func(*http.Request) (*http.Response, error) {
		passed++
		return &http.Response{StatusCode: http.StatusOK}, nil
	})}
	for url, want := range map[string]bool{
		"https://ghe.example.com/api/v3/user":           true,
		"http://ghe.example.com/api/v3/user":            false,
		"https://ghe.example.com:8443/api/v3/user":      false,
		"https://ghe.example.com.evil.org/api/v3/user":  false,
		"https://ghe.example.com@evil.org/api/v3/user":  false,
		"https://evil.org/https://ghe.example.com/user": false,
	} {
		before := passed
		_, err := h.RoundTrip(httptest.NewRequest(http.MethodGet, url, nil))
		if got := passed > before; got != want || got == errors.Is(err, errStray) {
			t.Errorf("%s: passed %t, %v", url, got, err)
		}
	}
}

// roundTrip is a transport made of a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestRequestsAreCounted(t *testing.T) {
	_, c := scripted(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-RateLimit-Remaining", "4321")
		if strings.HasSuffix(r.URL.Path, "/user") {
			say(w, 200, `{"login":"robot"}`)
			return
		}
		say(w, 404, `{}`)
	})
	if _, err := c.BotLogin(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := c.PullRequest(t.Context(), "pulls", "labels", 7); !errors.Is(err, ErrNotFound) {
		t.Fatal(err)
	}
	want := map[string]float64{
		"bowsprit_github_rate_remaining identity=token":                          4321,
		"bowsprit_github_requests_total method=GET route=repos/pulls status=404": 1,
		"bowsprit_github_requests_total method=GET route=user status=200":        1,
	}
	if diff := cmp.Diff(want, gathered(t, c.metrics)); diff != "" {
		t.Errorf("metrics (-want +got):\n%s", diff)
	}
}

// gathered reads metrics as a scrape would.
func gathered(t testing.TB, metrics prometheus.Collector) map[string]float64 {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(metrics)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]float64{}
	for _, family := range families {
		for _, metric := range family.Metric {
			name := family.GetName()
			for _, label := range metric.Label {
				name += " " + label.GetName() + "=" + label.GetValue()
			}
			found[name] = metric.GetCounter().GetValue() + metric.GetGauge().GetValue()
		}
	}
	return found
}

func TestRouteClass(t *testing.T) {
	cases := map[string]string{
		"/api/v3/repos/o/r/pulls/7/files":                  "repos/pulls/files",
		"/api/v3/repos/o/r/git/ref/heads/labels/issues":    "repos/git/ref",
		"/api/v3/repos/issues/pulls/commits/abc/statuses":  "repos/commits/statuses",
		"/api/v3/repos/o/r/issues/7/labels/commits":        "repos/issues/labels",
		"/api/v3/orgs/members/members/app":                 "orgs/members",
		"/api/v3/app":                                      "app",
		"/api/v3/app/installations/12/access_tokens":       "app/installations/access_tokens",
		"/api/v3/never/heard/of":                           "other",
		"/api/v3/":                                         "other",
		"/api/v3/repos/o/r/check-runs/1":                   "repos/check-runs",
		"/api/v3/repos/o/r/commits/1111111/check-runs":     "repos/commits/check-runs",
		"/api/v3/repos/o/r/collaborators/issues":           "repos/collaborators",
		"/api/v3/repos/o/r/collaborators/issues/something": "repos/collaborators",
	}
	for path, want := range cases {
		if got := routeClass("/api/v3/", path); got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
}

// testKey makes an App's key in PEM.
func testKey(t testing.TB) []byte {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
}

func TestNewRefuses(t *testing.T) {
	key := testKey(t)
	cases := map[string]struct {
		options Options
		want    string
	}{
		"no credentials":      {Options{}, "neither an App nor a token"},
		"both":                {Options{Token: "x", App: App{ID: 1, PrivateKey: key}}, "not both"},
		"an App without key":  {Options{App: App{ID: 1}}, "private key"},
		"a key without App":   {Options{App: App{PrivateKey: key}}, "identifier"},
		"a key that is none":  {Options{App: App{ID: 1, PrivateKey: []byte("hello")}}, "private key"},
		"a page for an API":   {Options{APIURL: "https://github.com/", Token: "x"}, "https://HOST/api/v3/"},
		"a host without http": {Options{APIURL: "ghe.example.com", Token: "x"}, "absolute http"},
		"a web URL of no use": {Options{WebURL: "ftp://x", Token: "x"}, "WebURL"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			client, err := New(c.options)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
			_ = client
		})
	}
}

func TestTheCacheStaysBounded(t *testing.T) {
	cache, err := newBoundedCache(10, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		if err := cache.Set(strconv.Itoa(i), make([]byte, i*3)); err != nil {
			t.Fatal(err)
		}
		total := 0
		for _, key := range cache.lru.Keys() {
			value, _ := cache.lru.Peek(key)
			total += len(key) + len(value)
		}
		if total > 1000 || total != cache.bytes || cache.lru.Len() > 10 {
			t.Fatalf("after %d: %d entries of %d bytes, counted as %d", i, cache.lru.Len(), total, cache.bytes)
		}
	}
	if _, err := cache.Get("99"); err == nil {
		t.Error("an entry larger than a quarter of the cache was kept")
	}
	if _, err := cache.Get("83"); err != nil {
		t.Errorf("a recent entry is gone: %v", err)
	}
	if err := cache.Delete("83"); err != nil {
		t.Error(err)
	}
	if err := cache.Delete("83"); err == nil {
		t.Error("deleted twice without ErrNotExist")
	}
}
