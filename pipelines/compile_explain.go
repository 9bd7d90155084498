package pipelines

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// Defaulted is a value of a run that its job does not name, and where it comes from.
type Defaulted struct {
	// Field is the path in the job of what was left open; Value is what holds.
	Field, Value string
	// From is who said so: the configuration, Prow or Bowsprit.
	From Source
}

// Source is where a value comes from.
type Source string

// The sources.
const (
	// FromDecoration: the decoration_config of the job, or the configuration's defaults of it.
	FromDecoration Source = "decoration_config"
	// FromSettings: Bowsprit's own settings.
	FromSettings Source = "Bowsprit's settings"
	// FromProw: what Prow does when nobody says anything.
	FromProw Source = "Prow's default"
	// FromBowsprit: a choice of Bowsprit's.
	FromBowsprit Source = "Bowsprit"
)

// String is the default in one line.
func (d Defaulted) String() string { return fmt.Sprintf("%s: %s (%s)", d.Field, d.Value, d.From) }

// defaults lists what holds without being named in the job, in the order of the job's fields.
func defaults(in Input) (all []Defaulted) {
	add := func(when bool, field, value string, from Source) {
		if when {
			all = append(all, Defaulted{field, value, from})
		}
	}
	job := in.Job
	add(job.Namespace == "", "namespace", in.Options.Namespace, FromSettings)
	if pod := job.Spec; pod != nil {
		add(pod.AutomountServiceAccountToken == nil && pod.ServiceAccountName == "", "spec.automountServiceAccountToken", "false", FromProw)
	}
	if !decorated(job) {
		return all
	}
	d := decorationOf(job)
	add(d.Timeout == nil, "decoration_config.timeout", prow.DefaultTimeout.String(), FromProw)
	add(d.GracePeriod == nil, "decoration_config.grace_period", prow.DefaultGracePeriod.String(), FromProw)
	add(d.UtilityImages != nil, "decoration_config.utility_images", in.Options.ToolsImage, FromSettings)
	add(d.PodPendingTimeout == nil, "decoration_config.pod_pending_timeout", cloneTimeout.String()+" for the clone", FromBowsprit)
	add(d.PodUnscheduledTimeout == nil, "decoration_config.pod_unscheduled_timeout", startSlack.String(), FromBowsprit)
	if res := d.Resources; res != nil {
		add(res.InitUpload != nil, "decoration_config.resources.initupload", "not needed: the uploader does its work", FromBowsprit)
		add(res.PlaceEntrypoint != nil && !isTrue(d.SkipCloning), "decoration_config.resources.place_entrypoint", "not needed: the clone step does its work", FromBowsprit)
	}
	return append(all, podDefaults(job, d)...)
}

// podDefaults lists what the decoration fills in where the pod says nothing.
func podDefaults(job *prow.Job, d prow.DecorationConfig) (all []Defaulted) {
	if job.Spec == nil {
		return nil
	}
	add := func(when bool, field string, value any) {
		if when {
			all = append(all, Defaulted{field, fmt.Sprint(value), FromDecoration})
		}
	}
	account := d.DefaultServiceAccountName
	if account != nil {
		add(job.Spec.ServiceAccountName == "" && job.Spec.DeprecatedServiceAccount == "", "spec.serviceAccountName", *account)
	}
	own := job.Spec.SecurityContext
	if own == nil {
		own = &corev1.PodSecurityContext{}
	}
	for _, id := range []struct {
		field        string
		ours, theirs *int64
	}{{"runAsUser", own.RunAsUser, d.RunAsUser}, {"runAsGroup", own.RunAsGroup, d.RunAsGroup}, {"fsGroup", own.FSGroup, d.FsGroup}} {
		if id.theirs != nil {
			add(id.ours == nil, "spec.securityContext."+id.field, *id.theirs)
		}
	}
	if o := d.SchedulingOptions; o != nil {
		add(job.Spec.Affinity == nil && o.Affinity != nil, "spec.affinity", "the decoration's")
		add(job.Spec.Tolerations == nil && o.Tolerations != nil, "spec.tolerations", "the decoration's")
	}
	if d.DefaultMemoryRequest != nil {
		add(true, "spec.containers[].resources.requests.memory", d.DefaultMemoryRequest.String()+" where none is asked for")
	}
	add(isTrue(d.SetLimitEqualsMemoryRequest), "spec.containers[].resources.limits.memory", "the request")
	return all
}
