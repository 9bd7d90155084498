package main

import (
	"compress/gzip"
	"encoding/base64"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

func TestNoSecretSurvivesWhereverItStands(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.StringMatching(`[A-Z]{9,40}`).Draw(t, "secret")
		c := newCensor([]string{secret}, 0)
		before := strings.Repeat("x", censorBuffer-rapid.IntRange(0, 60).Draw(t, "before"))
		text := before + secret + strings.Repeat("y", rapid.IntRange(0, 100).Draw(t, "after"))
		got, err := io.ReadAll(c.reader(iotest.HalfReader(strings.NewReader(text))))
		want := strings.Replace(text, secret, strings.Repeat("*", len(secret)), 1)
		if err != nil || string(got) != want {
			t.Fatalf("%q at %d: %v, %d bytes of %d", secret, len(before), err, len(got), len(want))
		}
	})
}

func TestASecretInsideBase64IsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.StringMatching(`[a-z0-9]{9,40}`).Draw(t, "secret")
		before := rapid.StringMatching(`[a-z]{0,5}`).Draw(t, "before")
		after := rapid.StringMatching(`[a-z]{0,5}`).Draw(t, "after")
		text := []byte(base64.StdEncoding.EncodeToString([]byte(before + secret + after)))
		newCensor([]string{secret}, 0).mask(text)
		if !strings.Contains(string(text), "*") {
			t.Fatalf("%s is untouched", text)
		}
		if back, err := base64.StdEncoding.DecodeString(string(text)); err == nil && strings.Contains(string(back), secret) {
			t.Fatalf("%s still has it", text)
		}
	})
}

func TestTheBucketsCredentialsAreCensoredWithoutBeingAskedTo(t *testing.T) {
	const pem = "-----BEGIN PRIVATE KEY-----\nMIIabc+/=\n-----END PRIVATE KEY-----\n"
	quoted := `-----BEGIN PRIVATE KEY-----\nMIIabc+/=\n-----END PRIVATE KEY-----\n`
	s := newScene(t)
	s.write("gcs/service-account.json", `{"client_email":"a@b","private_key":"`+quoted+`"}`)
	s.write("s3/service-account.json", `{"region":"r","access_key":"a","secret_key":"the-secret-key"}`)
	s.opts.GCSCredentialsFile = filepath.Join(s.root, "gcs/service-account.json")
	s.opts.S3CredentialsFile = filepath.Join(s.root, "s3/service-account.json")
	whole, plain := gzipped(t, "has the-secret-key"), gzipped(t, "has none")
	s.write("process-log.txt", "a\n"+pem+"b the-secret-key\n")
	s.write("artifacts/metadata.json", `{"private_key":"`+quoted+`"}`)
	s.write("artifacts/with.tar.gz", whole)
	s.write("artifacts/without.tar.gz", plain)
	s.write("artifacts/broken.tar.gz", plain+"the-secret-key")
	s.write("marker", "0")
	got := s.work(nil)
	for name, text := range got {
		if strings.Contains(text, "MIIabc") || strings.Contains(text, "the-secret-key") {
			t.Errorf("%s has a key: %q", name, text)
		}
	}
	if text := got[dir+"/build-log.txt"]; !strings.HasPrefix(text, "a\n***") || !strings.HasSuffix(text, "\nb **************\n") {
		t.Errorf("log: %q", text)
	}
	archive := func(name string) string { return strings.SplitN(got[dir+"/artifacts/"+name], "|", 3)[2] }
	if archive("without.tar") != plain {
		t.Error("an archive without secrets has changed")
	}
	if archive("broken.tar") != plain+"**************" {
		t.Errorf("what is only at its beginning an archive: %q", archive("broken.tar"))
	}
	z, err := gzip.NewReader(strings.NewReader(archive("with.tar")))
	if err != nil {
		t.Fatal(err)
	}
	if inside, err := io.ReadAll(z); err != nil || string(inside) != "has **************" {
		t.Errorf("in the archive: %q, %v", inside, err)
	}
}
