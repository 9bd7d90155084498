package forge

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// obj is a JSON object. Answers are built from maps and not from a client's structs, whose omitempty drops fields
// that GitHub always sends.
type obj = map[string]any

// docs is the documentation_url of every refusal.
const docs = "https://docs.github.com/rest"

// apiError is a refusal in GitHub's words.
type apiError struct {
	status  int
	message string
	errors  []any
	header  http.Header
}

func (e *apiError) Error() string { return fmt.Sprintf("%d %s", e.status, e.message) }

func (e *apiError) body() obj {
	b := obj{"message": e.message, "documentation_url": docs}
	if e.errors != nil {
		b["errors"] = e.errors
	}
	return b
}

// refuse makes a refusal with a message.
func refuse(status int, message string) *apiError { return &apiError{status: status, message: message} }

// errNotFound is GitHub's answer for what is missing and for what may not be seen.
var errNotFound = refuse(http.StatusNotFound, "Not Found")

// errIntegration is GitHub's answer to an App without the permission.
var errIntegration = refuse(http.StatusForbidden, "Resource not accessible by integration")

// invalid is a validation error of one field; code is missing, missing_field, invalid, already_exists or custom.
func invalid(resource, field, code, message string) *apiError {
	e := obj{"resource": resource, "field": field, "code": code}
	if message != "" {
		e["message"] = message
	}
	return &apiError{status: http.StatusUnprocessableEntity, message: "Validation Failed", errors: []any{e}}
}

// reply is an answer. A body of type []byte is sent as it is, anything else as JSON; nil sends nothing.
type reply struct {
	status int
	body   any
	header http.Header
}

func okay(body any) (reply, error)    { return reply{status: http.StatusOK, body: body}, nil }
func created(body any) (reply, error) { return reply{status: http.StatusCreated, body: body}, nil }
func noContent() (reply, error)       { return reply{status: http.StatusNoContent}, nil }

// call is one request to the API on its way through the forge.
type call struct {
	f      *Forge
	r      *http.Request
	body   []byte
	path   string // without /api/v3, still escaped
	params map[string]string
	who    *actor
	repo   *repo // of routes below /repos/{owner}/{repo}
	link   string
}

// decode reads the JSON body; an empty body is an empty object.
func (c *call) decode(into any) error {
	if len(c.body) == 0 {
		return nil
	}
	if err := json.Unmarshal(c.body, into); err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) {
			return refuse(http.StatusUnprocessableEntity, fmt.Sprintf("Invalid request.\n\nFor '%s', %s is not a %s.", wrong.Field, wrong.Value, wrong.Type))
		}
		return refuse(http.StatusBadRequest, "Problems parsing JSON")
	}
	return nil
}

// has says whether the body names a field at all, which tells null and absent apart.
func (c *call) has(field string) bool {
	var fields map[string]json.RawMessage
	_ = json.Unmarshal(c.body, &fields) // decode reports a bad body
	_, ok := fields[field]
	return ok
}

func (c *call) number(name string) (int, error) {
	n, err := strconv.Atoi(c.params[name])
	if err != nil {
		return 0, errNotFound
	}
	return n, nil
}

func (c *call) id(name string) (int64, error) {
	n, err := strconv.ParseInt(c.params[name], 10, 64)
	if err != nil {
		return 0, errNotFound
	}
	return n, nil
}

func (c *call) query(name string) string { return c.r.URL.Query().Get(name) }

// window reads page and per_page: GitHub's defaults are 1 and 30, the limit is 100.
func (c *call) window() (page, perPage int) {
	page, perPage = 1, 30
	if n, err := strconv.Atoi(c.query("page")); err == nil && n > 0 {
		page = n
	}
	if n, err := strconv.Atoi(c.query("per_page")); err == nil && n > 0 {
		perPage = min(n, 100)
	}
	return page, perPage
}

// paged renders one page of a list and remembers the Link header.
func paged[T any](c *call, list []T, render func(T) obj) []obj {
	page, perPage := c.window()
	from := min((page-1)*perPage, len(list))
	to := min(from+perPage, len(list))
	out := make([]obj, 0, to-from)
	for _, item := range list[from:to] {
		out = append(out, render(item))
	}
	c.setLink(page, (len(list)+perPage-1)/perPage)
	return out
}

// setLink builds the Link header in GitHub's order: prev, next, last, first.
func (c *call) setLink(page, last int) {
	var links []string
	add := func(rel string, n int) {
		u := *c.r.URL
		q := u.Query()
		q.Set("page", strconv.Itoa(n))
		u.RawQuery = q.Encode()
		links = append(links, fmt.Sprintf(`<%s%s>; rel="%s"`, c.f.base, u.RequestURI(), rel))
	}
	if page > 1 {
		add("prev", page-1)
	}
	if page < last {
		add("next", page+1)
		add("last", last)
	}
	if page > 1 {
		add("first", 1)
	}
	c.link = strings.Join(links, ", ")
}

// stamp renders a time as GitHub does; the zero time is null.
func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}

// orNull renders an empty string as null.
func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// maxBody is how much of a request's body the forge reads.
const maxBody = 25 << 20

func readBody(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return nil, fmt.Errorf("read the body of a request: %w", err)
	}
	if len(body) > maxBody {
		return nil, refuse(http.StatusRequestEntityTooLarge, "Request body too large")
	}
	return body, nil
}
