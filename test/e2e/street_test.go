package e2e

import (
	"strings"
	"testing"
	"time"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/bowsprit-ci/bowsprit/test/forge"
	"github.com/bowsprit-ci/bowsprit/test/street"
)

// limit is how long a story may take on a busy machine before it counts as hanging.
const limit = 3 * time.Minute

func TestGreen(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	pull := got(s.OpenPull(street.Member, "calm", map[string]string{"log.txt": "calm"}))(t)
	check := got(s.WaitCheck(within(t, limit), pull.Head.SHA, "unit", street.Completed))(t)
	if check.Conclusion != "success" {
		t.Fatalf("a pull request whose test passes: conclusion %q: %s\n%s", check.Conclusion, check.Title, check.Text)
	}
	runs := got(s.Runs(t.Context()))(t)
	if len(runs) != 1 {
		t.Fatalf("one job on one head made %d runs", len(runs))
	}
	logs := got(s.Logs(within(t, limit), runs[0].Name))(t)
	if !strings.Contains(logs, "all is well on 1") {
		t.Errorf("tkn pipelinerun logs does not print the test's output:\n%s", logs)
	}
	if !strings.Contains(check.Summary+check.Text, "tkn pipelinerun logs "+runs[0].Name+" -n "+s.Namespace) {
		t.Errorf("the check does not name the command that prints the log:\n%s\n%s", check.Summary, check.Text)
	}
	if check.Writes > 3 {
		t.Errorf("queued, in progress, completed took %d writes", check.Writes)
	}
	if check.ExternalID != runs[0].Name {
		t.Errorf("the check's external id is %q, the run is %q", check.ExternalID, runs[0].Name)
	}
}

func TestRedThenFixedThenTestedAgain(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	pull := got(s.OpenPull(street.Member, "storm", red))(t)
	check := got(s.WaitCheck(within(t, limit), pull.Head.SHA, "unit", street.Completed))(t)
	if check.Conclusion != "failure" || !strings.Contains(check.Text, "sail.go:7: the mast is missing") {
		t.Fatalf("a failing test: conclusion %q, want failure with the log's tail:\n%s\n%s", check.Conclusion, check.Title, check.Text)
	}
	head := got(s.Change(street.Member, "storm", green))(t)
	got(s.WaitCheck(within(t, limit), head, "unit", street.Concluded("success")))(t)

	got(s.Forge.Comment(street.Member, street.Repo, pull.Number, "/test unit"))(t)
	runs := got(s.WaitRuns(within(t, limit), "a third run", func(r []pipelinev1.PipelineRun) bool { return len(r) == 3 }))(t)
	if len(runs) != 3 {
		t.Fatalf("opened, pushed, /test: %d runs", len(runs))
	}
	got(s.WaitCheck(within(t, limit), head, "unit", func(c forge.CheckRunView) bool {
		return street.Completed(c) && countChecks(s, head, "unit") == 2
	}))(t)
}

func countChecks(s *street.Street, sha, name string) (n int) {
	for _, c := range s.Forge.CheckRuns(street.Repo, sha) {
		if c.Name == name {
			n++
		}
	}
	return n
}

func TestPlainTokenReportsCommitStatuses(t *testing.T) {
	t.Parallel()
	s := open(t, func(o *street.Options) { o.PlainToken = true })
	pull := got(s.OpenPull(street.Member, "token", red))(t)
	err := s.Forge.WaitFor(within(t, limit), func(v *forge.View) bool {
		for _, st := range v.Statuses(street.Repo, pull.Head.SHA) {
			if st.Context == "unit" && st.State == "failure" {
				return true
			}
		}
		return false
	})
	must(t, err)
}

func TestTimeoutKeepsTheLog(t *testing.T) {
	t.Parallel()
	s := open(t, func(o *street.Options) { o.Jobs = strings.Replace(jobs, "timeout: 5m", "timeout: 3s", 1) })
	pull := got(s.OpenPull(street.Member, "becalmed", slow))(t)
	check := got(s.WaitCheck(within(t, limit), pull.Head.SHA, "unit", street.Completed))(t)
	if check.Conclusion != "timed_out" || !strings.Contains(check.Text, "sailing") {
		t.Fatalf("conclusion %q, want timed_out with what the step printed:\n%s\n%s", check.Conclusion, check.Title, check.Text)
	}
}

func TestPushSupersedes(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	pull := got(s.OpenPull(street.Member, "tack", slow))(t)
	old := pull.Head.SHA
	got(s.WaitCheck(within(t, limit), old, "unit", func(c forge.CheckRunView) bool { return c.Status == "in_progress" }))(t)
	head := got(s.Change(street.Member, "tack", green))(t)
	check := got(s.WaitCheck(within(t, limit), old, "unit", street.Completed))(t)
	if check.Conclusion != "cancelled" || !strings.Contains(check.Title+check.Summary, head[:7]) {
		t.Errorf("the old head's check: conclusion %q, want cancelled, naming %s:\n%s\n%s", check.Conclusion, head[:7], check.Title, check.Summary)
	}
	got(s.WaitCheck(within(t, limit), head, "unit", street.Concluded("success")))(t)
}

// TestPodDeletedUnderARun deletes a run's pod. Tekton makes the pod anew; the check must end all the same, once, and must
// not say that the test failed.
func TestPodDeletedUnderARun(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	pull := got(s.OpenPull(street.Member, "leak", map[string]string{"check.sh": "#!/bin/bash\necho pumping\nsleep 8\n"}))(t)
	first := waitPod(t, s)
	must(t, cluster.Client.Delete(t.Context(), first, client.GracePeriodSeconds(0)))
	check := got(s.WaitCheck(within(t, limit), pull.Head.SHA, "unit", street.Completed))(t)
	t.Logf("%s: %s", check.Conclusion, check.Title)
	if strings.Contains(check.Title, "exit code") {
		t.Errorf("the title blames the test: %q", check.Title)
	}
	if n := countChecks(s, pull.Head.SHA, "unit"); n != 1 {
		t.Errorf("%d check runs, want 1", n)
	}
}

// waitPod waits for a running pod in the street's namespace.
func waitPod(t *testing.T, s *street.Street) *corev1.Pod {
	t.Helper()
	for ctx := within(t, limit); ctx.Err() == nil; time.Sleep(50 * time.Millisecond) {
		var pods corev1.PodList
		must(t, cluster.Client.List(ctx, &pods, client.InNamespace(s.Namespace)))
		for i := range pods.Items {
			if pods.Items[i].Status.Phase == corev1.PodRunning {
				return &pods.Items[i]
			}
		}
	}
	t.Fatal("no pod came to run")
	return nil
}

func TestCancelByComment(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	pull := got(s.OpenPull(street.Member, "heave-to", slow))(t)
	got(s.WaitCheck(within(t, limit), pull.Head.SHA, "unit", func(c forge.CheckRunView) bool { return c.Status == "in_progress" }))(t)
	got(s.Forge.Comment(street.Member, street.Repo, pull.Number, "/cancel"))(t)
	check := got(s.WaitCheck(within(t, limit), pull.Head.SHA, "unit", street.Completed))(t)
	if check.Conclusion != "cancelled" {
		t.Fatalf("conclusion %q after /cancel: %s", check.Conclusion, check.Title)
	}
}

func TestOutsiderWaitsForOkToTest(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	pull := got(s.OpenPull(street.Outsider, "stowaway", map[string]string{"log.txt": "hello"}))(t)
	gate := got(s.WaitCheck(within(t, limit), pull.Head.SHA, "bowsprit/ok-to-test", func(forge.CheckRunView) bool { return true }))(t)
	if gate.Conclusion == "success" || !strings.Contains(gate.Title, "/ok-to-test") {
		t.Fatalf("the gate of an outsider: conclusion %q, title %q", gate.Conclusion, gate.Title)
	}
	got(s.Forge.Comment(street.Outsider, street.Repo, pull.Number, "/ok-to-test"))(t)
	got(s.Forge.Comment(street.Member, street.Repo, pull.Number, "/ok-to-test "+pull.Head.SHA))(t)
	got(s.WaitCheck(within(t, limit), pull.Head.SHA, "unit", street.Concluded("success")))(t)

	head := got(s.Change(street.Outsider, "stowaway", map[string]string{"log.txt": "something else"}))(t)
	gate = got(s.WaitCheck(within(t, limit), head, "bowsprit/ok-to-test", func(forge.CheckRunView) bool { return true }))(t)
	if gate.Conclusion == "success" {
		t.Errorf("the grant for %s also opened %s", pull.Head.SHA[:7], head[:7])
	}
	for _, run := range got(s.Runs(t.Context()))(t) {
		if strings.Contains(run.Annotations["bowsprit.dev/head-sha"], head) {
			t.Errorf("run %s was made for a head that nobody granted", run.Name)
		}
	}
}

func TestMaxConcurrencyQueues(t *testing.T) {
	t.Parallel()
	s := open(t, func(o *street.Options) {
		o.Jobs = strings.Replace(jobs, "always_run: true", "always_run: true\n    max_concurrency: 1", 1)
	})
	first := got(s.OpenPull(street.Member, "one", slow))(t)
	got(s.WaitCheck(within(t, limit), first.Head.SHA, "unit", func(c forge.CheckRunView) bool { return c.Status == "in_progress" }))(t)
	second := got(s.OpenPull(street.Member, "two", green))(t)
	queued := got(s.WaitCheck(within(t, limit), second.Head.SHA, "unit", func(forge.CheckRunView) bool { return true }))(t)
	if queued.Status != "queued" {
		t.Errorf("one runs, max_concurrency is 1, and the second is %q", queued.Status)
	}
	must(t, s.Forge.ClosePull(street.Member, street.Repo, first.Number))
	got(s.WaitCheck(within(t, limit), first.Head.SHA, "unit", street.Concluded("cancelled")))(t)
	got(s.WaitCheck(within(t, limit), second.Head.SHA, "unit", street.Concluded("success")))(t)
}
