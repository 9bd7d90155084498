package pipelines

import (
	"github.com/tektoncd/pipeline/pkg/apis/pipeline/pod"
	corev1 "k8s.io/api/core/v1"
)

// podTemplate maps what a job says about its pod as a whole. Volumes and the container go into the task.
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
		AutomountServiceAccountToken: automount(spec),
	}
}

// automount is Prow's rule (its pkg/pod-utils/decorate): a job that says nothing about its account gets no token.
func automount(spec *corev1.PodSpec) *bool {
	if spec.AutomountServiceAccountToken == nil && spec.ServiceAccountName == "" {
		return new(bool)
	}
	return spec.AutomountServiceAccountToken
}

func pointerUnlessZero[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}
