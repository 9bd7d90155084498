package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gofri/go-github-ratelimit/v2/github_ratelimit/github_primary_ratelimit"
	"github.com/google/go-github/v92/github"
)

// The kinds of errors that a caller can act on; test with errors.Is. A rate limit is a *RateLimited (errors.As).
var (
	// ErrNotFound: GitHub answered 404. The thing does not exist, or these credentials may not see it.
	ErrNotFound = errors.New("not found")
	// ErrGone: the thing existed and takes no more reports (410; a commit that was removed; a commit whose status context
	// is full). Trying again is useless.
	ErrGone = errors.New("gone")
	// ErrForbidden: GitHub refuses these credentials (401, 403 without a rate limit).
	ErrForbidden = errors.New("forbidden")
	// ErrInvalid: GitHub refuses the content (422). Trying the same again is useless.
	ErrInvalid = errors.New("refused by GitHub as invalid")
	// ErrTemporary: GitHub or the way there is at fault (5xx, timeout, broken connection). A write may have had its effect.
	ErrTemporary = errors.New("temporary")
)

// RateLimited says that GitHub asks to wait. The request had no effect.
type RateLimited struct {
	// Until is when to try again, by this machine's clock.
	Until time.Time
	// Secondary is true for GitHub's limits on bursts, false for the hourly budget.
	Secondary bool
}

// Error says until when to wait.
func (e *RateLimited) Error() string {
	limit := "hourly"
	if e.Secondary {
		limit = "secondary"
	}
	return fmt.Sprintf("GitHub's %s rate limit is reached until %s", limit, e.Until.UTC().Format(time.RFC3339))
}

// Unreportable says that a report can never be delivered: its repository or its commit is gone, or hidden from us.
func Unreportable(err error) bool {
	return errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone)
}

// problem is an error of a known kind that keeps what GitHub said.
type problem struct {
	doing string
	kind  error
	cause error
}

func (p *problem) Error() string   { return p.doing + ": " + p.cause.Error() }
func (p *problem) Unwrap() []error { return []error{p.kind, p.cause} }

// explain gives an error of go-github or below its kind, and says what was being done ("list files of o/r#1"). It returns
// nil for nil.
func explain(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	doing := fmt.Sprintf(format, args...)
	if limited := asRateLimited(err); limited != nil {
		return fmt.Errorf("%s: %w", doing, limited)
	}
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if kind := kindOf(err); kind != nil {
		return &problem{doing: doing, kind: kind, cause: err}
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// asRateLimited recognises a rate limit in each of the shapes that the libraries give it; nil if it is none.
func asRateLimited(err error) *RateLimited {
	if e, ok := errors.AsType[*RateLimited](err); ok {
		return e
	}
	if e, ok := errors.AsType[*github_primary_ratelimit.RateLimitReachedError](err); ok && e.ResetTime != nil {
		return &RateLimited{Until: *e.ResetTime}
	}
	if e, ok := errors.AsType[*github.RateLimitError](err); ok {
		return &RateLimited{Until: e.Rate.Reset.Time}
	}
	if e, ok := errors.AsType[*github.AbuseRateLimitError](err); ok {
		wait := leastSecondaryWait
		if e.RetryAfter != nil {
			wait = *e.RetryAfter
		}
		return &RateLimited{Until: time.Now().Add(wait), Secondary: true}
	}
	return nil
}

// kindOf finds the kind of an error that is no rate limit; nil if it has none.
func kindOf(err error) error {
	if errors.Is(err, errStray) {
		return ErrForbidden
	}
	if e, ok := errors.AsType[*github.ErrorResponse](err); ok {
		return kindOfResponse(e)
	}
	if _, ok := errors.AsType[*url.Error](err); ok {
		return ErrTemporary
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return ErrTemporary
	}
	return nil
}

// kindOfResponse finds the kind of an answer that is no success.
func kindOfResponse(e *github.ErrorResponse) error {
	switch code := e.Response.StatusCode; {
	case code == http.StatusNotFound:
		return ErrNotFound
	case code == http.StatusGone:
		return ErrGone
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		return ErrForbidden
	case code == http.StatusUnprocessableEntity && takesNoReport(e):
		return ErrGone
	case code == http.StatusUnprocessableEntity, code == http.StatusBadRequest:
		return ErrInvalid
	case code >= http.StatusInternalServerError, code == http.StatusTooManyRequests, code == http.StatusConflict:
		return ErrTemporary
	}
	return nil
}

// takesNoReport recognises the answers by which GitHub says that a commit does not exist, or that one (commit, context)
// has had its thousand statuses. They are told only in words.
func takesNoReport(e *github.ErrorResponse) bool {
	words := e.Message
	for _, detail := range e.Errors {
		words += "\n" + detail.Message
	}
	return strings.Contains(words, "No commit found") || strings.Contains(words, "maximum number of statuses")
}
