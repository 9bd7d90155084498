package receiver_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	gogithub "github.com/google/go-github/v92/github"

	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
	"github.com/bowsprit-ci/bowsprit/internal/github"
	"github.com/bowsprit-ci/bowsprit/web/receiver"
)

// shelf counts what is stored.
type shelf struct{ stored atomic.Int64 }

func (s *shelf) Store(context.Context, *v1alpha1.Delivery) error {
	s.stored.Add(1)
	return nil
}

// pullRequestBody is a pull_request payload of 25 KB, the usual size: the parts that are read, and padding.
func pullRequestBody() string {
	repository := `{"id":7,"name":"web","full_name":"acme/web","owner":{"login":"acme","id":1}}`
	urls := make([]string, 200)
	for i := range urls {
		urls[i] = fmt.Sprintf(`"url_%d":"https://api.github.com/repos/acme/web/something/%d{/more}","flag_%d":true`, i, i, i)
	}
	return fmt.Sprintf(`{"action":"synchronize","number":5,"pull_request":{"number":5,%s,"head":{"sha":%q},`+
		`"base":{"ref":"main","repo":%s}},"repository":%s,"sender":{"login":"alice","id":2}}`,
		strings.Join(urls, ","), strings.Repeat("1", 40), repository, repository)
}

// BenchmarkReceive is the hot path: signature, parsing and storing to memory, beside its bound: what no receiver can leave
// out, the signature and one decoding of the body.
func BenchmarkReceive(b *testing.B) {
	secret, body := []byte("0123456789abcdef0123456789abcdef"), pullRequestBody()
	sign := func() []byte {
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte(body))
		return mac.Sum(nil)
	}
	b.Run("handler", func(b *testing.B) { benchmarkHandler(b, secret, body, "sha256="+hex.EncodeToString(sign())) })
	b.Run("bound", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		for b.Loop() {
			var event gogithub.PullRequestEvent
			if err := json.Unmarshal([]byte(body), &event); err != nil || len(sign()) != sha256.Size {
				b.Fatal(err)
			}
		}
	})
}

func benchmarkHandler(b *testing.B, secret []byte, body, signature string) {
	var kept shelf
	handler := receiver.Handler(receiver.Options{Secrets: [][]byte{secret}, Translate: github.Translate, Inbox: &kept})
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest(http.MethodPost, "/hook", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-GitHub-Event", "pull_request")
		r.Header.Set("X-GitHub-Delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958")
		r.Header.Set("X-Hub-Signature-256", signature)
		handler.ServeHTTP(httptest.NewRecorder(), r)
	}
	if kept.stored.Load() < int64(b.N) {
		b.Fatalf("stored %d of %d", kept.stored.Load(), b.N)
	}
}
