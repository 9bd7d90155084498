package fault

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"time"
)

// Outcome is what happens to a request.
type Outcome interface {
	// serve answers instead of next, and may call next for its effect.
	serve(p *Plan, w http.ResponseWriter, r *http.Request, next http.Handler)
	// String describes it in a few words.
	String() string
}

// outcome is an Outcome made of a function.
type outcome struct {
	what string
	run  func(p *Plan, w http.ResponseWriter, r *http.Request, next http.Handler)
}

func (o outcome) String() string { return o.what }

func (o outcome) serve(p *Plan, w http.ResponseWriter, r *http.Request, next http.Handler) {
	o.run(p, w, r, next)
}

// BeforeEffect answers with the status (a 5xx, say) and does nothing.
func BeforeEffect(status int) Outcome {
	return outcome{fmt.Sprintf("answered %d before the effect", status), func(_ *Plan, w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		refuse(w, status, "Server Error", "")
	}}
}

// AfterEffect does what the request asks for and then answers with the status all the same.
func AfterEffect(status int) Outcome {
	return outcome{fmt.Sprintf("answered %d after the effect", status), func(_ *Plan, w http.ResponseWriter, r *http.Request, next http.Handler) {
		next.ServeHTTP(httptest.NewRecorder(), r)
		refuse(w, status, "Server Error", "")
	}}
}

// Drop closes the connection without an answer and without effect.
func Drop() Outcome {
	return outcome{"connection dropped before the effect", func(*Plan, http.ResponseWriter, *http.Request, http.Handler) {
		panic(http.ErrAbortHandler) // the server's way to close a connection without an answer
	}}
}

// DropAfterEffect does what the request asks for and then closes the connection without an answer.
func DropAfterEffect() Outcome {
	return outcome{"connection dropped after the effect", func(_ *Plan, _ http.ResponseWriter, r *http.Request, next http.Handler) {
		next.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	}}
}

// Hang does nothing and does not answer until the client gives up, at most for this long; then the connection is closed.
func Hang(most time.Duration) Outcome {
	return outcome{fmt.Sprintf("left without an answer for up to %s before the effect", most), func(_ *Plan, _ http.ResponseWriter, r *http.Request, _ http.Handler) {
		wait(r, most)
		panic(http.ErrAbortHandler)
	}}
}

// HangAfterEffect does what the request asks for and then behaves like Hang.
func HangAfterEffect(most time.Duration) Outcome {
	return outcome{fmt.Sprintf("left without an answer for up to %s after the effect", most), func(_ *Plan, _ http.ResponseWriter, r *http.Request, next http.Handler) {
		next.ServeHTTP(httptest.NewRecorder(), r)
		wait(r, most)
		panic(http.ErrAbortHandler)
	}}
}

// Slow answers rightly, but this much later.
func Slow(by time.Duration) Outcome {
	return outcome{fmt.Sprintf("answered %s late", by), func(_ *Plan, w http.ResponseWriter, r *http.Request, next http.Handler) {
		wait(r, by)
		next.ServeHTTP(w, r)
	}}
}

// secondaryURL is where GitHub's refusals for a secondary rate limit point; clients recognise the limit by it.
const secondaryURL = "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits"

// SecondaryLimit refuses as GitHub does when requests come too fast: with status 403 or 429 and Retry-After.
func SecondaryLimit(status int, retryAfter time.Duration) Outcome {
	return outcome{fmt.Sprintf("refused with %d and Retry-After %s", status, retryAfter), func(_ *Plan, w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.Header().Set("Retry-After", strconv.Itoa(int(max(retryAfter, time.Second).Seconds())))
		refuse(w, status, "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.", secondaryURL)
	}}
}

// PrimaryLimit refuses as GitHub does when the hour's requests are used up; the next ones may come after this time.
func PrimaryLimit(reset time.Duration) Outcome {
	return outcome{fmt.Sprintf("refused: no requests left for %s", reset), func(p *Plan, w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		header := w.Header()
		header.Set("X-RateLimit-Limit", "5000")
		header.Set("X-RateLimit-Remaining", "0")
		header.Set("X-RateLimit-Used", "5000")
		header.Set("X-RateLimit-Resource", "core")
		header.Set("X-RateLimit-Reset", strconv.FormatInt(p.now().Add(reset).Unix(), 10))
		refuse(w, http.StatusForbidden, "API rate limit exceeded for installation.", "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api")
	}}
}

// refuse answers in GitHub's error format.
func refuse(w http.ResponseWriter, status int, message, url string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	// A client that is gone needs no answer.
	_, _ = fmt.Fprintf(w, `{"message":%q,"documentation_url":%q}`, message, url)
}

// wait returns after this time, or when the client has given up.
func wait(r *http.Request, most time.Duration) {
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
	}
}
