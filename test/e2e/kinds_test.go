package e2e

import (
	"strings"
	"testing"
	"time"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
	"github.com/bowsprit-ci/bowsprit/pipelines"
	"github.com/bowsprit-ci/bowsprit/test/forge"
	"github.com/bowsprit-ci/bowsprit/test/street"
)

// every is a job file with a postsubmit and a periodic.
const every = `
postsubmits:
  harbor/sloop:
  - name: publish
    branches: [^main$]
    run_if_changed: \.sh$
    decorate: true
    spec: {containers: [{image: IMAGE, command: [bash, -ec], args: ['./check.sh; echo "$JOB_TYPE of $PULL_REFS"']}]}
periodics:
- name: tide-table
  interval: 24h
  decorate: true
  extra_refs: [{org: harbor, repo: sloop, base_ref: main}]
  spec: {containers: [{image: IMAGE, command: [bash, -ec], args: ['./check.sh; echo "$JOB_TYPE ${PULL_REFS:-without refs}"']}]}
`

func TestPostsubmitOnPush(t *testing.T) {
	t.Parallel()
	s := open(t, func(o *street.Options) { o.Jobs = every })
	head := got(s.Change(street.Owner, "main", map[string]string{"check.sh": "#!/bin/bash\necho published\n"}))(t)
	check := got(s.WaitCheck(within(t, limit), head, "publish", street.Completed))(t)
	if check.Conclusion != "success" {
		t.Fatalf("conclusion %q: %s\n%s", check.Conclusion, check.Title, check.Text)
	}
	logs := got(s.Logs(within(t, limit), check.ExternalID))(t)
	if !strings.Contains(logs, "published") || !strings.Contains(logs, "postsubmit of main:"+head) {
		t.Errorf("the postsubmit did not test what was pushed:\n%s", logs)
	}
	other := got(s.Change(street.Owner, "main", map[string]string{"README": "no script"}))(t)
	got(s.WaitRuns(within(t, limit), "both deliveries", func([]pipelinev1.PipelineRun) bool {
		list, err := s.Deliveries(t.Context())
		return err == nil && processedPushes(list) == 2
	}))(t)
	for _, run := range s.Forge.CheckRuns(street.Repo, other) {
		t.Errorf("a push that changes no script has the check %s", run.Name)
	}
}

func TestPeriodicRuns(t *testing.T) {
	t.Parallel()
	s := open(t, func(o *street.Options) { o.Jobs = every })
	runs := got(s.WaitRuns(within(t, limit), "the periodic's run to end", func(r []pipelinev1.PipelineRun) bool {
		return len(r) == 1 && r[0].IsDone()
	}))(t)
	logs := got(s.Logs(within(t, limit), runs[0].Name))(t)
	if pipelines.PhaseOf(&runs[0]) != pipelines.PhaseSucceeded || !strings.Contains(logs, "periodic without refs") {
		t.Errorf("ended as %v:\n%s", runs[0].Status.Conditions, logs)
	}
	s.Kill()
	must(t, s.Start(within(t, time.Minute)))
	time.Sleep(3 * time.Second) // what a second run would need to appear
	if runs := got(s.Runs(t.Context()))(t); len(runs) != 1 {
		t.Errorf("after a restart there are %d runs of a daily job", len(runs))
	}
}

func TestRepositoryDefinesItsOwnJobs(t *testing.T) {
	t.Parallel()
	own := strings.ReplaceAll(`presubmits:
- name: own
  always_run: true
  spec: {containers: [{image: IMAGE, command: [echo, from the repository]}]}
`, "IMAGE", image(t))
	s := open(t, func(o *street.Options) {
		o.Jobs, o.Config = "", "in_repo_config: {enabled: {harbor/sloop: true}}\n"
		o.Files = map[string]string{"check.sh": "x", ".prow.yaml": own}
	})
	pull := got(s.OpenPull(street.Member, "calm", map[string]string{"log.txt": "calm"}))(t)
	check := got(s.WaitCheck(within(t, limit), pull.Head.SHA, "own", street.Completed))(t)
	if check.Conclusion != "success" {
		t.Fatalf("conclusion %q: %s\n%s", check.Conclusion, check.Title, check.Text)
	}
	broken := got(s.OpenPull(street.Member, "torn", map[string]string{".prow.yaml": strings.Replace(own, "own", "a name with blanks", 1)}))(t)
	check = got(s.WaitCheck(within(t, limit), broken.Head.SHA, "bowsprit/in-repo-config", street.Completed))(t)
	if check.Conclusion != "failure" || !strings.Contains(check.Summary, ".prow.yaml:2") {
		t.Errorf("a broken .prow.yaml is answered with %q:\n%s", check.Conclusion, check.Summary)
	}
}

func TestForksOwnJobsGetTheLowestTier(t *testing.T) {
	t.Parallel()
	s := open(t, func(o *street.Options) {
		o.Jobs, o.Config = "", "in_repo_config: {enabled: {harbor/sloop: true}}\n"
	})
	pull := got(s.OpenPull(street.Outsider, "raid", map[string]string{".prow.yaml": `presubmits:
- name: raid
  always_run: true
  spec:
    containers: [{image: busybox, command: [cat, /gold/token], volumeMounts: [{name: gold, mountPath: /gold}]}]
    volumes: [{name: gold, secret: {secretName: gold}}]
`}))(t)
	got(s.Forge.Comment(street.Member, street.Repo, pull.Number, "/ok-to-test "+pull.Head.SHA))(t)
	check := got(s.WaitCheck(within(t, limit), pull.Head.SHA, "raid", street.Completed))(t)
	if check.Conclusion != "failure" || !strings.Contains(check.Summary, "gold") || !strings.Contains(check.Summary, "lowest") {
		t.Errorf("a fork's job that reads a secret is answered with %q:\n%s", check.Conclusion, check.Summary)
	}
	if runs := got(s.Runs(t.Context()))(t); len(runs) != 0 {
		t.Errorf("it made %d runs", len(runs))
	}
}

func TestChangedConfigurationIsPickedUp(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	must(t, s.ReplaceJobs(strings.ReplaceAll(strings.Replace(jobs, "name: unit", "name: trim", 1), "IMAGE", image(t))))
	var pull forge.PullView
	for i := range 30 { // the change is seen within a second; a pull request before it has the old job
		pull = got(s.OpenPull(street.Member, "calm"+strings.Repeat("m", i), map[string]string{"log.txt": strings.Repeat("m", i)}))(t)
		if len(got(s.WaitRuns(within(t, limit), "a run", func(r []pipelinev1.PipelineRun) bool { return len(r) > i }))(t)) > 0 && hasCheck(s, pull.Head.SHA, "trim") {
			return
		}
	}
	t.Errorf("the changed job never runs; the last pull request is %d", pull.Number)
}

func hasCheck(s *street.Street, sha, name string) bool { return countChecks(s, sha, name) > 0 }

// image is the image with Go and git.
func image(t *testing.T) string {
	t.Helper()
	if built == nil {
		t.Skip(street.ErrNoCluster)
	}
	return built.JobImage
}

func processedPushes(list []v1alpha1.Delivery) (n int) {
	for i := range list {
		if list[i].Spec.Event.Kind == v1alpha1.KindPush && meta.IsStatusConditionTrue(list[i].Status.Conditions, v1alpha1.ConditionProcessed) {
			n++
		}
	}
	return n
}
