package node

import (
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/settings"
)

func testNode(cache string) Node {
	return Node{
		Settings:  settings.Settings{Cache: cache, Pods: netip.MustParsePrefix("10.66.0.0/24"), Services: netip.MustParsePrefix("10.67.0.0/24")},
		Hyperkube: "/p/hyperkube", Cluster: "/p/cluster", Containerd: "/usr/bin/containerd", Runc: "/usr/sbin/runc",
		Plugins: "/usr/lib/cni", PauseImage: "10.66.0.1:5055/bowsprit/pause:1",
	}
}

func TestFilesAreFilled(t *testing.T) {
	placeholder := regexp.MustCompile(`\{[a-z]+\}`)
	files := testNode("/c").files()
	for name, text := range files {
		if m := placeholder.FindString(text); m != "" {
			t.Errorf("%s holds the placeholder %s", name, m)
		}
	}
	for name, want := range map[string][]string{
		"containerd.toml": {`root = "/c/cluster/containerd/root"`, `restrict_oom_score_adj = true`, `BinaryName = "/usr/sbin/runc"`,
			`sandbox_image = "10.66.0.1:5055/bowsprit/pause:1"`, `bin_dir = "/usr/lib/cni"`, `netns_mounts_under_state_dir = true`},
		"certs.d/10.66.0.1:5055/hosts.toml": {`[host."http://10.66.0.1:5055"]`},
		"cni/10-bowsprit.conflist":          {`"rangeStart": "10.66.0.10"`, `"gateway": "10.66.0.1"`, `"bridge": "bowsprit0"`},
		"kubelet.yaml":                      {"cgroupRoot: /bowsprit\n", "failCgroupV1: false\n", "address: 10.66.0.1\n"},
	} {
		for _, w := range want {
			if !strings.Contains(files[name], w) {
				t.Errorf("%s lacks %q", name, w)
			}
		}
	}
	for _, name := range []string{"kubelet.yaml", "cni/10-bowsprit.conflist"} {
		var v map[string]any
		if err := yaml.UnmarshalStrict([]byte(files[name]), &v); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Nothing may listen on all addresses, and nothing may reach etcd without a certificate of its authority.
func TestDaemonsListenOnLoopbackOrTheBridgeOnly(t *testing.T) {
	address := regexp.MustCompile(`--(?:bind-address|advertise-address|listen-[a-z]+-urls|node-ip)=(?:https?://)?([0-9.]+)`)
	allowed := map[string]bool{"127.0.0.1": true, "10.66.0.1": true, "10.67.0.1": true}
	specs, found := testNode("/c").Specs(), 0
	for name, spec := range specs {
		for _, m := range address.FindAllStringSubmatch(strings.Join(spec.Args, "\n"), -1) {
			found++
			if !allowed[m[1]] {
				t.Errorf("%s: %s", name, m[0])
			}
		}
	}
	if found < 6 {
		t.Errorf("found only %d addresses: the test no longer sees them", found)
	}
	etcd := strings.Join(specs[Etcd].Args, " ")
	if strings.Contains(etcd, "http://") || !strings.Contains(etcd, "--client-cert-auth") || !strings.Contains(etcd, "--trusted-ca-file=/c/cluster/pki/etcd-ca.crt") {
		t.Errorf("etcd is open: %s", etcd)
	}
	if len(specs) != len(Daemons) {
		t.Errorf("%d specs for %d daemons", len(specs), len(Daemons))
	}
}

func TestWriteKeepsKeysAndHidesThem(t *testing.T) {
	n := testNode(t.TempDir())
	if err := n.Write(time.Now()); err != nil {
		t.Fatal(err)
	}
	key := filepath.Join(n.PKI(), "admin.key")
	before, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Write(time.Now()); err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile(key)
	if err != nil || string(before) != string(after) {
		t.Errorf("the second Write made new keys (%v)", err)
	}
	for _, dir := range []string{n.PKI(), n.path("kubeconfig")} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if info, err := e.Info(); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s has mode %v (%v)", e.Name(), info.Mode(), err)
			}
		}
	}
}

func TestCheckRefusesALongPath(t *testing.T) {
	if err := testNode("/c").Check(); err != nil {
		t.Error(err)
	}
	err := testNode("/" + strings.Repeat("x", 90)).Check()
	if err == nil || !strings.Contains(err.Error(), "set BOWSPRIT_CACHE to a shorter one") {
		t.Errorf("error %v", err)
	}
}
