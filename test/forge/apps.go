package forge

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// app is a GitHub App.
type app struct {
	id          int64
	slug        string
	name        string
	clientID    string
	owner       *account
	bot         *account
	key         *rsa.PrivateKey
	permissions map[string]string
	events      []string
	hook        *hook // nil if the App has no webhook
	created     time.Time
}

// installation is an App on an account.
type installation struct {
	id          int64
	app         *app
	account     *account
	all         bool // all repositories of the account, also future ones
	repos       []*repo
	permissions map[string]string
	suspended   bool
	created     time.Time
}

// covers says whether the installation reaches a repository.
func (i *installation) covers(r *repo) bool {
	return r != nil && !i.suspended && ((i.all && r.owner == i.account) || slices.Contains(i.repos, r))
}

// AppSpec describes an App to be created.
type AppSpec struct {
	Slug        string            // lower case, as in bowsprit; its bot is "<slug>[bot]"
	Name        string            // shown to people; empty takes the slug
	Owner       string            // login of an existing user or organisation
	Permissions map[string]string // permission → read or write, as in checks: write; metadata: read is always there
	Events      []string          // webhook events that the App subscribes to
	HookURL     string            // empty for no webhook
	HookSecret  string
	PrivateKey  []byte // PEM of an RSA key to use; empty makes a new one, which takes a moment
}

// key reads the key that was given, or makes one.
func (s AppSpec) key() (*rsa.PrivateKey, error) {
	if len(s.PrivateKey) > 0 {
		return jwt.ParseRSAPrivateKeyFromPEM(s.PrivateKey)
	}
	return rsa.GenerateKey(rand.Reader, 2048)
}

// App is what the owner of a new App gets to know.
type App struct {
	ID         int64
	ClientID   string
	Slug       string
	BotLogin   string
	PrivateKey []byte // PEM, PKCS #1, as GitHub hands it out
}

// CreateApp registers an App and makes its key.
func (f *Forge) CreateApp(spec AppSpec) (App, error) {
	key, err := spec.key()
	if err != nil {
		return App{}, fmt.Errorf("get the key of App %s: %w", spec.Slug, err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	owner := f.account(spec.Owner)
	if owner == nil {
		return App{}, fmt.Errorf("create App %s: no account %q", spec.Slug, spec.Owner)
	}
	if f.account(spec.Slug+"[bot]") != nil {
		return App{}, fmt.Errorf("create App %s: the name is taken", spec.Slug)
	}
	a := &app{
		id: f.newID(), slug: spec.Slug, name: spec.Name, owner: owner, key: key, events: slices.Clone(spec.Events),
		permissions: withMetadata(spec.Permissions), created: f.now(),
	}
	a.clientID = fmt.Sprintf("Iv23li%014d", a.id)
	if a.name == "" {
		a.name = a.slug
	}
	a.bot = &account{id: f.newID(), login: a.slug + "[bot]", kind: "Bot", app: a, created: a.created}
	f.accounts[a.bot.login] = a.bot
	f.apps[a.id] = a
	if spec.HookURL != "" {
		a.hook = f.addHook(&hook{app: a, url: spec.HookURL, secret: spec.HookSecret, events: a.events, active: true})
	}
	block := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	f.record(&actor{acct: owner, via: "go"}, Entry{What: "app.create", ID: a.id})
	return App{ID: a.id, ClientID: a.clientID, Slug: a.slug, BotLogin: a.bot.login, PrivateKey: block}, nil
}

func withMetadata(permissions map[string]string) map[string]string {
	out := map[string]string{"metadata": "read"}
	maps.Copy(out, permissions)
	return out
}

// SetAppHook points an App's webhook at a URL, for a receiver that is started after the App was made.
func (f *Forge) SetAppHook(appID int64, url, secret string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	a := f.apps[appID]
	if a == nil {
		return fmt.Errorf("set the webhook of an App: no App %d", appID)
	}
	if a.hook == nil {
		a.hook = f.addHook(&hook{app: a, url: url, secret: secret, events: a.events, active: true})
		return nil
	}
	a.hook.url, a.hook.secret, a.hook.updated = url, secret, f.now()
	return nil
}

// Install puts an App on an account and returns the installation's id. Without repositories it covers all of the
// account's, also those created later.
func (f *Forge) Install(appID int64, login string, repos ...string) (int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	a, acct := f.apps[appID], f.account(login)
	if a == nil || acct == nil {
		return 0, fmt.Errorf("install App %d on %q: no such App or account", appID, login)
	}
	i := &installation{id: f.newID(), app: a, account: acct, all: len(repos) == 0, permissions: maps.Clone(a.permissions), created: f.now()}
	for _, name := range repos {
		r, err := f.mustRepo(name)
		if err != nil {
			return 0, fmt.Errorf("install App %d: %w", appID, err)
		}
		i.repos = append(i.repos, r)
	}
	f.installs[i.id] = i
	who := &actor{acct: acct, via: "go"}
	f.record(who, Entry{What: "installation.create", ID: i.id})
	f.emitInstallation("created", i, who)
	return i.id, nil
}

// AddInstallationRepo adds a repository to an installation that covers selected ones.
func (f *Forge) AddInstallationRepo(installation int64, repo string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := f.installs[installation]
	r, err := f.mustRepo(repo)
	if i == nil || err != nil {
		return errors.Join(fmt.Errorf("add to installation %d", installation), err)
	}
	if i.covers(r) {
		return nil
	}
	i.repos = append(i.repos, r)
	who := &actor{acct: i.account, via: "go"}
	f.record(who, Entry{What: "installation.add_repo", ID: i.id, Repo: r.fullName()})
	f.emitInstallationRepos(i, r, who)
	return nil
}

// installationOf finds the installation of an App that covers a repository.
func (f *Forge) installationOf(a *app, r *repo) *installation {
	for _, i := range f.sortedInstalls() {
		if i.app == a && i.covers(r) {
			return i
		}
	}
	return nil
}

// sortedInstalls lists all installations by id.
func (f *Forge) sortedInstalls() []*installation {
	return slices.SortedFunc(maps.Values(f.installs), func(a, b *installation) int { return int(a.id - b.id) })
}

// installRepos lists the repositories of an installation.
func (f *Forge) installRepos(i *installation) []*repo {
	var out []*repo
	for _, r := range f.sortedRepos() {
		if i.covers(r) {
			out = append(out, r)
		}
	}
	return out
}

// tokenLife is how long an installation token is good for.
const tokenLife = time.Hour

// grantRequest narrows an installation token.
type grantRequest struct {
	Repositories  []string          `json:"repositories"`
	RepositoryIDs []int64           `json:"repository_ids"`
	Permissions   map[string]string `json:"permissions"`
}

// grant makes an installation token, narrowed as asked; it can never be wider than the installation.
func (f *Forge) grant(i *installation, in grantRequest) (*token, error) {
	t := &token{secret: secret("ghs"), inst: i, permissions: maps.Clone(i.permissions), expires: f.now().Add(tokenLife)}
	for _, r := range f.installRepos(i) {
		if slices.Contains(in.Repositories, r.name) || slices.Contains(in.RepositoryIDs, r.id) {
			t.repos = append(t.repos, r)
		}
	}
	if want := len(in.Repositories) + len(in.RepositoryIDs); want > 0 && len(t.repos) != want {
		return nil, refuse(http.StatusUnprocessableEntity, "There is at least one repository that does not exist or is not accessible to the parent installation.")
	}
	if in.Permissions != nil {
		t.permissions = map[string]string{"metadata": "read"}
	}
	for name, level := range in.Permissions {
		if !allows(i.permissions[name], level) {
			return nil, refuse(http.StatusUnprocessableEntity, "The permissions requested are not granted to this installation.")
		}
		t.permissions[name] = level
	}
	f.tokens[t.secret] = t
	return t, nil
}

// allows compares permissions of an App: none < read < write < admin.
func allows(have, want string) bool {
	order := []string{"", "read", "write", "admin"}
	return slices.Index(order, have) >= slices.Index(order, want) && slices.Contains(order, want)
}
