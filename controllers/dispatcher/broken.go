package dispatcher

import (
	"context"
	"fmt"
	"strings"

	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
	"github.com/bowsprit-ci/bowsprit/internal/github"
)

// configContext is the check that shows what is wrong with a repository's own configuration. A job cannot take its name.
const configContext = "bowsprit/in-repo-config"

// maxProblems is how many problems are shown; the first ones tend to explain the others.
const maxProblems = 50

// showBroken tells the authors of a broken .prow.yaml what is wrong with it, as a failing check on the commit.
func (r *Reconciler) showBroken(ctx context.Context, d *v1alpha1.Delivery, j Judgement, done *effect) error {
	if len(j.Broken) == 0 {
		return nil
	}
	ev := d.Spec.Event
	title := fmt.Sprintf("Errors in the repository's own jobs: %d", len(j.Broken))
	what := "show what is wrong with the jobs in the repository: " + j.Broken[0].String()
	if !r.GitHub.CanWriteChecks() {
		return r.said(ctx, d, done, what, r.GitHub.SetStatus(ctx, github.Status{
			Org: ev.Org, Repo: ev.Repo, SHA: j.SHA, Context: configContext, State: "failure", Description: title,
		}))
	}
	_, err := r.GitHub.UpsertCheck(ctx, github.Check{
		Org: ev.Org, Repo: ev.Repo, SHA: j.SHA, Name: configContext, ExternalID: "in-repo-config",
		Status: github.Completed, Conclusion: "failure", Title: title, Summary: brokenSummary(j),
	})
	return r.said(ctx, d, done, what, err)
}

func brokenSummary(j Judgement) string {
	var b strings.Builder
	b.WriteString("The jobs that this repository defines itself cannot be read, so none of them runs. Jobs of the central configuration do.\n\n")
	for _, p := range j.Broken[:min(len(j.Broken), maxProblems)] {
		fmt.Fprintf(&b, "    %s\n", strings.ReplaceAll(p.String(), "\n", " "))
	}
	if more := len(j.Broken) - maxProblems; more > 0 {
		fmt.Fprintf(&b, "\n%d more.\n", more)
	}
	b.WriteString("\nPush a repaired `.prow.yaml` or `.prow/` to try again.\n")
	return b.String()
}
