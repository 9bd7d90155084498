package forge

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"
)

// hook is a webhook of a repository, an organisation or an App.
type hook struct {
	id      int64
	repo    *repo    // of a repository's hook
	org     *account // of an organisation's hook
	app     *app     // of an App's hook
	url     string
	secret  string
	events  []string // * is all
	active  bool
	created time.Time
	updated time.Time
	queue   chan func() // deliveries in order; nil until the first
	last    *attempt
}

// HookSpec describes a webhook to be installed.
type HookSpec struct {
	Repo   string // owner/name; either this or Org
	Org    string
	URL    string
	Secret string
	Events []string // nil is all events
}

// InstallHook installs a webhook on a repository or an organisation, pings it, and answers its id.
func (f *Forge) InstallHook(spec HookSpec) (int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	h := &hook{url: spec.URL, secret: spec.Secret, events: spec.Events, active: true}
	if h.events == nil {
		h.events = []string{"*"}
	}
	owner := f.account(spec.Org)
	if spec.Repo != "" {
		r, err := f.mustRepo(spec.Repo)
		if err != nil {
			return 0, fmt.Errorf("install a webhook: %w", err)
		}
		h.repo, owner = r, r.owner
	} else if owner == nil {
		return 0, fmt.Errorf("install a webhook: no organisation %q", spec.Org)
	} else {
		h.org = owner
	}
	if u, err := url.Parse(spec.URL); err != nil || u.Host == "" {
		return 0, errors.Join(fmt.Errorf("install a webhook: %q is no URL", spec.URL), err)
	}
	who := &actor{acct: owner, via: "go"}
	f.addHook(h)
	f.record(who, Entry{What: "hook.create", ID: h.id, Repo: spec.Repo})
	f.ping(h, who)
	return h.id, nil
}

func (f *Forge) addHook(h *hook) *hook {
	h.id, h.created, h.updated = f.newID(), f.now(), f.now()
	f.hooks = append(f.hooks, h)
	return h
}

// RemoveHook removes a webhook; what is on its way is still delivered.
func (f *Forge) RemoveHook(id int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.hooks = slices.DeleteFunc(f.hooks, func(h *hook) bool { return h.id == id })
}

// hook finds a webhook by its id.
func (f *Forge) hook(id int64) *hook {
	for _, h := range f.hooks {
		if h.id == id {
			return h
		}
	}
	return nil
}

// wants says whether the hook is subscribed to an event.
func (h *hook) wants(event string) bool {
	return h.active && (slices.Contains(h.events, "*") || slices.Contains(h.events, event))
}

// json is GitHub's "hook"; the secret is never shown.
func (f *Forge) hookJSON(h *hook) obj {
	u := fmt.Sprintf("%s/orgs/%s/hooks/%d", f.api(), f.hookOwner(h), h.id)
	kind := "Organization"
	switch {
	case h.repo != nil:
		u, kind = f.repoURL(h.repo, "/hooks/%d", h.id), "Repository"
	case h.app != nil:
		u, kind = f.api()+"/app/hook", "App"
	}
	last := obj{"code": nil, "status": "unused", "message": nil}
	if h.last != nil {
		last = obj{"code": h.last.code, "status": "active", "message": h.last.status}
	}
	out := obj{
		"type": kind, "id": h.id, "name": "web", "active": h.active, "events": notNil(h.events), "config": hookConfig(h),
		"updated_at": stamp(h.updated), "created_at": stamp(h.created), "url": u, "ping_url": u + "/pings",
		"deliveries_url": u + "/deliveries",
	}
	if h.repo != nil {
		out["test_url"], out["last_response"] = u+"/test", last
	}
	if h.app != nil {
		out["app_id"] = h.app.id
	}
	return out
}

func (f *Forge) hookOwner(h *hook) string {
	if h.org != nil {
		return h.org.login
	}
	return ""
}

func hookConfig(h *hook) obj {
	out := obj{"url": h.url, "content_type": "json", "insecure_ssl": "0"}
	if h.secret != "" {
		out["secret"] = "********"
	}
	return out
}

// ping sends the event by which GitHub greets a new webhook.
func (f *Forge) ping(h *hook, who *actor) {
	body := obj{"zen": "Keep it logically awesome.", "hook_id": h.id, "hook": f.hookJSON(h)}
	switch {
	case h.repo != nil:
		body["repository"], body["sender"] = f.repoJSON(h.repo), f.userJSON(who.acct)
	case h.org != nil:
		body["organization"], body["sender"] = f.orgJSON(h.org), f.userJSON(who.acct)
	}
	f.deliver(h, event{name: "ping", repo: h.repo, body: body})
}
