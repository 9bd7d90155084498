package runstest

import (
	"context"
	"errors"
	"testing"
	"time"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/bowsprit-ci/bowsprit/internal/runs"
	"github.com/bowsprit-ci/bowsprit/pipelines/record"
)

// Manager is a controller manager whose caches are those of one namespace, with the hands on the runs in it. It has no
// lease: two of them are two leaders.
type Manager struct {
	ctrl.Manager
	Runs *runs.Store
}

// Manager makes a manager for a namespace.
func (a *API) Manager(t testing.TB, namespace string) *Manager {
	t.Helper()
	mgr, err := ctrl.NewManager(a.Config, ctrl.Options{
		Scheme:  a.Scheme,
		Metrics: metricsserver.Options{BindAddress: "0"},
		Cache: cache.Options{
			DefaultNamespaces: map[string]cache.Config{namespace: {}},
			ByObject:          map[client.Object]cache.ByObject{&pipelinev1.PipelineRun{}: {Label: record.Selector()}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	pods, err := corev1client.NewForConfig(a.Config)
	if err != nil {
		t.Fatal(err)
	}
	return &Manager{Manager: mgr, Runs: &runs.Store{
		Client: mgr.GetClient(), Live: mgr.GetAPIReader(), Pods: pods, Namespaces: []string{namespace},
	}}
}

// Run starts the manager and returns a function that stops it and waits for its end; so does the end of the test.
func (m *Manager) Run(t testing.TB) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- m.Start(ctx) }()
	stopped := false
	stop = func() {
		if cancel(); stopped {
			return
		}
		stopped = true
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("the manager ended with %v", err)
		}
	}
	t.Cleanup(stop)
	return stop
}

// Options are a controller's options for tests: fast retries, and names that several managers of a process may share.
func Options() controller.Options {
	again := true
	return controller.Options{
		SkipNameValidation:      &again,
		MaxConcurrentReconciles: 4,
		RateLimiter:             workqueue.NewTypedItemExponentialFailureRateLimiter[ctrl.Request](5*time.Millisecond, 200*time.Millisecond),
	}
}
