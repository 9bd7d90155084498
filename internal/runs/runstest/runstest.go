// Package runstest gives tests a real Kubernetes API server that knows Tekton's kinds and Bowsprit's, and plays the part
// of Tekton's controller on single runs. It needs the binaries that KUBEBUILDER_ASSETS names; without them its tests are
// skipped with a sentence, or fail where BOWSPRIT_REQUIRE_ASSETS is set. It must not know any controller.
package runstest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/go-logr/logr"
	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	kruntime "k8s.io/apimachinery/pkg/runtime"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/klog/v2"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
	"github.com/bowsprit-ci/bowsprit/internal/runs"
)

// assets is the variable that names the folder with kube-apiserver, etcd and kubectl.
const assets = "KUBEBUILDER_ASSETS"

// API is a running API server.
type API struct {
	// Config has all rights.
	Config *rest.Config
	// Client reads and writes the server itself, without a cache.
	Client client.Client
	Scheme *kruntime.Scheme
	// Env starts further users.
	Env *envtest.Environment

	namespaces atomic.Int64
}

var shared *API

// Main runs a package's tests around one API server; call it from TestMain and exit with its answer.
func Main(m *testing.M) int {
	if os.Getenv(assets) == "" {
		return m.Run()
	}
	log.SetLogger(logr.Discard())
	klog.SetLogger(logr.Discard())
	api, err := start(func(*envtest.Environment) {})
	if err != nil {
		fmt.Fprintln(os.Stderr, "start an API server from", os.Getenv(assets)+":", err)
		return 1
	}
	shared = api
	code := m.Run()
	if err := api.Env.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "stop the API server:", err)
		return 1
	}
	return code
}

// Get returns the API server, or skips the test if there is none.
func Get(t testing.TB) *API {
	t.Helper()
	if shared == nil {
		Missing(t)
	}
	return shared
}

// Missing skips a test that needs the binaries of a real API server, or fails it where BOWSPRIT_REQUIRE_ASSETS is set: in
// CI a test that is skipped would be a test that nobody misses.
func Missing(t testing.TB) {
	t.Helper()
	why := "this test needs a real API server: set " + assets + " to a folder with kube-apiserver, etcd and kubectl (make cluster-up prints one)"
	if os.Getenv("BOWSPRIT_REQUIRE_ASSETS") != "" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// Start starts an API server for one test, which ends with it; edit may change how. It skips the test like Get.
func Start(t testing.TB, edit func(*envtest.Environment)) *API {
	t.Helper()
	if os.Getenv(assets) == "" {
		Missing(t)
	}
	log.SetLogger(logr.Discard())
	klog.SetLogger(logr.Discard())
	api, err := start(edit)
	if err != nil {
		t.Fatalf("start an API server from %s: %v", os.Getenv(assets), err)
	}
	t.Cleanup(func() {
		if err := api.Env.Stop(); err != nil {
			t.Errorf("stop the API server: %v", err)
		}
	})
	return api
}

func start(edit func(*envtest.Environment)) (*API, error) {
	crds, err := CRDs()
	if err != nil {
		return nil, err
	}
	scheme := kruntime.NewScheme()
	for _, add := range []func(*kruntime.Scheme) error{
		corev1.AddToScheme, eventsv1.AddToScheme, rbacv1.AddToScheme, pipelinev1.AddToScheme, v1alpha1.AddToScheme,
	} {
		if err := add(scheme); err != nil {
			return nil, err
		}
	}
	env := &envtest.Environment{CRDInstallOptions: envtest.CRDInstallOptions{Paths: crds, ErrorIfPathMissing: true}}
	edit(env)
	config, err := env.Start()
	if err != nil {
		return nil, errors.Join(err, env.Stop())
	}
	config.QPS = -1
	c, err := client.New(config, client.Options{Scheme: scheme})
	if err != nil {
		return nil, errors.Join(err, env.Stop())
	}
	return &API{Config: config, Client: c, Scheme: scheme, Env: env}, nil
}

// CRDs are the files of Tekton's CRDs, from its module, and of ours.
func CRDs() ([]string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/tektoncd/pipeline").Output()
	if err != nil {
		return nil, fmt.Errorf("find Tekton's module: %w", err)
	}
	tekton := filepath.Join(strings.TrimSpace(string(out)), "config", "300-crds")
	return []string{
		filepath.Join(tekton, "300-pipelinerun.yaml"),
		filepath.Join(tekton, "300-taskrun.yaml"),
		filepath.Join(Root(), "config", "crd", "bowsprit.dev_deliveries.yaml"),
	}, nil
}

// Root is the folder of the repository.
func Root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..", "..")
}

// Namespace makes a namespace of the test's own.
func (a *API) Namespace(t testing.TB) string {
	t.Helper()
	name := fmt.Sprintf("test-%d", a.namespaces.Add(1))
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}
	if err := a.Client.Create(context.Background(), ns); err != nil {
		t.Fatalf("make namespace %s: %v", name, err)
	}
	return name
}

// Store is the hands on the runs of a namespace, without a cache.
func (a *API) Store(t testing.TB, namespace string) *runs.Store {
	t.Helper()
	pods, err := corev1client.NewForConfig(a.Config)
	if err != nil {
		t.Fatal(err)
	}
	return &runs.Store{Client: client.NewNamespacedClient(a.Client, namespace), Live: a.Client, Pods: pods, Namespaces: []string{namespace}}
}
