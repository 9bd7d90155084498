// Package settings says where the test cluster keeps its files and which addresses it uses, and reads the three
// settings by which a cluster of the user's own serves instead. It reads the environment through a function that it is
// given, touches no file and starts nothing.
package settings

import (
	"fmt"
	"net/netip"
	"path/filepath"
)

// Fixed names and ports of the cluster. The ports differ from the usual ones, so that an etcd or a Kubernetes that
// already runs on the host is not in the way.
const (
	NodeName = "bowsprit"
	Bridge   = "bowsprit0"

	RegistryPort   = 5055
	APIPort        = 443 // fixed by Kubernetes: pods are told the service's port
	KubeletPort    = 23250
	KubeletHealthz = 23248
	ControllerPort = 23257
	SchedulerPort  = 23259
	EtcdClientPort = 23790
	EtcdPeerPort   = 23800
)

// Settings is what a person may choose about the cluster on this host.
type Settings struct {
	// Cache is the folder, outside every checkout, that holds the built parts and the running cluster's state.
	Cache string
	// Pods and Services are the two address ranges; the first address of each is the host's own.
	Pods, Services netip.Prefix
}

// FromEnv reads BOWSPRIT_CACHE (else XDG_CACHE_HOME/bowsprit, else HOME/.cache/bowsprit), BOWSPRIT_CLUSTER_PODS and
// BOWSPRIT_CLUSTER_SERVICES. The error names the variable that is wrong.
func FromEnv(getenv func(string) string) (Settings, error) {
	cache, err := cacheDir(getenv)
	if err != nil {
		return Settings{}, err
	}
	pods, err := subnet(getenv, "BOWSPRIT_CLUSTER_PODS", "10.66.0.0/24")
	if err != nil {
		return Settings{}, err
	}
	services, err := subnet(getenv, "BOWSPRIT_CLUSTER_SERVICES", "10.67.0.0/24")
	if err != nil {
		return Settings{}, err
	}
	if pods.Overlaps(services) {
		return Settings{}, fmt.Errorf("BOWSPRIT_CLUSTER_PODS %s and BOWSPRIT_CLUSTER_SERVICES %s overlap", pods, services)
	}
	return Settings{Cache: cache, Pods: pods, Services: services}, nil
}

func cacheDir(getenv func(string) string) (string, error) {
	for _, c := range []struct{ name, below string }{
		{"BOWSPRIT_CACHE", ""},
		{"XDG_CACHE_HOME", "bowsprit"},
		{"HOME", ".cache/bowsprit"},
	} {
		if v := getenv(c.name); v != "" {
			if !filepath.IsAbs(v) {
				return "", fmt.Errorf("%s=%q must be an absolute path", c.name, v)
			}
			return filepath.Join(v, c.below), nil
		}
	}
	return "", fmt.Errorf("set BOWSPRIT_CACHE (neither it nor XDG_CACHE_HOME nor HOME is set)")
}

// subnet wants an IPv4 range in which pods fit beside the host's address and the ten that are kept free.
func subnet(getenv func(string) string, name, otherwise string) (netip.Prefix, error) {
	text := getenv(name)
	if text == "" {
		text = otherwise
	}
	p, err := netip.ParsePrefix(text)
	if err != nil || !p.Addr().Is4() || p.Bits() < 8 || p.Bits() > 26 || p != p.Masked() {
		return netip.Prefix{}, fmt.Errorf("%s=%q must be an IPv4 range such as %s, from /8 to /26", name, text, otherwise)
	}
	if !p.Addr().IsPrivate() {
		return netip.Prefix{}, fmt.Errorf("%s=%q must be a private range: image clients speak plain HTTP to those only", name, text)
	}
	return p, nil
}

// State is the folder of the running cluster; `down` deletes it.
func (s Settings) State() string { return filepath.Join(s.Cache, "cluster") }

// Lock is the file whose lock one `up` or `down` holds at a time. It is outside State, which `down` deletes.
func (s Settings) Lock() string { return filepath.Join(s.Cache, "cluster.lock") }

// Kubeconfig is the administrator's kubeconfig of the running cluster.
func (s Settings) Kubeconfig() string { return filepath.Join(s.State(), "kubeconfig", "admin") }

// NodeAddress is the host's address on the bridge, at which pods reach services of the host.
func (s Settings) NodeAddress() netip.Addr { return s.Pods.Addr().Next() }

// ServiceAddress is the API server's address, both for pods and for the host.
func (s Settings) ServiceAddress() netip.Addr { return s.Services.Addr().Next() }

// FirstPodAddress leaves ten addresses for the host's own use.
func (s Settings) FirstPodAddress() netip.Addr {
	a := s.Pods.Addr()
	for range 10 {
		a = a.Next()
	}
	return a
}

// APIServer is the API server's URL.
func (s Settings) APIServer() string {
	return fmt.Sprintf("https://%s:%d", s.ServiceAddress(), APIPort)
}

// Registry is the host:port of the image registry: what BOWSPRIT_IMAGE_PREFIX is for this cluster.
func (s Settings) Registry() string { return fmt.Sprintf("%s:%d", s.NodeAddress(), RegistryPort) }
