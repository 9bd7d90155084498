package forge

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// actor is who makes a request: a user, an App (by JWT), an App's installation (by token), or nobody.
type actor struct {
	acct *account // nil for the anonymous
	app  *app     // set for a JWT and for an installation
	tok  *token   // nil in the Go API, for a JWT and for the anonymous
	via  string   // go, rest or git
}

func (a *actor) login() string {
	if a == nil || a.acct == nil {
		return ""
	}
	return a.acct.login
}

// isInstallation says whether the actor is an App's installation, which is bound by permissions.
func (a *actor) isInstallation() bool { return a.tok != nil && a.tok.inst != nil }

// isJWT says whether the actor is an App itself.
func (a *actor) isJWT() bool { return a.app != nil && a.tok == nil }

// token is a bearer secret: of a user, or of an installation.
type token struct {
	secret      string
	user        *account
	inst        *installation
	repos       []*repo // installation: nil for all that the installation has
	permissions map[string]string
	expires     time.Time // zero for never
}

// secret makes a random secret of GitHub's form.
func secret(prefix string) string {
	buf := make([]byte, 18)
	_, _ = rand.Read(buf) // never fails since Go 1.24
	return prefix + "_" + hex.EncodeToString(buf)
}

// Token makes a personal access token for a user. It does not expire.
func (f *Forge) Token(login string) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	user := f.account(login)
	if user == nil || user.kind != "User" {
		return "", fmt.Errorf("make a token: no user %q", login)
	}
	t := &token{secret: secret("ghp"), user: user}
	f.tokens[t.secret] = t
	return t.secret, nil
}

// RevokeToken makes a token useless at once, whoever it belongs to.
func (f *Forge) RevokeToken(secret string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.tokens, secret)
}

// bearer is the credential of a request, however it was sent; empty if none.
func bearer(r *http.Request) string {
	if _, password, ok := r.BasicAuth(); ok {
		return password
	}
	scheme, value, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "bearer") || strings.EqualFold(scheme, "token") {
		return strings.TrimSpace(value)
	}
	return ""
}

// identify finds who sent a request. No credential is the anonymous; a bad one is an error with status 401.
func (f *Forge) identify(r *http.Request) (*actor, error) {
	cred := bearer(r)
	if cred == "" {
		if r.Header.Get("Authorization") != "" {
			return nil, unauthorized("Bad credentials")
		}
		return &actor{via: "rest"}, nil
	}
	if strings.Count(cred, ".") == 2 {
		return f.identifyApp(cred)
	}
	t := f.tokens[cred]
	if t == nil || (!t.expires.IsZero() && !f.now().Before(t.expires)) {
		return nil, unauthorized("Bad credentials")
	}
	if t.inst == nil {
		return &actor{acct: t.user, tok: t, via: "rest"}, nil
	}
	if t.inst.suspended {
		return nil, refuse(http.StatusForbidden, "This installation has been suspended")
	}
	return &actor{acct: t.inst.app.bot, app: t.inst.app, tok: t, via: "rest"}, nil
}

// maxJWTLife is how far in the future an App's JWT may expire.
const maxJWTLife = 10 * time.Minute

// identifyApp checks an App's JWT: RS256 by the App's key, exp at most ten minutes ahead, iat not in the future.
// Source of rules and messages: docs.github.com, "Generating a JSON Web Token (JWT) for a GitHub App".
func (f *Forge) identifyApp(cred string) (*actor, error) {
	var found *app
	claims := jwt.MapClaims{}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithoutClaimsValidation())
	_, err := parser.ParseWithClaims(cred, claims, func(*jwt.Token) (any, error) {
		if found = f.appByIssuer(claims["iss"]); found == nil {
			return nil, errNoApp
		}
		return &found.key.PublicKey, nil
	})
	if errors.Is(err, errNoApp) {
		return nil, refuse(http.StatusNotFound, "Integration not found")
	}
	if err != nil {
		return nil, unauthorized("A JSON web token could not be decoded")
	}
	if err := f.checkTimes(claims); err != nil {
		return nil, err
	}
	return &actor{acct: found.bot, app: found, via: "rest"}, nil
}

var errNoApp = errors.New("no such App")

func (f *Forge) checkTimes(claims jwt.MapClaims) error {
	now := f.now()
	exp, err := claims.GetExpirationTime()
	if err != nil || exp == nil || !exp.After(now) {
		return unauthorized("'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires")
	}
	if exp.After(now.Add(maxJWTLife)) {
		return unauthorized("'Expiration time' claim ('exp') is too far in the future")
	}
	iat, err := claims.GetIssuedAt()
	if err != nil || iat == nil || iat.After(now.Add(time.Second)) {
		return unauthorized("'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued")
	}
	return nil
}

// appByIssuer finds an App by the iss claim: its id as text or number, or its client id.
func (f *Forge) appByIssuer(iss any) *app {
	text := fmt.Sprint(iss)
	if n, ok := iss.(float64); ok {
		text = fmt.Sprintf("%.0f", n)
	}
	for _, a := range f.apps {
		if text == a.clientID || text == fmt.Sprint(a.id) {
			return a
		}
	}
	return nil
}

func unauthorized(message string) error { return refuse(http.StatusUnauthorized, message) }
