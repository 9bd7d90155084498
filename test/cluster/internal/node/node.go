// Package node says how the programs of the cluster are configured: which certificates they have, which files they
// read and how they are called. It writes those files; it starts nothing.
package node

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/pki"
	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/settings"
)

// Names of the daemons, in the order in which they depend on each other.
const (
	Registry          = "registry"
	Containerd        = "containerd"
	Etcd              = "etcd"
	APIServer         = "kube-apiserver"
	ControllerManager = "kube-controller-manager"
	Scheduler         = "kube-scheduler"
	Kubelet           = "kubelet"
)

// Daemons lists all of them.
var Daemons = []string{Registry, Containerd, Etcd, APIServer, ControllerManager, Scheduler, Kubelet}

// CNINetwork is the name of the pods' network in CNI's files.
const CNINetwork = "bowsprit"

// CgroupRoot is the cgroup below which kubelet puts all pods.
const CgroupRoot = "bowsprit"

// Node is a cluster's single node with its control plane.
type Node struct {
	settings.Settings
	// Hyperkube, Cluster, Containerd and Runc are paths of programs; Cluster is this program, as which the registry
	// runs. Plugins is the folder of CNI plugins.
	Hyperkube, Cluster, Containerd, Runc, Plugins string
	// PauseImage is the reference of the image that holds each pod's namespaces.
	PauseImage string
}

// PKI is the folder of keys.
func (n Node) PKI() string { return filepath.Join(n.State(), "pki") }

func (n Node) path(parts ...string) string {
	return filepath.Join(append([]string{n.State()}, parts...)...)
}

// Socket is containerd's.
func (n Node) Socket() string { return n.path("containerd.sock") }

// RegistryDir is where the registry keeps its images.
func (n Node) RegistryDir() string { return n.path("registry") }

// EtcdDir is where etcd keeps its data.
func (n Node) EtcdDir() string { return n.path("etcd") }

// maxSocket is what the kernel allows in a socket's address.
const maxSocket = 107

// Check refuses a state folder in which no socket can be made.
func (n Node) Check() error {
	longest := n.path("kubelet", "pod-resources", "kubelet.sock.0000000000")
	if len(longest) > maxSocket {
		return fmt.Errorf("the path %s is too long for the sockets in it: set BOWSPRIT_CACHE to a shorter one (%d characters less)",
			n.State(), len(longest)-maxSocket)
	}
	return nil
}

// Write makes keys, kubeconfigs and configuration files. Keys and kubeconfigs are only made once.
func (n Node) Write(now time.Time) error {
	if err := pki.Write(n.PKI(), now, n.certificates()); err != nil {
		return err
	}
	if err := n.writeKubeconfigs(); err != nil {
		return err
	}
	var errs []error
	for name, text := range n.files() {
		file := n.path("config", name)
		errs = append(errs, os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o600))
	}
	for _, d := range []string{n.path("kubelet"), n.path("pod-logs")} {
		errs = append(errs, os.MkdirAll(d, 0o755))
	}
	return errors.Join(errs...)
}

func (n Node) certificates() []pki.Request {
	node, service := n.NodeAddress().String(), n.ServiceAddress().String()
	k, e := pki.Kubernetes, pki.Etcd
	return []pki.Request{
		{Name: APIServer, Authority: k, User: "kube-apiserver", Hosts: []string{
			"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc",
			"kubernetes.default.svc.cluster.local", node, service}},
		{Name: "apiserver-kubelet", Authority: k, User: "kube-apiserver-kubelet", Groups: []string{"system:masters"}},
		{Name: "kubelet-server", Authority: k, User: "system:node:" + settings.NodeName, Groups: []string{"system:nodes"},
			Hosts: []string{settings.NodeName, node}},
		{Name: Kubelet, Authority: k, User: "system:node:" + settings.NodeName, Groups: []string{"system:nodes"}},
		{Name: ControllerManager, Authority: k, User: "system:kube-controller-manager"},
		{Name: Scheduler, Authority: k, User: "system:kube-scheduler"},
		{Name: "admin", Authority: k, User: "admin", Groups: []string{"system:masters"}},
		{Name: Etcd, Authority: e, User: "etcd", Hosts: []string{"127.0.0.1"}},
		{Name: "apiserver-etcd", Authority: e, User: "kube-apiserver"},
	}
}

func (n Node) writeKubeconfigs() error {
	if err := os.MkdirAll(n.path("kubeconfig"), 0o700); err != nil {
		return err
	}
	for _, name := range []string{"admin", ControllerManager, Scheduler, Kubelet} {
		text, err := pki.Kubeconfig(n.PKI(), name, n.APIServer())
		if err != nil {
			return err
		}
		if err := os.WriteFile(n.path("kubeconfig", name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// expand fills {name} in a template; a name that is not known stays, and the test finds it.
func expand(template string, values ...string) string {
	return strings.NewReplacer(values...).Replace(template)
}
