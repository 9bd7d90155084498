package settings

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

// files are what lies beside the settings file in each test.
var files = map[string]string{
	"app.pem":         "-----BEGIN RSA PRIVATE KEY-----\naGVsbG8=\n-----END RSA PRIVATE KEY-----\n",
	"token":           "ghp_0123456789\n",
	"hmac":            "0123456789abcdef0123456789abcdef\n",
	"hmac-two":        "old-secret-0123456789\r\n\nnew-secret-0123456789\n",
	"hmac-short":      "hunter2\n",
	"hmac-spaces":     "  \n\t\n",
	"hmac-trailing":   "0123456789abcdef \n",
	"hmac-prow":       "'*':\n- value: 0123456789abcdef\n  created_at: 2020-10-02T15:00:00Z\n",
	"empty":           "",
	"huge":            strings.Repeat("x", 70_000),
	"two-tokens":      "ghp_1 ghp_2\n",
	"config.yaml":     "{}",
	"plugins.yaml":    "{}",
	"jobs/unit.yaml":  "{}",
	"some.kubeconfig": "{}",
}

// load writes a settings file with its neighbours, loads it, and gives the error without the directory's name.
func load(t *testing.T, text string) (Settings, string) {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range files {
		write(name, text)
	}
	write("settings.yaml", text)
	settings, err := Load(filepath.Join(dir, "settings.yaml"))
	if err != nil {
		return settings, strings.ReplaceAll(err.Error(), dir+"/", "")
	}
	settings.Config.ConfigPath = strings.TrimPrefix(settings.Config.ConfigPath, dir+"/")
	settings.Config.JobConfigPath = strings.TrimPrefix(settings.Config.JobConfigPath, dir+"/")
	settings.Config.PluginConfig = strings.TrimPrefix(settings.Config.PluginConfig, dir+"/")
	settings.Kubernetes.Kubeconfig = strings.TrimPrefix(settings.Kubernetes.Kubeconfig, dir+"/")
	return settings, ""
}

const smallest = `github:
  app_id: 12
  private_key_file: app.pem
webhook:
  secret_file: hmac
config:
  config_path: config.yaml
images:
  tools: registry.example.com/tools:v1
`

const everything = `github:
  api_url: https://ghe.example.com/api/v3/
  web_url: https://git.example.com/
  token_file: token
webhook:
  address: 127.0.0.1:9000
  path: /github/hook
  secret_file: hmac-two
config:
  config_path: config.yaml
  job_config_path: jobs
  plugin_config: plugins.yaml
kubernetes:
  kubeconfig: some.kubeconfig
  namespace: ci
images:
  tools: registry.example.com/tools:v1
trust:
  in_repo: lowest
  fork: visitors
  tiers:
    visitors:
      service_accounts: [visitor-*]
      secrets: [cache]
      host_paths: [/cache]
      clusters: ["*"]
      privileged: true
limits:
  max_running: 3
reporting:
  log_lines: 0
  dashboard_url: https://tekton.example.com/#/namespaces/{namespace}/pipelineruns/{name}
`

func TestLoad(t *testing.T) {
	cases := map[string]struct {
		text string
		want Settings
	}{
		"the smallest file takes the defaults": {
			text: smallest,
			want: Settings{
				GitHub: GitHub{
					APIURL: "https://api.github.com/", WebURL: "https://github.com/", AppID: 12,
					PrivateKeyFile: "app.pem", PrivateKey: NewSecret(files["app.pem"]),
				},
				Webhook: Webhook{
					Address: ":8080", Path: "/hook", SecretFile: "hmac",
					Secrets: []Secret{NewSecret("0123456789abcdef0123456789abcdef")},
				},
				Config:     Config{ConfigPath: "config.yaml"},
				Kubernetes: Kubernetes{Namespace: "bowsprit"},
				Images:     Images{Tools: "registry.example.com/tools:v1"},
				Trust:      Trust{Central: "trusted", InRepo: "trusted", Fork: "lowest"},
				Limits:     Limits{MaxRunning: 20},
				Reporting:  Reporting{LogLines: 60},
			},
		},
		"every setting can be given": {
			text: everything,
			want: Settings{
				GitHub: GitHub{
					APIURL: "https://ghe.example.com/api/v3/", WebURL: "https://git.example.com/",
					TokenFile: "token", Token: NewSecret("ghp_0123456789"),
				},
				Webhook: Webhook{
					Address: "127.0.0.1:9000", Path: "/github/hook", SecretFile: "hmac-two",
					Secrets: []Secret{NewSecret("old-secret-0123456789"), NewSecret("new-secret-0123456789")},
				},
				Config:     Config{ConfigPath: "config.yaml", JobConfigPath: "jobs", PluginConfig: "plugins.yaml"},
				Kubernetes: Kubernetes{Kubeconfig: "some.kubeconfig", Namespace: "ci"},
				Images:     Images{Tools: "registry.example.com/tools:v1"},
				Trust: Trust{Central: "trusted", InRepo: "lowest", Fork: "visitors", Tiers: map[string]Tier{
					"visitors": {ServiceAccounts: []string{"visitor-*"}, Secrets: []string{"cache"}, HostPaths: []string{"/cache"}, Clusters: []string{"*"}, Privileged: true},
				}},
				Limits:    Limits{MaxRunning: 3},
				Reporting: Reporting{DashboardURL: "https://tekton.example.com/#/namespaces/{namespace}/pipelineruns/{name}"},
			},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, problem := load(t, c.text)
			if problem != "" {
				t.Fatal(problem)
			}
			reveal := cmp.Comparer(func(a, b Secret) bool { return a.Reveal() == b.Reveal() })
			if diff := cmp.Diff(c.want, got, reveal); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestTheWebURLFollowsFromTheAPI(t *testing.T) {
	for api, want := range map[string]string{
		"https://api.github.com/":        "https://github.com/",
		"https://ghe.example.com/api/v3": "https://ghe.example.com/",
		"https://api.acme.ghe.com":       "https://acme.ghe.com/",
		"http://127.0.0.1:8080/api/v3/":  "http://127.0.0.1:8080/",
	} {
		got, problem := load(t, strings.Replace(smallest, "github:\n", "github:\n  api_url: "+api+"\n", 1))
		if problem != "" || got.GitHub.WebURL != want {
			t.Errorf("%s: got %q, %s, want %q", api, got.GitHub.WebURL, problem, want)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	replace := func(old, new string) string { return strings.Replace(smallest, old, new, 1) }
	cases := map[string]struct {
		text string
		want string
	}{
		"an empty file":   {"# nothing\n", "settings.yaml: the file is empty"},
		"no YAML":         {"github: [", "settings.yaml:1: did not find expected node content"},
		"a list":          {"- a\n", "settings.yaml:1: cannot unmarshal a seq into settings.Settings"},
		"two documents":   {smallest + "---\n{}\n", "settings.yaml: it holds more than one document, want one"},
		"a key twice":     {smallest + "images:\n  tools: x\n", `settings.yaml:10: mapping key "images" already defined at line 8`},
		"a wrong type":    {replace("12", "twelve"), "settings.yaml:2: cannot unmarshal a str `twelve`: want a number"},
		"a typing error":  {replace("app_id", "appid"), "settings.yaml:2: github.appid: unknown key; did you mean app_id?"},
		"a Go name":       {replace("private_key_file", "privateKeyFile"), "settings.yaml:3: github.privateKeyFile: unknown key; did you mean private_key_file?"},
		"an unknown key":  {smallest + "colour: red\n", "settings.yaml:10: colour: unknown key; allowed here: config, github, images, kubernetes, limits, reporting, trust, webhook"},
		"a secret inside": {replace("private_key_file: app.pem", "token: ghp_1"), "settings.yaml:3: github.token: unknown key; did you mean token_file?"},
		"a key behind an alias": {
			"limits: &l\n  max_runnig: 1\nreporting: *l\n",
			"settings.yaml:2: limits.max_runnig: unknown key; did you mean max_running?\n" +
				"settings.yaml:2: reporting.max_runnig: unknown key; allowed here: dashboard_url, log_lines",
		},

		"no secret":               {replace("secret_file: hmac", "path: /hook"), "settings.yaml:4: webhook.secret_file: is missing: without a secret anybody could pass for GitHub"},
		"an absent secret":        {replace("secret_file: hmac", "secret_file: nowhere"), "settings.yaml:5: webhook.secret_file: open nowhere: no such file or directory"},
		"an empty secret":         {replace("secret_file: hmac", "secret_file: empty"), "settings.yaml:5: webhook.secret_file: empty is empty"},
		"a secret of white space": {replace("secret_file: hmac", "secret_file: hmac-spaces"), "settings.yaml:5: webhook.secret_file: hmac-spaces is empty"},
		"a secret with a space":   {replace("secret_file: hmac", "secret_file: hmac-trailing"), "settings.yaml:5: webhook.secret_file: hmac-trailing: line 1 begins or ends with white space"},
		"Prow's hmac file":        {replace("secret_file: hmac", "secret_file: hmac-prow"), "settings.yaml:5: webhook.secret_file: hmac-prow is in the form of Prow's hmac file: write only the secrets themselves, one in each line"},
		"a secret without end":    {replace("secret_file: hmac", "secret_file: huge"), "settings.yaml:5: webhook.secret_file: huge is larger than 65536 bytes: it is no secret"},

		"no credentials":      {replace("  app_id: 12\n  private_key_file: app.pem", "  web_url: https://github.com/"), "settings.yaml:1: github: no credentials: give app_id and private_key_file of a GitHub App, or token_file"},
		"an App without key":  {replace("  private_key_file: app.pem\n", ""), "settings.yaml:1: github: an App needs both app_id (the App's number) and private_key_file"},
		"App and token":       {replace("app.pem\n", "app.pem\n  token_file: token\n"), "settings.yaml:4: github.token_file: is given beside an App (app_id, private_key_file); give one of the two"},
		"a key that is none":  {replace("app.pem", "hmac"), "settings.yaml:3: github.private_key_file: hmac is not a private key in PEM: its first line should be -----BEGIN RSA PRIVATE KEY-----"},
		"an empty key":        {replace("app.pem", "empty"), "settings.yaml:3: github.private_key_file: empty is empty"},
		"two tokens":          {replace("  app_id: 12\n  private_key_file: app.pem", "  token_file: two-tokens"), "settings.yaml:2: github.token_file: two-tokens holds more than one token: white space or strange characters are in it"},
		"an empty token":      {replace("  app_id: 12\n  private_key_file: app.pem", "  token_file: empty"), "settings.yaml:2: github.token_file: empty is empty"},
		"a page for an API":   {replace("github:\n", "github:\n  api_url: https://github.com/\n"), `settings.yaml:2: github.api_url: is "https://github.com/", want https://api.github.com/ or, for an Enterprise Server, https://HOST/api/v3/`},
		"no URL":              {replace("github:\n", "github:\n  api_url: ghe\n"), `settings.yaml:2: github.api_url: is "ghe", want an absolute https URL`},
		"a password in a URL": {replace("github:\n", "github:\n  web_url: https://a:b@github.com/\n"), "settings.yaml:2: github.web_url: holds a user or a password; secrets belong in files"},

		"an address without port": {replace("webhook:\n", "webhook:\n  address: localhost\n"), `settings.yaml:5: webhook.address: is "localhost", want host:port or :port`},
		"a port of words":         {replace("webhook:\n", "webhook:\n  address: :http\n"), `settings.yaml:5: webhook.address: is ":http", want host:port or :port`},
		"a path without slash":    {replace("webhook:\n", "webhook:\n  path: hook\n"), `settings.yaml:5: webhook.path: is "hook", want a path such as /hook`},

		"no configuration": {replace("  config_path: config.yaml", "  job_config_path: jobs"), "settings.yaml:6: config.config_path: is missing: the path of Prow's config.yaml"},
		"an absent configuration": {
			replace("config_path: config.yaml", "config_path: conf.yaml"),
			"settings.yaml:7: config.config_path: stat conf.yaml: no such file or directory",
		},
		"no image":               {replace("images:\n  tools: registry.example.com/tools:v1\n", ""), "settings.yaml: images.tools: is missing: the image with Bowsprit's own small binary for jobs"},
		"a namespace of no use":  {smallest + "kubernetes:\n  namespace: My_CI\n", `settings.yaml:11: kubernetes.namespace: is "My_CI", want a namespace's name (lower-case letters, digits and -)`},
		"an absent kubeconfig":   {smallest + "kubernetes:\n  kubeconfig: k\n", "settings.yaml:11: kubernetes.kubeconfig: stat k: no such file or directory"},
		"an unknown tier":        {smallest + "trust:\n  fork: nobody\n", `settings.yaml:11: trust.fork: is "nobody", want one of trusted, lowest, or a tier of trust.tiers`},
		"no pattern":             {smallest + "trust:\n  tiers:\n    mine: {secrets: ['[']}\n", `settings.yaml:12: trust.tiers.mine: "[" is no name and no pattern`},
		"an unknown right":       {smallest + "trust:\n  tiers:\n    mine:\n      secret: [a]\n", "settings.yaml:13: trust.tiers.mine.secret: unknown key; did you mean secrets?"},
		"an absent folder":       {replace("config_path: config.yaml", "config_path: config.yaml\n  supplemental_prow_config_dirs: [nowhere]"), "settings.yaml:8: config.supplemental_prow_config_dirs: stat nowhere: no such file or directory"},
		"nothing may run":        {smallest + "limits:\n  max_running: 0\n", "settings.yaml:11: limits.max_running: is 0, want at least 1"},
		"too many lines":         {smallest + "reporting:\n  log_lines: 5000\n", "settings.yaml:11: reporting.log_lines: is 5000, want 0 to 1000"},
		"an unknown placeholder": {smallest + "reporting:\n  dashboard_url: https://x/{run}\n", "settings.yaml:11: reporting.dashboard_url: holds {run}; allowed are {namespace} and {name}"},
		"a script for a page":    {smallest + "reporting:\n  dashboard_url: javascript:alert({name})\n", `settings.yaml:11: reporting.dashboard_url: is "javascript:alert(x)", want an absolute https URL`},
		"everything at once": {
			"github:\n  app_id: 1\nlimits:\n  max_running: -1\n",
			"settings.yaml:1: github: an App needs both app_id (the App's number) and private_key_file\n" +
				"settings.yaml: webhook.secret_file: is missing: without a secret anybody could pass for GitHub\n" +
				"settings.yaml: config.config_path: is missing: the path of Prow's config.yaml\n" +
				"settings.yaml: images.tools: is missing: the image with Bowsprit's own small binary for jobs\n" +
				"settings.yaml:4: limits.max_running: is -1, want at least 1",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, problem := load(t, c.text)
			if diff := cmp.Diff(c.want, problem); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnAbsentFileIsAnError(t *testing.T) {
	if _, err := Load(filepath.Join(t.TempDir(), "settings.yaml")); err == nil || !strings.Contains(err.Error(), "read the settings") {
		t.Errorf("got %v", err)
	}
}

func TestAShortSecretIsAWarning(t *testing.T) {
	got, problem := load(t, strings.Replace(smallest, "secret_file: hmac", "secret_file: hmac-short", 1))
	if problem != "" || len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "line 1 of hmac-short") {
		t.Errorf("got %q, %s", got.Warnings, problem)
	}
	if strings.Contains(got.Warnings[0], "hunter2") {
		t.Errorf("the warning tells the secret: %s", got.Warnings[0])
	}
}

func TestSecretsNeverShow(t *testing.T) {
	const text = "hunter2-hunter2"
	secret := NewSecret(text)
	holder := struct {
		A Secret
		B *Secret
		C []Secret
		d Secret
	}{secret, &secret, []Secret{secret}, secret}
	shown := map[string]string{}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%b", "%p"} {
		shown[verb] = fmt.Sprintf(verb, secret) + fmt.Sprintf(verb, holder)
	}
	asJSON, err := json.Marshal(holder)
	if err != nil {
		t.Fatal(err)
	}
	asYAML, err := yaml.Marshal(secret)
	if err != nil {
		t.Fatal(err)
	}
	shown["json"], shown["yaml"] = string(asJSON), string(asYAML)
	for _, handler := range []string{"text", "json"} {
		var log strings.Builder
		var h slog.Handler = slog.NewTextHandler(&log, nil)
		if handler == "json" {
			h = slog.NewJSONHandler(&log, nil)
		}
		slog.New(h).Info("x", "secret", secret, "holder", holder)
		shown["slog "+handler] = log.String()
	}
	for way, output := range shown {
		bare := strings.Contains(output, text) || strings.Contains(output, fmt.Sprintf("%x", text)) ||
			strings.Contains(output, fmt.Sprintf("%X", text)) || strings.Contains(output, strings.Trim(fmt.Sprintf("%d", []byte(text)), "[]"))
		if bare {
			t.Errorf("%s shows it: %s", way, output)
		}
		if !strings.Contains(output, redacted) && way != "%p" {
			t.Errorf("%s does not say that something is hidden: %s", way, output)
		}
	}
	if secret.Reveal() != text || secret.Empty() || !NewSecret("").Empty() {
		t.Error("Reveal or Empty is wrong")
	}
}
