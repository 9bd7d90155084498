package street

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"

	"sigs.k8s.io/yaml"

	"github.com/bowsprit-ci/bowsprit/test/forge"
)

// The people and the repository of every street. Alice owns the organisation, Bob is a member, Mallory is an outsider
// with a fork.
const (
	Org      = "harbor"
	Repo     = "harbor/sloop"
	Owner    = "alice"
	Member   = "bob"
	Outsider = "mallory"
)

// Options say what a street is made of.
type Options struct {
	Cluster *Cluster
	Built   *Built
	// Dir is a folder of the street's own for settings, secrets and logs.
	Dir string
	// Namespace is where its deliveries and runs live; it is created.
	Namespace string
	// Jobs is the Prow job file, Config what config.yaml holds beside the namespaces. Files is the repository's first commit.
	Jobs, Config string
	Files        map[string]string
	// PlainToken lets Bowsprit use a plain token instead of a GitHub App.
	PlainToken bool
	// MaxRunning is the global limit of running runs; 0 leaves the default.
	MaxRunning int
	// Forge is how the forge behaves.
	Forge forge.Options
}

// Street is a forge with a repository and a webhook, and Bowsprit, which is started by Start.
type Street struct {
	Options
	Forge *forge.Forge
	// Tap sees every write that Bowsprit sends.
	Tap *Tap
	// App is the GitHub App that Bowsprit is; zero with a plain token.
	App forge.App
	// Secret is the webhook's.
	Secret string
	// HookURL is where Bowsprit receives webhooks.
	HookURL string

	process *Process
	health  string
}

// New makes everything but does not start Bowsprit. Close must be called, also after an error.
func New(ctx context.Context, o Options) (*Street, error) {
	s := &Street{Options: o, Tap: &Tap{}, Secret: token()}
	for _, step := range []func(context.Context) error{s.openForge, s.fillForge, s.prepareCluster, s.configure} {
		if err := step(ctx); err != nil {
			return s, err
		}
	}
	return s, nil
}

// Start starts Bowsprit and waits until it is ready.
func (s *Street) Start(ctx context.Context) error {
	args := []string{"serve", "--settings", s.file("settings.yaml"), "--health-address", s.health, "--metrics-address", "0"}
	p, err := startProcess(ctx, s.Built.Bowsprit, s.LogFile(), "http://"+s.health+"/readyz", args...)
	s.process = p
	return err
}

// Kill ends Bowsprit as a crash would.
func (s *Street) Kill() { s.process.Kill() }

// LogFile is where Bowsprit's output goes.
func (s *Street) LogFile() string { return s.file("bowsprit.log") }

// Close ends Bowsprit and the forge and deletes the namespace.
func (s *Street) Close(ctx context.Context) error {
	if s.process != nil {
		s.process.Stop()
	}
	s.Tap.Close()
	err := s.Cluster.DeleteNamespace(ctx, s.Namespace)
	if s.Forge != nil {
		err = errors.Join(err, s.Forge.Close())
	}
	return err
}

// ReplaceJobs writes another job file in place of the one that Bowsprit reads.
func (s *Street) ReplaceJobs(jobs string) error {
	return s.writeFiles(map[string]string{"jobs.yaml": jobs})
}

func (s *Street) file(name string) string { return filepath.Join(s.Dir, name) }

func (s *Street) openForge(context.Context) error {
	f, err := forge.New(s.Options.Forge)
	if err != nil {
		return err
	}
	s.Forge = f
	_, err = f.Start(net.JoinHostPort(s.Cluster.HostAddress, "0"))
	return err
}

func (s *Street) fillForge(context.Context) error {
	f := s.Forge
	for _, login := range []string{Owner, Member, Outsider} {
		if _, err := f.CreateUser(login); err != nil {
			return err
		}
	}
	if _, err := f.CreateOrg(Org, Owner); err != nil {
		return err
	}
	if err := f.SetMember(Org, Member, "member"); err != nil {
		return err
	}
	if _, err := f.CreateRepo(forge.RepoSpec{Owner: Org, Name: "sloop", Files: s.Files}); err != nil {
		return err
	}
	if err := f.SetCollaborator(Repo, Member, "write"); err != nil {
		return err
	}
	_, err := f.Fork(Outsider, Repo)
	return err
}

func (s *Street) prepareCluster(ctx context.Context) error {
	return s.Cluster.EnsureNamespace(ctx, s.Namespace)
}

// configure writes Prow's files, the secrets, the kubeconfig that leads through the tap, and Bowsprit's settings.
func (s *Street) configure(context.Context) error {
	api, err := s.Tap.Kubernetes(s.Cluster.Config)
	if err != nil {
		return err
	}
	kubeconfig := fmt.Sprintf("apiVersion: v1\nkind: Config\ncurrent-context: tap\nclusters: [{name: tap, cluster: {server: %q}}]\n"+
		"contexts: [{name: tap, context: {cluster: tap, user: tap}}]\nusers: [{name: tap, user: {}}]\n", api)
	address, err := freeAddress()
	if err != nil {
		return err
	}
	if s.health, err = freeAddress(); err != nil {
		return err
	}
	s.HookURL = "http://" + address + "/hook"
	gitHub, err := s.credentials()
	if err != nil {
		return err
	}
	settings := map[string]any{
		"github":     gitHub,
		"webhook":    map[string]any{"address": address, "secret_file": s.file("webhook-secret")},
		"config":     map[string]any{"config_path": s.file("config.yaml"), "job_config_path": s.file("jobs.yaml")},
		"kubernetes": map[string]any{"kubeconfig": s.file("kubeconfig"), "namespace": s.Namespace},
		"images":     map[string]any{"tools": s.Built.ToolsImage},
	}
	if s.MaxRunning > 0 {
		settings["limits"] = map[string]any{"max_running": s.MaxRunning}
	}
	text, err := yaml.Marshal(settings)
	if err != nil {
		return err
	}
	return s.writeFiles(map[string]string{
		"settings.yaml": string(text), "webhook-secret": s.Secret, "jobs.yaml": s.Jobs, "kubeconfig": kubeconfig,
		"config.yaml": "pod_namespace: " + s.Namespace + "\nprowjob_namespace: " + s.Namespace + "\n" + s.Config,
	})
}

func (s *Street) credentials() (map[string]any, error) {
	api, err := s.Tap.GitHub(s.Forge.URL())
	if err != nil {
		return nil, err
	}
	settings := map[string]any{"api_url": api + "/api/v3/", "web_url": s.Forge.URL()}
	if s.PlainToken {
		return settings, s.plainToken(settings)
	}
	s.App, err = s.Forge.CreateApp(forge.AppSpec{
		Slug: "bowsprit", Owner: Org,
		Permissions: map[string]string{"checks": "write", "issues": "write", "pull_requests": "read", "statuses": "read", "contents": "read", "members": "read"}, // as docs/how-to/install.md says
		Events:      []string{"pull_request", "issue_comment", "check_run", "push"},
		HookURL:     s.HookURL, HookSecret: s.Secret,
	})
	if err != nil {
		return nil, err
	}
	settings["app_id"], settings["private_key_file"] = s.App.ID, s.file("app.pem")
	if _, err := s.Forge.Install(s.App.ID, Org); err != nil {
		return nil, err
	}
	return settings, s.writeFiles(map[string]string{"app.pem": string(s.App.PrivateKey)})
}

func (s *Street) plainToken(settings map[string]any) error {
	if _, err := s.Forge.CreateUser("bowsprit-bot"); err != nil {
		return err
	}
	if err := s.Forge.SetMember(Org, "bowsprit-bot", "member"); err != nil {
		return err
	}
	if err := s.Forge.SetCollaborator(Repo, "bowsprit-bot", "write"); err != nil {
		return err
	}
	secret, err := s.Forge.Token("bowsprit-bot")
	if err != nil {
		return err
	}
	settings["token_file"] = s.file("token")
	hook := forge.HookSpec{Repo: Repo, URL: s.HookURL, Secret: s.Secret, Events: []string{"pull_request", "issue_comment", "push"}}
	if _, err := s.Forge.InstallHook(hook); err != nil {
		return err
	}
	return s.writeFiles(map[string]string{"token": secret})
}

func (s *Street) writeFiles(files map[string]string) error {
	for name, text := range files {
		if err := os.WriteFile(s.file(name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// freeAddress finds a loopback address that nobody listens on.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return l.Addr().String(), l.Close()
}

func token() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails, by its documentation
	return hex.EncodeToString(b)
}

// NewNamespace is a namespace name that no other street has.
func NewNamespace(prefix string) string {
	return prefix + "-" + strconv.FormatUint(uint64(os.Getpid()), 36) + "-" + token()[:6]
}
