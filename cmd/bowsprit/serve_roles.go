package main

import (
	"fmt"
	"net"
	"strings"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/manager"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/controllers/admitter"
	"github.com/bowsprit-ci/bowsprit/controllers/dispatcher"
	"github.com/bowsprit-ci/bowsprit/controllers/reporter"
	"github.com/bowsprit-ci/bowsprit/controllers/scheduler"
	"github.com/bowsprit-ci/bowsprit/internal/github"
	"github.com/bowsprit-ci/bowsprit/web/receiver"
)

// addReceiver opens the webhook's address now, so that one that is taken stops the start, and serves it later. Every
// process with this role receives, the leader or not.
func (s *server) addReceiver() error {
	if !s.has(roleReceiver) {
		return nil
	}
	w := s.settings.Webhook
	m := receiver.NewMetrics()
	if err := s.metrics.Register(m); err != nil {
		return fmt.Errorf("register the metrics of the receiver: %w", err)
	}
	var secrets [][]byte
	for _, secret := range w.Secrets {
		secrets = append(secrets, []byte(secret.Reveal()))
	}
	handler := receiver.Handler(receiver.Options{
		Secrets: secrets, Translate: github.Translate, Logger: s.logger, Metrics: m,
		Inbox: receiver.KubeInbox{Client: s.manager.GetClient(), Namespace: s.settings.Kubernetes.Namespace},
	})
	var err error
	if s.hook, err = net.Listen("tcp", w.Address); err != nil {
		return fmt.Errorf("listen for webhooks: %w", err)
	}
	grace := shutdownTimeout
	return s.manager.Add(&manager.Server{
		Name: "receiver", Server: receiver.NewServer(w.Address, w.Path, handler), Listener: s.hook, ShutdownTimeout: &grace,
	})
}

// addControllers adds those whose roles are asked for.
func (s *server) addControllers() error {
	for _, c := range []struct {
		role string
		add  func() error
	}{
		{roleDispatcher, s.addDispatcher},
		{roleAdmitter, s.addAdmitter},
		{roleReporter, s.addReporter},
		{roleScheduler, s.addScheduler},
	} {
		if !s.has(c.role) {
			continue
		}
		if err := c.add(); err != nil {
			return fmt.Errorf("add the %s: %w", c.role, err)
		}
	}
	return nil
}

func (s *server) addDispatcher() error {
	r := &dispatcher.Reconciler{
		Client: s.manager.GetClient(), Runs: s.runs, GitHub: s.github, Clock: s.clock, WebURL: s.github.WebURL(),
		Decide: dispatcher.NewMind(s.github, s.config.Catalog, s.github.Files).Decide, File: s.github.File, Options: s.runOptions,
		Namespaces: s.namespaces,
	}
	return r.SetupWithManager(s.manager, s.options())
}

func (s *server) addAdmitter() error {
	r := &admitter.Reconciler{
		Runs: s.runs, MaxRunning: s.settings.Limits.MaxRunning,
		Turnstile: admitter.Turnstile{
			Client: s.manager.GetClient(), Live: s.manager.GetAPIReader(), Namespace: s.settings.Kubernetes.Namespace,
		},
	}
	return r.SetupWithManager(s.manager, s.options())
}

func (s *server) addScheduler() error {
	m := scheduler.NewMetrics()
	if err := s.metrics.Register(m); err != nil {
		return fmt.Errorf("register the metrics of the scheduler: %w", err)
	}
	return s.manager.Add(&scheduler.Scheduler{
		Runs: s.runs, Clock: s.clock, Metrics: m, Options: s.runOptions,
		Periodics: func() []prow.Periodic { return s.config.Catalog().Periodics() },
		Decoration: func(repo, cluster string) *prow.DecorationConfig {
			return s.config.Catalog().Config().DecorationFor(repo, cluster)
		},
		Memory: scheduler.Memory{
			Client: s.manager.GetClient(), Live: s.manager.GetAPIReader(), Namespace: s.settings.Kubernetes.Namespace,
		},
	})
}

func (s *server) addReporter() error {
	r := &reporter.Reconciler{
		Cache: s.manager.GetClient(), Runs: s.runs, GitHub: s.github, Clock: s.clock,
		LogLines: s.settings.Reporting.LogLines, DetailsURL: s.detailsURL,
	}
	return r.SetupWithManager(s.manager, s.options())
}

// detailsURL is a run's page in the dashboard of the settings; empty if they name none.
func (s *server) detailsURL(run types.NamespacedName) string {
	return strings.NewReplacer("{namespace}", run.Namespace, "{name}", run.Name).Replace(s.settings.Reporting.DashboardURL)
}
