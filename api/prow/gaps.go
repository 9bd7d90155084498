package prow

import (
	"bytes"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// Gap is a field of a job that Prow honours and Bowsprit does not yet.
type Gap struct {
	// Field is the field's path in the job, such as spec.initContainers.
	Field string
	// Runs is true if the job runs all the same and only the field is without effect; otherwise the job must be refused.
	Runs bool
	// Why says what is missing, and what to do.
	Why string
}

// Gaps lists every field of a defaulted job that is not honoured yet. A job with a Gap that has not Runs keeps its place
// in the catalog, but must not be compiled: it would not be the job that its author wrote.
func (p *Presubmit) Gaps() []Gap {
	if p.Agent != AgentKubernetes {
		return []Gap{{Field: "agent", Why: fmt.Sprintf("jobs of agent %q are not run yet; only %q is", p.Agent, AgentKubernetes)}}
	}
	gaps := append(p.specGaps(), p.fieldGaps()...)
	if p.Decorate != nil && *p.Decorate && p.DecorationConfig != nil {
		gaps = append(gaps, p.DecorationConfig.gaps()...)
	}
	return gaps
}

func (p *Presubmit) specGaps() (gaps []Gap) {
	if p.Spec != nil && len(p.Spec.Containers) > 1 {
		gaps = append(gaps, Gap{Field: "spec.containers", Why: "jobs with several containers are not run yet"})
	}
	if p.Spec != nil && len(p.Spec.InitContainers) > 0 {
		gaps = append(gaps, Gap{Field: "spec.initContainers", Why: "init containers are not run yet"})
	}
	if p.Spec != nil && mountsDecoration(p.Spec) {
		gaps = append(gaps, Gap{Field: "spec.containers[0].volumeMounts", Why: "the volumes of Prow's decoration are not there to mount yet"})
	}
	if len(p.ExtraRefs) > 0 {
		gaps = append(gaps, Gap{Field: "extra_refs", Why: "further repositories are not cloned yet"})
	}
	return gaps
}

// mountsDecoration says whether a container mounts one of the volumes that Prow's decoration adds to the pod.
func mountsDecoration(spec *corev1.PodSpec) bool {
	return slices.ContainsFunc(spec.Containers, func(c corev1.Container) bool {
		return slices.ContainsFunc(c.VolumeMounts, func(m corev1.VolumeMount) bool { return slices.Contains(reservedVolumes, m.Name) })
	})
}

func (p *Presubmit) fieldGaps() (gaps []Gap) {
	for _, f := range []struct {
		field, why string
		set        bool
	}{
		{"run_before_merge", "there is no merge pool yet", p.RunBeforeMerge},
		{"reporter_config", "nothing is reported to Slack yet", isSet(p.ReporterConfig)},
		{"rerun_auth_config", "there is no page with a re-run button yet", isSet(p.RerunAuthConfig)},
		{"hidden", "there are no pages to hide the job from yet", p.Hidden},
		{"job_queue_name", "queues are not counted yet; max_concurrency is", p.JobQueueName != ""},
		{"error_on_eviction", "an evicted run fails in either case", p.ErrorOnEviction},
		{"prowjob_defaults", "ResultStore and tenants are not served yet", isSet(p.ProwJobDefaults)},
	} {
		if f.set {
			gaps = append(gaps, Gap{Field: f.field, Runs: true, Why: f.why})
		}
	}
	return gaps
}

// gaps of a decoration. Uploading (utility images, buckets, their credentials) is left out: it is the same for every job
// of a configuration and is told once (UploadConfigured).
func (d *DecorationConfig) gaps() (gaps []Gap) {
	const clone, pod, wait = "cloning with it is not done yet", "it is not applied to the pod yet", "Tekton's own waiting times hold"
	for _, f := range []struct {
		field, why string
		runs       bool
		value      Raw
	}{
		{"ssh_key_secrets", clone, false, d.SSHKeySecrets},
		{"ssh_host_fingerprints", clone, false, d.SSHHostFingerprints},
		{"cookiefile_secret", clone, false, d.CookiefileSecret},
		{"oauth_token_secret", clone, false, d.OauthTokenSecret},
		{"github_api_endpoints", clone, false, d.GitHubAPIEndpoints},
		{"github_app_id", clone, false, d.GitHubAppID},
		{"github_app_private_key_secret", clone, false, d.GitHubAppPrivateKeySecret},
		{"skip_cloning", "a decorated job is always cloned so far", false, d.SkipCloning},
		{"default_service_account_name", "name the account in the job's spec.serviceAccountName", false, d.DefaultServiceAccountName},
		{"run_as_user", pod, false, d.RunAsUser},
		{"run_as_group", pod, false, d.RunAsGroup},
		{"fs_group", pod, false, d.FsGroup},
		{"set_limit_equals_memory_request", pod, false, d.SetLimitEqualsMemRequest},
		{"default_memory_request", pod, false, d.DefaultMemoryRequest},
		{"scheduling_options", pod, false, d.SchedulingOptions},
		{"censor_secrets", "logs are not censored yet, and their tail is shown on the check", false, d.CensorSecrets},
		{"blobless_fetch", "whole objects are fetched", true, d.BloblessFetch},
		{"sparse_checkout_files", "all files are checked out", true, d.SparseCheckoutFiles},
		{"pod_pending_timeout", wait, true, d.PodPendingTimeout},
		{"pod_running_timeout", wait, true, d.PodRunningTimeout},
		{"pod_unscheduled_timeout", wait, true, d.PodUnscheduledTimeout},
	} {
		if isSet(f.value) {
			gaps = append(gaps, Gap{Field: "decoration_config." + f.field, Runs: f.runs, Why: f.why})
		}
	}
	return gaps
}

// UploadConfigured says whether the decoration asks for logs and artifacts in a bucket, which is not done yet.
func (d *DecorationConfig) UploadConfigured() bool { return d != nil && isSet(d.GCSConfiguration) }

// isSet says whether a raw value is anything but absent, null, false, zero or empty.
func isSet(r Raw) bool {
	switch string(bytes.TrimSpace(r)) {
	case "", "null", "false", "0", `""`, "[]", "{}":
		return false
	}
	return true
}
