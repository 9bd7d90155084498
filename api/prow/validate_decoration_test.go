package prow

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/yaml"
)

func TestValidateDecoration(t *testing.T) {
	images := "utility_images: {clonerefs: c, initupload: i, entrypoint: e, sidecar: s}"
	on := func(config string) string {
		return "name: a\ndecorate: true\ndecoration_config: {" + config + "}" + podYAML
	}
	run(t, TypePresubmit, map[string]judged{
		"no command":                         {yaml: "name: a\ndecorate: true\nspec: {containers: [{image: x}]}", want: []string{"command-missing job.spec.containers[0].command"}},
		"an empty command":                   {yaml: "name: a\ndecorate: true\nspec: {containers: [{image: x, command: [''], args: [x]}]}", want: []string{"command-missing job.spec.containers[0].command"}},
		"no command, not decorated":          {yaml: "name: a\nspec: {containers: [{image: x}]}"},
		"a strategy":                         {yaml: on("gcs_configuration: {path_strategy: explict}"), want: []string{"path-strategy-invalid job.decoration_config.gcs_configuration.path_strategy"}},
		"a strategy's default":               {yaml: on("gcs_configuration: {path_strategy: single, default_org: o}"), want: []string{"path-strategy-incomplete job.decoration_config.gcs_configuration.default_org"}},
		"a bucket":                           {yaml: on("gcs_configuration: {bucket: 's3://%zz'}"), want: []string{"bucket-invalid job.decoration_config.gcs_configuration.bucket"}},
		"a media type":                       {yaml: on("gcs_configuration: {mediaTypes: {x: '/'}}"), want: []string{"media-type-invalid job.decoration_config.gcs_configuration.mediaTypes[x]"}},
		"a media type that the default wins": {yaml: on("gcs_configuration: {mediaTypes: {log: text/html}}"), want: []string{"~default-wins job.decoration_config.gcs_configuration.mediaTypes"}},
		"two ways to clone":                  {yaml: on("oauth_token_secret: {name: tok}, ssh_key_secrets: [k]"), want: []string{"clone-secrets-exclusive job.decoration_config.oauth_token_secret"}},
		"ssh with a token":                   {yaml: on("oauth_token_secret: {name: tok}") + "\nclone_uri: ssh://git@h/o/r.git", want: []string{"clone-uri-scheme job.clone_uri"}},
		"a user with a token":                {why: "Prow takes the scheme off with the user", yaml: on("oauth_token_secret: {name: tok}") + "\nclone_uri: https://u@h/o/r.git", want: []string{"clone-uri-scheme job.clone_uri"}},
		"https with a token":                 {yaml: on("oauth_token_secret: {name: tok}") + "\nclone_uri: https://h/o/r.git"},
		"an extra ref's address":             {why: "Prow looks only if the job has an address", yaml: on("oauth_token_secret: {name: tok}") + "\nextra_refs: [{org: o, repo: x, base_ref: m, clone_uri: 'ssh://h/o/x'}]"},
		"an extra ref's, and the job's":      {yaml: on("oauth_token_secret: {name: tok}") + "\nclone_uri: https://h/o/r.git\nextra_refs: [{org: o, repo: x, base_ref: m}]", want: []string{"clone-uri-scheme job.extra_refs[0].clone_uri"}},
		"an address that is none":            {yaml: "name: a\nclone_uri: 'https://h:x/%zz'" + podYAML, want: []string{"clone-uri-invalid job.clone_uri"}},
		"an extra ref without repo":          {yaml: "name: a\nextra_refs: [{org: o}, {org: o, repo: r}]" + podYAML, want: []string{"~extra-ref-incomplete job.extra_refs[0]", "~extra-ref-incomplete job.extra_refs[1].base_ref"}},
		"a decoration that is not used":      {why: "it is validated without defaults", yaml: "name: a\ndecoration_config: {timeout: 1h}" + podYAML, want: []string{"utility-images-missing job.decoration_config.utility_images", "gcs-configuration-missing job.decoration_config.gcs_configuration"}},
		"whole, and not used":                {yaml: "name: a\ndecoration_config: {" + images + ", gcs_configuration: {bucket: b, path_strategy: explicit}}" + podYAML},
		"no bucket":                          {why: "Prow accepts it", yaml: "name: a\ndecoration_config: {" + images + ", gcs_configuration: {path_strategy: explicit}}" + podYAML, want: []string{"~bucket-missing job.decoration_config.gcs_configuration.bucket"}},
	})
}

// TestDecorationWithoutDefaults is about jobs that were written for Bowsprit, and say nothing of Prow's utilities.
func TestDecorationWithoutDefaults(t *testing.T) {
	tests := map[string]struct {
		config string
		want   []string
	}{
		"nothing of Prow's": {"timeout: 1h", []string{"!utility-images-missing at.decoration_config.utility_images", "!gcs-configuration-missing at.decoration_config.gcs_configuration"}},
		"storage only":      {"gcs_configuration: {bucket: b, path_strategy: explicit}", []string{"!utility-images-missing at.decoration_config.utility_images"}},
		"images only":       {"utility_images: {clonerefs: c, initupload: i, entrypoint: e, sidecar: s}", []string{"gcs-configuration-missing at.decoration_config.gcs_configuration"}},
		"some images":       {"utility_images: {clonerefs: c}", []string{"utility-images-missing at.decoration_config.utility_images", "gcs-configuration-missing at.decoration_config.gcs_configuration"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := &Presubmit{}
			if err := yaml.Unmarshal([]byte("name: a\ndecorate: true\ndecoration_config: {"+test.config+"}"+podYAML), p); err != nil {
				t.Fatal(err)
			}
			c := &Config{}
			p.Default("o/r", c)
			if diff := cmp.Diff(test.want, toldOf(p.Validate("o/r", c, field.NewPath("at")))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
