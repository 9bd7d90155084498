package forge

import (
	"net/http"
	"slices"
)

// getApp: GET /app.
func getApp(c *call) (reply, error) {
	out := c.f.appJSON(c.who.app)
	out["installations_count"] = len(c.myInstalls())
	return okay(out)
}

// myInstalls lists the installations of the App that asks.
func (c *call) myInstalls() []*installation {
	return slices.DeleteFunc(c.f.sortedInstalls(), func(i *installation) bool { return i.app != c.who.app })
}

// listInstallations: GET /app/installations.
func listInstallations(c *call) (reply, error) {
	return okay(paged(c, c.myInstalls(), c.f.installationJSON))
}

func (c *call) myInstall() (*installation, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	i := c.f.installs[id]
	if i == nil || i.app != c.who.app {
		return nil, errNotFound
	}
	return i, nil
}

// getInstallation: GET /app/installations/{id}.
func getInstallation(c *call) (reply, error) {
	i, err := c.myInstall()
	if err != nil {
		return reply{}, err
	}
	return okay(c.f.installationJSON(i))
}

// createToken: POST /app/installations/{id}/access_tokens.
func createToken(c *call) (reply, error) {
	i, err := c.myInstall()
	if err != nil {
		return reply{}, err
	}
	var in grantRequest
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if i.suspended {
		return reply{}, refuse(http.StatusForbidden, "This installation has been suspended")
	}
	t, err := c.f.grant(i, in)
	if err != nil {
		return reply{}, err
	}
	out := obj{"token": t.secret, "expires_at": stamp(t.expires), "permissions": t.permissions, "repository_selection": "all"}
	if !i.all || t.repos != nil {
		out["repository_selection"] = "selected"
	}
	if t.repos != nil {
		list := []any{}
		for _, r := range t.repos {
			list = append(list, c.f.repoJSON(r))
		}
		out["repositories"] = list
	}
	return created(out)
}

// revokeToken: DELETE /installation/token.
func revokeToken(c *call) (reply, error) {
	delete(c.f.tokens, c.who.tok.secret)
	return noContent()
}

// listInstallationRepos: GET /installation/repositories.
func listInstallationRepos(c *call) (reply, error) {
	list := slices.DeleteFunc(c.f.sortedRepos(), func(r *repo) bool { return !c.who.tok.covers(r) })
	selection := "selected"
	if c.who.tok.inst.all && c.who.tok.repos == nil {
		selection = "all"
	}
	page := paged(c, list, func(r *repo) obj { out, _ := c.f.repoJSON(r).(obj); return out })
	return okay(obj{"total_count": len(list), "repository_selection": selection, "repositories": page})
}

// getRepoInstallation: GET /repos/{owner}/{repo}/installation.
func getRepoInstallation(c *call) (reply, error) {
	r := c.f.repo(c.params["owner"] + "/" + c.params["repo"])
	i := c.f.installationOf(c.who.app, r)
	if i == nil {
		return reply{}, errNotFound
	}
	return okay(c.f.installationJSON(i))
}

// getAccountInstallation: GET /orgs/{org}/installation and /users/{user}/installation.
func getAccountInstallation(c *call) (reply, error) {
	for _, i := range c.myInstalls() {
		if i.account == c.f.account(c.params["account"]) {
			return okay(c.f.installationJSON(i))
		}
	}
	return reply{}, errNotFound
}

// getAppHookConfig: GET /app/hook/config.
func getAppHookConfig(c *call) (reply, error) {
	if c.who.app.hook == nil {
		return reply{}, errNotFound
	}
	return okay(hookConfig(c.who.app.hook))
}

// listAppDeliveries: GET /app/hook/deliveries.
func listAppDeliveries(c *call) (reply, error) { return c.deliveryPage(c.who.app.hook) }

// getAppDelivery: GET /app/hook/deliveries/{delivery}.
func getAppDelivery(c *call) (reply, error) { return c.oneDelivery(c.who.app.hook) }

// redeliverApp: POST /app/hook/deliveries/{delivery}/attempts.
func redeliverApp(c *call) (reply, error) { return c.again(c.who.app.hook) }
