package forge

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/google/uuid"
)

// newHandler puts together the three things that the forge serves: the API, git, and pages for people.
func (f *Forge) newHandler() http.Handler {
	var api http.Handler = &apiHandler{f: f, routes: f.routes()}
	if f.opts.Faults != nil {
		api = f.opts.Faults.Wrap(api)
	}
	pages := f.pagesHandler()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/api/"):
			api.ServeHTTP(w, r)
		case isGit(r):
			f.serveGit(w, r)
		default:
			pages.ServeHTTP(w, r)
		}
	})
}

// apiHandler serves /api/v3/… and /api/graphql.
type apiHandler struct {
	f      *Forge
	routes router
}

func (h *apiHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := readBody(r)
	r.Body = io.NopCloser(bytes.NewReader(body))
	w.Header().Set("X-Github-Request-Id", strings.ToUpper(uuid.NewString()))
	w.Header().Set("X-Github-Media-Type", "github.v3; format=json")
	w.Header().Set("X-Github-Api-Version-Selected", apiVersion(r))
	if err != nil {
		h.f.writeError(w, err)
		return
	}
	if r.URL.Path == "/api/graphql" {
		h.serveGraphQL(w, r, body)
		return
	}
	h.serveREST(w, r, body)
}

func apiVersion(r *http.Request) string {
	if v := r.Header.Get("X-GitHub-Api-Version"); v != "" {
		return v
	}
	return "2022-11-28"
}

func (h *apiHandler) serveREST(w http.ResponseWriter, r *http.Request, body []byte) {
	if h.f.opts.Contract != nil {
		h.f.mismatch(h.f.opts.Contract.CheckRequest(r, body))
	}
	answer, err := h.answer(w, r, body)
	if err != nil {
		answer = errorReply(err)
	}
	for name, values := range answer.header {
		w.Header()[name] = values
	}
	sent := send(w, answer)
	if h.f.opts.Contract != nil && answer.status != http.StatusNotModified {
		h.f.mismatch(h.f.opts.Contract.CheckResponse(r, answer.status, w.Header(), sent))
	}
}

// answer finds the route, checks who asks, and runs the handler with the forge locked.
func (h *apiHandler) answer(w http.ResponseWriter, r *http.Request, body []byte) (reply, error) {
	f := h.f
	f.mu.Lock()
	defer f.mu.Unlock()
	who, err := f.identify(r)
	if err != nil {
		return reply{}, err
	}
	if err := f.countRequest(w.Header(), who, r, "core"); err != nil {
		return reply{}, err
	}
	c := &call{f: f, r: r, body: body, path: strings.TrimPrefix(r.URL.EscapedPath(), "/api/v3"), who: who}
	found, params := h.routes.match(r.Method, c.path)
	if found == nil {
		return reply{}, errNotFound
	}
	c.params = params
	if err := c.admit(found.need); err != nil {
		return reply{}, err
	}
	answer, err := found.handle(c)
	if err != nil {
		return reply{}, err
	}
	if c.link != "" {
		w.Header().Set("Link", c.link)
	}
	return f.conditional(w.Header(), who, r, answer)
}

// conditional sets the ETag of a GET and turns the answer into 304 where the asker has it; those are not counted.
// As on GitHub, an ETag belongs to one credential.
func (f *Forge) conditional(header http.Header, who *actor, r *http.Request, answer reply) (reply, error) {
	if r.Method != http.MethodGet || answer.status != http.StatusOK {
		return answer, nil
	}
	raw, err := render(answer.body)
	if err != nil {
		return reply{}, err
	}
	sum := sha256.Sum256([]byte(bearer(r) + "\x00" + r.Header.Get("Accept") + "\x00" + header.Get("Link") + "\x00" + string(raw)))
	etag := `W/"` + hex.EncodeToString(sum[:]) + `"`
	header.Set("Etag", etag)
	header.Set("Cache-Control", "private, max-age=60, s-maxage=60")
	header.Set("Vary", "Accept, Authorization, Cookie, X-GitHub-OTP,Accept-Encoding, Accept, X-Requested-With")
	if strings.Contains(r.Header.Get("If-None-Match"), etag) {
		f.uncountRequest(header, who)
		return reply{status: http.StatusNotModified}, nil
	}
	return reply{status: answer.status, body: raw, header: withType(answer)}, nil
}

func withType(answer reply) http.Header {
	header := http.Header{}
	if _, isRaw := answer.body.([]byte); !isRaw {
		header.Set("Content-Type", "application/json; charset=utf-8")
	}
	for k, v := range answer.header {
		header[k] = v
	}
	return header
}

// render turns an answer's body into bytes.
func render(body any) ([]byte, error) {
	if body == nil {
		return nil, nil
	}
	if raw, ok := body.([]byte); ok {
		return raw, nil
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(body); err != nil {
		return nil, fmt.Errorf("render an answer: %w", err)
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

// send writes an answer and gives back the body that was sent.
func send(w http.ResponseWriter, answer reply) []byte {
	raw, err := render(answer.body)
	if err != nil {
		answer.status, raw = http.StatusInternalServerError, []byte(err.Error())
	}
	if raw != nil && w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
	}
	w.WriteHeader(answer.status)
	_, _ = w.Write(raw) // the client may have gone away: nothing to do about it
	return raw
}

// errorReply turns an error into an answer; what is no refusal is a defect of the forge and answers 500.
func errorReply(err error) reply {
	var refused *apiError
	if errors.As(err, &refused) {
		return reply{status: refused.status, body: refused.body(), header: refused.header}
	}
	return reply{status: http.StatusInternalServerError, body: obj{"message": "forge: " + err.Error()}}
}

// writeError answers with an error.
func (f *Forge) writeError(w http.ResponseWriter, err error) { send(w, errorReply(err)) }

// serveGraphQL identifies and counts, and leaves the rest to the executor.
func (h *apiHandler) serveGraphQL(w http.ResponseWriter, r *http.Request, body []byte) {
	f := h.f
	f.mu.Lock()
	who, err := f.identify(r)
	if err == nil && who.acct == nil {
		err = unauthorized("This endpoint requires you to be authenticated.")
	}
	if err == nil {
		err = f.countRequest(w.Header(), who, r, "graphql")
	}
	f.mu.Unlock()
	if err != nil {
		f.writeError(w, err)
		return
	}
	f.graphqlHandler(w, r, who, body)
}
