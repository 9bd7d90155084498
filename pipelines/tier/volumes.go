package tier

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	corev1 "k8s.io/api/core/v1"
)

// harmless are the kinds of volume that hold nothing but what the run or its namespace's configuration put there.
var harmless = []string{"emptyDir", "configMap", "downwardAPI"}

// volumes judges the volumes of a task, or of a pod template (t is nil then).
func (c *check) volumes(list []corev1.Volume, t *pipelinev1.TaskSpec, at string) {
	for i, v := range list {
		field := fmt.Sprintf("%s.volumes[%d]", at, i)
		if s := v.Secret; s != nil {
			ok, why := c.granted(s.SecretName, v.Name, t)
			if ok {
				continue
			}
			if why != "" && !allows(c.tier.Secrets, s.SecretName) {
				c.deny("secret", field+".secret", fmt.Sprintf("secret %q %s", s.SecretName, why), "secrets")
				continue
			}
		}
		if p := v.Projected; p != nil && c.grantedAll(p, v.Name, t) {
			continue
		}
		c.source(v.VolumeSource, field)
	}
}

// grantedAll says whether a projected volume holds granted secrets only.
func (c *check) grantedAll(p *corev1.ProjectedVolumeSource, volume string, t *pipelinev1.TaskSpec) bool {
	return len(p.Sources) > 0 && !slices.ContainsFunc(p.Sources, func(s corev1.VolumeProjection) bool {
		if s.Secret == nil {
			return true
		}
		ok, _ := c.granted(s.Secret.Name, volume, t)
		return !ok
	})
}

// source judges one volume by its kind. A kind that this code has never heard of is denied like any other that is not
// allowed by name.
func (c *check) source(v corev1.VolumeSource, at string) {
	for _, kind := range kinds(v) {
		switch {
		case kind == "secret":
			c.secret(at+".secret", v.Secret.SecretName)
		case kind == "hostPath":
			if !allowsPath(c.tier.HostPaths, v.HostPath.Path) {
				c.deny("host-path", at+".hostPath", fmt.Sprintf("the node's folder %q", v.HostPath.Path), "host_paths")
			}
		case kind == "projected":
			c.projected(v.Projected, at+".projected")
		case !slices.Contains(harmless, kind):
			c.allowed(c.tier.Volumes, "volume", at+"."+kind, kind, "volumes")
		}
	}
	c.driverSecrets(v, at)
}

// kinds are the keys that are set in a volume, in Kubernetes' words.
func kinds(v corev1.VolumeSource) []string {
	b, err := json.Marshal(v)
	if err != nil {
		return []string{"unreadable"} // a volume that cannot be encoded cannot be created either
	}
	var set map[string]json.RawMessage
	if err := json.Unmarshal(b, &set); err != nil {
		return []string{"unreadable"}
	}
	return slices.Sorted(maps.Keys(set))
}

func (c *check) projected(p *corev1.ProjectedVolumeSource, at string) {
	for i, s := range p.Sources {
		field := fmt.Sprintf("%s.sources[%d]", at, i)
		if s.Secret != nil {
			c.secret(field+".secret", s.Secret.Name)
		}
		if s.ServiceAccountToken != nil {
			c.allowed(c.tier.ServiceAccounts, "service-account", field+".serviceAccountToken", c.tokenOwner(), "service_accounts")
		}
		if s.PodCertificate != nil {
			c.allowed(c.tier.Volumes, "volume", field+".podCertificate", "podCertificate", "volumes")
		}
	}
}

// tokenOwner is the account whose token a projected volume holds: the run's, as far as one name can say so.
func (c *check) tokenOwner() string {
	for _, t := range c.run.Spec.TaskRunSpecs {
		if t.ServiceAccountName != "" {
			return "$(any of the run's accounts)"
		}
	}
	return string(or(Name(c.run.Spec.TaskRunTemplate.ServiceAccountName), "default"))
}

// driverSecrets judges the secrets that a storage driver would read for the run.
func (c *check) driverSecrets(v corev1.VolumeSource, at string) {
	named := map[string]string{}
	local := func(kind string, ref *corev1.LocalObjectReference) {
		if ref != nil {
			named[kind] = ref.Name
		}
	}
	if v.CSI != nil {
		local("csi.nodePublishSecretRef", v.CSI.NodePublishSecretRef)
	}
	if v.FlexVolume != nil {
		local("flexVolume.secretRef", v.FlexVolume.SecretRef)
	}
	if v.CephFS != nil {
		local("cephfs.secretRef", v.CephFS.SecretRef)
	}
	if v.RBD != nil {
		local("rbd.secretRef", v.RBD.SecretRef)
	}
	if v.ISCSI != nil {
		local("iscsi.secretRef", v.ISCSI.SecretRef)
	}
	if v.ScaleIO != nil {
		local("scaleIO.secretRef", v.ScaleIO.SecretRef)
	}
	if v.StorageOS != nil {
		local("storageos.secretRef", v.StorageOS.SecretRef)
	}
	if v.Cinder != nil {
		local("cinder.secretRef", v.Cinder.SecretRef)
	}
	if v.AzureFile != nil {
		named["azureFile.secretName"] = v.AzureFile.SecretName
	}
	for _, field := range slices.Sorted(maps.Keys(named)) {
		c.secret(at+"."+field, named[field])
	}
}

// workspace judges what a run binds to one of its workspaces.
func (c *check) workspace(w pipelinev1.WorkspaceBinding, at string) {
	c.source(corev1.VolumeSource{
		PersistentVolumeClaim: w.PersistentVolumeClaim, Secret: w.Secret, Projected: w.Projected, CSI: w.CSI,
	}, at)
	if claim := w.VolumeClaimTemplate; claim != nil && (claim.Spec.DataSource != nil || claim.Spec.DataSourceRef != nil || claim.Spec.VolumeName != "") {
		c.allowed(c.tier.Volumes, "volume", at+".volumeClaimTemplate.spec", "persistentVolumeClaim", "volumes") // a copy of somebody's data
	}
}
