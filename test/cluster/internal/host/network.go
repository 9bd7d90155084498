package host

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/command"
)

// Network is the bridge on which pods live.
type Network struct {
	// Bridge is the device's name; Owner is the state folder, written on the device as its alias, so that a second
	// cluster of another cache does not take the first one's bridge for its own.
	Bridge, Owner string
	// Addresses are the host's own on the bridge.
	Addresses []netip.Prefix
	// Pods is the range whose traffic to other networks leaves under the host's address.
	Pods netip.Prefix
}

// mac is fixed: a bridge without one takes the lowest address of its ports, which changes as pods come and go, and
// then pods lose their gateway until their neighbour entry expires.
const mac = "0a:66:00:00:00:01"

// device is what `ip -json` says of one.
type device struct {
	Name      string `json:"ifname"`
	Alias     string `json:"ifalias"`
	MTU       int    `json:"mtu"`
	Addresses []struct {
		Family string     `json:"family"`
		Local  netip.Addr `json:"local"`
		Bits   int        `json:"prefixlen"`
	} `json:"addr_info"`
}

// Up makes the bridge, its addresses and the firewall rules, where they are not there yet.
func (n Network) Up(ctx context.Context) error {
	devices, err := devices(ctx)
	if err != nil {
		return err
	}
	if err := n.check(devices); err != nil {
		return err
	}
	if !exists(devices, n.Bridge) {
		if _, err := command.Run(ctx, "ip", "link", "add", n.Bridge, "address", mac, "type", "bridge"); err != nil {
			return err
		}
	}
	steps := [][]string{
		{"link", "set", n.Bridge, "alias", n.Owner},
		{"link", "set", n.Bridge, "mtu", strconv.Itoa(uplinkMTU(ctx, devices)), "up"},
	}
	for _, a := range n.Addresses {
		steps = append(steps, []string{"address", "replace", a.String(), "dev", n.Bridge})
	}
	for _, s := range steps {
		if _, err := command.Run(ctx, "ip", s...); err != nil {
			return err
		}
	}
	return n.allow(ctx)
}

// check refuses a bridge of another cluster and address ranges that are in use.
func (n Network) check(devices []device) error {
	for _, d := range devices {
		if d.Name == n.Bridge {
			if d.Alias != "" && d.Alias != n.Owner {
				return fmt.Errorf("network device %s belongs to the cluster in %s: run `cluster down` with that cache first", n.Bridge, d.Alias)
			}
			continue
		}
		for _, a := range d.Addresses {
			in := netip.PrefixFrom(a.Local, a.Bits).Masked()
			for _, own := range append(n.Addresses, n.Pods) {
				if a.Family == "inet" && in.IsValid() && in.Overlaps(own.Masked()) {
					return fmt.Errorf("address range %s is in use by network device %s (%s): set BOWSPRIT_CLUSTER_PODS and BOWSPRIT_CLUSTER_SERVICES to free private ranges",
						own.Masked(), d.Name, in)
				}
			}
		}
	}
	return nil
}

// Down removes the rules and, if it is ours, the bridge. Nothing there is no error.
func (n Network) Down(ctx context.Context) error {
	for _, r := range n.rules() {
		for range 8 { // the same rule may be there more than once after a kill between looking and adding
			if !r.present(ctx) {
				break
			}
			if _, err := r.run(ctx, "-D"); err != nil {
				return err
			}
		}
	}
	devices, err := devices(ctx)
	if err != nil {
		return err
	}
	for _, d := range devices {
		if d.Name == n.Bridge && (d.Alias == n.Owner || d.Alias == "") {
			_, err = command.Run(ctx, "ip", "link", "delete", n.Bridge)
		}
	}
	return err
}

// rule is an iptables rule without the verb.
type rule struct {
	table, chain string
	args         []string
}

// comment marks our rules for a person who reads them.
const comment = "bowsprit test cluster"

// rules let pods and the host talk whatever the host's firewall does, and give pods a way out. They are static, so
// that starting and stopping a pod touches no firewall, and a killed pod leaves nothing in it.
func (n Network) rules() []rule {
	return []rule{
		{"filter", "INPUT", []string{"-i", n.Bridge}},
		{"filter", "FORWARD", []string{"-i", n.Bridge}},
		{"filter", "FORWARD", []string{"-o", n.Bridge, "-m", "conntrack", "--ctstate", "RELATED,ESTABLISHED"}},
		{"nat", "POSTROUTING", []string{"-s", n.Pods.String(), "!", "-o", n.Bridge}},
	}
}

func (r rule) target() string {
	if r.table == "nat" {
		return "MASQUERADE"
	}
	return "ACCEPT"
}

func (r rule) run(ctx context.Context, verb string) (string, error) {
	args := append([]string{"-w", "10", "-t", r.table, verb, r.chain}, r.args...)
	return command.Run(ctx, "iptables", append(args, "-m", "comment", "--comment", comment, "-j", r.target())...)
}

func (r rule) present(ctx context.Context) bool {
	_, err := r.run(ctx, "-C")
	return err == nil
}

func (n Network) allow(ctx context.Context) error {
	for _, r := range n.rules() {
		if r.present(ctx) {
			continue
		}
		if _, err := r.run(ctx, "-I"); err != nil {
			return fmt.Errorf("add firewall rule: %w", err)
		}
	}
	return nil
}

func devices(ctx context.Context) ([]device, error) {
	out, err := command.Run(ctx, "ip", "-json", "address", "show")
	if err != nil {
		return nil, err
	}
	var all []device
	if err := json.Unmarshal([]byte(out), &all); err != nil {
		return nil, fmt.Errorf("read network devices: %w", err)
	}
	return all, nil
}

func exists(devices []device, name string) bool {
	for _, d := range devices {
		if d.Name == name {
			return true
		}
	}
	return false
}

// uplinkMTU is that of the device with the default route: a larger one on the bridge would lose pods' big packets. A
// host without a default route gets Ethernet's.
func uplinkMTU(ctx context.Context, devices []device) int {
	const ethernet = 1500
	out, err := command.Run(ctx, "ip", "-json", "route", "show", "default")
	var routes []struct {
		Device string `json:"dev"`
	}
	if err != nil || json.Unmarshal([]byte(out), &routes) != nil || len(routes) == 0 {
		return ethernet
	}
	for _, d := range devices {
		if d.Name == routes[0].Device && d.MTU > 0 {
			return min(d.MTU, ethernet)
		}
	}
	return ethernet
}

// String says what Up changes, for the person who runs it.
func (n Network) String() string {
	var addresses []string
	for _, a := range n.Addresses {
		addresses = append(addresses, a.Addr().String())
	}
	return fmt.Sprintf("bridge %s with %s, pods in %s", n.Bridge, strings.Join(addresses, " and "), n.Pods)
}
