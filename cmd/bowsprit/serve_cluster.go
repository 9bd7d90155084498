package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
	"github.com/bowsprit-ci/bowsprit/pipelines/record"
	"github.com/bowsprit-ci/bowsprit/web/pages"
)

// leaseName is the lease that the leader holds, in the control plane's namespace.
const leaseName = "bowsprit"

// The pace of requests to the API server, per second and at once. Its own fairness decides beyond that.
const (
	qps   = 100
	burst = 200
)

// lookTimeout bounds the look at the cluster before anything starts.
const lookTimeout = 15 * time.Second

// connectCluster makes the manager, after a look at whether the cluster is ready for it.
func (s *server) connectCluster() error {
	config, err := restConfig(s.settings.Kubernetes.Kubeconfig)
	if err != nil {
		return err
	}
	if err := s.look(config); err != nil {
		return err
	}
	grace := shutdownTimeout
	s.manager, err = ctrl.NewManager(config, ctrl.Options{
		Scheme: newScheme(),
		Cache:  s.cacheOptions(),
		Metrics: metricsserver.Options{
			BindAddress: s.flags.metrics, ExtraHandlers: map[string]http.Handler{configPage: pages.Config(s.configNow)},
		},
		HealthProbeBindAddress:        s.flags.health,
		LeaderElection:                s.flags.leaderElect,
		LeaderElectionID:              leaseName,
		LeaderElectionNamespace:       s.settings.Kubernetes.Namespace,
		LeaderElectionReleaseOnCancel: true,
		GracefulShutdownTimeout:       &grace,
	})
	if err != nil {
		return fmt.Errorf("connect to the cluster at %s: %w", config.Host, err)
	}
	if err := errors.Join(s.manager.AddHealthzCheck("ping", healthz.Ping), s.manager.AddReadyzCheck("caches", s.ready)); err != nil {
		return err
	}
	return s.addRuns(config)
}

// restConfig says how to reach the cluster: by a kubeconfig, or from inside when the path is empty.
func restConfig(kubeconfig string) (*rest.Config, error) {
	load, from := rest.InClusterConfig, "this pod's service account (kubernetes.kubeconfig is empty)"
	if kubeconfig != "" {
		from = kubeconfig
		load = func() (*rest.Config, error) { return clientcmd.BuildConfigFromFlags("", kubeconfig) }
	}
	config, err := load()
	if err != nil {
		return nil, fmt.Errorf("find the cluster by %s: %w", from, err)
	}
	config.QPS, config.Burst = qps, burst
	return config, nil
}

func newScheme() *runtime.Scheme {
	scheme := runtime.NewScheme()
	utilruntime.Must(clientgoscheme.AddToScheme(scheme))
	utilruntime.Must(pipelinev1.AddToScheme(scheme))
	utilruntime.Must(v1alpha1.AddToScheme(scheme))
	return scheme
}

// cacheOptions keep the caches to what is ours: deliveries of the control plane, and our runs, without the parts that
// only the API server needs.
func (s *server) cacheOptions() cache.Options {
	control := map[string]cache.Config{s.settings.Kubernetes.Namespace: {}}
	running := map[string]cache.Config{}
	for _, ns := range s.namespaces {
		running[ns] = cache.Config{}
	}
	return cache.Options{
		DefaultTransform: cache.TransformStripManagedFields(),
		ByObject: map[client.Object]cache.ByObject{
			&v1alpha1.Delivery{}:      {Namespaces: control},
			&pipelinev1.PipelineRun{}: {Namespaces: running, Label: record.Selector(), Transform: slimRun},
		},
	}
}

// slimRun drops what is large and nobody reads from the cache: the resolved copy of the pipeline.
func slimRun(obj any) (any, error) {
	if run, ok := obj.(*pipelinev1.PipelineRun); ok {
		run.ManagedFields, run.Status.PipelineSpec, run.Status.Provenance = nil, nil, nil
	}
	return obj, nil
}

// look checks that the kinds exist and that their lists may be read, and says what to do if not. It comes before the
// manager, which asks for the kinds too but says less.
func (s *server) look(config *rest.Config) error {
	ctx, cancel := context.WithTimeout(context.Background(), lookTimeout)
	defer cancel()
	reader, err := client.New(config, client.Options{Scheme: newScheme()})
	if err != nil {
		return fmt.Errorf("connect to the cluster at %s: %w", config.Host, err)
	}
	list := func(list client.ObjectList, namespace, unknown, forbidden string) error {
		err := reader.List(ctx, list, client.InNamespace(namespace), client.Limit(1))
		switch {
		case err == nil:
			return nil
		case meta.IsNoMatchError(err) || apierrors.IsNotFound(err):
			return fmt.Errorf("the cluster at %s %s", config.Host, unknown)
		case apierrors.IsForbidden(err):
			return fmt.Errorf("%s: %w", forbidden, err)
		}
		return fmt.Errorf("look at the cluster at %s: %w", config.Host, err)
	}
	control := s.settings.Kubernetes.Namespace
	err = list(&v1alpha1.DeliveryList{}, control,
		"does not know Deliveries; install the CRD first: kubectl apply -k config/crd",
		"not allowed to list deliveries in namespace "+control+"; apply config/rbac/control_plane.yaml there")
	for _, ns := range s.namespaces {
		err = cmp.Or(err, list(&pipelinev1.PipelineRunList{}, ns,
			"does not know PipelineRuns (tekton.dev/v1); install Tekton Pipelines first",
			"not allowed to list pipelineruns in namespace "+ns+", where jobs run; apply config/rbac/run_namespace.yaml there"))
	}
	return err
}
