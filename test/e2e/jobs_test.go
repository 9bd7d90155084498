package e2e

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/pipelines"
	"github.com/bowsprit-ci/bowsprit/test/street"
)

func refs(repo, base string, pulls ...prow.Pull) prow.Refs {
	return prow.Refs{Org: street.Org, Repo: repo, BaseRef: "main", BaseSHA: base, Pulls: pulls}
}

func TestExtraRefWithSubmodules(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	base := y.repo("sloop", map[string]string{"hull": "oak\n"})
	y.repo("rope", map[string]string{"kind": "hemp\n"})
	y.repo("tools", map[string]string{"README": "tools\n"})
	dir := filepath.Join(t.TempDir(), "tools")
	y.git("", "clone", "--quiet", y.remote("tools"), dir)
	y.git(dir, "submodule", "--quiet", "add", "../rope", "third_party/rope")
	y.git(dir, "commit", "--quiet", "-m", "Add rope")
	y.git(dir, "push", "--quiet", "origin", "HEAD:main")
	cat := y.load("", `
presubmits:
  harbor/sloop:
  - name: rig
    decorate: true
    extra_refs:
    - {org: harbor, repo: tools, base_ref: main, path_alias: example.com/tools}
    spec:
      containers:
      - image: IMAGE
        command: [sh, -ec]
        args:
        - |
          pwd
          cat hull ../../../example.com/tools/third_party/rope/kind
          git -C $GOPATH/src/example.com/tools log --format=%s -1
`)
	log := y.passes(presubmit(t, cat, "sloop", "rig").Job(), refs("sloop", base, y.pull("sloop", "paint", map[string]string{"paint": "blue\n"})))
	y.says(log, "oak", "hemp", "Add rope")
}

func TestBatchOfThreePullRequests(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	base := y.repo("sloop", map[string]string{"hull": "oak\n"})
	var pulls []prow.Pull
	for _, name := range []string{"mast", "boom", "gaff"} {
		pulls = append(pulls, y.pull("sloop", name, map[string]string{name: "spruce\n"}))
	}
	cat := y.load("", `
presubmits:
  harbor/sloop:
  - name: rig
    decorate: true
    spec:
      containers:
      - image: IMAGE
        command: [sh, -ec, 'ls; echo "type $JOB_TYPE refs $PULL_REFS number ${PULL_NUMBER:-none}"; git log --merges --format=%H | wc -l']
`)
	job := presubmit(t, cat, "sloop", "rig")
	y.says(y.passes(job.Batch(), refs("sloop", base, pulls...)),
		"mast", "boom", "gaff", "hull", "type batch", "number none", "refs main:"+base+",1:"+pulls[0].SHA+",2:"+pulls[1].SHA+",3:"+pulls[2].SHA)

	clash := append(slices.Clone(pulls[:2]), y.pull("sloop", "rot", map[string]string{"boom": "pine\n"}))
	run, log := y.finish(y.compile(job.Batch(), refs("sloop", base, clash...)))
	if pipelines.PhaseOf(run) == pipelines.PhaseSucceeded {
		t.Fatalf("a batch that conflicts passed:\n%s", log)
	}
	y.says(log, "#4", "#2")
}

func TestSidecarWithPrivileges(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	base := y.repo("sloop", map[string]string{"hull": "oak\n"})
	cat := y.load("", `
presubmits:
  harbor/sloop:
  - name: dock
    decorate: true
    spec:
      initContainers:
      - name: daemon
        image: IMAGE
        restartPolicy: Always
        securityContext: {privileged: true}
        command: [bash, -c]
        args:
        - |
          grep CapEff /proc/self/status > /shared/caps && [ -b /dev/loop0 -o -e /dev/kmsg ] && echo with the node\'s devices >> /shared/caps
          touch /shared/ready; sleep 600
        startupProbe: {exec: {command: [test, -e, /shared/ready]}, periodSeconds: 1, failureThreshold: 60}
        volumeMounts: [{name: shared, mountPath: /shared}]
      containers:
      - image: IMAGE
        command: [sh, -ec, 'echo "daemon $(cat /shared/caps)"; echo "job $(grep CapEff /proc/self/status)"']
        volumeMounts: [{name: shared, mountPath: /shared}]
      volumes: [{name: shared, emptyDir: {}}]
`)
	log := y.passes(presubmit(t, cat, "sloop", "dock").Job(), refs("sloop", base, y.pull("sloop", "paint", map[string]string{"paint": "blue\n"})))
	y.says(log, "with the node's devices")
	daemon, job := capabilities(log, "daemon CapEff:"), capabilities(log, "job CapEff:")
	if daemon == "" || job == "" || daemon == job {
		t.Errorf("the sidecar has the capabilities %q, the job %q; want more for the privileged one:\n%s", daemon, job, log)
	}
}

func capabilities(log, prefix string) string {
	for _, line := range strings.Split(log, "\n") {
		if _, caps, found := strings.Cut(line, prefix); found {
			return strings.TrimSpace(caps)
		}
	}
	return ""
}

func TestSecretsAndVolumes(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	base := y.repo("sloop", map[string]string{"hull": "oak\n"})
	must(t, cluster.Client.Create(t.Context(), &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: y.ns, Name: "chart"}, StringData: map[string]string{"north": "53", "west": "7"}}))
	must(t, cluster.Client.Create(t.Context(), &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: y.ns, Name: "tide"}, Data: map[string]string{"high": "noon"}}))
	cat := y.load(`
presets:
- labels: {preset-chart: "true"}
  env: [{name: WEST, valueFrom: {secretKeyRef: {name: chart, key: west}}}]
  volumes: [{name: chart, secret: {secretName: chart, defaultMode: 0400, items: [{key: north, path: deep/north}]}}]
  volumeMounts: [{name: chart, mountPath: /etc/chart, readOnly: true}]
`, `
presubmits:
  harbor/sloop:
  - name: hold
    decorate: true
    labels: {preset-chart: "true"}
    spec:
      containers:
      - image: IMAGE
        command: [bash, -ec]
        args:
        - |
          echo "west $WEST tide $TIDE_high home $(HOME_IS) literal" '$$(NOT)'
          echo "north $(cat /etc/chart/deep/north) $(stat -L -c %a /etc/chart/deep/north)"
          echo "tide $(cat /tide/when) name $(cat /pod/name)"
          echo "memory $(stat -f -c %T /memory)"
          echo "both $(cat /both/north) $(cat /both/high)"
          touch /etc/chart/x 2>/dev/null && echo writable || echo "chart is read-only"
          cat /host/hostname >/dev/null && echo "host is there"
        env:
        - {name: HOME_IS, value: here}
        envFrom: [{configMapRef: {name: tide}, prefix: TIDE_}]
        resources: {requests: {cpu: 10m, memory: 16Mi}, limits: {memory: 256Mi}}
        volumeMounts:
        - {name: tide, mountPath: /tide/when, subPath: high}
        - {name: pod, mountPath: /pod}
        - {name: memory, mountPath: /memory}
        - {name: both, mountPath: /both}
        - {name: host, mountPath: /host, readOnly: true}
      volumes:
      - {name: tide, configMap: {name: tide}}
      - {name: pod, downwardAPI: {items: [{path: name, fieldRef: {fieldPath: metadata.name}}]}}
      - {name: memory, emptyDir: {medium: Memory, sizeLimit: 8Mi}}
      - {name: both, projected: {sources: [{secret: {name: chart}}, {configMap: {name: tide}}]}}
      - {name: host, hostPath: {path: /etc, type: Directory}}
`)
	log := y.passes(presubmit(t, cat, "sloop", "hold").Job(), refs("sloop", base, y.pull("sloop", "paint", map[string]string{"paint": "blue\n"})))
	y.says(log, "west 7 tide noon home here literal $(NOT)", "north 53 400", "tide noon name ", "memory tmpfs", "both 53 noon", "chart is read-only", "host is there")
}

func TestPipelineRunSpecWithTwoParallelTasks(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	base := y.repo("sloop", map[string]string{"hull": "oak\n"})
	cat := y.load("", `
presubmits:
  harbor/sloop:
  - name: sail
    agent: tekton-pipeline
    pipeline_run_spec:
      pipelineSpec:
        params: [{name: PULL_PULL_SHA, type: string}]
        tasks:
        - name: port
          taskSpec:
            steps: [{name: pull, image: IMAGE, script: "#!/bin/sh\necho port $(params.PULL_PULL_SHA); sleep 5"}]
        - name: starboard
          taskSpec:
            steps: [{name: pull, image: IMAGE, script: "#!/bin/sh\necho starboard; sleep 5"}]
`)
	pull := y.pull("sloop", "paint", map[string]string{"paint": "blue\n"})
	run, log := y.finish(y.compile(presubmit(t, cat, "sloop", "sail").Job(), refs("sloop", base, pull)))
	if pipelines.PhaseOf(run) != pipelines.PhaseSucceeded {
		t.Fatalf("it ended as %v\n%s", run.Status.Conditions, log)
	}
	y.says(log, "port "+pull.SHA, "starboard")
	var began, ended []time.Time
	for _, child := range run.Status.ChildReferences {
		task := &pipelinev1.TaskRun{}
		must(t, cluster.Client.Get(t.Context(), client.ObjectKey{Namespace: y.ns, Name: child.Name}, task))
		began, ended = append(began, task.Status.StartTime.Time), append(ended, task.Status.CompletionTime.Time)
	}
	if len(began) != 2 || !began[0].Before(ended[1]) || !began[1].Before(ended[0]) {
		t.Errorf("the two tasks did not run side by side: begun %v, ended %v", began, ended)
	}
}
