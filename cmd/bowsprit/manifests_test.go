package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	"sigs.k8s.io/yaml"

	"github.com/bowsprit-ci/bowsprit/api/catalog"
	"github.com/bowsprit-ci/bowsprit/internal/runs/runstest"
	"github.com/bowsprit-ci/bowsprit/internal/settings"
)

// The deployment starts the program with flags that it has, and mounts every file that its settings name.
func TestTheDeploymentFitsTheProgram(t *testing.T) {
	dir := filepath.Join(runstest.Root(), "config", "default")
	text, err := os.ReadFile(filepath.Join(dir, "deployment.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var d appsv1.Deployment
	if err := yaml.UnmarshalStrict(text, &d); err != nil {
		t.Fatal(err)
	}
	container := d.Spec.Template.Spec.Containers[0]
	serve := newServe()
	if container.Args[0] != serve.Name() {
		t.Errorf("the container runs the verb %q", container.Args[0])
	}
	if err := serve.ParseFlags(container.Args[1:]); err != nil {
		t.Errorf("the container's flags: %v", err)
	}
	text, err = os.ReadFile(filepath.Join(dir, "settings.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var s map[string]map[string]any
	if err := yaml.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	for _, file := range []any{
		s["github"]["private_key_file"], s["webhook"]["secret_file"],
		s["config"]["config_path"], s["config"]["plugin_config"], s["config"]["job_config_path"],
	} {
		mounted := false
		for _, m := range container.VolumeMounts {
			mounted = mounted || file == m.MountPath || strings.HasPrefix(file.(string), m.MountPath+"/")
		}
		if !mounted {
			t.Errorf("settings.yaml names %v, which no volume holds", file)
		}
	}
}

// inPlaceHere are warnings about what Prow needs a job to say and Bowsprit does not.
var inPlaceHere = map[string]bool{"gcs-configuration-missing": true, "utility-images-missing": true}

// The samples are what the program takes.
func TestSamples(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(runstest.Root(), "config", "samples"))); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(dir, "prow"), os.DirFS(filepath.Join(runstest.Root(), "config", "default", "prow"))); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "jobs"), filepath.Join(dir, "prow", "jobs")); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"private-key.pem": testKey(t), "webhook-secret": []byte(hookSecret)} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	set, err := settings.Load(filepath.Join(dir, "settings.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	flags := catalogFlags{paths: catalog.Paths{Config: set.Config.ConfigPath, Jobs: set.Config.JobConfigPath, Plugins: set.Config.PluginConfig}}
	cat, problems := flags.load()
	for _, p := range problems {
		if !inPlaceHere[p.Code] {
			t.Errorf("the sample jobs: %s", p)
		}
	}
	if cat == nil || len(cat.Presubmits("example-org", "example")) != 1 || cat.PodNamespace() != "bowsprit-runs" {
		t.Errorf("the sample catalog holds %+v", cat)
	}
}

// What `kubectl apply -k` reads is complete: every file that a kustomization names is there.
func TestKustomizations(t *testing.T) {
	assets := os.Getenv("KUBEBUILDER_ASSETS")
	if assets == "" {
		runstest.Missing(t)
	}
	out, err := exec.Command(filepath.Join(assets, "kubectl"), "kustomize", filepath.Join(runstest.Root(), "config", "default")).CombinedOutput()
	if err != nil {
		t.Fatalf("kubectl kustomize config/default: %v\n%s", err, out)
	}
	for _, kind := range []string{"CustomResourceDefinition", "Role", "RoleBinding", "ServiceAccount", "Deployment", "Service", "ConfigMap", "Namespace"} {
		if !bytes.Contains(out, []byte("\nkind: "+kind+"\n")) {
			t.Errorf("config/default has no %s", kind)
		}
	}
}
