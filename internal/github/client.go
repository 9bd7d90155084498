package github

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/google/go-github/v92/github"
	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/jferrl/go-githubauth"
	"golang.org/x/oauth2"

	"github.com/bowsprit-ci/bowsprit/triggers"
)

// timeout is the most that one call may take, repeats of a read included.
const timeout = 30 * time.Second

// App is a GitHub App's identity.
type App struct {
	// ID is the App's number.
	ID int64
	// PrivateKey is the App's RSA key in PEM.
	PrivateKey []byte
}

// Options say which GitHub to speak with, and as whom: exactly one of App and Token.
type Options struct {
	// APIURL is the root of the REST API: https://api.github.com/ (also when empty), or https://HOST/api/v3/ of a GitHub
	// Enterprise Server. Requests go to its host only.
	APIURL string
	// WebURL is the root of the pages, https://github.com/ when empty.
	WebURL string
	// App speaks as the App's installation in each repository.
	App App
	// Token speaks as the user whom it belongs to. It cannot write check runs.
	Token string
	// Logger gets rate limits and refused redirects; nil discards them. No secret is ever logged.
	Logger *slog.Logger
	// Transport carries the requests; nil makes one that takes proxies from the environment.
	Transport http.RoundTripper
	// Clock dates what is remembered for a while (memberships, installations); nil is time.Now. Rate limits follow
	// GitHub's clock, not this one.
	Clock func() time.Time
	// Metrics counts requests; nil counts for nobody.
	Metrics *Metrics
}

// Client speaks with one GitHub. It is safe for concurrent use.
type Client struct {
	api, web *url.URL
	appID    int64
	jwt      oauth2.TokenSource // of the App; nil in token mode
	logger   *slog.Logger
	base     http.RoundTripper
	now      func() time.Time
	metrics  *Metrics

	self        *github.Client // as the App itself, or as the token's user
	mu          sync.Mutex
	bot         string                   // own login, once known
	connections map[int64]*github.Client // by installation

	installed   *lru.Cache[string, remembered[int64]]
	memberships *lru.Cache[string, remembered[bool]]
}

var _ triggers.World = (*Client)(nil)

// remembered is an answer that holds for a while.
type remembered[T any] struct {
	answer T
	until  time.Time
}

// memory bounds how many answers of one kind are remembered.
const memory = 8192

// New makes a client. It sends nothing yet; an error says which option is wrong.
func New(o Options) (*Client, error) {
	api, err := apiURL(o.APIURL)
	if err != nil {
		return nil, err
	}
	web, err := rootURL("WebURL", o.WebURL, "https://github.com/")
	if err != nil {
		return nil, err
	}
	c := &Client{
		api: api, web: web, logger: o.Logger, base: o.Transport, now: o.Clock, metrics: o.Metrics,
		connections: map[int64]*github.Client{},
	}
	c.fillIn()
	if c.installed, err = lru.New[string, remembered[int64]](memory); err != nil {
		return nil, err
	}
	if c.memberships, err = lru.New[string, remembered[bool]](memory); err != nil {
		return nil, err
	}
	return c, c.identify(o)
}

// fillIn gives defaults to what the options left open.
func (c *Client) fillIn() {
	if c.logger == nil {
		c.logger = slog.New(slog.DiscardHandler)
	}
	if c.base == nil {
		c.base = http.DefaultTransport.(*http.Transport).Clone()
	}
	if c.now == nil {
		c.now = time.Now
	}
	if c.metrics == nil {
		c.metrics = NewMetrics()
	}
}

// identify takes the credentials, of which there must be exactly one kind.
func (c *Client) identify(o Options) (err error) {
	hasApp, hasToken := o.App.ID != 0 || len(o.App.PrivateKey) > 0, o.Token != ""
	switch {
	case hasApp && hasToken:
		return errors.New("GitHub credentials: give an App or a token, not both")
	case hasApp:
		if c.jwt, err = githubauth.NewApplicationTokenSource(o.App.ID, o.App.PrivateKey); err != nil {
			return fmt.Errorf("GitHub App %d: read its private key: %w", o.App.ID, err)
		}
		c.appID = o.App.ID
		c.self, err = c.connect("app", c.jwt)
	case hasToken:
		c.self, err = c.connect("token", githubauth.NewPersonalAccessTokenSource(o.Token))
	default:
		return errors.New("GitHub credentials: neither an App nor a token is given")
	}
	return err
}

// apiURL parses the API's root. Only the two forms that GitHub has are taken, because the libraries below would
// otherwise each complete it in their own way.
func apiURL(text string) (*url.URL, error) {
	u, err := rootURL("APIURL", text, "https://api.github.com/")
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(u.Host, "api.") && !strings.HasSuffix(u.Path, "/api/v3/") {
		return nil, fmt.Errorf("APIURL %q: want https://api.HOST/ or https://HOST/api/v3/", text)
	}
	return u, nil
}

// rootURL parses an http(s) URL and ends its path with a slash.
func rootURL(field, text, otherwise string) (*url.URL, error) {
	if text == "" {
		text = otherwise
	}
	u, err := url.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", field, err)
	}
	if u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return nil, fmt.Errorf("%s %q: want an absolute http or https URL", field, text)
	}
	if !strings.HasSuffix(u.Path, "/") {
		u.Path += "/"
	}
	return u, nil
}

// CanWriteChecks says whether results can be written as check runs (UpsertCheck): GitHub lets only Apps do so. Otherwise
// they are commit statuses (SetStatus).
func (c *Client) CanWriteChecks() bool { return c.jwt != nil }

// WebURL is the root of GitHub's pages, with a final slash.
func (c *Client) WebURL() string { return c.web.String() }

// BotLogin is the login under which this client writes: the App's bot, or the token's user.
func (c *Client) BotLogin(ctx context.Context) (string, error) {
	c.mu.Lock()
	known := c.bot
	c.mu.Unlock()
	if known != "" {
		return known, nil
	}
	login, err := c.askLogin(ctx)
	if err != nil {
		return "", explain(err, "ask GitHub for our own login")
	}
	c.mu.Lock()
	c.bot = login
	c.mu.Unlock()
	return login, nil
}

// askLogin reads the App's slug or the token's user.
func (c *Client) askLogin(ctx context.Context) (string, error) {
	if !c.CanWriteChecks() {
		user, _, err := c.self.Users.Get(ctx, "")
		return user.GetLogin(), err
	}
	app, _, err := c.self.Apps.Get(ctx, "")
	return app.GetSlug() + "[bot]", err
}
