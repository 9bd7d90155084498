package pipelines

import (
	"slices"

	"github.com/tektoncd/pipeline/pkg/apis/pipeline/pod"
	corev1 "k8s.io/api/core/v1"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// decoratePod fills in what the pod leaves open, by Prow's rules and in its order (its pkg/pod-utils/decorate).
func decoratePod(job *prow.Job, spec *corev1.PodSpec) {
	// A pod that says nothing about its account gets no token, even if it gets decoration's account.
	if spec.AutomountServiceAccountToken == nil && spec.ServiceAccountName == "" {
		spec.AutomountServiceAccountToken = new(bool)
	}
	if spec.ServiceAccountName == "" {
		spec.ServiceAccountName = spec.DeprecatedServiceAccount
	}
	d := job.DecorationConfig
	if d == nil {
		return
	}
	for i := range spec.Containers {
		defaultMemory(d, &spec.Containers[i].Resources)
	}
	spec.SecurityContext = securityContext(d, spec.SecurityContext)
	if o := d.SchedulingOptions; o != nil {
		if spec.Affinity == nil {
			spec.Affinity = o.Affinity.DeepCopy()
		}
		if spec.Tolerations == nil {
			spec.Tolerations = slices.Clone(o.Tolerations)
		}
	}
	if spec.ServiceAccountName == "" && d.DefaultServiceAccountName != nil {
		spec.ServiceAccountName = *d.DefaultServiceAccountName
	}
}

// defaultMemory requests memory for a container that requests none, and then may make the request its limit.
func defaultMemory(d *prow.DecorationConfig, r *corev1.ResourceRequirements) {
	if _, asked := r.Requests[corev1.ResourceMemory]; !asked && d.DefaultMemoryRequest != nil {
		if r.Requests == nil {
			r.Requests = corev1.ResourceList{}
		}
		r.Requests[corev1.ResourceMemory] = d.DefaultMemoryRequest.DeepCopy()
	}
	if request, asked := r.Requests[corev1.ResourceMemory]; asked && isTrue(d.SetLimitEqualsMemoryRequest) {
		if r.Limits == nil {
			r.Limits = corev1.ResourceList{}
		}
		r.Limits[corev1.ResourceMemory] = request.DeepCopy()
	}
}

// securityContext is the pod's own, with the decoration's ids where it has none.
func securityContext(d *prow.DecorationConfig, sc *corev1.PodSecurityContext) *corev1.PodSecurityContext {
	if d.RunAsUser == nil && d.RunAsGroup == nil && d.FsGroup == nil {
		return sc
	}
	if sc == nil {
		sc = &corev1.PodSecurityContext{}
	}
	for _, id := range []struct{ ours, theirs **int64 }{
		{&sc.RunAsUser, &d.RunAsUser}, {&sc.RunAsGroup, &d.RunAsGroup}, {&sc.FSGroup, &d.FsGroup},
	} {
		if *id.ours == nil && *id.theirs != nil {
			*id.ours = new(int64)
			**id.ours = **id.theirs
		}
	}
	return sc
}

// podTemplate maps what a job says about its pod as a whole. Volumes and containers go into the task.
func podTemplate(spec *corev1.PodSpec) *pod.Template {
	return &pod.Template{
		NodeSelector:                 spec.NodeSelector,
		Tolerations:                  spec.Tolerations,
		Affinity:                     spec.Affinity,
		TopologySpreadConstraints:    spec.TopologySpreadConstraints,
		SchedulerName:                spec.SchedulerName,
		PriorityClassName:            pointerUnlessZero(spec.PriorityClassName),
		RuntimeClassName:             spec.RuntimeClassName,
		SecurityContext:              spec.SecurityContext,
		HostNetwork:                  spec.HostNetwork,
		HostUsers:                    spec.HostUsers,
		HostAliases:                  spec.HostAliases,
		DNSPolicy:                    pointerUnlessZero(spec.DNSPolicy),
		DNSConfig:                    spec.DNSConfig,
		EnableServiceLinks:           spec.EnableServiceLinks,
		ImagePullSecrets:             spec.ImagePullSecrets,
		AutomountServiceAccountToken: spec.AutomountServiceAccountToken,
	}
}

func pointerUnlessZero[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}
