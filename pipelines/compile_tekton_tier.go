package pipelines

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/pipelines/tier"
)

// fromRepository says whether the tested repository itself says what runs: the job, or the pipeline that the job names.
func fromRepository(job *prow.Job) bool {
	return job.InRepo || job.PipelineRef != nil && job.PipelineRef.File != ""
}

// clonesOnlyItself is false for a job of the repository's own that names other things to clone: with the administrators' credentials it
// could read what its author may not, or send them to a host of its author's.
func clonesOnlyItself(job *prow.Job) bool {
	return !job.InRepo || job.CloneURI == "" && len(job.ExtraRefs) == 0
}

// grants are what the central configuration gives to the run whatever the tier: the account, and the secrets of the clone and of the
// upload, if the job uses them as the administrators wrote them and does not name them itself.
func grants(in Input) tier.Own {
	own := tier.Own{Namespace: in.Options.Namespace, ServiceAccount: centralAccount(in), Helper: func(name, image string, command []string) bool {
		return isHelper(in.Options, name, image, command)
	}}
	central := in.CentralDecoration
	if central == nil {
		return own
	}
	job := in.Job.DecorationConfig
	if clonesOnlyItself(in.Job) && (job == nil || sameClone(*job, *central)) {
		own.Secrets = append(own.Secrets, secretsOf(cloneCredentials(*central))...)
	}
	if job != nil && sameUpload(*job, *central) {
		own.Secrets = append(own.Secrets, secretsOf(bucketCredentials(*central))...)
	}
	text, ok := ownText(in)
	own.Secrets = slices.DeleteFunc(own.Secrets, func(name string) bool { return !ok || strings.Contains(text, `"`+name+`"`) })
	return own
}

// centralAccount is the account that administrators chose for the job.
func centralAccount(in Input) string {
	if s := in.Job.RunSpec(); s != nil && !in.Job.InRepo {
		return s.TaskRunTemplate.ServiceAccountName
	}
	if in.CentralDecoration != nil && in.CentralDecoration.DefaultServiceAccountName != nil {
		return *in.CentralDecoration.DefaultServiceAccountName
	}
	return ""
}

func secretsOf(all []credential) (names []string) {
	for _, c := range all {
		names = append(names, c.secret)
	}
	return names
}

// sameClone says whether two decorations clone with the same credentials, in the same way.
func sameClone(a, b prow.DecorationConfig) bool {
	of := func(d prow.DecorationConfig) []any {
		return []any{d.SSHKeySecrets, d.CookiefileSecret, d.OauthTokenSecret, d.GitHubAppID, d.GitHubAppPrivateKeySecret, d.GitHubAPIEndpoints}
	}
	return reflect.DeepEqual(of(a), of(b))
}

// sameUpload says whether two decorations write to the same place with the same credentials.
func sameUpload(a, b prow.DecorationConfig) bool {
	of := func(d prow.DecorationConfig) []any {
		g := d.GCSConfiguration
		if g == nil {
			g = &prow.GCSConfiguration{}
		}
		return []any{d.GCSCredentialsSecret, d.S3CredentialsSecret, g.Bucket, g.PathPrefix, g.PathStrategy, g.DefaultOrg, g.DefaultRepo, g.LocalOutputDir}
	}
	return reflect.DeepEqual(of(a), of(b))
}

// ownText is what the job's author wrote about its pods, as JSON; ok is false if it cannot be read.
func ownText(in Input) (text string, ok bool) {
	b, err := json.Marshal([]any{in.Job.Spec, in.Job.RunSpec()})
	if err != nil {
		return "", false
	}
	file, err := yaml.YAMLToJSON(in.PipelineFile)
	return string(b) + string(file), err == nil
}
