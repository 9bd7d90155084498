package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	"golang.org/x/sync/errgroup"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/bowsprit-ci/bowsprit/api/catalog"
	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/pipelines"
)

// enough is how many different runs the API server is shown.
const enough = 200

// TestTektonAcceptsWhatIsCompiled shows a sample of compiled runs to the API server, with Tekton's webhook in front, as a
// dry run: each must be taken. The jobs are all combinations of parts of a job that there are here, and, where the real
// configurations are at hand, theirs.
func TestTektonAcceptsWhatIsCompiled(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	var runs []*pipelinev1.PipelineRun
	cat := y.load("", combinations())
	for _, job := range cat.Presubmits("harbor", "sloop") {
		runs = append(runs, y.compile(job.Job(), refs("sloop", strings.Repeat("1", 40), prow.Pull{Number: 1, SHA: strings.Repeat("2", 40), Author: "bob", Title: "$(params.x) `id` $(HOME)"})))
	}
	for _, job := range cat.Postsubmits("harbor", "sloop") {
		runs = append(runs, y.compile(job.Job(), refs("sloop", strings.Repeat("1", 40))))
	}
	for _, job := range cat.Periodics() {
		runs = append(runs, y.compile(job.Job(), prow.Refs{}))
	}
	if len(runs) < enough {
		t.Fatalf("the combinations are %d, fewer than %d", len(runs), enough)
	}
	y.dryRun(runs)
}

// TestTektonAcceptsRealConfigurations does so for jobs of real configurations, a sample of each.
func TestTektonAcceptsRealConfigurations(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..", "..", "shared", "corpora")
	manifest, err := os.ReadFile(filepath.Join(root, "manifest.json"))
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("the real configurations are not at hand")
	}
	must(t, err)
	y := newYard(t)
	var corpora []struct{ Name, Config, Jobs string }
	must(t, json.Unmarshal(manifest, &corpora))
	var runs []*pipelinev1.PipelineRun
	for _, c := range corpora {
		cat, problems := catalog.Load(os.DirFS(filepath.Join(root, c.Name)), catalog.Paths{Config: c.Config, Jobs: c.Jobs})
		if cat == nil {
			t.Errorf("%s is not loaded: %v", c.Name, problems)
			continue
		}
		runs = append(runs, sample(y.compileAll(cat), enough/2)...)
	}
	if len(runs) < enough {
		t.Errorf("the configurations gave %d runs, fewer than %d", len(runs), enough)
	}
	y.dryRun(runs)
}

// compileAll compiles every job that can be.
func (y *yard) compileAll(cat *catalog.Catalog) (runs []*pipelinev1.PipelineRun) {
	add := func(job *prow.Job, refs prow.Refs) {
		c, err := pipelines.Compile(pipelines.Input{Job: job, Refs: refs, Trigger: "auto", BuildID: "1", Options: pipelines.Options{
			Namespace: y.ns, ToolsImage: built.ToolsImage, CloneHost: "https://github.com",
		}})
		if coded, ok := errors.AsType[*pipelines.Error](err); ok && coded.Code != "" {
			return
		}
		if err != nil {
			y.Errorf("job %s: %v", job.Name, err)
			return
		}
		c.Run.Namespace = y.ns
		runs = append(runs, c.Run)
	}
	for _, name := range cat.Repos() {
		org, repo, _ := strings.Cut(name, "/")
		at := prow.Refs{Org: org, Repo: repo, BaseRef: "main", BaseSHA: strings.Repeat("1", 40)}
		for _, job := range cat.Postsubmits(org, repo) {
			add(job.Job(), at)
		}
		at.Pulls = []prow.Pull{{Number: 1, SHA: strings.Repeat("2", 40), Author: "bob"}}
		for _, job := range cat.Presubmits(org, repo) {
			add(job.Job(), at)
		}
	}
	for _, job := range cat.Periodics() {
		add(job.Job(), prow.Refs{})
	}
	return runs
}

// sample takes at most n of a list, evenly.
func sample[T any](list []T, n int) (out []T) {
	step := max(1, len(list)/n)
	for i := 0; i < len(list); i += step {
		out = append(out, list[i])
	}
	return out
}

// dryRun asks the API server whether it would take runs.
func (y *yard) dryRun(runs []*pipelinev1.PipelineRun) {
	y.Helper()
	var mu sync.Mutex
	ctx := within(y.T, limit)
	group := errgroup.Group{}
	group.SetLimit(8)
	for _, run := range runs {
		group.Go(func() error {
			if err := cluster.Client.Create(ctx, run, client.DryRunAll); err != nil {
				mu.Lock()
				defer mu.Unlock()
				y.Errorf("run %s of job %s: %v", run.Name, run.Labels["prow.k8s.io/job"], err)
			}
			return nil
		})
	}
	_ = group.Wait() // every error was told
	y.Logf("the API server was shown %d runs", len(runs))
}

// parts are alternatives of the parts of a job; "" leaves the part out.
var parts = map[string][]string{
	"decorate": {"decorate: false", "decorate: true", "decorate: true\n    decoration_config: {timeout: 1h, grace_period: 1m}",
		"decorate: true\n    decoration_config: {skip_cloning: true, gcs_configuration: {bucket: 's3://b', path_strategy: explicit}, s3_credentials_secret: s3}"},
	"where":     {"", "cluster: other", "max_concurrency: 2"},
	"container": {"", "resources: {requests: {cpu: 100m, memory: 1Gi}, limits: {memory: 2Gi}}", "securityContext: {privileged: true}", "env: [{name: A, value: $(B)}, {name: S, valueFrom: {secretKeyRef: {name: s, key: k}}}]", "ports: [{containerPort: 80}]"},
	"pod":       {"", "serviceAccountName: robot", "nodeSelector: {disk: ssd}\n      tolerations: [{key: a, operator: Exists}]\n      hostNetwork: true", "volumes: [{name: v, emptyDir: {}}]\n      securityContext: {runAsUser: 1000, fsGroup: 2000}"},
}

// combinations is a job file with a presubmit for every combination of parts, and postsubmits and periodics for some.
func combinations() string {
	all := []map[string]string{{}}
	for _, part := range slices.Sorted(maps.Keys(parts)) {
		var next []map[string]string
		for _, chosen := range all {
			for _, alternative := range parts[part] {
				more := maps.Clone(chosen)
				more[part] = alternative
				next = append(next, more)
			}
		}
		all = next
	}
	var b strings.Builder
	b.WriteString("presubmits:\n  harbor/sloop:\n")
	for i, chosen := range all {
		b.WriteString(jobText(fmt.Sprintf("pull-%d", i), "", chosen))
	}
	b.WriteString("postsubmits:\n  harbor/sloop:\n")
	for i, chosen := range sample(all, 24) {
		b.WriteString(jobText(fmt.Sprintf("post-%d", i), "", chosen))
	}
	b.WriteString("periodics:\n")
	for i, chosen := range sample(all, 24) {
		b.WriteString(jobText(fmt.Sprintf("periodic-%d", i), "interval: 1h\n    extra_refs: [{org: harbor, repo: sloop, base_ref: main}]", chosen))
	}
	return b.String()
}

// jobText writes one job from its parts.
func jobText(name, more string, chosen map[string]string) string {
	lines := []string{"  - name: " + name, "    " + more, "    " + chosen["decorate"], "    " + chosen["where"],
		"    spec:", "      containers:", "      - image: IMAGE", "        command: [sh, -c, 'true']", "        " + chosen["container"], "      " + chosen["pod"]}
	lines = slices.DeleteFunc(lines, func(line string) bool { return strings.TrimSpace(line) == "" })
	return strings.Join(lines, "\n") + "\n"
}
