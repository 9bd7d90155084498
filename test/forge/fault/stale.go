package fault

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"time"
)

// read is an answer that was given to a read.
type read struct {
	at     time.Time
	header http.Header
	body   []byte
}

// kept bounds how many answers to one read are remembered; the oldest goes first.
const kept = 64

// Stale answers a read with what the same read was answered at least this long ago; if no answer is that old, with the
// oldest one; if there is none at all, freshly. Only reads that come after the fault was added are remembered, so give
// the fault with After or First where the read before the change should be fresh. GraphQL queries are reads too.
func Stale(by time.Duration) Outcome {
	return stale{by}
}

type stale struct{ by time.Duration }

func (s stale) String() string { return fmt.Sprintf("answered as %s ago", s.by) }

func (s stale) serve(p *Plan, w http.ResponseWriter, r *http.Request, next http.Handler) {
	key, ok := readKey(r)
	old := p.recall(key, p.now().Add(-s.by))
	if !ok || old == nil {
		next.ServeHTTP(w, r)
		return
	}
	for name, values := range old.header {
		w.Header()[name] = values
	}
	if etag := old.header.Get("ETag"); etag != "" && r.Header.Get("If-None-Match") == etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	_, _ = w.Write(old.body) // a client that is gone needs no answer
}

// readKey names what is read. Who asks and in which media type belongs to it, since both change the answer.
func readKey(r *http.Request) (key string, ok bool) {
	key = r.URL.RequestURI() + " " + r.Header.Get("Accept") + " " + r.Header.Get("Authorization")
	switch {
	case r.Method == http.MethodGet:
		return key, true
	case r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/graphql") && r.Body != nil:
		body, err := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		return key + " " + string(body), err == nil
	}
	return "", false
}

// recall returns the newest answer that is not younger than the time, or else the oldest one; nil if there is none.
func (p *Plan) recall(key string, notAfter time.Time) *read {
	p.mu.Lock()
	defer p.mu.Unlock()
	var found *read
	for i := range p.reads[key] {
		if candidate := &p.reads[key][i]; found == nil || !candidate.at.After(notAfter) {
			found = candidate
		}
	}
	return found
}

// remember returns a handler that keeps next's answers to reads, if the plan may want them.
func (p *Plan) remember(next http.Handler) http.Handler {
	if !p.wantsReads() {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key, ok := readKey(r)
		if !ok {
			next.ServeHTTP(w, r)
			return
		}
		recorder := httptest.NewRecorder()
		next.ServeHTTP(recorder, r)
		answer := read{at: p.now(), header: recorder.Header().Clone(), body: recorder.Body.Bytes()}
		if recorder.Code == http.StatusOK {
			p.keep(key, answer)
		}
		for name, values := range answer.header {
			w.Header()[name] = values
		}
		w.WriteHeader(recorder.Code)
		_, _ = w.Write(answer.body) // a client that is gone needs no answer
	})
}

func (p *Plan) keep(key string, answer read) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.reads == nil {
		p.reads = map[string][]read{}
	}
	list := slices.Concat(p.reads[key], []read{answer})
	if len(list) > kept {
		list = list[1:]
	}
	p.reads[key] = list
}

func (p *Plan) wantsReads() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, f := range p.faults {
		if _, ok := f.request.(stale); ok {
			return true
		}
	}
	return false
}
