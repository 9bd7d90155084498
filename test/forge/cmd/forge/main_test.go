package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRun fills a forge from a seed file and stops it.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "site"), 0o755); err != nil {
		t.Fatal(err)
	}
	files := map[string]string{
		"site/README.md": "# site\n",
		"seed.yaml": `users: [alice]
orgs: [{login: acme, owners: [alice]}]
repos: [{owner: acme, name: site, dir: site, pusher: alice}]
apps: [{slug: bot, owner: acme, installOn: acme, keyFile: ` + filepath.Join(dir, "key.pem") + `, permissions: {checks: write}}]
`,
		"bad.yaml": "userz: [alice]\n",
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // it stops as soon as it runs
	var out bytes.Buffer
	if err := run(ctx, &out, "127.0.0.1:0", "", filepath.Join(dir, "seed.yaml")); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"user  alice token ghp_", "app   bot id ", "/api/v3"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the output has no %q:\n%s", want, out.String())
		}
	}
	if key, err := os.ReadFile(filepath.Join(dir, "key.pem")); err != nil || !bytes.Contains(key, []byte("RSA PRIVATE KEY")) {
		t.Errorf("the App's key: %v", err)
	}
	if err := run(ctx, &out, "127.0.0.1:0", "", filepath.Join(dir, "bad.yaml")); err == nil || !strings.Contains(err.Error(), "userz") {
		t.Errorf("a seed with an unknown field: %v", err)
	}
}
