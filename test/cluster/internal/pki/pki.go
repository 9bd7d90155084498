// Package pki makes the keys and certificates of a cluster: two authorities, one leaf per component, the key of
// service account tokens, and the kubeconfigs that hold them. Which component uses what is not its business.
package pki

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// validity is longer than any test cluster lives.
const validity = 10 * 365 * 24 * time.Hour

// Request is one leaf certificate.
type Request struct {
	// Name is the file name: NAME.crt and NAME.key.
	Name string
	// Authority is the file name of the authority that signs it.
	Authority string
	// User and Groups become common name and organisations, which Kubernetes reads as user and groups.
	User   string
	Groups []string
	// Hosts are the DNS names and addresses of a server; without any it is a client's certificate only.
	Hosts []string
}

// Authorities are the file names of the two that sign: they are apart so that no Kubernetes client certificate opens
// etcd, where all secrets are.
const (
	Kubernetes = "ca"
	Etcd       = "etcd-ca"
)

// ServiceAccount is the file name of the key that signs service account tokens: NAME.key and NAME.pub.
const ServiceAccount = "service-account"

// Write makes the folder dir with all keys, unless it is there already. It is made under another name and renamed, so
// that it is whole or absent. Keys are readable by their owner only.
func Write(dir string, now time.Time, requests []Request) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	tmp := dir + ".new"
	if err := errors.Join(os.RemoveAll(tmp), os.MkdirAll(tmp, 0o700)); err != nil {
		return err
	}
	if err := fill(tmp, now, requests); err != nil {
		return fmt.Errorf("make the cluster's keys: %w", err)
	}
	return os.Rename(tmp, dir)
}

func fill(dir string, now time.Time, requests []Request) error {
	authorities := map[string]authority{}
	for _, name := range []string{Kubernetes, Etcd} {
		a, err := newAuthority(name, now)
		if err != nil {
			return err
		}
		authorities[name] = a
		if err := writePair(dir, name, a.cert.Raw, a.key); err != nil {
			return err
		}
	}
	for _, r := range requests {
		a, ok := authorities[r.Authority]
		if !ok {
			return fmt.Errorf("certificate %s: there is no authority %q", r.Name, r.Authority)
		}
		if err := a.issue(dir, r, now); err != nil {
			return fmt.Errorf("certificate %s: %w", r.Name, err)
		}
	}
	return writeServiceAccount(dir)
}

type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(name string, now time.Time) (authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return authority{}, err
	}
	t, err := template(pkix.Name{CommonName: "bowsprit-test-" + name}, now)
	if err != nil {
		return authority{}, err
	}
	t.IsCA, t.BasicConstraintsValid, t.KeyUsage = true, true, x509.KeyUsageCertSign|x509.KeyUsageDigitalSignature
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		return authority{}, err
	}
	cert, err := x509.ParseCertificate(der)
	return authority{cert, key}, err
}

// template starts an hour ago, for clocks that were set back.
func template(subject pkix.Name, now time.Time) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	return &x509.Certificate{SerialNumber: serial, Subject: subject, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(validity)}, nil
}

func (a authority) issue(dir string, r Request, now time.Time) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	t, err := template(pkix.Name{CommonName: r.User, Organization: r.Groups}, now)
	if err != nil {
		return err
	}
	t.KeyUsage, t.ExtKeyUsage = x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	if len(r.Hosts) > 0 {
		t.ExtKeyUsage = append(t.ExtKeyUsage, x509.ExtKeyUsageServerAuth)
	}
	for _, h := range r.Hosts {
		if ip := net.ParseIP(h); ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
		} else {
			t.DNSNames = append(t.DNSNames, h)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, t, a.cert, key.Public(), a.key)
	if err != nil {
		return err
	}
	return writePair(dir, r.Name, der, key)
}

func writePair(dir, name string, der []byte, key *ecdsa.PrivateKey) error {
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return errors.Join(
		writePEM(filepath.Join(dir, name+".crt"), "CERTIFICATE", der),
		writePEM(filepath.Join(dir, name+".key"), "PRIVATE KEY", keyDER))
}

func writeServiceAccount(dir string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return err
	}
	return errors.Join(
		writePEM(filepath.Join(dir, ServiceAccount+".key"), "PRIVATE KEY", private),
		writePEM(filepath.Join(dir, ServiceAccount+".pub"), "PUBLIC KEY", public))
}

func writePEM(file, kind string, der []byte) error {
	return os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}

// Kubeconfig is a kubeconfig for the server, with the certificate NAME of dir in it.
func Kubeconfig(dir, name, server string) (string, error) {
	var data []any
	for _, f := range []string{Kubernetes + ".crt", name + ".crt", name + ".key"} {
		text, err := os.ReadFile(filepath.Join(dir, f))
		if err != nil {
			return "", err
		}
		data = append(data, base64.StdEncoding.EncodeToString(text))
	}
	return fmt.Sprintf(kubeconfig, append([]any{server}, data...)...), nil
}

const kubeconfig = `apiVersion: v1
kind: Config
current-context: bowsprit-test
contexts:
- name: bowsprit-test
  context: {cluster: bowsprit-test, user: user}
clusters:
- name: bowsprit-test
  cluster:
    server: %s
    certificate-authority-data: %s
users:
- name: user
  user:
    client-certificate-data: %s
    client-key-data: %s
`
