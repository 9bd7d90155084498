package receiver

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"mime"
	"net/http"
	"regexp"
	"strings"
)

// The headers of GitHub's deliveries (docs.github.com, "Webhook events and payloads"). Only the body is signed.
const (
	signatureHeader = "X-Hub-Signature-256"
	eventHeader     = "X-GitHub-Event"
	guidHeader      = "X-GitHub-Delivery"
)

// unsigned is the one answer to everything that is not signed with our secret, whatever is wrong with it.
func unsigned() *verdict {
	return refuse(http.StatusUnauthorized, "signature", "the signature is missing or wrong")
}

// checkHead refuses by the head of a request, before a byte of its body is read.
func (rc *receiver) checkHead(w http.ResponseWriter, r *http.Request) *verdict {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return refuse(http.StatusMethodNotAllowed, "method", "webhooks are sent by POST")
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return refuse(http.StatusUnsupportedMediaType, "content-type", "set the webhook's content type to application/json")
	}
	if r.ContentLength > rc.options.MaxBody {
		return tooLarge(w)
	}
	if _, ok := signature(r.Header.Get(signatureHeader)); !ok {
		return unsigned()
	}
	return nil
}

// tooLarge refuses a body, and the connection with it: the rest of the body would have to be read.
func tooLarge(w http.ResponseWriter) *verdict {
	w.Header().Set("Connection", "close")
	return refuse(http.StatusRequestEntityTooLarge, "size", "the body is too large")
}

// readBody reads the body within its cap and within the budget of all requests together. release gives the budget back;
// it is never nil.
func (rc *receiver) readBody(w http.ResponseWriter, r *http.Request) (body []byte, release func(), v *verdict) {
	share := rc.inFlight.share()
	body, err := io.ReadAll(&counted{from: http.MaxBytesReader(w, r.Body, rc.options.MaxBody), share: share})
	_, isLarge := errors.AsType[*http.MaxBytesError](err)
	switch {
	case isLarge:
		v = tooLarge(w)
	case errors.Is(err, errBusy):
		w.Header().Set("Connection", "close")
		v = refuse(http.StatusServiceUnavailable, "busy", "too much is arriving at once; redeliver it later")
	case err != nil:
		v = refuse(http.StatusBadRequest, "truncated", "the body ended early")
	}
	return body, share.release, v
}

// signature reads the header "sha256=<64 hex digits>".
func signature(header string) ([]byte, bool) {
	digits, ok := strings.CutPrefix(header, "sha256=")
	sum, err := hex.DecodeString(digits)
	return sum, ok && err == nil && len(sum) == sha256.Size
}

// authentic says whether a body is signed with one of the secrets. It takes the same time whether and where the signature
// is wrong, and whichever secret fits.
func authentic(secrets [][]byte, header string, body []byte) bool {
	claimed, ok := signature(header)
	if !ok {
		return false
	}
	fits := false
	for _, secret := range secrets {
		if len(secret) == 0 {
			continue
		}
		mac := hmac.New(sha256.New, secret)
		_, _ = mac.Write(body) // a hash never fails
		equal := hmac.Equal(mac.Sum(nil), claimed)
		fits = fits || equal
	}
	return fits
}

// The forms of the two headers that are taken. A GUID becomes an object's name.
var (
	guidPattern = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	kindPattern = regexp.MustCompile(`^[a-z_]{1,64}$`)
)

// identify reads the delivery's GUID, in lower case, and the event's kind.
func identify(r *http.Request) (guid, kind string, v *verdict) {
	guid, kind = strings.ToLower(r.Header.Get(guidHeader)), r.Header.Get(eventHeader)
	if !guidPattern.MatchString(guid) {
		return "", "", refuse(http.StatusBadRequest, "guid", guidHeader+" is missing or is no UUID")
	}
	if !kindPattern.MatchString(kind) {
		return "", "", refuse(http.StatusBadRequest, "event", eventHeader+" is missing or is no event's name")
	}
	return guid, kind, nil
}
