// Package receiver is the door for GitHub's webhooks.
//
// Its one job is to keep what GitHub sends and then to say so: cap the body, check its signature, only then read it, drop
// what nothing handles, store a Delivery, and only then answer 2xx. GitHub does not send again what was acknowledged. It
// must not know what an event leads to, nor ask GitHub anything.
package receiver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
)

// The sizes of webhook bodies, in bytes.
const (
	// DefaultMaxBody is the largest body that is taken unless Options say otherwise. Events of the handled kinds are
	// smaller.
	DefaultMaxBody = 1 << 20
	// HardMaxBody is the most that Options can ask for: GitHub sends no more.
	HardMaxBody = 25 << 20
	// DefaultMaxInFlight is how many bytes of bodies are held at the same time, over all requests.
	DefaultMaxInFlight = 64 << 20
)

// storeTimeout bounds the storing of one delivery: GitHub gives up after 10 seconds, and reading took some of them.
const storeTimeout = 7 * time.Second

// Inbox keeps deliveries.
type Inbox interface {
	// Store keeps a delivery for good. When one of that name is kept already, the error is Kubernetes' AlreadyExists.
	Store(ctx context.Context, delivery *v1alpha1.Delivery) error
}

// Options are what a receiver needs.
type Options struct {
	// Secrets are the webhook's secrets; a body signed with any of them is taken. Empty ones are ignored: without a secret
	// nothing is taken.
	Secrets [][]byte
	// Translate reduces a payload of a kind to an event; false if nothing handles it. It sees authenticated payloads only.
	Translate func(kind string, payload []byte) (v1alpha1.Event, bool, error)
	// Inbox keeps what arrives.
	Inbox Inbox
	// MaxBody is the size in bytes up to which a body is taken: DefaultMaxBody when 0, HardMaxBody at most.
	MaxBody int64
	// MaxInFlight bounds the bytes of all bodies that are held at the same time: DefaultMaxInFlight when 0.
	MaxInFlight int64
	// Logger gets one line for each refusal and failure; nil discards them. Nothing unauthenticated is logged.
	Logger *slog.Logger
	// Metrics counts; nil counts for nobody.
	Metrics *Metrics
}

// receiver is the handler.
type receiver struct {
	options  Options
	inFlight *budget
}

// Handler answers webhook deliveries: 202 when the delivery is stored (again or for the first time), 200 when nothing
// handles it, 503 when it could not be stored, so that GitHub's log shows it and it can be redelivered, and 4xx when it is
// not from GitHub or not readable.
func Handler(o Options) http.Handler {
	if o.MaxBody <= 0 {
		o.MaxBody = DefaultMaxBody
	}
	o.MaxBody = min(o.MaxBody, HardMaxBody)
	if o.MaxInFlight <= 0 {
		o.MaxInFlight = DefaultMaxInFlight
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Metrics == nil {
		o.Metrics = NewMetrics()
	}
	return &receiver{options: o, inFlight: newBudget(o.MaxInFlight)}
}

// verdict is the answer to one request.
type verdict struct {
	status int
	// text is the answer's body.
	text string
	// reason is a short word for the metrics when the request is refused; empty if it is not.
	reason string
	// kind is the event's kind once it is authenticated.
	kind string
}

// refuse is the verdict on a bad request.
func refuse(status int, reason, text string) *verdict {
	return &verdict{status: status, reason: reason, text: text}
}

// ServeHTTP answers one delivery.
func (rc *receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	v := rc.guarded(w, r)
	rc.options.Metrics.observe(v, time.Since(began))
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(v.status)
	_, _ = fmt.Fprintln(w, v.text) // the sender may be gone; there is nobody else to tell
}

// guarded turns a panic into an answer: one bad delivery must not end the process.
func (rc *receiver) guarded(w http.ResponseWriter, r *http.Request) (v *verdict) {
	defer func() {
		if p := recover(); p != nil {
			rc.options.Logger.Error("panic while a delivery was received", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			v = refuse(http.StatusInternalServerError, "panic", "internal error")
		}
	}()
	return rc.receive(w, r)
}

// receive goes through the steps in order; the first refusal ends it.
func (rc *receiver) receive(w http.ResponseWriter, r *http.Request) *verdict {
	if v := rc.checkHead(w, r); v != nil {
		return v
	}
	body, release, v := rc.readBody(w, r)
	defer release()
	if v != nil {
		return v
	}
	if !authentic(rc.options.Secrets, r.Header.Get(signatureHeader), body) {
		return unsigned()
	}
	guid, kind, v := identify(r)
	if v != nil {
		return v
	}
	v = rc.keep(r.Context(), guid, kind, body)
	v.kind = kind
	return v
}

// keep stores an authenticated delivery if something handles it.
func (rc *receiver) keep(ctx context.Context, guid, kind string, body []byte) *verdict {
	if kind == "ping" {
		return &verdict{status: http.StatusOK, text: "pong"}
	}
	event, handled, err := rc.options.Translate(kind, body)
	if err != nil {
		rc.options.Logger.Warn("a signed delivery cannot be read", "guid", guid, "kind", kind, "error", err)
		return refuse(http.StatusBadRequest, "unreadable", "cannot read it: "+err.Error())
	}
	if !handled {
		return &verdict{status: http.StatusOK, text: "nothing handles this"}
	}
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	err = rc.options.Inbox.Store(ctx, &v1alpha1.Delivery{
		ObjectMeta: metav1.ObjectMeta{Name: guid},
		Spec:       v1alpha1.DeliverySpec{Event: event},
	})
	switch {
	case err == nil:
		return &verdict{status: http.StatusAccepted, text: "received"}
	case apierrors.IsAlreadyExists(err):
		return &verdict{status: http.StatusAccepted, text: "already received"}
	}
	level := slog.LevelError
	if errors.Is(err, context.Canceled) {
		level = slog.LevelInfo // the sender went away
	}
	rc.options.Logger.Log(ctx, level, "a delivery could not be stored", "guid", guid, "kind", kind, "error", err)
	return refuse(http.StatusServiceUnavailable, "not-stored", "not stored; redeliver it later")
}
