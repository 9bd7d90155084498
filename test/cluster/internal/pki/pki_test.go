package pki

import (
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func read(t *testing.T, dir, name string) *x509.Certificate {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name+".crt"))
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func TestLeavesAreOfTheirAuthorityOnly(t *testing.T) {
	dir, now := filepath.Join(t.TempDir(), "pki"), time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	err := Write(dir, now, []Request{
		{Name: "server", Authority: Kubernetes, User: "s", Hosts: []string{"localhost", "10.67.0.1"}},
		{Name: "client", Authority: Kubernetes, User: "c", Groups: []string{"g"}},
		{Name: "store", Authority: Etcd, User: "e", Hosts: []string{"127.0.0.1"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		leaf, authority, host string
		usage                 x509.ExtKeyUsage
		refused               bool
	}{
		"a server is trusted under its address":           {leaf: "server", authority: Kubernetes, host: "10.67.0.1", usage: x509.ExtKeyUsageServerAuth},
		"a server is trusted under its name":              {leaf: "server", authority: Kubernetes, host: "localhost", usage: x509.ExtKeyUsageServerAuth},
		"a server is not trusted under another address":   {leaf: "server", authority: Kubernetes, host: "10.67.0.2", usage: x509.ExtKeyUsageServerAuth, refused: true},
		"a client is trusted as a client":                 {leaf: "client", authority: Kubernetes, usage: x509.ExtKeyUsageClientAuth},
		"a client is not trusted as a server":             {leaf: "client", authority: Kubernetes, usage: x509.ExtKeyUsageServerAuth, refused: true},
		"a Kubernetes client does not open etcd":          {leaf: "client", authority: Etcd, usage: x509.ExtKeyUsageClientAuth, refused: true},
		"etcd's certificate is no one for the API server": {leaf: "store", authority: Kubernetes, usage: x509.ExtKeyUsageClientAuth, refused: true},
	} {
		t.Run(name, func(t *testing.T) {
			roots := x509.NewCertPool()
			roots.AddCert(read(t, dir, tc.authority))
			_, err := read(t, dir, tc.leaf).Verify(x509.VerifyOptions{Roots: roots, DNSName: tc.host, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{tc.usage}})
			if (err != nil) != tc.refused {
				t.Errorf("error %v, refused should be %v", err, tc.refused)
			}
		})
	}
	config, err := Kubeconfig(dir, "client", "https://10.67.0.1:443")
	if err != nil || !strings.Contains(config, "server: https://10.67.0.1:443\n") || strings.Contains(config, "%!") {
		t.Errorf("kubeconfig (%v):\n%s", err, config)
	}
}

func TestUnknownAuthorityLeavesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "pki")
	err := Write(dir, time.Now(), []Request{{Name: "x", Authority: "nobody"}})
	if err == nil || !strings.Contains(err.Error(), `no authority "nobody"`) {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("a folder without all keys is there: %v", err)
	}
}
