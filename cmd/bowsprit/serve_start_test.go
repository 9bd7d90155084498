package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/bowsprit-ci/bowsprit/internal/runs/runstest"
	"github.com/bowsprit-ci/bowsprit/internal/settings"
)

func TestServeFlags(t *testing.T) {
	for name, tc := range map[string]struct {
		why   string
		flags serveFlags
		want  string
	}{
		"everything": {why: "the usual start", flags: serveFlags{settings: "s", roles: allRoles, logFormat: "json"}},
		"no settings": {
			why: "there is no default file", flags: serveFlags{roles: allRoles, logFormat: "json"}, want: "serve needs --settings FILE",
		},
		"a misspelt role": {
			why:   "a role that is not run must not go unnoticed",
			flags: serveFlags{settings: "s", roles: []string{"receiver", "reporters"}, logFormat: "json"},
			want:  `--role: "reporters" is no role; allowed: receiver, dispatcher, admitter, reporter, scheduler`,
		},
		"no role": {
			why: "a process that does nothing is a mistake", flags: serveFlags{settings: "s", logFormat: "json"},
			want: "--role is empty; allowed: receiver, dispatcher, admitter, reporter, scheduler",
		},
		"a strange log format": {
			why: "the log would be lost on whoever reads it", flags: serveFlags{settings: "s", roles: allRoles, logFormat: "xml"},
			want: `--log-format: "xml" is no format; allowed: json, text`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := fmt.Sprint(tc.flags.check()); got != tc.want && (tc.want != "" || got != "<nil>") {
				t.Errorf("%s: %q, want %q", tc.why, got, tc.want)
			}
		})
	}
}

// A cluster that is not ready stops the start with one line that says what to do.
func TestServeLooksAtTheClusterFirst(t *testing.T) {
	s := &street{T: t, api: runstest.Start(t, func(env *envtest.Environment) { env.CRDInstallOptions = envtest.CRDInstallOptions{} })}
	file := s.writeSettings("http://127.0.0.1:1", 1, testKey(t))
	start := func() string {
		set, err := settings.Load(file)
		s.ok(err)
		server, err := newServer(&serveFlags{roles: []string{roleReceiver}, metrics: "0", health: "0"}, set,
			slog.New(slog.DiscardHandler), outside{clock: clock.RealClock{}, metrics: prometheus.NewRegistry()})
		if err == nil {
			s.ok(server.hook.Close())
		}
		return fmt.Sprint(err)
	}
	expect := func(want string) {
		t.Helper()
		if got := start(); !strings.Contains(got, want) {
			t.Errorf("the start ends with %q, want %q in it", got, want)
		}
	}
	expect("install the CRD first: kubectl apply -k config/crd")
	crds, err := runstest.CRDs()
	s.ok(err)
	_, err = envtest.InstallCRDs(s.api.Config, envtest.CRDInstallOptions{Paths: crds})
	s.ok(err)
	expect("apply config/rbac/control_plane.yaml there")
	s.namespaces()
	objects := rbacObjects(t)
	for _, object := range objects {
		if object.GetNamespace() == "bowsprit" {
			s.ok(s.api.Client.Create(t.Context(), &object))
		}
	}
	expect("apply config/rbac/run_namespace.yaml there")
	for _, object := range objects {
		if object.GetNamespace() != "bowsprit" {
			s.ok(client.IgnoreAlreadyExists(s.api.Client.Create(t.Context(), &object)))
		}
	}
	runstest.Eventually(t, "the server starts", func() error {
		if got := start(); got != "<nil>" {
			return fmt.Errorf("it ends with %s", got)
		}
		return nil
	})
}

// testKey is a private key of an App that does not exist.
func testKey(t *testing.T) []byte {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
}
