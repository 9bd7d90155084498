package main

import (
	"encoding/base64"
	"io"
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
