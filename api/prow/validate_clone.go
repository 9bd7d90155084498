package prow

import (
	"net/url"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// cloning checks from where repositories are cloned.
func (c *checker) cloning() {
	j := c.job
	if j.Spec != nil && len(j.Spec.Containers) > 0 && j.CloneURI != "" {
		c.cloneURIs()
	}
	for i := range j.ExtraRefs {
		if r := &j.ExtraRefs[i]; r.Org == "" || r.Repo == "" {
			c.warnf("extra-ref-incomplete", c.at.Child("extra_refs").Index(i), "org and repo say what is cloned; one of them is missing")
		} else if r.BaseRef == "" && r.BaseSHA == "" {
			c.warnf("extra-ref-incomplete", c.at.Child("extra_refs").Index(i).Child("base_ref"), "without a branch there is nothing to check out")
		}
	}
}

// cloneURIs checks the job's own clone_uri and those of its extra refs. Prow looks at the latter only if there is the former,
// and then also at those that are empty.
func (c *checker) cloneURIs() {
	c.cloneURI(c.job.CloneURI, func() *field.Path { return c.at.Child("clone_uri") })
	for i := range c.job.ExtraRefs {
		c.cloneURI(c.job.ExtraRefs[i].CloneURI, func() *field.Path { return c.at.Child("extra_refs").Index(i).Child("clone_uri") })
	}
}

// cloneURI checks one of them, without the user in front, as Prow does.
func (c *checker) cloneURI(uri string, at func() *field.Path) {
	parsed, err := url.Parse(uri[strings.Index(uri, "@")+1:])
	if err != nil {
		c.errorf("clone-uri-invalid", at(), "%q is no address to clone from", uri)
		return
	}
	if d := c.job.DecorationConfig; d != nil && d.OauthTokenSecret != nil && parsed.Scheme != "http" && parsed.Scheme != "https" {
		c.errorf("clone-uri-scheme", at(), "%q: with oauth_token_secret it must begin with https:// (or http://) and name no user", uri)
	}
}
