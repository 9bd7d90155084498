// Package kube reads from the local cluster's API server and asks its daemons whether they are healthy, without the
// weight of a Kubernetes client. It writes nothing.
package kube

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Client asks one HTTPS server with a client certificate.
type Client struct {
	base string
	http *http.Client
}

// New makes a client of the server at base. pki is the folder with keys, authority and name are file names in it.
func New(base, pki, authority, name string) (Client, error) {
	ca, err := os.ReadFile(filepath.Join(pki, authority+".crt"))
	if err != nil {
		return Client{}, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	cert, err := tls.LoadX509KeyPair(filepath.Join(pki, name+".crt"), filepath.Join(pki, name+".key"))
	if err != nil {
		return Client{}, err
	}
	config := &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	return Client{base, &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{TLSClientConfig: config}}}, nil
}

// Health asks a plain or self-signed health page on loopback; its content is no secret and no decision of trust hangs
// on it.
func Health(ctx context.Context, url string) error {
	config := &tls.Config{InsecureSkipVerify: true} //nolint:gosec // see above
	c := Client{http: &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{TLSClientConfig: config, DisableKeepAlives: true}}}
	_, err := c.Get(ctx, url)
	return err
}

// Get returns the body of a 2xx answer; anything else is an error with the beginning of the body.
func (c Client) Get(ctx context.Context, path string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+path, nil)
	if err != nil {
		return nil, err
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close() //nolint:errcheck // read to its end below
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode/100 != 2 {
		return nil, fmt.Errorf("%s answers %s: %.300s", path, answer.Status, failing(string(body)))
	}
	return body, nil
}

// failing drops the lines of a health page that say that a check is fine.
func failing(body string) string {
	var kept []string
	for _, line := range strings.Split(strings.TrimSpace(body), "\n") {
		if !strings.HasPrefix(line, "[+]") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "; ")
}

// NodeReady returns nil when the node is ready and said so after since; otherwise why not.
func (c Client) NodeReady(ctx context.Context, name string, since time.Time) error {
	text, err := c.Get(ctx, "/api/v1/nodes/"+name)
	if err != nil {
		return err
	}
	var node struct {
		Status struct {
			Conditions []struct {
				Type, Status, Message string
				LastHeartbeatTime     time.Time
			}
		}
	}
	if err := json.Unmarshal(text, &node); err != nil {
		return err
	}
	for _, x := range node.Status.Conditions {
		switch {
		case x.Type != "Ready":
		case x.Status != "True":
			return fmt.Errorf("node %s is not ready: %s", name, x.Message)
		case x.LastHeartbeatTime.Before(since.Truncate(time.Second)):
			return fmt.Errorf("node %s was last heard of at %s", name, x.LastHeartbeatTime)
		default:
			return nil
		}
	}
	return fmt.Errorf("node %s has not said whether it is ready", name)
}
