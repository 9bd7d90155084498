package node

import (
	"strconv"

	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/settings"
)

// files are the configuration files below config/.
func (n Node) files() map[string]string {
	values := []string{
		"{state}", n.State(), "{socket}", n.Socket(), "{registry}", n.Registry(), "{pause}", n.PauseImage,
		"{runc}", n.Runc, "{plugins}", n.Plugins, "{config}", n.path("config"), "{pki}", n.PKI(),
		"{node}", n.NodeAddress().String(), "{pods}", n.Pods.String(), "{first}", n.FirstPodAddress().String(),
		"{bridge}", settings.Bridge, "{network}", CNINetwork, "{cgroup}", CgroupRoot,
		"{port}", strconv.Itoa(settings.KubeletPort), "{healthz}", strconv.Itoa(settings.KubeletHealthz),
	}
	return map[string]string{
		"containerd.toml":                         expand(containerdConfig, values...),
		"certs.d/" + n.Registry() + "/hosts.toml": expand(registryHosts, values...),
		"cni/10-" + CNINetwork + ".conflist":      expand(cniConfig, values...),
		"kubelet.yaml":                            expand(kubeletConfig, values...),
	}
}

// The OOM score is restricted because a host without CAP_SYS_RESOURCE (a container, some virtual machines) refuses the
// negative one that kubelet asks for, and then no pod starts. Network namespaces are kept below the state folder, so
// that what is ours can be told from another containerd's. Layers are discarded once unpacked: the registry has them.
const containerdConfig = `version = 2
root = "{state}/containerd/root"
state = "{state}/containerd/state"
disabled_plugins = [
  "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.zfs", "io.containerd.internal.v1.opt", "io.containerd.internal.v1.tracing",
  "io.containerd.tracing.processor.v1.otlp",
]
[grpc]
  address = "{socket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{pause}"
  disable_apparmor = true
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  stream_server_address = "127.0.0.1"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    discard_unpacked_layers = true
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
        BinaryName = "{runc}"
        Root = "{state}/runc"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "{plugins}"
    conf_dir = "{config}/cni"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "{config}/certs.d"
`

const registryHosts = `server = "http://{registry}"
[host."http://{registry}"]
  capabilities = ["pull", "resolve"]
`

// Masquerading and forwarding are static rules of the host (see package host), so no plugin touches the firewall.
const cniConfig = `{
  "cniVersion": "1.0.0",
  "name": "{network}",
  "plugins": [{
    "type": "bridge",
    "bridge": "{bridge}",
    "isGateway": true,
    "ipMasq": false,
    "hairpinMode": true,
    "ipam": {
      "type": "host-local",
      "dataDir": "{state}/ipam",
      "ranges": [[{"subnet": "{pods}", "rangeStart": "{first}", "gateway": "{node}"}]],
      "routes": [{"dst": "0.0.0.0/0"}]
    }
  }]
}
`

// Images are never collected (they could not be pulled again once their layers are gone from a rebuilt registry), and
// a nearly full disk of the host evicts nothing until it is really full.
const kubeletConfig = `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: {node}
port: {port}
readOnlyPort: 0
healthzBindAddress: 127.0.0.1
healthzPort: {healthz}
containerRuntimeEndpoint: unix://{socket}
imageServiceEndpoint: unix://{socket}
cgroupDriver: cgroupfs
cgroupRoot: /{cgroup}
cgroupsPerQOS: true
enforceNodeAllocatable: []
failCgroupV1: false
failSwapOn: false
authentication:
  anonymous: {enabled: false}
  webhook: {enabled: true}
  x509: {clientCAFile: {pki}/ca.crt}
authorization: {mode: Webhook}
tlsCertFile: {pki}/kubelet-server.crt
tlsPrivateKeyFile: {pki}/kubelet-server.key
rotateCertificates: false
serverTLSBootstrap: false
clusterDomain: cluster.local
resolvConf: /etc/resolv.conf
podLogsDir: {state}/pod-logs
volumePluginDir: {state}/kubelet/plugins-exec
serializeImagePulls: false
maxParallelImagePulls: 4
registryPullQPS: 0
eventRecordQPS: 0
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
evictionHard:
  memory.available: 100Mi
  nodefs.available: 1%
  imagefs.available: 1%
  nodefs.inodesFree: 1%
  imagefs.inodesFree: 1%
evictionPressureTransitionPeriod: 30s
maxPods: 200
protectKernelDefaults: false
makeIPTablesUtilChains: false
`
