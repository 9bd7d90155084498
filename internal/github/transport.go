package github

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/bartventer/httpcache"
	"github.com/google/go-github/v92/github"
	"golang.org/x/oauth2"
)

// connect builds a connection, from the outside in: stay on GitHub's host; revalidate what is cached; obey rate limits;
// sign; and on the wire repeat reads that broke and count. The cache is outside of the signing, or else the hourly change
// of the token would split it; so each identity has its own.
func (c *Client) connect(identity string, source oauth2.TokenSource) (*github.Client, error) {
	signed := &oauth2.Transport{Source: source, Base: c.wire(identity)}
	limited := newLimiter(signed, func(until time.Time, secondary bool) {
		c.metrics.limited(secondary)
		c.logger.Warn("GitHub's rate limit is reached", "identity", identity, "until", until, "secondary", secondary)
	})
	cached := httpcache.NewTransport(cacheName+"://", httpcache.WithUpstream(limited))
	return github.NewClient(
		github.WithHTTPClient(&http.Client{
			Transport:     &homebody{host: c.api.Host, scheme: c.api.Scheme, next: &revalidating{next: cached}},
			Timeout:       timeout,
			CheckRedirect: c.stayHome,
		}),
		github.WithURLs(new(c.api.String()), nil),
		github.WithUserAgent("bowsprit"),
		github.WithDisableRateLimitCheck(),
	)
}

// wire is what is common to all identities: repeats and counting.
func (c *Client) wire(identity string) http.RoundTripper {
	return &persistent{next: &counting{next: c.base, root: c.api.Path, identity: identity, metrics: c.metrics}}
}

// errStray is the refusal to carry credentials to another host than the API's.
var errStray = errors.New("refuse to leave the API's host")

// stayHome follows a redirect (a renamed repository) on the same host only, five at most.
func (c *Client) stayHome(next *http.Request, via []*http.Request) error {
	if next.URL.Host != c.api.Host || next.URL.Scheme != c.api.Scheme {
		c.logger.Warn("GitHub redirects to another host; refused", "host", next.URL.Host)
		return fmt.Errorf("%w %s for %s", errStray, c.api.Host, next.URL.Host)
	}
	if len(via) >= 5 {
		return errors.New("stop after five redirects")
	}
	return nil
}

// homebody refuses every request to another host, however it came about: below it the request is signed.
type homebody struct {
	scheme, host string
	next         http.RoundTripper
}

// RoundTrip passes requests to the API's host on.
func (h *homebody) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host != h.host || r.URL.Scheme != h.scheme {
		return nil, fmt.Errorf("%w %s for %s", errStray, h.host, r.URL.Host)
	}
	return h.next.RoundTrip(r)
}

// revalidating asks the cache to ask GitHub each time: GitHub says that answers hold for a minute, which is too long for
// us. An unchanged answer (304) costs nothing of the rate limit.
type revalidating struct{ next http.RoundTripper }

// RoundTrip adds Cache-Control: no-cache to reads.
func (t *revalidating) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodGet {
		r = r.Clone(r.Context())
		r.Header.Set("Cache-Control", "no-cache")
	}
	return t.next.RoundTrip(r)
}

// attempts is how often a read is tried; the waits between are about 0.1 s and 0.4 s.
const attempts = 3

// persistent repeats reads that GitHub or the network broke. Writes are never repeated here: a broken one may have had
// its effect, so its caller looks first.
type persistent struct{ next http.RoundTripper }

// RoundTrip tries a read up to three times.
func (t *persistent) RoundTrip(r *http.Request) (*http.Response, error) {
	for n := 1; ; n++ {
		answer, err := t.next.RoundTrip(r)
		if r.Method != http.MethodGet || n == attempts || !broken(answer, err) {
			return answer, err
		}
		if answer != nil {
			drain(answer)
		}
		pause := time.NewTimer(backOff(n))
		select {
		case <-pause.C:
		case <-r.Context().Done():
			pause.Stop()
			return nil, r.Context().Err()
		}
	}
}

// broken says that neither an answer nor a refusal came.
func broken(answer *http.Response, err error) bool {
	return err != nil || answer.StatusCode >= http.StatusInternalServerError
}

// backOff is the wait after the nth attempt, with jitter.
func backOff(n int) time.Duration {
	base := 100 * time.Millisecond << (2 * (n - 1))
	return base/2 + rand.N(base)
}

// drain reads the little that is left of an answer and closes it, so that the connection serves again.
func drain(answer *http.Response) {
	_, _ = io.CopyN(io.Discard, answer.Body, 64<<10)
	_ = answer.Body.Close()
}
