package e2e

import (
	"bytes"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"knative.dev/pkg/apis"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/bowsprit-ci/bowsprit/test/street"
)

// BenchmarkOverhead compares a trivial job from the webhook's sending to the completed check with the same PipelineRun
// made by `kubectl create`, in turn, five times each, and reports both medians and their ratio.
func BenchmarkOverhead(b *testing.B) {
	s := open(b, nil)
	warm := func(name string) *pipelinev1.PipelineRun {
		_, run := throughBowsprit(b, s, name)
		return run
	}
	run := warm("warm-up") // images are pulled, caches are filled
	bareRun(b, s, run, "warm-up")
	for b.Loop() {
		var street, bare []time.Duration
		for i := range 5 {
			took, run := throughBowsprit(b, s, fmt.Sprintf("b%d-%d", b.N, i))
			street = append(street, took)
			bare = append(bare, bareRun(b, s, run, fmt.Sprintf("bare-%d-%d", b.N, i)))
			b.Logf("street %.2fs, bare %.2fs", street[i].Seconds(), bare[i].Seconds())
		}
		b.ReportMetric(median(street), "street-s")
		b.ReportMetric(median(bare), "bare-s")
		b.ReportMetric(median(street)/median(bare), "ratio")
	}
}

func median(d []time.Duration) float64 {
	slices.Sort(d)
	return d[len(d)/2].Seconds()
}

// throughBowsprit opens a pull request and returns how long its check took to be completed, and the run behind it.
func throughBowsprit(b *testing.B, s *street.Street, branch string) (time.Duration, *pipelinev1.PipelineRun) {
	b.Helper()
	if _, err := s.Change(street.Member, branch, map[string]string{"log.txt": branch}); err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	pull := got(s.OpenPull(street.Member, branch, map[string]string{"log.txt": branch + "!"}))(b)
	check := got(s.WaitCheck(within(b, limit), pull.Head.SHA, "unit", street.Concluded("success")))(b)
	took := time.Since(start)
	run := &pipelinev1.PipelineRun{}
	must(b, s.Cluster.Client.Get(b.Context(), client.ObjectKey{Namespace: s.Namespace, Name: check.ExternalID}, run))
	return took, run
}

// bareRun creates the same run with kubectl, not pending and without the labels that make it ours, and returns how long
// it took to succeed.
func bareRun(b *testing.B, s *street.Street, of *pipelinev1.PipelineRun, name string) time.Duration {
	b.Helper()
	run := &pipelinev1.PipelineRun{
		TypeMeta:   metav1.TypeMeta{APIVersion: "tekton.dev/v1", Kind: "PipelineRun"},
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: s.Namespace, Annotations: of.Annotations, Labels: map[string]string{}},
		Spec:       *of.Spec.DeepCopy(),
	}
	for k, v := range of.Labels {
		if !strings.HasPrefix(k, "bowsprit.dev/") {
			run.Labels[k] = v
		}
	}
	run.Spec.Status = ""
	text, err := yaml.Marshal(run)
	must(b, err)
	start := time.Now()
	cmd := exec.CommandContext(b.Context(), s.Cluster.Kubectl, "--kubeconfig", s.Cluster.Kubeconfig, "create", "-f", "-")
	cmd.Stdin = bytes.NewReader(text)
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("kubectl create: %v\n%s", err, out)
	}
	got(s.WaitRuns(within(b, limit), "the bare run "+name, func(runs []pipelinev1.PipelineRun) bool {
		return slices.ContainsFunc(runs, func(r pipelinev1.PipelineRun) bool {
			return r.Name == name && r.Status.GetCondition(apis.ConditionSucceeded).IsTrue()
		})
	}))(b)
	return time.Since(start)
}
