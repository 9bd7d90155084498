package receiver

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the signature of old that must not be taken
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
)

const (
	theSecret = "0123456789abcdef0123456789abcdef"
	theGUID   = "72d3162e-cc78-11e3-81ab-4c9367dc0958"
)

// memory is an inbox in memory.
type memory struct {
	mu     sync.Mutex
	stored map[string]v1alpha1.Event
	fail   error
}

func (m *memory) Store(_ context.Context, d *v1alpha1.Delivery) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return m.fail
	}
	if _, ok := m.stored[d.Name]; ok {
		return apierrors.NewAlreadyExists(schema.GroupResource{Group: "bowsprit.dev", Resource: "deliveries"}, d.Name)
	}
	if m.stored == nil {
		m.stored = map[string]v1alpha1.Event{}
	}
	m.stored[d.Name] = d.Spec.Event
	return nil
}

// bench is a receiver under test with all that is around it.
type bench struct {
	inbox   memory
	parsed  []string // bodies that reached the parser
	metrics *Metrics
	log     bytes.Buffer
	handler http.Handler
}

// newBench makes one. Its translator handles every kind but "push"; a body of "broken" cannot be read, "panic" panics.
func newBench(bend func(*Options)) *bench {
	b := &bench{metrics: NewMetrics()}
	o := Options{
		Secrets: [][]byte{[]byte(theSecret)}, Inbox: &b.inbox, Metrics: b.metrics,
		Logger: slog.New(slog.NewTextHandler(&b.log, nil)),
		Translate: func(kind string, payload []byte) (v1alpha1.Event, bool, error) {
			b.parsed = append(b.parsed, string(payload))
			switch {
			case string(payload) == "panic":
				panic("ouch")
			case string(payload) == "broken":
				return v1alpha1.Event{}, false, errors.New("unexpected end")
			}
			return v1alpha1.Event{Kind: v1alpha1.EventKind(kind), Org: "o", Repo: "r"}, kind != "push", nil
		},
	}
	if bend != nil {
		bend(&o)
	}
	b.handler = Handler(o)
	return b
}

// sign signs a body as GitHub does.
func sign(secret, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// delivery is a request as GitHub sends it.
func delivery(kind, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/hook", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(eventHeader, kind)
	r.Header.Set(guidHeader, theGUID)
	r.Header.Set(signatureHeader, sign(theSecret, body))
	return r
}

// send gives a request to the handler and returns what came back.
func (b *bench) send(r *http.Request) (status int, text string) {
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	return w.Code, strings.TrimSpace(w.Body.String())
}

func TestDeliveries(t *testing.T) {
	const wrong = "the signature is missing or wrong"
	cases := map[string]struct {
		why    string
		kind   string // pull_request when empty
		body   string // {} when empty
		bend   func(*http.Request)
		setUp  func(*Options)
		status int
		text   string
		stored bool
		parsed bool
	}{
		"a good one":             {status: 202, text: "received", stored: true, parsed: true},
		"a ping":                 {kind: "ping", status: 200, text: "pong"},
		"what nothing handles":   {kind: "push", status: 200, text: "nothing handles this", parsed: true},
		"an upper-case GUID":     {why: "object names are lower-case", bend: set(guidHeader, strings.ToUpper(theGUID)), status: 202, text: "received", stored: true, parsed: true},
		"a charset":              {bend: set("Content-Type", "application/json; charset=utf-8"), status: 202, text: "received", stored: true, parsed: true},
		"the old of two secrets": {setUp: secrets("new", theSecret), status: 202, text: "received", stored: true, parsed: true},
		"the new of two secrets": {setUp: secrets(theSecret, "old"), status: 202, text: "received", stored: true, parsed: true},

		"unsigned":                    {bend: set(signatureHeader, ""), status: 401, text: wrong},
		"signed with another secret":  {bend: set(signatureHeader, sign("guess", "{}")), status: 401, text: wrong},
		"signed with no secret":       {bend: set(signatureHeader, sign("", "{}")), setUp: secrets("", theSecret), status: 401, text: wrong},
		"no secret is configured":     {why: "never open", setUp: secrets(), status: 401, text: wrong},
		"only an empty one is":        {why: "never open", bend: set(signatureHeader, sign("", "{}")), setUp: secrets(""), status: 401, text: wrong},
		"a tampered body":             {bend: set(signatureHeader, sign(theSecret, "{ }")), status: 401, text: wrong},
		"half a signature":            {bend: set(signatureHeader, sign(theSecret, "{}")[:40]), status: 401, text: wrong},
		"a signature and more":        {bend: set(signatureHeader, sign(theSecret, "{}")+"00"), status: 401, text: wrong},
		"a signature without its tag": {bend: set(signatureHeader, strings.TrimPrefix(sign(theSecret, "{}"), "sha256=")), status: 401, text: wrong},
		"SHA-1": {
			why: "GitHub still sends it beside the other; it is broken",
			bend: func(r *http.Request) {
				mac := hmac.New(sha1.New, []byte(theSecret))
				mac.Write([]byte("{}"))
				r.Header.Del(signatureHeader)
				r.Header.Set("X-Hub-Signature", "sha1="+hex.EncodeToString(mac.Sum(nil)))
			}, status: 401, text: wrong,
		},

		"GET":               {bend: func(r *http.Request) { r.Method = http.MethodGet }, status: 405, text: "webhooks are sent by POST"},
		"a form":            {why: "GitHub's default", bend: set("Content-Type", "application/x-www-form-urlencoded"), status: 415, text: "set the webhook's content type to application/json"},
		"no content type":   {bend: set("Content-Type", ""), status: 415, text: "set the webhook's content type to application/json"},
		"no GUID":           {bend: set(guidHeader, ""), status: 400, text: "X-GitHub-Delivery is missing or is no UUID"},
		"a GUID that is no": {why: "it becomes an object's name", bend: set(guidHeader, "../../secrets/x"), status: 400, text: "X-GitHub-Delivery is missing or is no UUID"},
		"a GUID in braces":  {bend: set(guidHeader, "{"+theGUID+"}"), status: 400, text: "X-GitHub-Delivery is missing or is no UUID"},
		"no event":          {bend: set(eventHeader, ""), status: 400, text: "X-GitHub-Event is missing or is no event's name"},
		"an event that is no": {
			bend: set(eventHeader, "Pull Request"), status: 400, text: "X-GitHub-Event is missing or is no event's name",
		},
		"a signed body that cannot be read": {body: "broken", status: 400, text: "cannot read it: unexpected end", parsed: true},
		"a panic":                           {body: "panic", status: 500, text: "internal error", parsed: true},

		"a body at the cap": {
			body: strings.Repeat(" ", 100), setUp: func(o *Options) { o.MaxBody = 100 }, status: 202, text: "received", stored: true, parsed: true,
		},
		"a body above the cap": {
			body: strings.Repeat(" ", 101), setUp: func(o *Options) { o.MaxBody = 100 }, status: 413, text: "the body is too large",
		},
		"a body above the cap that does not say so": {
			body: strings.Repeat(" ", 101), setUp: func(o *Options) { o.MaxBody = 100 },
			bend: func(r *http.Request) { r.ContentLength = -1 }, status: 413, text: "the body is too large",
		},
		"a body above GitHub's own cap": {
			why: "no setting raises it", setUp: func(o *Options) { o.MaxBody = 1 << 40 },
			bend: func(r *http.Request) { r.ContentLength = HardMaxBody + 1 }, status: 413, text: "the body is too large",
		},
		"a body that ends early": {
			bend: func(r *http.Request) { r.Body = io.NopCloser(io.MultiReader(strings.NewReader("{"), broken{})) }, status: 400, text: "the body ended early",
		},
		"more than fits at once": {
			body: strings.Repeat(" ", 101), setUp: func(o *Options) { o.MaxInFlight = 100 },
			status: 503, text: "too much is arriving at once; redeliver it later",
		},
		"the store is down": {
			setUp:  func(o *Options) { o.Inbox = &memory{fail: errors.New("etcd is down")} },
			status: 503, text: "not stored; redeliver it later", parsed: true,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := newBench(c.setUp)
			kind, body := "pull_request", "{}"
			if c.kind != "" {
				kind = c.kind
			}
			if c.body != "" {
				body = c.body
			}
			r := delivery(kind, body)
			if c.bend != nil {
				c.bend(r)
			}
			if status, text := b.send(r); status != c.status || text != c.text {
				t.Errorf("%s: got %d %q, want %d %q", c.why, status, text, c.status, c.text)
			}
			if _, stored := b.inbox.stored[theGUID]; stored != c.stored || len(b.inbox.stored) > 1 {
				t.Errorf("%s: stored %v, want it stored: %t", c.why, b.inbox.stored, c.stored)
			}
			if parsed := len(b.parsed) > 0; parsed != c.parsed {
				t.Errorf("%s: reached the parser: %t, want %t", c.why, parsed, c.parsed)
			}
			if log := b.log.String(); strings.Contains(log, theSecret) || c.status == 401 && log != "" {
				t.Errorf("%s: log: %s", c.why, log)
			}
		})
	}
}

// set changes a header; an empty value takes it away.
func set(name, value string) func(*http.Request) {
	return func(r *http.Request) {
		r.Header.Del(name)
		if value != "" {
			r.Header.Set(name, value)
		}
	}
}

// secrets configures other secrets.
func secrets(all ...string) func(*Options) {
	return func(o *Options) {
		o.Secrets = nil
		for _, secret := range all {
			o.Secrets = append(o.Secrets, []byte(secret))
		}
	}
}

// broken is a connection that breaks.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestTheSameDeliveryTwiceIsKeptOnce(t *testing.T) {
	b := newBench(nil)
	if status, text := b.send(delivery("pull_request", "{}")); status != 202 || text != "received" {
		t.Fatalf("first: %d %q", status, text)
	}
	if status, text := b.send(delivery("pull_request", "{}")); status != 202 || text != "already received" {
		t.Errorf("second: %d %q", status, text)
	}
	if len(b.inbox.stored) != 1 {
		t.Errorf("stored %v", b.inbox.stored)
	}
}

func TestWhatCouldNotBeStoredCanBeRedelivered(t *testing.T) {
	b := newBench(nil)
	b.inbox.fail = errors.New("etcd is down")
	if status, _ := b.send(delivery("pull_request", "{}")); status != 503 {
		t.Fatalf("while the store is down: %d", status)
	}
	if !strings.Contains(b.log.String(), theGUID) || !strings.Contains(b.log.String(), "etcd is down") {
		t.Errorf("log: %s", b.log.String())
	}
	b.inbox.fail = nil
	if status, text := b.send(delivery("pull_request", "{}")); status != 202 || text != "received" {
		t.Errorf("redelivered: %d %q", status, text)
	}
}

func TestTheBudgetIsGivenBack(t *testing.T) {
	b := newBench(func(o *Options) { o.MaxInFlight = 150 })
	for _, body := range []string{strings.Repeat("x", 100), "panic", "broken", strings.Repeat("y", 200), strings.Repeat("z", 150)} {
		b.send(delivery("pull_request", body))
		b.send(withSignature(delivery("pull_request", body), sign("guess", body)))
	}
	if held := b.handler.(*receiver).inFlight.held.Load(); held != 0 {
		t.Errorf("%d bytes are still counted", held)
	}
}

func withSignature(r *http.Request, signature string) *http.Request {
	r.Header.Set(signatureHeader, signature)
	return r
}

func TestMetrics(t *testing.T) {
	b := newBench(nil)
	b.send(delivery("pull_request", "{}"))
	b.send(delivery("push", "{}"))
	b.send(delivery("made_up_by_an_attacker", "broken"))
	b.send(withSignature(delivery("pull_request", "{}"), "sha256=00"))
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(b.metrics)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, family := range families {
		for _, m := range family.Metric {
			name := family.GetName()
			for _, label := range m.Label {
				name += " " + label.GetValue()
			}
			got[name] = m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	want := map[string]float64{
		"bowsprit_webhook_requests_total 202 pull_request": 1,
		"bowsprit_webhook_requests_total 200 other":        1,
		"bowsprit_webhook_requests_total 400 other":        1,
		"bowsprit_webhook_requests_total 401 unknown":      1,
		"bowsprit_webhook_rejected_total unreadable":       1,
		"bowsprit_webhook_rejected_total signature":        1,
		"bowsprit_webhook_ack_seconds":                     2,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Over a real connection: the path, and a sender who announces a large body and never sends it.
func TestServer(t *testing.T) {
	b := newBench(nil)
	server := NewServer("127.0.0.1:0", "/hook", b.handler)
	listener, err := net.Listen("tcp", server.Addr)
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	root := "http://" + listener.Addr().String()

	post := func(url string) int {
		r := delivery("pull_request", "{}")
		out, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, r.Body)
		if err != nil {
			t.Fatal(err)
		}
		out.Header = r.Header
		answer, err := http.DefaultClient.Do(out)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		return answer.StatusCode
	}
	if status := post(root + "/hook"); status != http.StatusAccepted {
		t.Errorf("/hook: %d", status)
	}
	if status := post(root + "/hook/more"); status != http.StatusNotFound {
		t.Errorf("/hook/more: %d", status)
	}

	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	head := "POST /hook HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 26214400\r\n" +
		signatureHeader + ": " + sign("guess", "") + "\r\n\r\n"
	if _, err := io.WriteString(conn, head); err != nil {
		t.Fatal(err)
	}
	if err := conn.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 12)
	if _, err := io.ReadFull(conn, answer); err != nil || string(answer) != "HTTP/1.1 413" {
		t.Errorf("a large announcement: got %q, %v before a byte of the body, want 413", answer, err)
	}
}

// F1: whatever arrives, nothing panics, and what is not signed reaches neither the parser nor the inbox.
func FuzzReceive(f *testing.F) {
	good := sign(theSecret, "{}")
	f.Add("POST", "application/json", good, "pull_request", theGUID, []byte("{}"))
	f.Add("POST", "application/json", sign("", "{}"), "pull_request", theGUID, []byte("{}"))
	f.Add("POST", "application/json", "sha256="+strings.Repeat("0", 64), "ping", theGUID, []byte("panic"))
	f.Add("POST", "application/json;;", "sha1=", "", "", []byte{})
	f.Add("GET", "", "", "check_run", strings.ToUpper(theGUID), []byte("broken"))
	f.Fuzz(func(t *testing.T, method, contentType, signature, kind, guid string, body []byte) {
		b := newBench(func(o *Options) { o.MaxBody = 1000 })
		r := httptest.NewRequest(http.MethodPost, "/hook", bytes.NewReader(body))
		r.Method = method
		r.Header = http.Header{
			"Content-Type": {contentType}, signatureHeader: {signature}, http.CanonicalHeaderKey(eventHeader): {kind},
			http.CanonicalHeaderKey(guidHeader): {guid},
		}
		status, text := b.send(r)
		signed := hmac.Equal([]byte(strings.ToLower(signature)), []byte(sign(theSecret, string(body))))
		if !signed && (len(b.parsed) > 0 || len(b.inbox.stored) > 0 || status < 400) {
			t.Errorf("unsigned, and yet: %d %q, parsed %q, stored %v", status, text, b.parsed, b.inbox.stored)
		}
		if status/100 == 2 != (status == 200 || status == 202) || (status == 202) != (len(b.inbox.stored) == 1) {
			t.Errorf("%d %q, stored %v", status, text, b.inbox.stored)
		}
	})
}
