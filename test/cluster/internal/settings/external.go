package settings

import (
	"fmt"
	"strings"
)

// The three settings by which a cluster of the user's own, with Tekton in it, serves instead of ours.
const (
	ExternalKubeconfig = "BOWSPRIT_TEST_KUBECONFIG"
	ImagePrefix        = "BOWSPRIT_IMAGE_PREFIX"
	HostAddress        = "BOWSPRIT_HOST_ADDRESS"
)

// Provider is all that tests know of a cluster, ours or the user's.
type Provider struct {
	// Kubeconfig is the path of an administrator's kubeconfig.
	Kubeconfig string
	// ImagePrefix is what goes before "/name:tag" in the reference of an image that pods can pull and we can push.
	ImagePrefix string
	// HostAddress is the address (no port) at which pods reach services of this host.
	HostAddress string
}

// Own is the cluster that `up` starts on this host.
func (s Settings) Own() Provider {
	return Provider{Kubeconfig: s.Kubeconfig(), ImagePrefix: s.Registry(), HostAddress: s.NodeAddress().String()}
}

// External returns the user's cluster, or nil when ours is wanted. Two or three of the settings equal to our own
// cluster's (somebody evaluated the output of `cluster env`) mean ours too; otherwise all three must be there, and the
// error names those that are missing.
func (s Settings) External(getenv func(string) string) (*Provider, error) {
	p := Provider{getenv(ExternalKubeconfig), getenv(ImagePrefix), getenv(HostAddress)}
	own := s.Own()
	ours := func(value, own string) bool { return value == "" || value == own }
	if ours(p.Kubeconfig, own.Kubeconfig) && ours(p.ImagePrefix, own.ImagePrefix) && ours(p.HostAddress, own.HostAddress) {
		return nil, nil
	}
	var set, missing []string
	for _, v := range []struct{ name, value string }{
		{ExternalKubeconfig, p.Kubeconfig}, {ImagePrefix, p.ImagePrefix}, {HostAddress, p.HostAddress},
	} {
		if v.value == "" {
			missing = append(missing, v.name)
		} else {
			set = append(set, v.name)
		}
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("%s is set but %s is not: a cluster of your own needs all three of %s, %s and %s (unset them to use the local test cluster)",
			strings.Join(set, " and "), strings.Join(missing, " and "), ExternalKubeconfig, ImagePrefix, HostAddress)
	}
	p.ImagePrefix = strings.TrimSuffix(p.ImagePrefix, "/")
	return &p, nil
}
