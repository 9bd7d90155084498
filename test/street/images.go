package street

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Built is what Bowsprit consists of on this cluster: the program, and the images that its runs use.
type Built struct {
	// Bowsprit is the program's file.
	Bowsprit string
	// ToolsImage and JobImage are references that pods can pull: the image of Bowsprit's own steps, and a job image with Go and git.
	ToolsImage, JobImage string
}

// Build compiles Bowsprit and its tools into dir, pushes the tools' image to the cluster's registry, and installs
// Bowsprit's kinds. It is called once for all streets of a process.
func Build(ctx context.Context, c *Cluster, dir string) (*Built, error) {
	if err := installKinds(ctx, c); err != nil {
		return nil, err
	}
	bowsprit, tools, upload := filepath.Join(dir, "bowsprit"), filepath.Join(dir, "bowsprit-tools"), filepath.Join(dir, "bowsprit-upload")
	for target, pkg := range map[string]string{bowsprit: "bowsprit", tools: "tools", upload: "upload"} {
		if _, err := runCommand(ctx, "go", "build", "-o", target, "github.com/bowsprit-ci/bowsprit/cmd/"+pkg); err != nil {
			return nil, err
		}
	}
	image, err := runCommand(ctx, c.Tool, "push", "bowsprit/tools:dev", "--base", "rootfs",
		"--binary", tools+":/bowsprit-tools", "--binary", upload+":/bowsprit-upload")
	return &Built{Bowsprit: bowsprit, JobImage: c.ImagePrefix + "/bowsprit/demo-job:dev", ToolsImage: image}, err
}

func installKinds(ctx context.Context, c *Cluster) error {
	root, err := runCommand(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/bowsprit-ci/bowsprit")
	if err != nil {
		return err
	}
	if _, err := runCommand(ctx, c.Kubectl, "--kubeconfig", c.Kubeconfig, "apply", "-k", filepath.Join(root, "config", "crd")); err != nil {
		return err
	}
	_, err = runCommand(ctx, c.Kubectl, "--kubeconfig", c.Kubeconfig, "wait", "--for=condition=Established", "--timeout=60s", "crd/deliveries.bowsprit.dev")
	return err
}

// ServerImage pushes an image of Bowsprit itself and returns its reference by digest.
func ServerImage(ctx context.Context, c *Cluster, b *Built) (string, error) {
	return runCommand(ctx, c.Tool, "push", "bowsprit/bowsprit:dev", "--binary", b.Bowsprit+":/bowsprit", "--base", "scratch", "--entrypoint", "/bowsprit", "--user", "65532")
}

// runCommand runs a command and returns what it printed, trimmed; the error holds what it printed to standard error.
func runCommand(ctx context.Context, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("run %s %s: %w\n%s", filepath.Base(name), strings.Join(args, " "), err, errs.String())
	}
	return strings.TrimSpace(out.String()), nil
}
