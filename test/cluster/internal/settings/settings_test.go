package settings

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func env(pairs ...string) func(string) string {
	m := map[string]string{"HOME": "/home/u"}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return func(name string) string { return m[name] }
}

func TestFromEnv(t *testing.T) {
	for name, tc := range map[string]struct {
		env   func(string) string
		cache string
		node  string
		err   string
	}{
		"without settings the cache is in the home folder":  {env: env(), cache: "/home/u/.cache/bowsprit", node: "10.66.0.1"},
		"XDG_CACHE_HOME comes before the home folder":       {env: env("XDG_CACHE_HOME", "/x"), cache: "/x/bowsprit", node: "10.66.0.1"},
		"BOWSPRIT_CACHE comes first and is taken as it is":  {env: env("XDG_CACHE_HOME", "/x", "BOWSPRIT_CACHE", "/b"), cache: "/b", node: "10.66.0.1"},
		"another range moves the host's address":            {env: env("BOWSPRIT_CLUSTER_PODS", "192.168.8.0/24"), cache: "/home/u/.cache/bowsprit", node: "192.168.8.1"},
		"a relative cache is refused":                       {env: env("BOWSPRIT_CACHE", "b"), err: `BOWSPRIT_CACHE="b" must be an absolute path`},
		"no home at all is refused":                         {env: env("HOME", ""), err: "set BOWSPRIT_CACHE"},
		"a range with host bits is refused":                 {env: env("BOWSPRIT_CLUSTER_PODS", "10.66.0.1/24"), err: "BOWSPRIT_CLUSTER_PODS"},
		"a range too small for pods is refused":             {env: env("BOWSPRIT_CLUSTER_PODS", "10.66.0.0/28"), err: "from /8 to /26"},
		"a public range is refused":                         {env: env("BOWSPRIT_CLUSTER_SERVICES", "8.8.8.0/24"), err: "must be a private range"},
		"an IPv6 range is refused":                          {env: env("BOWSPRIT_CLUSTER_PODS", "fd00::/24"), err: "must be an IPv4 range"},
		"ranges that overlap are refused with both of them": {env: env("BOWSPRIT_CLUSTER_SERVICES", "10.66.0.0/16"), err: "overlap"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := FromEnv(tc.env)
			if tc.err != "" {
				if err == nil || !strings.Contains(err.Error(), tc.err) {
					t.Fatalf("error %v does not contain %q", err, tc.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if s.Cache != tc.cache || s.NodeAddress().String() != tc.node {
				t.Errorf("cache %s, node %s; want %s, %s", s.Cache, s.NodeAddress(), tc.cache, tc.node)
			}
		})
	}
}

func TestExternal(t *testing.T) {
	s, err := FromEnv(env())
	if err != nil {
		t.Fatal(err)
	}
	own := s.Own()
	user := Provider{Kubeconfig: "/k", ImagePrefix: "registry.example/ci", HostAddress: "10.1.2.3"}
	for name, tc := range map[string]struct {
		env  func(string) string
		want *Provider
		err  string
	}{
		"nothing set means the local cluster": {env: env()},
		"all three set mean the user's cluster": {
			env:  env(ExternalKubeconfig, "/k", ImagePrefix, "registry.example/ci/", HostAddress, "10.1.2.3"),
			want: &user},
		"only a kubeconfig is refused, naming both that are missing": {
			env: env(ExternalKubeconfig, "/k"),
			err: "BOWSPRIT_TEST_KUBECONFIG is set but BOWSPRIT_IMAGE_PREFIX and BOWSPRIT_HOST_ADDRESS is not"},
		"no kubeconfig is refused": {
			env: env(ImagePrefix, "registry.example/ci", HostAddress, "10.1.2.3"),
			err: "BOWSPRIT_IMAGE_PREFIX and BOWSPRIT_HOST_ADDRESS is set but BOWSPRIT_TEST_KUBECONFIG is not"},
		"no host address is refused": {
			env: env(ExternalKubeconfig, "/k", ImagePrefix, "registry.example/ci"),
			err: "but BOWSPRIT_HOST_ADDRESS is not"},
		"what `cluster env` prints for the local cluster means the local cluster": {
			env: env(ImagePrefix, own.ImagePrefix, HostAddress, own.HostAddress)},
		"one setting of the local cluster and one of another are refused": {
			env: env(ImagePrefix, own.ImagePrefix, HostAddress, "10.1.2.3"),
			err: "but BOWSPRIT_TEST_KUBECONFIG is not"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := s.External(tc.env)
			if tc.err != "" {
				if err == nil || !strings.Contains(err.Error(), tc.err) {
					t.Fatalf("error %v does not contain %q", err, tc.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}
