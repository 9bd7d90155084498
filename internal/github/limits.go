package github

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/gofri/go-github-ratelimit/v2/github_ratelimit"
	"github.com/gofri/go-github-ratelimit/v2/github_ratelimit/github_primary_ratelimit"
	"github.com/gofri/go-github-ratelimit/v2/github_ratelimit/github_secondary_ratelimit"
)

// leastSecondaryWait is how long to wait after a secondary limit when no header says, by GitHub's rule
// (docs.github.com, "Rate limits for the REST API").
const leastSecondaryWait = time.Minute

// limiter obeys the rate limits of one identity without ever sleeping: while a limit holds, every request ends at once in
// *RateLimited. Primary limits are remembered by the library. The library would sleep through secondary ones, so it is
// told not to, and they are remembered here.
type limiter struct {
	next  http.RoundTripper
	mu    sync.Mutex
	until time.Time // of the secondary limit
}

// newLimiter builds a limiter around the transport of one identity; told hears of each limit that is reached.
func newLimiter(next http.RoundTripper, told func(until time.Time, secondary bool)) *limiter {
	l := &limiter{}
	l.next = github_ratelimit.New(&polite{next: next},
		github_primary_ratelimit.WithLimitDetectedCallback(func(hit *github_primary_ratelimit.CallbackContext) {
			told(*hit.ResetTime, false)
		}),
		github_secondary_ratelimit.WithSingleSleepLimit(0, func(hit *github_secondary_ratelimit.CallbackContext) {
			l.close(*hit.ResetTime)
			told(*hit.ResetTime, true)
		}),
	)
	return l
}

// RoundTrip sends a request unless a limit holds.
func (l *limiter) RoundTrip(r *http.Request) (*http.Response, error) {
	if held := l.held(); held != nil {
		return nil, held
	}
	answer, err := l.next.RoundTrip(r)
	if err != nil || !refused(answer) {
		return answer, err
	}
	if held := l.held(); held != nil {
		drain(answer)
		return nil, held
	}
	return answer, nil
}

// held is the secondary limit that holds now; nil if none does.
func (l *limiter) held() *RateLimited {
	l.mu.Lock()
	defer l.mu.Unlock()
	if time.Now().Before(l.until) {
		return &RateLimited{Until: l.until, Secondary: true}
	}
	return nil
}

// close refuses requests until a time.
func (l *limiter) close(until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if until.After(l.until) {
		l.until = until
	}
}

// polite gives a refusal that may be a secondary limit a time to wait if GitHub gave none that is meant for it. Without
// one the library would not see the limit; with one that has passed (clocks differ) it would repeat at once, for ever; and
// while the hourly budget is not spent, the reset is the budget's, up to an hour away, and says nothing about a burst.
type polite struct{ next http.RoundTripper }

// RoundTrip completes refusals with Retry-After.
func (p *polite) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := p.next.RoundTrip(r)
	if err != nil || !refused(answer) {
		return answer, err
	}
	spent := answer.Header.Get("X-RateLimit-Remaining") == "0" && header(answer, "X-RateLimit-Reset") > time.Now().Unix()
	if header(answer, "Retry-After") <= 0 && !spent {
		answer.Header.Set("Retry-After", strconv.Itoa(int(leastSecondaryWait.Seconds())))
	}
	return answer, nil
}

// refused says that an answer has one of the two codes with which GitHub tells of rate limits (and of other things).
func refused(answer *http.Response) bool {
	return answer.StatusCode == http.StatusForbidden || answer.StatusCode == http.StatusTooManyRequests
}

// header reads a header that holds a number; 0 if it is absent or none.
func header(answer *http.Response, name string) int64 {
	n, err := strconv.ParseInt(answer.Header.Get(name), 10, 64)
	if err != nil {
		return 0
	}
	return n
}
