package street

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/go-logr/logr"
	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
)

// Cluster is a Kubernetes with Tekton, as `cluster env` of test/cluster describes it. A cluster of the user's own serves
// as well.
type Cluster struct {
	// Kubeconfig is a file that gives an administrator's access.
	Kubeconfig string
	// ImagePrefix is the registry and path before the name of every image that is built here, without a slash at the end.
	ImagePrefix string
	// HostAddress is the address under which pods reach services on this machine.
	HostAddress string
	// Kubectl, Tkn and Tool are the binaries of kubectl, tkn and test/cluster.
	Kubectl, Tkn, Tool string

	// Config and Client speak to the API server.
	Config *rest.Config
	Client client.WithWatch
}

// ErrNoCluster says that the environment names no cluster.
var ErrNoCluster = errors.New("no cluster: run `make cluster-up`, and the test by `make test-e2e`")

// ClusterFromEnv reads KUBECONFIG, BOWSPRIT_IMAGE_PREFIX, BOWSPRIT_HOST_ADDRESS, KUBECTL, TKN and BOWSPRIT_CLUSTER. It
// returns ErrNoCluster if none of the three that describe a cluster is set, and an error that names what is missing if only some are.
func ClusterFromEnv() (*Cluster, error) {
	c := &Cluster{}
	fields := []struct {
		name string
		to   *string
	}{
		{"BOWSPRIT_IMAGE_PREFIX", &c.ImagePrefix}, {"BOWSPRIT_HOST_ADDRESS", &c.HostAddress}, {"KUBECONFIG", &c.Kubeconfig},
		{"KUBECTL", &c.Kubectl}, {"TKN", &c.Tkn}, {"BOWSPRIT_CLUSTER", &c.Tool},
	}
	var missing []string
	for _, f := range fields {
		if *f.to = os.Getenv(f.name); *f.to == "" {
			missing = append(missing, f.name)
		}
	}
	if c.ImagePrefix == "" && c.HostAddress == "" {
		return nil, ErrNoCluster
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("find the cluster: the environment lacks %s", strings.Join(missing, ", "))
	}
	return c, c.connect()
}

func (c *Cluster) connect() error {
	cfg, err := clientcmd.BuildConfigFromFlags("", c.Kubeconfig)
	if err != nil {
		return fmt.Errorf("read the kubeconfig: %w", err)
	}
	cfg.QPS, cfg.Burst = 100, 200
	log.SetLogger(logr.Discard()) // else controller-runtime complains on the terminal that nobody listens
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, pipelinev1.AddToScheme, v1alpha1.AddToScheme} {
		if err := add(scheme); err != nil {
			return fmt.Errorf("register kinds: %w", err)
		}
	}
	if c.Client, err = client.NewWithWatch(cfg, client.Options{Scheme: scheme}); err != nil {
		return fmt.Errorf("connect to the cluster: %w", err)
	}
	c.Config = cfg
	return nil
}

// EnsureNamespace creates a namespace unless it exists, and waits until its default service account is there, without
// which no pod can be made. A namespace that is on its way out is waited for and made anew.
func (c *Cluster) EnsureNamespace(ctx context.Context, name string) error {
	err := waitUntil(ctx, "namespace "+name, func() (bool, error) {
		found := &corev1.Namespace{}
		err := c.Client.Get(ctx, client.ObjectKey{Name: name}, found)
		if apierrors.IsNotFound(err) {
			err := c.Client.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}})
			return err == nil, err
		}
		return err == nil && found.DeletionTimestamp == nil, err
	})
	if err != nil {
		return err
	}
	return waitUntil(ctx, "the default service account of "+name, func() (bool, error) {
		err := c.Client.Get(ctx, client.ObjectKey{Namespace: name, Name: "default"}, &corev1.ServiceAccount{})
		return err == nil, client.IgnoreNotFound(err)
	})
}

// DeleteNamespace deletes a namespace with all that is in it, without waiting for the end.
func (c *Cluster) DeleteNamespace(ctx context.Context, name string) error {
	return client.IgnoreNotFound(c.Client.Delete(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}))
}
