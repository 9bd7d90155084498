package dispatcher

import (
	"context"
	"errors"
	"fmt"

	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
	"github.com/bowsprit-ci/bowsprit/internal/github"
	"github.com/bowsprit-ci/bowsprit/triggers"
)

// apply carries a plan out, the runs first: some of what follows (the open gate, the comment) is what a later look at
// the same event would take as a sign that everything was done. So nothing follows while a run could not be made.
func (r *Reconciler) apply(ctx context.Context, d *v1alpha1.Delivery, j Judgement) (*effect, error) {
	plan := j.Plan
	done := newEffect(plan)
	var errs []error
	for _, a := range plan.Actions {
		if run, ok := a.(triggers.Run); ok {
			errs = append(errs, r.run(ctx, d, j, run, done))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	for i, a := range plan.Actions {
		err := r.act(ctx, d, i, a, done)
		if err != nil && !permanent(err) {
			return nil, errors.Join(append(errs, err)...)
		}
		errs = append(errs, err) // the rest may be said nevertheless
	}
	return done, errors.Join(errs...)
}

// act carries out one action that is not a run. i tells apart several answers to one delivery.
func (r *Reconciler) act(ctx context.Context, d *v1alpha1.Delivery, i int, action triggers.Action, done *effect) error {
	switch a := action.(type) {
	case triggers.Run:
		return nil
	case triggers.Cancel:
		return r.cancel(ctx, d, a, done)
	case triggers.Comment:
		err := r.GitHub.UpsertComment(ctx, commentKey(d, i, a), a.Body)
		return r.said(ctx, d, done, "comment: "+a.Why, err)
	case triggers.Label:
		err := r.GitHub.Label(ctx, a.Org, a.Repo, a.Number, a.Name, a.Remove)
		verb := map[bool]string{false: "add", true: "remove"}[a.Remove]
		return r.said(ctx, d, done, fmt.Sprintf("%s label %s: %s", verb, a.Name, a.Why), err)
	case triggers.Gate:
		verb := map[bool]string{false: "close", true: "open"}[a.Open]
		return r.said(ctx, d, done, fmt.Sprintf("%s the gate: %s", verb, a.Why), r.gate(ctx, a))
	}
	return fmt.Errorf("the plan holds an action of the unknown type %T", action)
}

// commentKey names a comment: a kept one by its marker, an answer by the delivery that it answers.
func commentKey(d *v1alpha1.Delivery, i int, a triggers.Comment) github.CommentKey {
	marker := a.Marker
	if marker == "" {
		marker = fmt.Sprintf("answer-%s-%d", d.Name, i)
	}
	return github.CommentKey{Org: a.Org, Repo: a.Repo, Number: a.Number, Marker: marker}
}

// gate shows the gate on a commit.
func (r *Reconciler) gate(ctx context.Context, g triggers.Gate) error {
	conclusion, state := "action_required", "pending"
	if g.Open {
		conclusion, state = "success", "success"
	}
	if !r.GitHub.CanWriteChecks() {
		return r.GitHub.SetStatus(ctx, github.Status{
			Org: g.Org, Repo: g.Repo, SHA: g.SHA, Context: triggers.GateContext, State: state, Description: g.Title,
		})
	}
	_, err := r.GitHub.UpsertCheck(ctx, github.Check{
		Org: g.Org, Repo: g.Repo, SHA: g.SHA, Name: triggers.GateContext, ExternalID: "gate",
		Status: github.Completed, Conclusion: conclusion, Title: g.Title, Summary: g.Summary,
	})
	return err
}
