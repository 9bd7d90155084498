package main

import (
	"bytes"
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/bowsprit-ci/bowsprit/pipelines/clonespec"
)

// publicAPI is GitHub's API where the options name none.
const publicAPI = "https://api.github.com"

// app gets tokens of a GitHub App's installations, one per organisation. They can read contents and nothing else.
type app struct {
	id        string
	key       *rsa.PrivateKey
	endpoints []string
	client    *http.Client
	delays    []time.Duration

	mu     sync.Mutex
	tokens map[string]string
}

// appDelays are the waits between attempts to get a token.
var appDelays = []time.Duration{time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second}

// errNotInstalled: the App has no installation for the organisation.
var errNotInstalled = errors.New("the App is not installed there")

func loadApp(o clonespec.App) (*app, error) {
	pem, err := os.ReadFile(o.PrivateKeyFile)
	if err != nil {
		return nil, fmt.Errorf("read the App's private key: %w", err)
	}
	key, err := jwt.ParseRSAPrivateKeyFromPEM(pem)
	if err != nil {
		return nil, fmt.Errorf("read the App's private key in %s: %w", o.PrivateKeyFile, err)
	}
	endpoints := o.Endpoints
	if len(endpoints) == 0 {
		endpoints = []string{publicAPI}
	}
	return &app{id: o.ID, key: key, endpoints: endpoints, client: &http.Client{Timeout: 30 * time.Second}, delays: appDelays, tokens: map[string]string{}}, nil
}

// owns says whether an address is at a host whose API the App uses: api.github.com stands for github.com.
func (a *app) owns(uri string) bool {
	u, err := url.Parse(uri)
	if err != nil {
		return false
	}
	if strings.EqualFold(u.Hostname(), "github.com") {
		return true // an endpoint may be a proxy in front of GitHub
	}
	for _, e := range a.endpoints {
		if api, err := url.Parse(e); err == nil && strings.EqualFold(strings.TrimPrefix(api.Hostname(), "api."), u.Hostname()) {
			return true
		}
	}
	return false
}

// token is a token for an organisation's repositories; empty, with a line in the log, where the App is not installed, since the
// repository may be public. What may pass is tried again.
func (a *app) token(ctx context.Context, org, repo string, log io.Writer) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if token, found := a.tokens[org]; found {
		return token, nil
	}
	token, err := a.anyToken(ctx, org, repo)
	for _, delay := range a.delays {
		if err == nil || errors.Is(err, errNotInstalled) || ctx.Err() != nil {
			break
		}
		select {
		case <-ctx.Done():
		case <-time.After(delay):
		}
		token, err = a.anyToken(ctx, org, repo)
	}
	if errors.Is(err, errNotInstalled) {
		_, _ = fmt.Fprintf(log, "GitHub App %s is not installed for %s/%s: cloning without a token\n", a.id, org, repo)
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("get a token of GitHub App %s for %s: %w", a.id, org, err)
	}
	a.tokens[org] = token
	return token, nil
}

// anyToken asks the endpoints in order, until one answers.
func (a *app) anyToken(ctx context.Context, org, repo string) (string, error) {
	var errs []error
	for _, endpoint := range a.endpoints {
		token, err := a.tokenFrom(ctx, strings.TrimSuffix(endpoint, "/"), org, repo)
		if err == nil || errors.Is(err, errNotInstalled) {
			return token, err
		}
		errs = append(errs, err)
	}
	return "", errors.Join(errs...)
}

// tokenFrom asks one endpoint for the installation and its token.
func (a *app) tokenFrom(ctx context.Context, endpoint, org, repo string) (string, error) {
	var installation struct {
		ID int64 `json:"id"`
	}
	path := "/repos/" + url.PathEscape(org) + "/" + url.PathEscape(repo) + "/installation"
	if err := a.call(ctx, http.MethodGet, endpoint+path, nil, &installation); err != nil {
		return "", err
	}
	var answer struct {
		Token string `json:"token"`
	}
	body := []byte(`{"permissions":{"contents":"read"}}`)
	err := a.call(ctx, http.MethodPost, fmt.Sprintf("%s/app/installations/%d/access_tokens", endpoint, installation.ID), body, &answer)
	if err == nil && answer.Token == "" {
		err = errors.New("the answer has no token")
	}
	return answer.Token, err
}

// call asks as the App itself.
func (a *app) call(ctx context.Context, method, address string, body []byte, into any) error {
	now := time.Now()
	claims := jwt.RegisteredClaims{
		// A minute back and nine ahead, as GitHub advises: its clock and ours differ, and ten minutes is its limit.
		Issuer: a.id, IssuedAt: jwt.NewNumericDate(now.Add(-time.Minute)), ExpiresAt: jwt.NewNumericDate(now.Add(9 * time.Minute)),
	}
	signed, err := jwt.NewWithClaims(jwt.SigningMethodRS256, claims).SignedString(a.key)
	if err != nil {
		return fmt.Errorf("sign as the App: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+signed)
	req.Header.Set("Accept", "application/vnd.github+json")
	resp, err := a.client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }() // only read
	switch {
	case resp.StatusCode == http.StatusNotFound:
		return errNotInstalled
	case resp.StatusCode >= http.StatusMultipleChoices:
		return fmt.Errorf("%s %s answers %s", method, address, resp.Status)
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(into); err != nil {
		return fmt.Errorf("read the answer of %s: %w", address, err)
	}
	return nil
}
