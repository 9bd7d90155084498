package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// ConditionProcessed is the condition type that says whether a delivery has taken its effect: Unknown (or absent) until
// a worker has finished with it, True when every decision was carried out, False while the last try ended in an error
// that will be retried.
const ConditionProcessed = "Processed"

// Reasons of ConditionProcessed.
const (
	// ReasonDecided: every decision of the delivery was carried out.
	ReasonDecided = "Decided"
	// ReasonNothingToDo: the event concerns nothing that is configured.
	ReasonNothingToDo = "NothingToDo"
	// ReasonRetrying: the last try ended in an error; the message holds it.
	ReasonRetrying = "Retrying"
)

// Delivery is one webhook delivery from GitHub, stored before it is acknowledged: the durable inbox, and afterwards the
// audit trail of what was decided about it and why. Its name is the delivery's GUID, so the same delivery twice is one
// object.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:printcolumn:name="Kind",type=string,JSONPath=`.spec.event.kind`
// +kubebuilder:printcolumn:name="Action",type=string,JSONPath=`.spec.event.action`
// +kubebuilder:printcolumn:name="Repo",type=string,JSONPath=`.spec.event.repo`
// +kubebuilder:printcolumn:name="Pull",type=integer,JSONPath=`.spec.event.number`
// +kubebuilder:printcolumn:name="Processed",type=string,JSONPath=`.status.conditions[?(@.type=="Processed")].status`
// +kubebuilder:printcolumn:name="Why",type=string,priority=1,JSONPath=`.status.conditions[?(@.type=="Processed")].message`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
type Delivery struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec is what GitHub said, normalised. It never changes.
	//
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="a delivery is what was received: it cannot change"
	Spec DeliverySpec `json:"spec"`
	// Status is what was made of it.
	Status DeliveryStatus `json:"status,omitempty"`
}

// DeliverySpec is the content of a delivery.
type DeliverySpec struct {
	// Event is the normalised event: a hint of what to look at, never the truth. At most 8 KiB as JSON.
	Event Event `json:"event"`
}

// DeliveryStatus is what became of a delivery.
type DeliveryStatus struct {
	// Conditions holds ConditionProcessed.
	//
	// +listType=map
	// +listMapKey=type
	Conditions []metav1.Condition `json:"conditions,omitempty"`
	// Decisions is one entry per job that was considered, in the order of the configuration.
	Decisions []JobDecision `json:"decisions,omitempty"`
	// Actions is one line per other thing that was done (comment, label, cancel, gate), each with its why.
	Actions []string `json:"actions,omitempty"`
}

// JobDecision is what was decided about one job, and why. It is what `bowsprit explain` prints.
type JobDecision struct {
	// Job is the job's name.
	Job string `json:"job"`
	// Verdict is run, skip or refuse.
	Verdict string `json:"verdict"`
	// Why is the reason in one sentence, without a full stop.
	Why string `json:"why"`
	// Run is the name of the PipelineRun, empty unless the verdict is run.
	Run string `json:"run,omitempty"`
}

// DeliveryList is a list of deliveries.
//
// +kubebuilder:object:root=true
type DeliveryList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Delivery `json:"items"`
}
