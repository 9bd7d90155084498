package lifecycle

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/parts"
	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/settings"
	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/tekton"
)

// Tools are paths of programs that tests and people use with the cluster.
type Tools struct {
	Kubectl string `json:"kubectl"`
	Tkn     string `json:"tkn"`
	// Assets is a folder for envtest; "" when nothing was built.
	Assets string `json:"assets"`
}

func tools(p parts.Parts) Tools { return Tools{p.Kubectl(), p.Tkn(), p.Assets()} }

// writeTools notes which build the running cluster is of: the sources may change while it runs.
func (c Cluster) writeTools(p parts.Parts) error {
	text, err := json.Marshal(tools(p))
	if err != nil {
		return err
	}
	return os.WriteFile(c.path("tools.json"), text, 0o644)
}

// Tools returns the running cluster's, else those of the cache, else, for a cluster of the user's own, those on PATH.
// What cannot be found is built.
func (c Cluster) Tools(ctx context.Context) (Tools, error) {
	var t Tools
	if text, err := os.ReadFile(c.path("tools.json")); err == nil && json.Unmarshal(text, &t) == nil {
		return t, nil
	}
	if p, ok, err := c.builder().Find(ctx); err == nil && ok {
		return tools(p), nil
	}
	if c.External != nil {
		kubectl, err := exec.LookPath("kubectl")
		tkn, tknErr := exec.LookPath("tkn")
		if errors.Join(err, tknErr) == nil {
			return Tools{Kubectl: kubectl, Tkn: tkn}, nil
		}
	}
	p, err := c.buildPrograms(ctx)
	return tools(p), err
}

func (c Cluster) kubectl(program string) tekton.Kubectl {
	return tekton.Kubectl{Program: program, Kubeconfig: c.Provider().Kubeconfig, Cache: filepath.Join(c.Cache, "kubectl")}
}

// Env lists KEY=VALUE for tests and people.
func (c Cluster) Env(ctx context.Context) ([]string, error) {
	t, err := c.Tools(ctx)
	if err != nil {
		return nil, err
	}
	p := c.Provider()
	env := []string{
		"KUBECONFIG=" + p.Kubeconfig,
		settings.ImagePrefix + "=" + p.ImagePrefix,
		settings.HostAddress + "=" + p.HostAddress,
		"KUBECTL=" + t.Kubectl,
		"TKN=" + t.Tkn,
	}
	if t.Assets != "" {
		env = append(env, "KUBEBUILDER_ASSETS="+t.Assets)
	}
	return env, nil
}

// verifyExternal checks what tests need of a user's cluster: it answers, and Tekton's webhook works.
func (c Cluster) verifyExternal(ctx context.Context) error {
	t, err := c.Tools(ctx)
	if err != nil {
		return err
	}
	kubectl := c.kubectl(t.Kubectl)
	c.Progress.Say("using the cluster of %s (images at %s, this host at %s)", c.External.Kubeconfig, c.External.ImagePrefix, c.External.HostAddress)
	if _, err := kubectl.Run(ctx, "", "get", "--raw=/readyz"); err != nil {
		return fmt.Errorf("ask the cluster of %s: %w", c.External.Kubeconfig, err)
	}
	return c.Progress.Step("Tekton works: its webhook refuses a bad object", func() error { return kubectl.Refuses(ctx) })
}
