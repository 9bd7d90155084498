package tekton

import (
	"bytes"
	"encoding/json"
	"maps"
	"strings"
	"testing"
	"testing/fstest"
)

const sampleDeployments = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: tekton-pipelines-controller, labels: {version: "devel"}}
spec: {template: {spec: {containers: [{image: "ko://github.com/tektoncd/pipeline/cmd/controller",
  args: ["-nop-image", "ko://github.com/tektoncd/pipeline/cmd/nop", "-shell-image", "cgr.dev/chainguard/busybox@sha256:19f0"],
  readinessProbe: {initialDelaySeconds: 5}}]}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: tekton-pipelines-webhook}
spec: {template: {spec: {containers: [{image: "ko://github.com/tektoncd/pipeline/cmd/webhook", readinessProbe: {}}]}}}
`

const sampleResolvers = `
kind: Deployment
metadata: {name: tekton-pipelines-remote-resolvers}
spec: {template: {spec: {containers: [{command: [/sbin/tini, --, /ko-app/resolvers]}]}}}
`

func sample() fstest.MapFS {
	m := fstest.MapFS{}
	for name, text := range map[string]string{
		"100-namespace/ns.yaml": "kind: Namespace\nmetadata: {name: tekton-pipelines}\n",
		"deployments.yaml":      sampleDeployments,
		"feature.yaml":          "kind: ConfigMap\nmetadata: {name: feature-flags}\ndata: {running-in-environment-with-injected-sidecars: 'true'}\n",
		"leader.yaml":           "kind: ConfigMap\nmetadata: {name: config-leader-election-webhook}\ndata: {_example: x}\n",
		"webhook-hpa.yaml":      "kind: HorizontalPodAutoscaler\n",
		"events.yaml":           "kind: Deployment\nmetadata: {name: tekton-events-controller}\n",
		"300-crds/task.yaml":    "kind: CustomResourceDefinition\nmetadata: {name: tasks}\nspec: {description: long, properties: {description: {type: string, description: also long}}}\n",
		"resolvers/r.yaml":      sampleResolvers,
	} {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return m
}

func TestPrepareAndRender(t *testing.T) {
	prepared, err := Prepare(sample(), "v1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	rendered, err := Render(prepared, Images{"controller": "r/c@1", "nop": "r/n@1", "webhook": "r/w@1", Shell: "r/s@1"})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"version":"v1.2.3"`, `"image":"r/c@1"`, `"r/n@1","-shell-image","r/s@1","-disable-ha"`, `"command":["/ko-app/resolvers"]`,
		`"running-in-environment-with-injected-sidecars":"false"`, `"lease-duration":"15s"`,
		`"readinessProbe":{"initialDelaySeconds":1,"periodSeconds":1}`,
		`"spec":{"properties":{"description":{"type":"string"}}}`, // the property stays, its description goes
	} {
		if !bytes.Contains(rendered, []byte(want)) {
			t.Errorf("rendered release lacks %s:\n%s", want, rendered)
		}
	}
	for _, unwanted := range []string{"HorizontalPodAutoscaler", "events-controller", "ko://", "chainguard", "devel", "tini"} {
		if bytes.Contains(rendered, []byte(unwanted)) {
			t.Errorf("rendered release holds %s", unwanted)
		}
	}
	if first, _, _ := bytes.Cut(rendered, []byte("\n")); !bytes.Contains(first, []byte("Namespace")) {
		t.Errorf("the namespace does not come first: %s", first)
	}
	if n := count(rendered); n != 7 {
		t.Errorf("%d objects, want 7", n)
	}
}

func TestRenderNamesAMissingImage(t *testing.T) {
	_, err := Render([]byte(`{"image":"ko://github.com/tektoncd/pipeline/cmd/nop"}`), Images{})
	if err == nil || !strings.Contains(err.Error(), "no image for nop") {
		t.Errorf("error %v", err)
	}
	_, err = Render([]byte(`{"image":"ko://example.com/other"}`), Images{})
	if err == nil || !strings.Contains(err.Error(), "unknown form") {
		t.Errorf("error %v", err)
	}
}

// A release that has changed its shape must not be installed without our edits.
func TestPrepareFollowsTheRelease(t *testing.T) {
	for name, tc := range map[string]struct{ file, text, err string }{
		"a flag that is gone":               {"feature.yaml", "kind: ConfigMap\nmetadata: {name: feature-flags}\ndata: {}\n", "there is no flag"},
		"an object that is gone":            {"leader.yaml", "kind: ConfigMap\nmetadata: {name: other}\n", "nothing found to let the others take"},
		"a container that starts otherwise": {"resolvers/r.yaml", strings.ReplaceAll(sampleResolvers, "/sbin/tini", "/sbin/init"), "does not begin with tini"},
		"a file that is no YAML":            {"leader.yaml", "a: [", "leader.yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			m := maps.Clone(sample())
			m[tc.file] = &fstest.MapFile{Data: []byte(tc.text)}
			if _, err := Prepare(m, "v1"); err == nil || !strings.Contains(err.Error(), tc.err) {
				t.Errorf("error %v, want %q", err, tc.err)
			}
		})
	}
}

func TestPreparedIsJSON(t *testing.T) {
	prepared, err := Prepare(sample(), "v1")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range bytes.Split(bytes.TrimSpace(prepared), []byte("\n")) {
		if !json.Valid(line) {
			t.Errorf("no JSON: %s", line)
		}
	}
}
