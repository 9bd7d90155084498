package settings

import (
	"fmt"
	"maps"
	"net"
	"net/url"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
)

// check completes settings and refuses what cannot work.
func (r *reader) check(s *Settings) {
	r.checkURLs(&s.GitHub)
	r.checkCredentials(&s.GitHub)
	r.checkWebhook(s)
	r.checkConfig(&s.Config)
	r.checkKubernetes(&s.Kubernetes)
	r.checkTrust(s.Trust)
	if strings.TrimSpace(s.Images.Tools) == "" {
		r.refuse("images.tools", "is missing: the image with Bowsprit's own small binary for jobs")
	}
	if s.Limits.MaxRunning < 1 {
		r.refuse("limits.max_running", "is %d, want at least 1", s.Limits.MaxRunning)
	}
	if s.Reporting.LogLines < 0 || s.Reporting.LogLines > 1000 {
		r.refuse("reporting.log_lines", "is %d, want 0 to 1000", s.Reporting.LogLines)
	}
	r.checkDashboard(s.Reporting.DashboardURL)
}

// checkURLs checks the two roots and derives the second from the first.
func (r *reader) checkURLs(g *GitHub) {
	api, ok := r.checkURL("github.api_url", g.APIURL)
	if !ok {
		return
	}
	isServer := strings.HasSuffix(api.Path, "/api/v3") || strings.HasSuffix(api.Path, "/api/v3/")
	if !isServer && !strings.HasPrefix(api.Host, "api.") {
		r.refuse("github.api_url", "is %q, want https://api.github.com/ or, for an Enterprise Server, https://HOST/api/v3/", g.APIURL)
		return
	}
	if g.WebURL == "" {
		g.WebURL = api.Scheme + "://" + strings.TrimPrefix(api.Host, "api.") + "/"
		return
	}
	r.checkURL("github.web_url", g.WebURL)
}

// checkURL checks that a URL is absolute and speaks HTTP.
func (r *reader) checkURL(field, text string) (*url.URL, bool) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		r.refuse(field, "is %q, want an absolute https URL", text)
		return nil, false
	}
	if u.User != nil {
		r.refuse(field, "holds a user or a password; secrets belong in files")
		return nil, false
	}
	return u, true
}

// checkCredentials reads the one of App and token that is given.
func (r *reader) checkCredentials(g *GitHub) {
	hasApp := g.AppID != 0 || g.PrivateKeyFile != ""
	switch {
	case hasApp && g.TokenFile != "":
		r.refuse("github.token_file", "is given beside an App (app_id, private_key_file); give one of the two")
	case hasApp && (g.AppID < 1 || g.PrivateKeyFile == ""):
		r.refuse("github", "an App needs both app_id (the App's number) and private_key_file")
	case hasApp:
		g.PrivateKey = r.secret("github.private_key_file", g.PrivateKeyFile, readPrivateKey)
	case g.TokenFile != "":
		g.Token = r.secret("github.token_file", g.TokenFile, readToken)
	default:
		r.refuse("github", "no credentials: give app_id and private_key_file of a GitHub App, or token_file")
	}
}

// secret reads a secret file.
func (r *reader) secret(field, path string, read func(string) (Secret, error)) Secret {
	secret, err := read(r.path(path))
	if err != nil {
		r.refuse(field, "%v", err)
	}
	return secret
}

// checkWebhook checks where webhooks arrive and reads their secrets.
func (r *reader) checkWebhook(s *Settings) {
	w := &s.Webhook
	_, port, err := net.SplitHostPort(w.Address)
	if number, numErr := strconv.ParseUint(port, 10, 16); err != nil || numErr != nil || number == 0 && port != "0" {
		r.refuse("webhook.address", "is %q, want host:port or :port", w.Address)
	}
	if !webhookPath.MatchString(w.Path) {
		r.refuse("webhook.path", "is %q, want a path such as /hook", w.Path)
	}
	if w.SecretFile == "" {
		r.refuse("webhook.secret_file", "is missing: without a secret anybody could pass for GitHub")
		return
	}
	var short []int
	if w.Secrets, short, err = readWebhookSecrets(r.path(w.SecretFile)); err != nil {
		r.refuse("webhook.secret_file", "%v", err)
	}
	for _, line := range short {
		s.Warnings = append(s.Warnings, fmt.Sprintf(
			"webhook.secret_file: line %d of %s is shorter than %d bytes and may be guessed; make one with: openssl rand -hex 32",
			line, w.SecretFile, shortSecret))
	}
}

// webhookPath is a plain path.
var webhookPath = regexp.MustCompile(`^(/[A-Za-z0-9._~-]+)+$`)

// checkConfig checks that the Prow configuration is there.
func (r *reader) checkConfig(c *Config) {
	if c.ConfigPath == "" {
		r.refuse("config.config_path", "is missing: the path of Prow's config.yaml")
	}
	for _, at := range []struct {
		field string
		path  *string
	}{
		{"config.config_path", &c.ConfigPath},
		{"config.job_config_path", &c.JobConfigPath},
		{"config.plugin_config", &c.PluginConfig},
	} {
		*at.path = r.path(*at.path)
		r.checkPresent(at.field, *at.path)
	}
	r.checkFolders("config.supplemental_prow_config_dirs", c.SupplementalProwConfigDirs)
	r.checkFolders("config.supplemental_plugin_config_dirs", c.SupplementalPluginConfigDirs)
}

// checkFolders completes paths and checks that they are there.
func (r *reader) checkFolders(field string, dirs []string) {
	for i := range dirs {
		dirs[i] = r.path(dirs[i])
		r.checkPresent(field, dirs[i])
	}
}

// builtIn are the tiers that are there without an entry.
var builtIn = []string{"trusted", "lowest"}

// checkTrust checks that every tier that is named is there, and that patterns can be read.
func (r *reader) checkTrust(t Trust) {
	known := slices.Concat(builtIn, slices.Sorted(maps.Keys(t.Tiers)))
	for _, use := range []struct{ field, tier string }{{"trust.central", t.Central}, {"trust.in_repo", t.InRepo}, {"trust.fork", t.Fork}} {
		if !slices.Contains(known, use.tier) {
			r.refuse(use.field, "is %q, want one of %s, or a tier of trust.tiers", use.tier, strings.Join(slices.Compact(known), ", "))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.Tiers)) {
		tier := t.Tiers[name]
		for _, pattern := range slices.Concat(tier.ServiceAccounts, tier.Secrets, tier.HostPaths, tier.Clusters, tier.Namespaces, tier.Volumes, tier.RemoteRefs) {
			if _, err := path.Match(pattern, ""); err != nil || pattern == "" {
				r.refuse("trust.tiers."+name, "%q is no name and no pattern", pattern)
			}
		}
	}
}

// checkKubernetes checks the namespace and the kubeconfig.
func (r *reader) checkKubernetes(k *Kubernetes) {
	if problems := validation.IsDNS1123Label(k.Namespace); len(problems) > 0 {
		r.refuse("kubernetes.namespace", "is %q, want a namespace's name (lower-case letters, digits and -)", k.Namespace)
	}
	k.Kubeconfig = r.path(k.Kubeconfig)
	r.checkPresent("kubernetes.kubeconfig", k.Kubeconfig)
}

// checkPresent refuses a path at which nothing is.
func (r *reader) checkPresent(field, path string) {
	if path == "" {
		return
	}
	if _, err := os.Stat(path); err != nil {
		r.refuse(field, "%v", err)
	}
}

// placeholder finds the parts of a dashboard URL that are filled in.
var placeholder = regexp.MustCompile(`\{[^}]*\}?`)

// checkDashboard checks the URL of a run's page.
func (r *reader) checkDashboard(text string) {
	if text == "" {
		return
	}
	for _, part := range placeholder.FindAllString(text, -1) {
		if part != "{namespace}" && part != "{name}" {
			r.refuse("reporting.dashboard_url", "holds %s; allowed are {namespace} and {name}", part)
			return
		}
	}
	r.checkURL("reporting.dashboard_url", placeholder.ReplaceAllString(text, "x"))
}
