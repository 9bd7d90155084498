package github

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/google/go-github/v92/github"
	"github.com/jferrl/go-githubauth"
	"golang.org/x/oauth2"
)

// installationsHold is how long the number of a repository's installation is remembered.
const installationsHold = 10 * time.Minute

// in gives the connection for a repository: that of the App's installation there, or the token's.
func (c *Client) in(ctx context.Context, org, repo string) (*github.Client, error) {
	if !c.CanWriteChecks() {
		return c.self, nil
	}
	id, err := c.installation(org+"/"+repo, func() (*github.Installation, error) {
		found, _, err := c.self.Apps.GetRepositoryInstallation(ctx, org, repo)
		return found, err
	})
	if err != nil {
		return nil, explain(err, "find the App's installation in %s/%s", org, repo)
	}
	return c.connection(id)
}

// inOrg gives the connection for questions about an organisation: its own installation if it has one, else that of the
// repository in hand.
func (c *Client) inOrg(ctx context.Context, org, repoOrg, repo string) (*github.Client, error) {
	if !c.CanWriteChecks() || org == repoOrg {
		return c.in(ctx, repoOrg, repo)
	}
	id, err := c.installation(org, func() (*github.Installation, error) {
		found, _, err := c.self.Apps.GetOrganizationInstallation(ctx, org)
		return found, err
	})
	err = explain(err, "find the App's installation in %s", org)
	if errors.Is(err, ErrNotFound) {
		return c.in(ctx, repoOrg, repo)
	}
	if err != nil {
		return nil, err
	}
	return c.connection(id)
}

// installation remembers the answers of find by name.
func (c *Client) installation(name string, find func() (*github.Installation, error)) (int64, error) {
	if known, ok := c.installed.Get(name); ok && c.now().Before(known.until) {
		return known.answer, nil
	}
	found, err := find()
	if err != nil {
		return 0, err
	}
	c.installed.Add(name, remembered[int64]{found.GetID(), c.now().Add(installationsHold)})
	return found.GetID(), nil
}

// connection gives the one connection of an installation; it has its own cache, rate limits and token.
func (c *Client) connection(installation int64) (*github.Client, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if known, ok := c.connections[installation]; ok {
		return known, nil
	}
	made, err := c.connect(strconv.FormatInt(installation, 10), c.installationTokens(installation))
	if err != nil {
		return nil, err
	}
	c.connections[installation] = made
	return made, nil
}

// installationTokens mints and renews the tokens of an installation.
func (c *Client) installationTokens(installation int64) oauth2.TokenSource {
	minting := &http.Client{Transport: c.wire("app"), Timeout: timeout, CheckRedirect: c.stayHome}
	return &forgetful{
		TokenSource: githubauth.NewInstallationTokenSource(installation, c.jwt,
			githubauth.WithHTTPClient(minting), githubauth.WithEnterpriseURL(c.api.String())),
		forget: func() { c.forget(installation) },
	}
}

// forgetful forgets where an installation was when it gives no token any more: the App may have been installed anew,
// under another number.
type forgetful struct {
	oauth2.TokenSource
	forget func()
}

// Token gives a token of the installation.
func (f *forgetful) Token() (*oauth2.Token, error) {
	token, err := f.TokenSource.Token()
	if err != nil {
		f.forget()
	}
	return token, err
}

// forget drops all that is remembered to be in an installation.
func (c *Client) forget(installation int64) {
	for _, name := range c.installed.Keys() {
		if known, ok := c.installed.Peek(name); ok && known.answer == installation {
			c.installed.Remove(name)
		}
	}
}
