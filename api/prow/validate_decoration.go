package prow

import (
	"mime"
	"net/url"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// decoration checks a job's decoration_config, also that of a job which is not decorated: so does Prow.
func (c *checker) decoration() {
	d := c.job.DecorationConfig
	if d == nil || c.job.Spec == nil || len(c.job.Spec.Containers) == 0 {
		return
	}
	c.command()
	c.utilityImages(d)
	if d.GCSConfiguration != nil {
		c.storage(d.GCSConfiguration)
	}
	if d.OauthTokenSecret != nil && len(d.SSHKeySecrets) > 0 {
		c.errorf("clone-secrets-exclusive", c.at.Child("decoration_config", "oauth_token_secret"), "cannot stand beside ssh_key_secrets; keep one of them")
	}
}

// command checks that each container says what to run: the decoration runs it in place of the image's entrypoint.
func (c *checker) command() {
	for i := range c.job.Spec.Containers {
		k := &c.job.Spec.Containers[i]
		first := k.Args
		if len(k.Command) > 0 {
			first = k.Command
		}
		if len(first) == 0 || first[0] == "" {
			c.errorf("command-missing", c.at.Child("spec", "containers").Index(i).Child("command"), "a decorated job must say its command or args; the image's own entrypoint is not known")
		}
	}
}

// utilityImages checks for what Prow needs and Bowsprit does not: a job that names none of it was written for Bowsprit, and
// loads; one that names some of it was written for Prow, and is wrong.
func (c *checker) utilityImages(d *DecorationConfig) {
	at := func(key string) *field.Path { return c.at.Child("decoration_config", key) }
	u, report := d.UtilityImages, c.strictf
	if c.job.Decorate == nil || !*c.job.Decorate {
		report = c.errorf
	}
	if u == nil {
		report("utility-images-missing", at("utility_images"), "Prow refuses a decoration_config without all four images, here they are not needed; without `decorate: true` no default fills them in")
	} else if missing := u.missing(); len(missing) > 0 {
		c.errorf("utility-images-missing", at("utility_images"), "without %s; Prow wants all four of clonerefs, initupload, entrypoint and sidecar", strings.Join(missing, ", "))
	}
	if d.GCSConfiguration == nil {
		if u != nil {
			report = c.errorf
		}
		report("gcs-configuration-missing", at("gcs_configuration"), "Prow refuses a decoration_config that does not say where logs go")
	}
}

// missing names the images that are not there.
func (u *UtilityImages) missing() (names []string) {
	for _, i := range [...]struct{ name, image string }{
		{"clonerefs", u.CloneRefs}, {"initupload", u.InitUpload}, {"entrypoint", u.Entrypoint}, {"sidecar", u.Sidecar},
	} {
		if i.image == "" {
			names = append(names, i.name)
		}
	}
	return names
}

var pathStrategies = []string{PathStrategyLegacy, PathStrategySingle, PathStrategyExplicit}

// storage checks where logs and artifacts go.
func (c *checker) storage(g *GCSConfiguration) {
	at := func(key string) *field.Path { return c.at.Child("decoration_config", "gcs_configuration", key) }
	if err := bucketError(g.Bucket); err != nil {
		c.errorf("bucket-invalid", at("bucket"), "%q: %s; want gs://NAME, s3://NAME or NAME", g.Bucket, err)
	} else if g.Bucket == "" && g.LocalOutputDir == "" {
		c.warnf("bucket-missing", at("bucket"), "no bucket is named, so nothing can be uploaded")
	}
	for _, extension := range sorted(g.MediaTypes) {
		if _, _, err := mime.ParseMediaType(g.MediaTypes[extension]); err != nil {
			c.errorf("media-type-invalid", at("mediaTypes").Key(extension), "%q: %s; want one such as text/plain", g.MediaTypes[extension], err)
		}
	}
	switch {
	case !slices.Contains(pathStrategies, g.PathStrategy):
		c.errorf("path-strategy-invalid", at("path_strategy"), "%q: want one of %s%s", g.PathStrategy, strings.Join(pathStrategies, ", "), guess(g.PathStrategy, pathStrategies))
	case g.PathStrategy != PathStrategyExplicit && (g.DefaultOrg == "" || g.DefaultRepo == ""):
		c.errorf("path-strategy-incomplete", at("default_org"), "the path strategy %s needs default_org and default_repo", g.PathStrategy)
	}
}

// bucketError is what is wrong with a bucket; a bare name is one of gs. Nearly all have a plain form, which is not parsed.
func bucketError(bucket string) error {
	if !strings.Contains(bucket, "://") {
		bucket = "gs://" + bucket
	}
	if scheme, name, _ := strings.Cut(bucket, "://"); plain(scheme) && plain(name) {
		return nil
	}
	_, err := url.Parse(bucket)
	return err
}

// plain says whether a text is lower-case letters, digits and '-' only.
func plain(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return (r < 'a' || 'z' < r) && (r < '0' || '9' < r) && r != '-' })
}
