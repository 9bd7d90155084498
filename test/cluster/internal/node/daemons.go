package node

import (
	"fmt"
	"path/filepath"

	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/pki"
	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/process"
	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/settings"
)

// Specs are the daemons by name.
func (n Node) Specs() map[string]process.Spec {
	specs := map[string]process.Spec{}
	for _, s := range []process.Spec{
		{Name: Registry, Args: []string{n.Cluster, "serve-registry", n.Registry(), n.RegistryDir()},
			Inputs: []string{n.Cluster}},
		{Name: Containerd, Args: []string{n.Containerd, "--config", n.path("config", "containerd.toml")},
			Inputs: n.inputs("containerd.toml", "cni/10-"+CNINetwork+".conflist")},
		n.etcd(), n.apiServer(), n.controllerManager(), n.scheduler(),
		{Name: Kubelet, Args: []string{n.Hyperkube, "kubelet", "--config=" + n.path("config", "kubelet.yaml"),
			"--kubeconfig=" + n.path("kubeconfig", Kubelet), "--hostname-override=" + settings.NodeName,
			"--node-ip=" + n.NodeAddress().String(), "--root-dir=" + n.path("kubelet"),
			"--cert-dir=" + n.path("kubelet", "pki")}, Inputs: n.inputs("kubelet.yaml")},
	} {
		specs[s.Name] = s
	}
	return specs
}

// inputs also holds an authority, so that new keys restart what has loaded the old ones.
func (n Node) inputs(configs ...string) []string {
	files := []string{n.key(pki.Kubernetes, "crt")}
	for _, c := range configs {
		files = append(files, n.path("config", c))
	}
	return files
}

func (n Node) key(name, kind string) string { return filepath.Join(n.PKI(), name+"."+kind) }

// EtcdURL is where etcd answers clients that have its authority's certificate.
func EtcdURL() string { return fmt.Sprintf("https://127.0.0.1:%d", settings.EtcdClientPort) }

// Nothing is synced to disk: the data need not outlive a crash of the host, only one of etcd.
func (n Node) etcd() process.Spec {
	client, peer := EtcdURL(), fmt.Sprintf("https://127.0.0.1:%d", settings.EtcdPeerPort)
	cert, key, ca := n.key(Etcd, "crt"), n.key(Etcd, "key"), n.key(pki.Etcd, "crt")
	return process.Spec{Name: Etcd, Inputs: []string{ca}, Args: []string{n.Hyperkube, "etcd",
		"--name=" + settings.NodeName, "--data-dir=" + n.EtcdDir(),
		"--listen-client-urls=" + client, "--advertise-client-urls=" + client,
		"--listen-peer-urls=" + peer, "--initial-advertise-peer-urls=" + peer,
		"--initial-cluster=" + settings.NodeName + "=" + peer,
		"--client-cert-auth", "--cert-file=" + cert, "--key-file=" + key, "--trusted-ca-file=" + ca,
		"--peer-client-cert-auth", "--peer-cert-file=" + cert, "--peer-key-file=" + key, "--peer-trusted-ca-file=" + ca,
		"--unsafe-no-fsync", "--log-level=warn"}}
}

// The API server listens on the service's own address, which is on the bridge, and calls webhooks at their pods'
// addresses (aggregator routing): so nothing needs service addresses to work, and there is no kube-proxy.
func (n Node) apiServer() process.Spec {
	address, ca := n.ServiceAddress().String(), n.key(pki.Kubernetes, "crt")
	return process.Spec{Name: APIServer, Inputs: n.inputs(), Args: []string{n.Hyperkube, "kube-apiserver",
		"--bind-address=" + address, "--advertise-address=" + address, fmt.Sprintf("--secure-port=%d", settings.APIPort),
		"--etcd-servers=" + EtcdURL(), "--etcd-cafile=" + n.key(pki.Etcd, "crt"),
		"--etcd-certfile=" + n.key("apiserver-etcd", "crt"), "--etcd-keyfile=" + n.key("apiserver-etcd", "key"),
		"--authorization-mode=Node,RBAC", "--enable-admission-plugins=NodeRestriction", "--allow-privileged=true", "--client-ca-file=" + ca,
		"--tls-cert-file=" + n.key(APIServer, "crt"), "--tls-private-key-file=" + n.key(APIServer, "key"),
		"--kubelet-client-certificate=" + n.key("apiserver-kubelet", "crt"),
		"--kubelet-client-key=" + n.key("apiserver-kubelet", "key"), "--kubelet-certificate-authority=" + ca,
		"--kubelet-preferred-address-types=InternalIP",
		"--service-account-key-file=" + n.key(pki.ServiceAccount, "pub"),
		"--service-account-signing-key-file=" + n.key(pki.ServiceAccount, "key"),
		"--service-account-issuer=https://kubernetes.default.svc.cluster.local",
		"--service-cluster-ip-range=" + n.Services.String(), "--enable-aggregator-routing=true", "--profiling=false"}}
}

func (n Node) controllerManager() process.Spec {
	config := n.path("kubeconfig", ControllerManager)
	return process.Spec{Name: ControllerManager, Inputs: n.inputs(), Args: []string{n.Hyperkube, "kube-controller-manager",
		"--kubeconfig=" + config, "--authentication-kubeconfig=" + config, "--authorization-kubeconfig=" + config,
		"--bind-address=127.0.0.1", fmt.Sprintf("--secure-port=%d", settings.ControllerPort), "--cert-dir=" + n.path("kcm"),
		"--use-service-account-credentials", "--service-account-private-key-file=" + n.key(pki.ServiceAccount, "key"),
		"--root-ca-file=" + n.key(pki.Kubernetes, "crt"), "--leader-elect=false", "--profiling=false",
		// Its controllers begin with a burst of calls, in which the default rate would cost seconds.
		"--kube-api-qps=500", "--kube-api-burst=1000"}}
}

func (n Node) scheduler() process.Spec {
	config := n.path("kubeconfig", Scheduler)
	return process.Spec{Name: Scheduler, Inputs: n.inputs(), Args: []string{n.Hyperkube, "kube-scheduler",
		"--kubeconfig=" + config, "--authentication-kubeconfig=" + config, "--authorization-kubeconfig=" + config,
		"--bind-address=127.0.0.1", fmt.Sprintf("--secure-port=%d", settings.SchedulerPort), "--cert-dir=" + n.path("scheduler"),
		"--leader-elect=false", "--profiling=false"}}
}
