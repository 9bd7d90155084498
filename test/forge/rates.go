package forge

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// rate is the primary rate limit of one identity for one resource, in a window of one hour.
type rate struct {
	limit, used int
	reset       time.Time
}

// rateOf finds the window of who asks; the anonymous share one: they all come from this machine.
func (f *Forge) rateOf(who *actor, resource string) *rate {
	key, limit := resource+" "+who.login(), 5000
	if who.acct == nil {
		key, limit = resource+" ip", 60
	}
	if who.isInstallation() {
		key = fmt.Sprintf("%s installation %d", resource, who.tok.inst.id)
	}
	if f.opts.RateLimit > 0 {
		limit = f.opts.RateLimit
	}
	now := f.now()
	window := f.rates[key]
	if window == nil || !now.Before(window.reset) {
		window = &rate{limit: limit, reset: now.Add(time.Hour)}
		f.rates[key] = window
	}
	return window
}

// countRequest takes one request from the budget and says so in the headers; an empty budget is refused.
func (f *Forge) countRequest(header http.Header, who *actor, r *http.Request, resource string) error {
	window := f.rateOf(who, resource)
	free := r.URL.Path == "/api/v3/rate_limit"
	if !free && window.used >= window.limit {
		window.headers(header, resource)
		return refuse(http.StatusForbidden, "API rate limit exceeded for "+orAnonymous(who.login())+".")
	}
	if !free {
		window.used++
	}
	window.headers(header, resource)
	return nil
}

// uncountRequest gives back a request that was answered 304.
func (f *Forge) uncountRequest(header http.Header, who *actor) {
	window := f.rateOf(who, "core")
	window.used = max(0, window.used-1)
	window.headers(header, "core")
}

func orAnonymous(login string) string {
	if login == "" {
		return "your address"
	}
	return "user " + login
}

func (w *rate) headers(header http.Header, resource string) {
	header.Set("X-Ratelimit-Limit", strconv.Itoa(w.limit))
	header.Set("X-Ratelimit-Remaining", strconv.Itoa(w.limit-w.used))
	header.Set("X-Ratelimit-Used", strconv.Itoa(w.used))
	header.Set("X-Ratelimit-Reset", strconv.FormatInt(w.reset.Unix(), 10))
	header.Set("X-Ratelimit-Resource", resource)
}

func (w *rate) json() obj {
	return obj{"limit": w.limit, "remaining": w.limit - w.used, "used": w.used, "reset": w.reset.Unix()}
}

// getRateLimit: GET /rate_limit, which costs nothing.
func getRateLimit(c *call) (reply, error) {
	core, search, graphql := c.f.rateOf(c.who, "core"), c.f.rateOf(c.who, "search"), c.f.rateOf(c.who, "graphql")
	return okay(obj{
		"resources": obj{"core": core.json(), "search": search.json(), "graphql": graphql.json()},
		"rate":      core.json(),
	})
}
