package tier

import (
	"fmt"
)

// Denial is one thing that a run uses and its tier may not.
type Denial struct {
	// Tier is the run's tier.
	Tier Name
	// Code says what kind of thing it is: cluster, namespace, service-account, secret, host-path, volume, remote-ref,
	// privileged or unknown-tier.
	Code string
	// Field is the path in the run, Value what is there.
	Field, Value string
	// Setting is the key under tiers.TIER that would allow it; empty if none does.
	Setting string
	// Instead is what to write in place of Value; empty for leaving it out.
	Instead string
}

// Error is the denial for people, with the way out.
func (d Denial) Error() string {
	if d.Setting == "" {
		return fmt.Sprintf("%s: %s: no tier is called %q; ask an administrator to define tiers.%s", d.Field, d.Value, d.Tier, d.Tier)
	}
	instead := d.Instead
	if instead == "" {
		instead = "leave it out"
	}
	return fmt.Sprintf("%s: tier %q may not use %s; %s, or ask an administrator to allow it in tiers.%s.%s",
		d.Field, d.Tier, d.Value, instead, d.Tier, d.Setting)
}
