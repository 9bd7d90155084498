// Package v1alpha1 holds the words that Bowsprit itself stores in Kubernetes: the Delivery kind and the normalised
// Event inside it. It must not know Prow, Tekton or GitHub's payloads: those speak in their own packages.
//
// +kubebuilder:object:generate=true
// +groupName=bowsprit.dev
package v1alpha1
