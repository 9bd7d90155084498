package forge

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1" // GitHub still sends X-Hub-Signature beside the SHA-256 one
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
)

// attempt is one try to deliver one event to one hook.
type attempt struct {
	id         int64
	guid       string
	hook       *hook
	event      event
	redelivery bool
	at         time.Time
	duration   time.Duration
	code       int
	status     string
	header     map[string]string
	body       []byte
	answerHead map[string]string
	answer     []byte
}

// deliveryTimeout is GitHub's patience with a receiver.
const deliveryTimeout = 10 * time.Second

// maxAnswer is how much of a receiver's answer is kept.
const maxAnswer = 64 << 10

// deliver queues an event for a hook. Events of one hook go out one after the other, in the order of what happened.
func (f *Forge) deliver(h *hook, e event) {
	body, err := render(e.body)
	if err != nil {
		f.fault(err)
		return
	}
	if f.opts.Contract != nil {
		f.mismatch(f.opts.Contract.CheckWebhook(e.name, body))
	}
	f.dispatch(h, e, body, uuid.NewString(), false)
}

// dispatch puts one delivery into the hook's queue. A fault plan may lose, double, delay or reorder it there.
func (f *Forge) dispatch(h *hook, e event, body []byte, guid string, redelivery bool) {
	if f.closed {
		return
	}
	if h.queue == nil {
		h.queue = make(chan func(), 1<<16)
		f.deliveries.Add(1)
		go f.pump(h.queue)
	}
	send := func() (int, error) { return f.attempt(h, e, body, guid, redelivery) }
	f.busy++
	h.queue <- func() {
		if f.opts.Faults != nil && !redelivery {
			f.opts.Faults.Deliver(e.name, guid, send)
		} else {
			_, _ = send() // the outcome is in the delivery log; GitHub does not try again by itself
		}
		f.mu.Lock()
		f.busy--
		f.wake()
		f.mu.Unlock()
	}
}

// pump works off the queue of one hook until the forge is closed.
func (f *Forge) pump(queue chan func()) {
	defer f.deliveries.Done()
	for {
		select {
		case work := <-queue:
			work()
		case <-f.stopped.Done():
			return
		}
	}
}

// attempt sends a delivery once and logs what came of it. An answer other than 2xx is an error too.
func (f *Forge) attempt(h *hook, e event, body []byte, guid string, redelivery bool) (int, error) {
	f.mu.Lock()
	a := &attempt{id: f.newID(), guid: guid, hook: h, event: e, redelivery: redelivery, at: f.now(), body: body, header: hookHeader(h, e, body, guid)}
	target := h.url
	f.mu.Unlock()
	began := time.Now()
	code, header, answer, err := f.post(target, a.header, body)
	f.mu.Lock()
	defer f.mu.Unlock()
	a.duration, a.code, a.answer, a.answerHead = time.Since(began), code, answer, header
	a.status = statusWords(code, err)
	h.last = a
	f.attempts = append(f.attempts, a)
	f.wake()
	if err == nil && code/100 != 2 {
		err = fmt.Errorf("deliver %s: status %d", e.name, code)
	}
	return code, err
}

// statusWords is GitHub's word for the outcome of a delivery.
func statusWords(code int, err error) string {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "timed out"
	case err != nil:
		return "failed to connect to host"
	case code/100 == 2:
		return "OK"
	}
	return fmt.Sprintf("Invalid HTTP Response: %d", code)
}

// hookHeader is what GitHub sends with a delivery.
func hookHeader(h *hook, e event, body []byte, guid string) map[string]string {
	kind, target := "organization", int64(0)
	switch {
	case h.repo != nil:
		kind, target = "repository", h.repo.id
	case h.app != nil:
		kind, target = "integration", h.app.id
	case h.org != nil:
		target = h.org.id
	}
	header := map[string]string{
		"Accept": "*/*", "Content-Type": "application/json", "User-Agent": "GitHub-Hookshot/forge", "X-GitHub-Event": e.name,
		"X-GitHub-Delivery": guid, "X-GitHub-Hook-ID": fmt.Sprint(h.id), "X-GitHub-Hook-Installation-Target-Type": kind,
		"X-GitHub-Hook-Installation-Target-ID": fmt.Sprint(target),
	}
	if h.secret != "" {
		header["X-Hub-Signature"] = "sha1=" + signBody(sha1.New, h.secret, body)
		header["X-Hub-Signature-256"] = "sha256=" + signBody(sha256.New, h.secret, body)
	}
	return header
}

func signBody(algorithm func() hash.Hash, secret string, body []byte) string {
	mac := hmac.New(algorithm, []byte(secret))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

func (f *Forge) post(target string, header map[string]string, body []byte) (int, map[string]string, []byte, error) {
	timeout := deliveryTimeout
	if f.opts.DeliveryTimeout > 0 {
		timeout = f.opts.DeliveryTimeout
	}
	ctx, cancel := context.WithTimeout(f.stopped, timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader(body))
	if err != nil {
		return 0, nil, nil, fmt.Errorf("deliver a webhook: %w", err)
	}
	for k, v := range header {
		req.Header[k] = []string{v} // GitHub's spelling, which Set would change
	}
	resp, err := hookClient.Do(req)
	if err != nil {
		return 0, nil, nil, fmt.Errorf("deliver a webhook: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	got := map[string]string{}
	for k, v := range resp.Header {
		got[k] = strings.Join(v, ", ")
	}
	return resp.StatusCode, got, answer, err
}

// hookClient does not follow redirects: GitHub does not either.
var hookClient = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// Redeliver sends a logged delivery again, with the same GUID and the same body, as its button does.
func (f *Forge) Redeliver(id int64) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, a := range f.attempts {
		if a.id == id {
			f.dispatch(a.hook, a.event, a.body, a.guid, true)
			return nil
		}
	}
	return fmt.Errorf("no delivery %d", id)
}

// SendRaw posts a body of the caller's own to a hook, signed with its secret or with another; it answers the status.
// It is for tests of a receiver: forged, unsigned (an empty secret) and doubled deliveries. It is not logged.
func (f *Forge) SendRaw(hookID int64, event, guid, secret string, body []byte) (int, error) {
	f.mu.Lock()
	h := f.hook(hookID)
	f.mu.Unlock()
	if h == nil {
		return 0, fmt.Errorf("no webhook %d", hookID)
	}
	header := hookHeader(&hook{id: h.id, repo: h.repo, org: h.org, app: h.app, secret: secret}, eventNamed(event), body, guid)
	code, _, _, err := f.post(h.url, header, body)
	return code, err
}

func (a *attempt) view() DeliveryView {
	v := DeliveryView{
		ID: a.id, GUID: a.guid, HookID: a.hook.id, Event: a.event.name, Action: a.event.action, Redelivery: a.redelivery, At: a.at,
		Duration: a.duration, StatusCode: a.code, Status: a.status, Header: a.header, Body: a.body, Answer: a.answer,
	}
	if a.event.repo != nil {
		v.Repo = a.event.repo.fullName()
	}
	return v
}
