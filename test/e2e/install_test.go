package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/bowsprit-ci/bowsprit/test/street"
)

const controlPlane = "bowsprit"

// TestInstallByKustomize installs Bowsprit as docs/how-to/install.md says, with RBAC as shipped, and lets a pull request
// go green.
func TestInstallByKustomize(t *testing.T) {
	t.Parallel()
	s := prepareStreet(t, func(o *street.Options) { o.Namespace = "bowsprit-runs" })
	image := got(street.ServerImage(within(t, 5*time.Minute), cluster, built))(t)
	must(t, cluster.EnsureNamespace(within(t, time.Minute), controlPlane))
	t.Cleanup(func() { must(t, cluster.DeleteNamespace(context.WithoutCancel(t.Context()), controlPlane)) })
	makeSecret(t, "bowsprit-github", "private-key.pem", string(s.App.PrivateKey))
	makeSecret(t, "bowsprit-webhook", "secret", s.Secret)
	kubectl(t, "apply", "-k", writeOverlay(t, s, image))
	kubectl(t, "-n", controlPlane, "rollout", "status", "deployment/bowsprit", "--timeout=180s")
	must(t, s.Forge.SetAppHook(s.App.ID, "http://"+podAddress(t)+":8080/hook", s.Secret))

	pull := got(s.OpenPull(street.Member, "installed", green))(t)
	check := got(s.WaitCheck(within(t, limit), pull.Head.SHA, "unit", street.Completed))(t)
	if check.Conclusion != "success" {
		kubectl(t, "-n", controlPlane, "logs", "deployment/bowsprit", "--tail=60")
		t.Fatalf("conclusion %q: %s", check.Conclusion, check.Title)
	}
}

// writeOverlay writes a kustomization over config/default with this street's image, settings and jobs.
func writeOverlay(t *testing.T, s *street.Street, image string) string {
	t.Helper()
	dir := t.TempDir()
	base := got(filepath.Abs("../../config/default"))(t)
	name, digest, _ := strings.Cut(image, "@")
	files := map[string]string{
		"kustomization.yaml": fmt.Sprintf(`apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [%s]
images: [{name: bowsprit, newName: %q, digest: %q}]
configMapGenerator:
- {name: bowsprit-settings, namespace: bowsprit, behavior: replace, files: [settings.yaml]}
- {name: bowsprit-prow, namespace: bowsprit, behavior: replace, files: [config.yaml, plugins.yaml]}
- {name: bowsprit-jobs, namespace: bowsprit, behavior: replace, files: [jobs.yaml]}
`, got(filepath.Rel(dir, base))(t), name, digest),
		"settings.yaml": fmt.Sprintf(`github: {api_url: %q, web_url: %q, app_id: %d, private_key_file: /etc/bowsprit/github/private-key.pem}
webhook: {secret_file: /etc/bowsprit/webhook/secret}
config:
  config_path: /etc/bowsprit/prow/config.yaml
  plugin_config: /etc/bowsprit/prow/plugins.yaml
  job_config_path: /etc/bowsprit/jobs
images: {tools: %q}
`, s.Forge.URL()+"/api/v3/", s.Forge.URL(), s.App.ID, built.ToolsImage),
		"config.yaml":  "pod_namespace: bowsprit-runs\nprowjob_namespace: bowsprit\n",
		"plugins.yaml": "plugins:\n  harbor/sloop:\n    plugins: [trigger]\n",
		"jobs.yaml":    s.Jobs,
	}
	for file, text := range files {
		must(t, os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600))
	}
	return dir
}

func makeSecret(t *testing.T, name, key, value string) {
	t.Helper()
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: controlPlane, Name: name}, StringData: map[string]string{key: value}}
	err := cluster.Client.Create(t.Context(), secret)
	if apierrors.IsAlreadyExists(err) {
		err = cluster.Client.Update(t.Context(), secret)
	}
	must(t, err)
}

func kubectl(t *testing.T, args ...string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), cluster.Kubectl, append([]string{"--kubeconfig", cluster.Kubeconfig}, args...)...).CombinedOutput()
	t.Logf("kubectl %s\n%s", strings.Join(args, " "), out)
	must(t, err)
}

func podAddress(t *testing.T) string {
	t.Helper()
	var pods corev1.PodList
	must(t, cluster.Client.List(t.Context(), &pods, client.InNamespace(controlPlane)))
	for _, p := range pods.Items {
		if p.DeletionTimestamp == nil && p.Status.PodIP != "" {
			return p.Status.PodIP
		}
	}
	t.Fatal("no pod of bowsprit has an address")
	return ""
}
