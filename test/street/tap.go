package street

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"time"

	"k8s.io/client-go/rest"
)

// Write is one request with an effect that Bowsprit sent to the outside.
type Write struct {
	// To is "kubernetes" or "github".
	To string
	// Method and Path are the request's.
	Method, Path string
}

// String is the write as one line.
func (w Write) String() string { return w.To + " " + w.Method + " " + w.Path }

// Tap stands between Bowsprit and the outside and sees every write, in order, before it takes effect and after.
type Tap struct {
	mu     sync.Mutex
	writes []Write
	before func(n int, w Write) (drop bool)
	after  func(n int, w Write)
	close  []func() error
}

// Writes lists what was written so far.
func (t *Tap) Writes() []Write {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]Write(nil), t.writes...)
}

// Watch forgets the writes so far and calls before and after (either may be nil) around each further one, which is
// numbered from 1. The write is held until before returns and never sent on if it says drop; the answer is held until
// after returned.
func (t *Tap) Watch(before func(n int, w Write) (drop bool), after func(n int, w Write)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.writes, t.before, t.after = nil, before, after
}

// Kubernetes listens on loopback as a stand-in for the API server and returns its URL.
func (t *Tap) Kubernetes(cfg *rest.Config) (string, error) {
	transport, err := rest.TransportFor(cfg)
	if err != nil {
		return "", fmt.Errorf("make a transport to the API server: %w", err)
	}
	return t.listen("kubernetes", cfg.Host, transport)
}

// GitHub listens on loopback as a stand-in for the forge at base and returns its URL.
func (t *Tap) GitHub(base string) (string, error) {
	return t.listen("github", base, http.DefaultTransport)
}

// Close stops listening.
func (t *Tap) Close() {
	for _, c := range t.close {
		_ = c() // a listener that is already gone is what we want
	}
}

func (t *Tap) listen(to, target string, transport http.RoundTripper) (string, error) {
	u, err := url.Parse(target)
	if err != nil {
		return "", fmt.Errorf("parse %q: %w", target, err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("listen for %s: %w", to, err)
	}
	proxy := &httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(u) },
		Transport:     transport,
		FlushInterval: -1, // watches are streams
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			http.Error(w, err.Error(), http.StatusBadGateway)
		},
	}
	server := &http.Server{Handler: t.around(to, proxy), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }() // ends with ErrServerClosed at Close
	t.close = append(t.close, server.Close)
	return "http://" + listener.Addr().String(), nil
}

func (t *Tap) around(to string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		write := Write{To: to, Method: r.Method, Path: r.URL.Path}
		if !hasEffect(r) {
			next.ServeHTTP(w, r)
			return
		}
		t.mu.Lock()
		t.writes = append(t.writes, write)
		n, before, after := len(t.writes), t.before, t.after
		t.mu.Unlock()
		if before != nil && before(n, write) {
			http.Error(w, "dropped", http.StatusBadGateway)
			return
		}
		answer := &heldAnswer{header: http.Header{}}
		next.ServeHTTP(answer, r)
		if after != nil {
			after(n, write)
		}
		answer.release(w)
	})
}

// hasEffect says whether a request changes something that people or Bowsprit could see: leases, events, access reviews
// and tokens do not.
func hasEffect(r *http.Request) bool {
	if r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodOptions {
		return false
	}
	for _, part := range []string{"/leases", "/events", "accessreviews", "/access_tokens", "/graphql"} {
		if strings.Contains(r.URL.Path, part) {
			return false
		}
	}
	return true
}

// heldAnswer keeps an answer back until it may be seen.
type heldAnswer struct {
	header http.Header
	status int
	body   []byte
}

func (h *heldAnswer) Header() http.Header { return h.header }

func (h *heldAnswer) WriteHeader(status int) { h.status = status }

func (h *heldAnswer) Write(b []byte) (int, error) {
	h.body = append(h.body, b...)
	return len(b), nil
}

func (h *heldAnswer) release(w http.ResponseWriter) {
	for k, v := range h.header {
		w.Header()[k] = v
	}
	if h.status == 0 {
		h.status = http.StatusOK
	}
	w.WriteHeader(h.status)
	_, _ = w.Write(h.body) // the reader may be dead: that is what the tap is for
}
