package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/go-logr/logr"
	"github.com/spf13/cobra"
	"k8s.io/klog/v2"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	"github.com/bowsprit-ci/bowsprit/internal/settings"
)

// The roles of a server. Each may run in a process of its own.
const (
	roleReceiver   = "receiver"
	roleDispatcher = "dispatcher"
	roleAdmitter   = "admitter"
	roleReporter   = "reporter"
	roleScheduler  = "scheduler"
)

var allRoles = []string{roleReceiver, roleDispatcher, roleAdmitter, roleReporter, roleScheduler}

// shutdownTimeout is how long the parts of a server may take to end when it is told to stop.
const shutdownTimeout = 20 * time.Second

// serveFlags are the flags of `bowsprit serve`.
type serveFlags struct {
	settings        string
	roles           []string
	leaderElect     bool
	metrics, health string
	logFormat       string
	verbose         bool
}

func newServe() *cobra.Command {
	f := &serveFlags{}
	cmd := &cobra.Command{
		Use:   "serve --settings FILE",
		Short: "Receive webhooks and run the controllers",
		Long: "Serve receives GitHub's webhooks and runs the controllers, until it is told to stop.\n" +
			"It does not start with incomplete settings, a configuration that has errors, or a cluster without the needed kinds.\n\n" +
			"One process plays all roles, unless --role gives it some of them. With --leader-elect several processes may run the\n" +
			"same controllers, and one of them works; all of them receive webhooks.",
		Example: "  bowsprit serve --settings settings.yaml\n" +
			"  bowsprit serve --settings settings.yaml --role receiver --log-format text",
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := f.check(); err != nil {
				return err
			}
			if err := f.run(ctrl.SetupSignalHandler()); err != nil {
				return exitError{code: 1, err: err}
			}
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.settings, "settings", "", "Bowsprit's settings file (required)")
	flags.StringSliceVar(&f.roles, "role", allRoles, "the parts to run")
	flags.BoolVar(&f.leaderElect, "leader-elect", false, "run the controllers only while holding the lease, so that several processes may be started")
	flags.StringVar(&f.metrics, "metrics-address", ":9090", "where to serve Prometheus metrics; 0 for nowhere")
	flags.StringVar(&f.health, "health-address", ":8081", "where to serve /healthz and /readyz; 0 for nowhere")
	flags.StringVar(&f.logFormat, "log-format", "json", "json or text")
	flags.BoolVar(&f.verbose, "verbose", false, "log more")
	return cmd
}

// check refuses flags that mean nothing.
func (f *serveFlags) check() error {
	if f.settings == "" {
		return errors.New("serve needs --settings FILE")
	}
	if len(f.roles) == 0 {
		return fmt.Errorf("--role is empty; allowed: %s", strings.Join(allRoles, ", "))
	}
	for _, role := range f.roles {
		if !slices.Contains(allRoles, role) {
			return fmt.Errorf("--role: %q is no role; allowed: %s", role, strings.Join(allRoles, ", "))
		}
	}
	if f.logFormat != "json" && f.logFormat != "text" {
		return fmt.Errorf("--log-format: %q is no format; allowed: json, text", f.logFormat)
	}
	return nil
}

// run serves until ctx ends.
func (f *serveFlags) run(ctx context.Context) error {
	logger := f.logger()
	set, err := settings.Load(f.settings)
	if err != nil {
		return err
	}
	for _, w := range set.Warnings {
		logger.Warn("settings", "problem", w)
	}
	s, err := newServer(f, set, logger, outside{clock: clock.RealClock{}, metrics: metrics.Registry})
	if err != nil {
		return err
	}
	logger.Info("serving", "roles", strings.Join(f.roles, ","), "runs in", strings.Join(s.namespaces, ","),
		"webhooks at", s.hookAddress(), "as an App", s.github.CanWriteChecks())
	return s.manager.Start(ctx)
}

// logger is the process's one logger; what libraries log goes there too.
func (f *serveFlags) logger() *slog.Logger {
	options := &slog.HandlerOptions{Level: slog.LevelInfo}
	if f.verbose {
		options.Level = slog.LevelDebug
	}
	var h slog.Handler = slog.NewJSONHandler(os.Stderr, options)
	if f.logFormat == "text" {
		h = slog.NewTextHandler(os.Stderr, options)
	}
	ctrl.SetLogger(logr.FromSlogHandler(h))
	klog.SetLogger(logr.FromSlogHandler(h))
	return slog.New(h)
}
