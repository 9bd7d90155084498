package forge

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// ownHook says whether a hook belongs to the repository or the organisation of the route.
func (c *call) ownHook(h *hook) bool {
	if c.repo != nil {
		return h.repo == c.repo
	}
	return h.org != nil && h.org == c.f.account(c.params["org"])
}

// adminOfOrg refuses who may not manage an organisation's hooks.
func (c *call) adminOfOrg() error {
	if c.repo != nil {
		return nil // the route's need was checked
	}
	o, err := c.orgOf()
	if err != nil {
		return err
	}
	if c.who.isInstallation() {
		if c.who.tok.inst.account == o && allows(c.who.tok.permissions["organization_hooks"], "write") {
			return nil
		}
		return errIntegration
	}
	if o.members[lower(c.who.login())] != "admin" {
		return errNotFound
	}
	return nil
}

// theHook finds the hook of a route.
func (c *call) theHook() (*hook, error) {
	if err := c.adminOfOrg(); err != nil {
		return nil, err
	}
	id, err := c.id("hook")
	if err != nil {
		return nil, err
	}
	if h := c.f.hook(id); h != nil && c.ownHook(h) {
		return h, nil
	}
	return nil, errNotFound
}

// listHooks: GET …/hooks.
func listHooks(c *call) (reply, error) {
	if err := c.adminOfOrg(); err != nil {
		return reply{}, err
	}
	list := slices.DeleteFunc(slices.Clone(c.f.hooks), func(h *hook) bool { return !c.ownHook(h) })
	return okay(paged(c, list, c.f.hookJSON))
}

// createHook: POST …/hooks.
func createHook(c *call) (reply, error) {
	if err := c.adminOfOrg(); err != nil {
		return reply{}, err
	}
	in := struct {
		Active *bool    `json:"active"`
		Events []string `json:"events"`
		Config struct {
			URL         string `json:"url"`
			Secret      string `json:"secret"`
			ContentType string `json:"content_type"`
		} `json:"config"`
	}{Events: []string{"push"}}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if u, err := url.Parse(in.Config.URL); err != nil || u.Host == "" {
		return reply{}, invalid("Hook", "url", "custom", "url is missing a scheme or a host")
	}
	if in.Config.ContentType != "json" {
		return reply{}, refuse(http.StatusUnprocessableEntity, "forge: this forge sends content_type json only")
	}
	h := &hook{url: in.Config.URL, secret: in.Config.Secret, events: in.Events, active: in.Active == nil || *in.Active, repo: c.repo}
	if c.repo == nil {
		h.org = c.f.account(c.params["org"])
	}
	c.f.addHook(h)
	c.f.record(c.who, Entry{What: "hook.create", ID: h.id})
	c.f.ping(h, c.who)
	return created(c.f.hookJSON(h))
}

// getHook: GET …/hooks/{hook}.
func getHook(c *call) (reply, error) {
	h, err := c.theHook()
	if err != nil {
		return reply{}, err
	}
	return okay(c.f.hookJSON(h))
}

// deleteHook: DELETE …/hooks/{hook}.
func deleteHook(c *call) (reply, error) {
	h, err := c.theHook()
	if err != nil {
		return reply{}, err
	}
	c.f.hooks = slices.DeleteFunc(c.f.hooks, func(o *hook) bool { return o == h })
	c.f.record(c.who, Entry{What: "hook.delete", ID: h.id})
	return noContent()
}

// pingHook: POST …/hooks/{hook}/pings.
func pingHook(c *call) (reply, error) {
	h, err := c.theHook()
	if err != nil {
		return reply{}, err
	}
	c.f.ping(h, c.who)
	return noContent()
}

// listDeliveries: GET …/hooks/{hook}/deliveries.
func listDeliveries(c *call) (reply, error) {
	h, err := c.theHook()
	if err != nil {
		return reply{}, err
	}
	return c.deliveryPage(h)
}

// getDelivery: GET …/hooks/{hook}/deliveries/{delivery}.
func getDelivery(c *call) (reply, error) {
	h, err := c.theHook()
	if err != nil {
		return reply{}, err
	}
	return c.oneDelivery(h)
}

// redeliver: POST …/hooks/{hook}/deliveries/{delivery}/attempts.
func redeliver(c *call) (reply, error) {
	h, err := c.theHook()
	if err != nil {
		return reply{}, err
	}
	return c.again(h)
}

// logKept is how long GitHub keeps the delivery log.
const logKept = 3 * 24 * time.Hour

// log lists the attempts at a hook, newest first, as long as GitHub keeps them.
func (f *Forge) log(h *hook) []*attempt {
	var out []*attempt
	for _, a := range slices.Backward(f.attempts) {
		if a.hook == h && f.now().Sub(a.at) < logKept {
			out = append(out, a)
		}
	}
	return out
}

// deliveryPage is one page of a delivery log. It is paged by a cursor: the id of the last delivery of the page before.
func (c *call) deliveryPage(h *hook) (reply, error) {
	list := c.f.log(h)
	if cursor, err := strconv.ParseInt(c.query("cursor"), 10, 64); err == nil {
		list = slices.DeleteFunc(list, func(a *attempt) bool { return a.id >= cursor })
	}
	if c.query("status") == "failure" {
		list = slices.DeleteFunc(list, func(a *attempt) bool { return a.code >= 200 && a.code < 400 })
	}
	_, perPage := c.window()
	more := len(list) > perPage
	out := []obj{}
	for _, a := range list[:min(perPage, len(list))] {
		out = append(out, c.f.deliveryItem(a))
	}
	if more {
		u := *c.r.URL
		q := u.Query()
		q.Set("cursor", fmt.Sprint(list[perPage-1].id))
		u.RawQuery = q.Encode()
		c.link = fmt.Sprintf(`<%s%s>; rel="next"`, c.f.base, u.RequestURI())
	}
	return okay(out)
}

// deliveryItem is GitHub's "hook delivery item".
func (f *Forge) deliveryItem(a *attempt) obj {
	var installation, repository any
	if a.event.repo != nil {
		repository = a.event.repo.id
		if i := f.installationOf(a.hook.app, a.event.repo); a.hook.app != nil && i != nil {
			installation = i.id
		}
	}
	return obj{
		"id": a.id, "guid": a.guid, "delivered_at": a.at.UTC().Format(time.RFC3339), "redelivery": a.redelivery,
		"duration": a.duration.Seconds(), "status": a.status, "status_code": a.code, "event": a.event.name, "action": orNull(a.event.action),
		"installation_id": installation, "repository_id": repository, "throttled_at": nil,
	}
}

func (c *call) logged(h *hook) (*attempt, error) {
	id, err := c.id("delivery")
	if err != nil {
		return nil, err
	}
	for _, a := range c.f.log(h) {
		if a.id == id {
			return a, nil
		}
	}
	return nil, errNotFound
}

// oneDelivery is GitHub's "hook delivery", with request and response.
func (c *call) oneDelivery(h *hook) (reply, error) {
	a, err := c.logged(h)
	if err != nil {
		return reply{}, err
	}
	out := c.f.deliveryItem(a)
	out["url"] = h.url
	out["request"] = obj{"headers": a.header, "payload": json.RawMessage(a.body)}
	out["response"] = obj{"headers": a.answerHead, "payload": string(a.answer)}
	return okay(out)
}

func (c *call) again(h *hook) (reply, error) {
	a, err := c.logged(h)
	if err != nil {
		return reply{}, err
	}
	c.f.dispatch(a.hook, a.event, a.body, a.guid, true)
	return reply{status: http.StatusAccepted, body: obj{}}, nil
}
