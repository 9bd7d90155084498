package main

import (
	"context"
	"errors"
	"fmt"
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
	grace := shutdownTimeout
	s.manager, err = ctrl.NewManager(config, ctrl.Options{
		Scheme:                        newScheme(),
		Cache:                         s.cacheOptions(),
		Metrics:                       metricsserver.Options{BindAddress: s.flags.metrics},
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
	if err := s.look(config.Host); err != nil {
		return err
	}
	if err := errors.Join(s.manager.AddHealthzCheck("ping", healthz.Ping), s.manager.AddReadyzCheck("receiver", s.ready)); err != nil {
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

// look checks that the kinds exist and that their lists may be read, and says what to do if not.
func (s *server) look(host string) error {
	ctx, cancel := context.WithTimeout(context.Background(), lookTimeout)
	defer cancel()
	err := s.list(ctx, &v1alpha1.DeliveryList{}, s.settings.Kubernetes.Namespace)
	switch {
	case meta.IsNoMatchError(err) || apierrors.IsNotFound(err):
		return fmt.Errorf("the cluster at %s does not know Deliveries; install the CRD first: kubectl apply -k config/crd", host)
	case apierrors.IsForbidden(err):
		return fmt.Errorf("not allowed to list deliveries in namespace %s; apply config/rbac/control_plane.yaml there: %w", s.settings.Kubernetes.Namespace, err)
	case err != nil:
		return fmt.Errorf("look at the cluster at %s: %w", host, err)
	}
	for _, ns := range s.namespaces {
		err := s.list(ctx, &pipelinev1.PipelineRunList{}, ns)
		switch {
		case meta.IsNoMatchError(err) || apierrors.IsNotFound(err):
			return fmt.Errorf("the cluster at %s does not know PipelineRuns (tekton.dev/v1); install Tekton Pipelines first", host)
		case apierrors.IsForbidden(err):
			return fmt.Errorf("not allowed to list pipelineruns in namespace %s, where jobs of the configuration run; apply config/rbac/run_namespace.yaml there: %w", ns, err)
		case err != nil:
			return fmt.Errorf("look at the cluster at %s: %w", host, err)
		}
	}
	return nil
}

func (s *server) list(ctx context.Context, list client.ObjectList, namespace string) error {
	return s.manager.GetAPIReader().List(ctx, list, client.InNamespace(namespace), client.Limit(1))
}
