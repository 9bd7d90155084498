package street

import (
	"context"
	"fmt"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
	"github.com/bowsprit-ci/bowsprit/test/forge"
)

// Change pushes files to a branch of the repository as who and returns the new head.
func (s *Street) Change(who, branch string, files map[string]string) (string, error) {
	repo := Repo
	if who == Outsider {
		repo = Outsider + "/sloop"
	}
	return s.Forge.Push(forge.PushSpec{Who: who, Repo: repo, Branch: branch, Files: files, Message: "Change " + branch})
}

// OpenPull pushes files to a new branch and opens a pull request for it.
func (s *Street) OpenPull(who, branch string, files map[string]string) (forge.PullView, error) {
	if _, err := s.Change(who, branch, files); err != nil {
		return forge.PullView{}, err
	}
	head := branch
	if who == Outsider {
		head = Outsider + ":" + branch
	}
	return s.Forge.OpenPull(forge.PullSpec{Who: who, Repo: Repo, Head: head, Title: "Change " + branch})
}

// Runs lists the PipelineRuns of the street, of all ages.
func (s *Street) Runs(ctx context.Context) ([]pipelinev1.PipelineRun, error) {
	var list pipelinev1.PipelineRunList
	err := s.Cluster.Client.List(ctx, &list, client.InNamespace(s.Namespace))
	return list.Items, err
}

// Deliveries lists the deliveries of the street.
func (s *Street) Deliveries(ctx context.Context) ([]v1alpha1.Delivery, error) {
	var list v1alpha1.DeliveryList
	err := s.Cluster.Client.List(ctx, &list, client.InNamespace(s.Namespace))
	return list.Items, err
}

// WaitRuns waits until the street's runs satisfy ok; what names what is waited for.
func (s *Street) WaitRuns(ctx context.Context, what string, ok func([]pipelinev1.PipelineRun) bool) ([]pipelinev1.PipelineRun, error) {
	var last []pipelinev1.PipelineRun
	err := waitUntil(ctx, what, func() (bool, error) {
		runs, err := s.Runs(ctx)
		last = runs
		return err == nil && ok(runs), err
	})
	return last, err
}

// WaitCheck waits until the newest check run of a name on a commit satisfies ok, and returns it. On a time-out the error
// holds what the check run was last.
func (s *Street) WaitCheck(ctx context.Context, sha, name string, ok func(forge.CheckRunView) bool) (forge.CheckRunView, error) {
	var last forge.CheckRunView
	err := waitUntil(ctx, "check "+name+" on "+sha[:7], func() (bool, error) {
		for _, run := range s.Forge.CheckRuns(Repo, sha) {
			if run.Name == name && run.Latest {
				last = run
				return ok(run), nil
			}
		}
		return false, nil
	})
	if err != nil {
		err = fmt.Errorf("%w (it was %q %q: %s); bowsprit's log is %s", err, last.Status, last.Conclusion, last.Title, s.LogFile())
	}
	return last, err
}

// Concluded is a condition for WaitCheck: the check run is completed with this conclusion.
func Concluded(conclusion string) func(forge.CheckRunView) bool {
	return func(c forge.CheckRunView) bool { return c.Status == "completed" && c.Conclusion == conclusion }
}

// Completed is a condition for WaitCheck: the check run is completed, however it ended.
func Completed(c forge.CheckRunView) bool { return c.Status == "completed" }

// Logs is what `tkn pipelinerun logs` prints of a run.
func (s *Street) Logs(ctx context.Context, run string) (string, error) {
	return s.tkn(ctx, "pipelinerun", "logs", run, "-n", s.Namespace)
}

func (s *Street) tkn(ctx context.Context, args ...string) (string, error) {
	return runCommand(ctx, s.Cluster.Tkn, append(args, "--kubeconfig", s.Cluster.Kubeconfig)...)
}
