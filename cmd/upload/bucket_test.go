package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bowsprit-ci/bowsprit/pipelines/uploadspec"
)

// TestProwsCredentialsReachAnS3Server looks at what arrives at the endpoint of the credentials file: the address, the key's name and the
// region in the signature's scope, and the object.
func TestProwsCredentialsReachAnS3Server(t *testing.T) {
	var mu sync.Mutex
	got := map[string]string{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || !strings.Contains(r.Header.Get("Authorization"), "Credential=key-id/") || !strings.Contains(r.Header.Get("Authorization"), "/region-1/s3/") {
			http.Error(w, "no signature", http.StatusForbidden)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		got[r.Method+" "+r.URL.Path] = string(body)
	}))
	t.Cleanup(srv.Close)
	file := filepath.Join(t.TempDir(), "service-account.json")
	text := fmt.Sprintf(`{"region":"region-1","endpoint":%q,"insecure":true,"s3_force_path_style":true,"access_key":"key-id","secret_key":"x"}`, strings.TrimPrefix(srv.URL, "http://"))
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	bucket, err := openBucket(context.Background(), uploadspec.Options{Bucket: "s3://b/prefix", S3CredentialsFile: file})
	if err != nil {
		t.Fatal(err)
	}
	s := &store{bucket: bucket, log: io.Discard}
	defer s.close()
	o := object{name: "logs/j/7/x.txt", open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("x")), nil }}
	if err := s.all(context.Background(), []object{o}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"PUT /b/prefix/logs/j/7/x.txt": "x"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestEndpoints(t *testing.T) {
	for want, c := range map[string]s3Credentials{
		"https://s3.example.org": {Endpoint: "s3.example.org"},
		"http://s3.example.org":  {Endpoint: "s3.example.org", Insecure: true},
		"http://10.0.0.1:9000":   {Endpoint: "http://10.0.0.1:9000"},
	} {
		if got := endpointURL(c); got != want {
			t.Errorf("%+v: %s, want %s", c, got, want)
		}
	}
}

// TestAnObjectIsTriedAgain breaks the source twice; the third attempt stores it, and only then it counts.
func TestAnObjectIsTriedAgain(t *testing.T) {
	dir := t.TempDir()
	bucket, err := openFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	s := &store{bucket: bucket, log: io.Discard, delays: []time.Duration{1, 1}}
	defer s.close()
	attempts := 0
	o := object{name: "x", open: func() (io.ReadCloser, error) {
		attempts++
		if attempts < 3 {
			return io.NopCloser(io.MultiReader(strings.NewReader("part"), broken{})), nil
		}
		return io.NopCloser(strings.NewReader("whole")), nil
	}}
	if err := s.one(context.Background(), o); err != nil || s.count.Load() != 1 {
		t.Fatalf("%v, %d stored", err, s.count.Load())
	}
	if b, err := os.ReadFile(filepath.Join(dir, "x")); err != nil || string(b) != "whole" {
		t.Errorf("%q, %v", b, err)
	}
}

type broken struct{}

// Read always fails.
func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
