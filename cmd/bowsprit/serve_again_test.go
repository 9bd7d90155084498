package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
	"github.com/bowsprit-ci/bowsprit/internal/runs/runstest"
)

// comeBack deletes runs whose commit is wanted again. The dispatcher reads from a check how a run ended that is gone; it is
// the reporter who wrote that. So both take part: a run that has no result is made again under a name that can be
// reported, one that has a result is not.
func (s *street) comeBack() {
	s.clock.SetTime(time.Now())
	p := s.openPull("alice", "again")
	reopen := func() {
		s.ok(s.forge.ReopenPull("alice", "acme/site", p.Number))
	}
	deleted := s.run(p.Number, "unit")
	s.ok(s.api.Started(context.Background(), deleted))
	s.gone(deleted)
	s.check(p.Head.SHA, "unit", "completed cancelled PipelineRun deleted ")

	s.ok(s.forge.ClosePull("alice", "acme/site", p.Number))
	reopen()
	closed := s.run(p.Number, "unit")
	s.ok(s.api.Started(context.Background(), closed))
	s.ok(s.forge.ClosePull("alice", "acme/site", p.Number))
	s.told(closed)
	s.ok(s.api.Ended(context.Background(), closed, corev1.ConditionFalse, "Cancelled"))
	s.check(p.Head.SHA, "unit", "completed cancelled Cancelled: the pull request is closed")
	s.gone(closed)

	reopen()
	passed := s.run(p.Number, "unit")
	if names := []string{deleted.Name, closed.Name, passed.Name}; names[0] == names[1] || names[1] == names[2] || names[0] == names[2] {
		s.Errorf("the runs are %q, want three names", names)
	}
	s.end(passed, true)
	s.check(p.Head.SHA, "unit", "completed success Passed in ")
	s.gone(passed)

	s.ok(s.forge.ClosePull("alice", "acme/site", p.Number))
	reopen()
	s.decided("unit", passed.Name, "ended as success")
	s.check(p.Head.SHA, "unit", "completed success Passed in ")
}

// gone deletes a run and waits for its end.
func (s *street) gone(run *pipelinev1.PipelineRun) {
	s.Helper()
	s.ok(s.api.Client.Delete(context.Background(), run))
	runstest.Eventually(s, run.Name+" is gone", func() error {
		if err := s.api.Client.Get(context.Background(), client.ObjectKeyFromObject(run), &pipelinev1.PipelineRun{}); err == nil {
			return fmt.Errorf("%s is still there", run.Name)
		}
		return nil
	})
}

// told waits until a run is told to stop, and reads it.
func (s *street) told(run *pipelinev1.PipelineRun) {
	s.Helper()
	runstest.Eventually(s, run.Name+" is told to stop", func() error {
		err := s.api.Client.Get(context.Background(), client.ObjectKeyFromObject(run), run)
		if err == nil && run.Spec.Status == "" {
			err = fmt.Errorf("nobody told %s to stop", run.Name)
		}
		return err
	})
}

// decided waits until a delivery says that a job is served by a run, and why.
func (s *street) decided(job, run, why string) {
	s.Helper()
	runstest.Eventually(s, "a delivery says of "+job+": "+why, func() error {
		var list v1alpha1.DeliveryList
		if err := s.api.Client.List(context.Background(), &list, client.InNamespace("bowsprit")); err != nil {
			return err
		}
		var all []v1alpha1.JobDecision
		for _, d := range list.Items {
			all = append(all, d.Status.Decisions...)
		}
		if slices.ContainsFunc(all, func(d v1alpha1.JobDecision) bool {
			return d.Job == job && d.Run == run && strings.Contains(d.Why, why)
		}) {
			return nil
		}
		return fmt.Errorf("the decisions are %+v", all)
	})
}
