// Package tier says what a run may use of the cluster, by how much its job is trusted. It checks finished objects, so that
// no way of writing a job leads around it. It must not know how a job is compiled.
package tier

import (
	"path"
	"strings"
)

// Name is the name of a tier.
type Name string

// Trusted is the tier of jobs that the central configuration defines, as in Prow; Lowest is the tier of jobs that a
// fork's pull request defines in its repository, unless the policy says otherwise.
const (
	Trusted Name = "trusted"
	Lowest  Name = "lowest"
)

// Policy is what an administrator allows. The zero value is the default policy; nil allows everything to everybody.
type Policy struct {
	// Tiers are the tiers by name. Without an entry Trusted may use everything, and Lowest may go to every cluster that the
	// job could name (in_repo_config.allowed_clusters has had its say before) but use nothing else there.
	Tiers map[Name]Tier `json:"tiers,omitempty"`
	// Central, InRepo and Fork are the tiers of jobs of the central configuration, of jobs that the repository defines, and
	// of jobs that it defines on a pull request from a fork; empty means Trusted, Trusted and Lowest.
	Central Name `json:"central,omitempty"`
	InRepo  Name `json:"in_repo,omitempty"`
	Fork    Name `json:"fork,omitempty"`
}

// Tier is what runs of a tier may use. Entries are names, or patterns in the syntax of Go's path.Match; "*" alone allows
// everything, and an empty list nothing. A name that Tekton would compute ("$(params.x)") is allowed by "*" only.
type Tier struct {
	// ServiceAccounts are the accounts whose token a run may have. The namespace's default account without its token is always
	// allowed.
	ServiceAccounts []string `json:"service_accounts,omitempty"`
	// Secrets are the secrets that a run may read: as volume, variable, workspace or pull secret.
	Secrets []string `json:"secrets,omitempty"`
	// HostPaths are folders of the node that a run may mount, with everything below; no patterns but "*".
	HostPaths []string `json:"host_paths,omitempty"`
	// Clusters are the build clusters that a run may go to.
	Clusters []string `json:"clusters,omitempty"`
	// Namespaces are where a run may live beside the namespace of all pods (pod_namespace), which is always allowed.
	Namespaces []string `json:"namespaces,omitempty"`
	// Volumes are the kinds of volume that a run may mount, in Kubernetes' words ("persistentVolumeClaim", "csi", "nfs").
	// emptyDir, configMap, downwardAPI and projected are always allowed, secret and hostPath by their own lists.
	Volumes []string `json:"volumes,omitempty"`
	// RemoteRefs are the parts that Tekton fetches by name and nobody can look into beforehand: "task/NAME",
	// "pipeline/NAME", "stepaction/NAME", "resolver/NAME", "custom/KIND", and "controller/NAME" for a run that another controller
	// than Tekton's runs (spec.managedBy).
	RemoteRefs []string `json:"remote_refs,omitempty"`
	// Privileged allows what the baseline level of Kubernetes' Pod Security Standards forbids: privileged containers, added
	// capabilities, the host's namespaces and ports, unconfined profiles, unsafe sysctls.
	Privileged bool `json:"privileged,omitempty"`
}

// everything is the tier without limits; nothing is what Lowest is by default.
var (
	all        = []string{"*"}
	everything = Tier{ServiceAccounts: all, Secrets: all, HostPaths: all, Clusters: all, Namespaces: all, Volumes: all, RemoteRefs: all, Privileged: true}
	nothing    = Tier{Clusters: all}
)

// For is the tier of a job. inRepo says that the tested repository defines what runs, fork that a pull request from a fork
// does; fork without inRepo counts for nothing, since the job itself is the administrators'.
func (p *Policy) For(inRepo, fork bool) Name {
	switch {
	case !inRepo:
		return or(p.Central, Trusted)
	case fork:
		return or(p.Fork, Lowest)
	}
	return or(p.InRepo, Trusted)
}

func or(name, otherwise Name) Name {
	if name == "" {
		return otherwise
	}
	return name
}

// tier finds a tier by name; ok is false if nobody defined it.
func (p *Policy) tier(name Name) (t Tier, ok bool) {
	if t, ok := p.Tiers[name]; ok {
		return t, true
	}
	switch name {
	case Trusted:
		return everything, true
	case Lowest:
		return nothing, true
	}
	return Tier{}, false
}

// allows says whether a name is in a list of names and patterns.
func allows(list []string, name string) bool {
	for _, pattern := range list {
		if pattern == "*" {
			return true
		}
		if match, err := path.Match(pattern, name); err == nil && match && !computed(name) {
			return true
		}
	}
	return false
}

// computed says whether Tekton would still replace a part of the name.
func computed(name string) bool { return strings.Contains(name, "$(") }

// allowsPath says whether a folder is one of the list or below one.
func allowsPath(list []string, dir string) bool {
	clean := path.Clean(dir)
	for _, allowed := range list {
		if allowed == "*" {
			return true
		}
		top := path.Clean(allowed)
		if below := strings.TrimSuffix(top, "/") + "/"; !computed(dir) && (clean == top || strings.HasPrefix(clean, below)) {
			return true
		}
	}
	return false
}
