package prow

import (
	"cmp"
	"maps"
	"time"
)

// TimeoutOrDefault is how long the job may run. Zero means that nothing was said, as in Prow's entrypoint.
func (d *DecorationConfig) TimeoutOrDefault() time.Duration {
	if d == nil || d.Timeout == nil || d.Timeout.Duration == 0 {
		return DefaultTimeout
	}
	return d.Timeout.Duration
}

// GracePeriodOrDefault is how long the job has after its timeout. Zero means that nothing was said, as in Prow's entrypoint.
func (d *DecorationConfig) GracePeriodOrDefault() time.Duration {
	if d == nil || d.GracePeriod == nil || d.GracePeriod.Duration == 0 {
		return DefaultGracePeriod
	}
	return d.GracePeriod.Duration
}

// over lays d over a base, field by field: what d says wins, and nested objects are merged in the same way. Both may be
// nil; neither is changed, and the result may be one of them.
func (d *DecorationConfig) over(base *DecorationConfig) *DecorationConfig {
	if d == nil || base == nil {
		return cmp.Or(d, base)
	}
	out := *d
	out.Timeout = cmp.Or(d.Timeout, base.Timeout)
	out.GracePeriod = cmp.Or(d.GracePeriod, base.GracePeriod)
	out.UtilityImages = d.UtilityImages.over(base.UtilityImages)
	out.Resources = d.Resources.over(base.Resources)
	out.GCSConfiguration = d.GCSConfiguration.over(base.GCSConfiguration)
	out.GCSCredentialsSecret = cmp.Or(d.GCSCredentialsSecret, base.GCSCredentialsSecret)
	out.S3CredentialsSecret = cmp.Or(d.S3CredentialsSecret, base.S3CredentialsSecret)
	out.DefaultServiceAccountName = cmp.Or(d.DefaultServiceAccountName, base.DefaultServiceAccountName)
	out.UploadIgnoresInterrupts = cmp.Or(d.UploadIgnoresInterrupts, base.UploadIgnoresInterrupts)
	out.CensorSecrets = cmp.Or(d.CensorSecrets, base.CensorSecrets)
	out.CensoringOptions = d.CensoringOptions.over(base.CensoringOptions)
	out.cloneOver(d, base)
	out.podOver(d, base)
	return &out
}

// cloneOver merges the fields about cloning.
func (d *DecorationConfig) cloneOver(top, base *DecorationConfig) {
	d.SSHKeySecrets = orFilled(top.SSHKeySecrets, base.SSHKeySecrets)
	d.SSHHostFingerprints = orFilled(top.SSHHostFingerprints, base.SSHHostFingerprints)
	d.BloblessFetch = cmp.Or(top.BloblessFetch, base.BloblessFetch)
	d.SparseCheckoutFiles = orFilled(top.SparseCheckoutFiles, base.SparseCheckoutFiles)
	d.SkipCloning = cmp.Or(top.SkipCloning, base.SkipCloning)
	d.CookiefileSecret = cmp.Or(top.CookiefileSecret, base.CookiefileSecret)
	d.OauthTokenSecret = cmp.Or(top.OauthTokenSecret, base.OauthTokenSecret)
	d.GitHubAPIEndpoints = orFilled(top.GitHubAPIEndpoints, base.GitHubAPIEndpoints)
	d.GitHubAppID = cmp.Or(top.GitHubAppID, base.GitHubAppID)
	d.GitHubAppPrivateKeySecret = cmp.Or(top.GitHubAppPrivateKeySecret, base.GitHubAppPrivateKeySecret)
}

// podOver merges the fields about the job's own pod.
func (d *DecorationConfig) podOver(top, base *DecorationConfig) {
	d.SetLimitEqualsMemoryRequest = cmp.Or(top.SetLimitEqualsMemoryRequest, base.SetLimitEqualsMemoryRequest)
	d.DefaultMemoryRequest = cmp.Or(top.DefaultMemoryRequest, base.DefaultMemoryRequest)
	d.SchedulingOptions = top.SchedulingOptions.over(base.SchedulingOptions)
	d.PodPendingTimeout = cmp.Or(top.PodPendingTimeout, base.PodPendingTimeout)
	d.PodRunningTimeout = cmp.Or(top.PodRunningTimeout, base.PodRunningTimeout)
	d.PodUnscheduledTimeout = cmp.Or(top.PodUnscheduledTimeout, base.PodUnscheduledTimeout)
	d.RunAsUser = cmp.Or(top.RunAsUser, base.RunAsUser)
	d.RunAsGroup = cmp.Or(top.RunAsGroup, base.RunAsGroup)
	d.FsGroup = cmp.Or(top.FsGroup, base.FsGroup)
}

func (u *UtilityImages) over(base *UtilityImages) *UtilityImages {
	if u == nil || base == nil {
		return cmp.Or(u, base)
	}
	return &UtilityImages{
		CloneRefs:  cmp.Or(u.CloneRefs, base.CloneRefs),
		InitUpload: cmp.Or(u.InitUpload, base.InitUpload),
		Entrypoint: cmp.Or(u.Entrypoint, base.Entrypoint),
		Sidecar:    cmp.Or(u.Sidecar, base.Sidecar),
	}
}

func (r *Resources) over(base *Resources) *Resources {
	if r == nil || base == nil {
		return cmp.Or(r, base)
	}
	return &Resources{
		CloneRefs:       cmp.Or(r.CloneRefs, base.CloneRefs),
		InitUpload:      cmp.Or(r.InitUpload, base.InitUpload),
		PlaceEntrypoint: cmp.Or(r.PlaceEntrypoint, base.PlaceEntrypoint),
		Sidecar:         cmp.Or(r.Sidecar, base.Sidecar),
	}
}

// over merges field by field but for media types, in which the base wins: so it is in Prow, and what is stored with a type
// today keeps it.
func (g *GCSConfiguration) over(base *GCSConfiguration) *GCSConfiguration {
	if g == nil || base == nil {
		return cmp.Or(g, base)
	}
	out := *g
	out.Bucket = cmp.Or(g.Bucket, base.Bucket)
	out.PathPrefix = cmp.Or(g.PathPrefix, base.PathPrefix)
	out.PathStrategy = cmp.Or(g.PathStrategy, base.PathStrategy)
	out.DefaultOrg = cmp.Or(g.DefaultOrg, base.DefaultOrg)
	out.DefaultRepo = cmp.Or(g.DefaultRepo, base.DefaultRepo)
	out.JobURLPrefix = cmp.Or(g.JobURLPrefix, base.JobURLPrefix)
	out.LocalOutputDir = cmp.Or(g.LocalOutputDir, base.LocalOutputDir)
	out.CompressFileTypes = orWritten(g.CompressFileTypes, base.CompressFileTypes)
	if len(base.MediaTypes) > 0 {
		out.MediaTypes = make(map[string]string, len(g.MediaTypes)+len(base.MediaTypes))
		maps.Copy(out.MediaTypes, g.MediaTypes)
		maps.Copy(out.MediaTypes, base.MediaTypes)
	}
	return &out
}

// overridden is the field of a job's own decoration that loses against the default, or "".
func (d *DecorationConfig) overridden(base *DecorationConfig) string {
	if d == nil || base == nil || d.GCSConfiguration == nil || base.GCSConfiguration == nil {
		return ""
	}
	for extension, own := range d.GCSConfiguration.MediaTypes {
		if theirs, ok := base.GCSConfiguration.MediaTypes[extension]; ok && theirs != own {
			return "decoration_config.gcs_configuration.mediaTypes"
		}
	}
	return ""
}

func (o *CensoringOptions) over(base *CensoringOptions) *CensoringOptions {
	if o == nil || base == nil {
		return cmp.Or(o, base)
	}
	return &CensoringOptions{
		CensoringConcurrency: cmp.Or(o.CensoringConcurrency, base.CensoringConcurrency),
		CensoringBufferSize:  cmp.Or(o.CensoringBufferSize, base.CensoringBufferSize),
		IncludeDirectories:   orWritten(o.IncludeDirectories, base.IncludeDirectories),
		ExcludeDirectories:   orWritten(o.ExcludeDirectories, base.ExcludeDirectories),
		MinimumSecretLength:  cmp.Or(o.MinimumSecretLength, base.MinimumSecretLength),
	}
}

func (s *SchedulingOptions) over(base *SchedulingOptions) *SchedulingOptions {
	if s == nil || base == nil {
		return cmp.Or(s, base)
	}
	return &SchedulingOptions{
		Affinity:    cmp.Or(s.Affinity, base.Affinity),
		Tolerations: orWritten(s.Tolerations, base.Tolerations),
	}
}

func (p *JobDefault) over(base *JobDefault) *JobDefault {
	if p == nil || base == nil {
		return cmp.Or(p, base)
	}
	return &JobDefault{
		ResultStoreConfig: cmp.Or(p.ResultStoreConfig, base.ResultStoreConfig),
		TenantID:          cmp.Or(p.TenantID, base.TenantID),
	}
}

// orFilled is a list, or the fallback if it is empty.
func orFilled[T any](list, fallback []T) []T {
	if len(list) == 0 {
		return fallback
	}
	return list
}

// orWritten is a list, or the fallback if it is not there at all: for these fields Prow takes `[]` as a value.
func orWritten[T any](list, fallback []T) []T {
	if list == nil {
		return fallback
	}
	return list
}
