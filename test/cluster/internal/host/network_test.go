package host

import (
	"encoding/json"
	"net/netip"
	"strings"
	"testing"
)

func TestNetworkCheck(t *testing.T) {
	n := Network{Bridge: "b0", Owner: "/state", Pods: netip.MustParsePrefix("10.66.0.0/24"),
		Addresses: []netip.Prefix{netip.MustParsePrefix("10.66.0.1/24"), netip.MustParsePrefix("10.67.0.1/32")}}
	for name, tc := range map[string]struct{ devices, err string }{
		"an unrelated network is fine":           {devices: `[{"ifname":"eth0","addr_info":[{"family":"inet","local":"192.0.2.2","prefixlen":24}]}]`},
		"our own bridge is fine":                 {devices: `[{"ifname":"b0","ifalias":"/state","addr_info":[{"family":"inet","local":"10.66.0.1","prefixlen":24}]}]`},
		"a bridge left without an alias is fine": {devices: `[{"ifname":"b0"}]`},
		"an IPv6 network is fine":                {devices: `[{"ifname":"eth0","addr_info":[{"family":"inet6","local":"fd00::1","prefixlen":8}]}]`},
		"another cluster's bridge is refused":    {devices: `[{"ifname":"b0","ifalias":"/other"}]`, err: "belongs to the cluster in /other"},
		"a network that holds our pods is refused": {devices: `[{"ifname":"tun0","addr_info":[{"family":"inet","local":"10.8.0.1","prefixlen":8}]}]`,
			err: "in use by network device tun0 (10.0.0.0/8)"},
		"a network that holds our service address is refused": {devices: `[{"ifname":"tun0","addr_info":[{"family":"inet","local":"10.67.0.9","prefixlen":24}]}]`,
			err: "set BOWSPRIT_CLUSTER_PODS and BOWSPRIT_CLUSTER_SERVICES"},
	} {
		t.Run(name, func(t *testing.T) {
			var devices []device
			if err := json.Unmarshal([]byte(tc.devices), &devices); err != nil {
				t.Fatal(err)
			}
			err := n.check(devices)
			if (err != nil) != (tc.err != "") || (err != nil && !strings.Contains(err.Error(), tc.err)) {
				t.Errorf("error %v, want %q", err, tc.err)
			}
		})
	}
}
