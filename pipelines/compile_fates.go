package pipelines

import (
	"reflect"
	"strings"
)

// fate is what becomes of a field of Kubernetes' pod or container in a run.
type fate struct {
	kind fateKind
	// code and why are for refused and idle fields.
	code, why string
}

type fateKind int

const (
	// mapped: the field has a home in the PipelineRun, and the compiler puts it there.
	mapped fateKind = iota
	// refused: the field means something that a Tekton run cannot keep.
	refused
	// idle: the field has no effect in a container that runs to completion.
	idle
)

const (
	askPolicy = "Tekton has no such setting; drop it, or let an admission policy of the cluster set it on pods with the label bowsprit.dev/job"
	noProbe   = "Tekton does not probe steps; drop it, or wait for readiness in the job's own script"
)

// podFates says what becomes of every field of a PodSpec, by its Go name. A test holds it complete against Kubernetes' type.
var podFates = map[string]fate{
	"Containers":                   {},
	"Volumes":                      {},
	"RestartPolicy":                {},
	"ActiveDeadlineSeconds":        {},
	"NodeSelector":                 {},
	"Affinity":                     {},
	"Tolerations":                  {},
	"TopologySpreadConstraints":    {},
	"SchedulerName":                {},
	"PriorityClassName":            {},
	"RuntimeClassName":             {},
	"HostNetwork":                  {},
	"HostUsers":                    {},
	"HostAliases":                  {},
	"DNSPolicy":                    {},
	"DNSConfig":                    {},
	"EnableServiceLinks":           {},
	"ImagePullSecrets":             {},
	"ServiceAccountName":           {},
	"AutomountServiceAccountToken": {},
	"SecurityContext":              {},

	"InitContainers":           {}, // those that Prow runs are sidecars; see rolesOf
	"DeprecatedServiceAccount": {}, // serviceAccount, the old name of serviceAccountName

	"TerminationGracePeriodSeconds": {idle, "termination-grace", "a Tekton pod that is deleted has 30 seconds; at its timeout a decorated job has its grace_period"},

	"EphemeralContainers": {refused, "no-home", "ephemeral containers are added to a running pod, never written in a job"},

	"NodeName":              {refused, "no-home", "a run is always scheduled; write nodeSelector with kubernetes.io/hostname"},
	"Priority":              {refused, "no-home", "write priorityClassName"},
	"PreemptionPolicy":      {refused, "no-home", "write a priorityClassName whose class has the policy"},
	"Overhead":              {refused, "no-home", "the RuntimeClass sets it; write runtimeClassName"},
	"Resources":             {refused, "no-home", "write the resources on the container"},
	"HostPID":               {refused, "no-home", askPolicy},
	"HostIPC":               {refused, "no-home", askPolicy},
	"ShareProcessNamespace": {refused, "no-home", askPolicy},
	"Hostname":              {refused, "no-home", askPolicy},
	"HostnameOverride":      {refused, "no-home", askPolicy},
	"Subdomain":             {refused, "no-home", askPolicy},
	"SetHostnameAsFQDN":     {refused, "no-home", askPolicy},
	"ReadinessGates":        {refused, "no-home", askPolicy},
	"SchedulingGates":       {refused, "no-home", askPolicy},
	"SchedulingGroup":       {refused, "no-home", askPolicy},
	"ResourceClaims":        {refused, "no-home", askPolicy},
	"EvictionResponders":    {refused, "no-home", askPolicy},
	"OS":                    {refused, "no-home", "write nodeSelector with kubernetes.io/os"},
}

// containerFates says what becomes of every field of the job's container, as podFates does.
var containerFates = map[string]fate{
	"Name":            {},
	"Image":           {},
	"Command":         {},
	"Args":            {},
	"WorkingDir":      {},
	"Env":             {},
	"EnvFrom":         {},
	"Resources":       {},
	"VolumeMounts":    {},
	"VolumeDevices":   {},
	"ImagePullPolicy": {},
	"SecurityContext": {},

	"Ports":                    {idle, "ports-idle", "a port is only a note in Kubernetes, and steps have no place for it; listening works all the same"},
	"Stdin":                    {idle, "stdin-idle", "nobody can attach to a step; its standard input is empty"},
	"StdinOnce":                {idle, "stdin-idle", "nobody can attach to a step; its standard input is empty"},
	"TTY":                      {idle, "tty-idle", "a step has no terminal; its output goes to the log as it is"},
	"TerminationMessagePolicy": {idle, "termination-message-idle", "Tekton writes the termination message itself; the log's tail is on the check"},

	"TerminationMessagePath": {refused, "no-home", "Tekton uses the termination message itself; write to $ARTIFACTS instead"},
	"LivenessProbe":          {refused, "no-home", noProbe},
	"ReadinessProbe":         {refused, "no-home", noProbe},
	"StartupProbe":           {refused, "no-home", noProbe},
	"Lifecycle":              {refused, "no-home", "steps have no lifecycle hooks; do it in the job's own command, for example with trap"},
	"RestartPolicy":          {refused, "no-home", "a step runs once; repeat inside the job's own command"},
	"RestartPolicyRules":     {refused, "no-home", "a step runs once; repeat inside the job's own command"},
	"ResizePolicy":           {refused, "no-home", "a step is never resized; drop it"},
}

// sidecarFates says what becomes of every field of a container beside the job's own. A sidecar of Tekton's keeps all of a
// container's fields but these.
var sidecarFates = map[string]fate{
	"Name":                     {},
	"Image":                    {},
	"Command":                  {},
	"Args":                     {},
	"WorkingDir":               {},
	"Env":                      {},
	"EnvFrom":                  {},
	"Resources":                {},
	"VolumeMounts":             {},
	"VolumeDevices":            {},
	"ImagePullPolicy":          {},
	"SecurityContext":          {},
	"Ports":                    {},
	"Stdin":                    {},
	"StdinOnce":                {},
	"TTY":                      {},
	"TerminationMessagePolicy": {},
	"TerminationMessagePath":   {},
	"LivenessProbe":            {},
	"ReadinessProbe":           {},
	"StartupProbe":             {},
	"Lifecycle":                {},

	"RestartPolicy": {idle, "sidecar-restart", "a sidecar that ends is not started again"},

	"RestartPolicyRules": {refused, "no-home", "a sidecar runs once; repeat inside its own command"},
	"ResizePolicy":       {refused, "no-home", "a sidecar is never resized; drop it"},
}

// judge walks the fields of a pod or container that are set: a refused one ends it, an idle one is warned about.
func judge(object any, fates map[string]fate, at string) ([]Warning, error) {
	var warnings []Warning
	v := reflect.ValueOf(object)
	for i := range v.NumField() {
		field := v.Type().Field(i)
		f, known := fates[field.Name]
		if !meansSomething(v.Field(i)) || known && f.kind == mapped {
			continue
		}
		path := at + "." + jsonName(field)
		switch {
		case !known:
			return nil, refuse("no-home", path, "this version of Bowsprit does not know the field")
		case f.kind == refused:
			return nil, refuse(f.code, path, "%s", f.why)
		}
		warnings = append(warnings, Warning{Code: f.code, Field: path, Message: f.why})
	}
	return warnings, nil
}

// meansSomething says whether a field asks for anything: null, empty and an explicit false do not.
func meansSomething(v reflect.Value) bool {
	if v.Kind() == reflect.Pointer && !v.IsNil() && v.Elem().Kind() == reflect.Bool {
		return v.Elem().Bool()
	}
	if v.Kind() == reflect.Slice || v.Kind() == reflect.Map {
		return v.Len() > 0
	}
	return !v.IsZero()
}

func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}
