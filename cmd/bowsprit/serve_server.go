package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/controller"

	"github.com/bowsprit-ci/bowsprit/internal/github"
	"github.com/bowsprit-ci/bowsprit/internal/runs"
	"github.com/bowsprit-ci/bowsprit/internal/settings"
	"github.com/bowsprit-ci/bowsprit/internal/settings/live"
)

// The pauses between tries of something that fails: short at first, and short enough at last that everything is right
// again within minutes after a fault has passed.
const (
	firstPause = 250 * time.Millisecond
	lastPause  = 2 * time.Minute
)

// workers is how many deliveries, and how many runs, are worked on at a time: they mostly wait for GitHub.
const workers = 8

// outside is what a process has one of; tests bring their own.
type outside struct {
	clock   clock.Clock
	metrics prometheus.Registerer
}

// server holds what the roles are wired from.
type server struct {
	outside
	flags      *serveFlags
	settings   settings.Settings
	logger     *slog.Logger
	config     *live.Config
	namespaces []string // where runs live
	github     *github.Client
	manager    ctrl.Manager
	runs       *runs.Store
	hook       net.Listener // nil without the receiver
}

// newServer builds everything and starts nothing but the webhook's listener. Its errors are for the person who starts it.
func newServer(f *serveFlags, set settings.Settings, logger *slog.Logger, out outside) (*server, error) {
	s := &server{outside: out, flags: f, settings: set, logger: logger}
	for _, step := range []func() error{s.loadCatalog, s.connectGitHub, s.connectCluster, s.addReceiver, s.addControllers, s.watchConfig} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *server) connectGitHub() error {
	g := s.settings.GitHub
	m := github.NewMetrics()
	if err := s.metrics.Register(m); err != nil {
		return fmt.Errorf("register the metrics of GitHub: %w", err)
	}
	client, err := github.New(github.Options{
		APIURL: g.APIURL, WebURL: g.WebURL,
		App:   github.App{ID: g.AppID, PrivateKey: []byte(g.PrivateKey.Reveal())},
		Token: g.Token.Reveal(), Logger: s.logger, Metrics: m,
	})
	s.github = client
	return err
}

// watchConfig takes changes of the configuration while the process runs.
func (s *server) watchConfig() error { return s.manager.Add(s.config) }

// addRuns makes the hands on runs.
func (s *server) addRuns(config *rest.Config) error {
	pods, err := corev1client.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("make a client for logs: %w", err)
	}
	s.runs = &runs.Store{
		Client: s.manager.GetClient(), Live: s.manager.GetAPIReader(), Pods: pods, Namespaces: s.namespaces,
	}
	return nil
}

func (s *server) has(role string) bool { return slices.Contains(s.flags.roles, role) }

// hookAddress is where webhooks arrive; empty without the receiver.
func (s *server) hookAddress() string {
	if s.hook == nil {
		return ""
	}
	return s.hook.Addr().String()
}

// options are what all controllers have in common.
func (s *server) options() controller.Options {
	return controller.Options{
		MaxConcurrentReconciles: workers,
		RateLimiter:             workqueue.NewTypedItemExponentialFailureRateLimiter[ctrl.Request](firstPause, lastPause),
	}
}

// ready answers /readyz: whether the caches are filled, without which nothing is decided, so that a roll-out waits for it.
func (s *server) ready(r *http.Request) error {
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	if !s.manager.GetCache().WaitForCacheSync(ctx) {
		return errors.New("the caches are not filled yet")
	}
	return nil
}

// readyTimeout is how long a question to /readyz may take; a cache that is filled answers at once.
const readyTimeout = time.Second
