package dispatcher

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
	"github.com/bowsprit-ci/bowsprit/internal/github"
	"github.com/bowsprit-ci/bowsprit/pipelines"
	"github.com/bowsprit-ci/bowsprit/pipelines/record"
)

// refuse says why a job that should run cannot: as the job's own check, which fails, on the commit that it would have
// tested, and in the delivery. The check is known by the name that the run would have had, so saying it again changes
// nothing; but not by that name alone, so that it is not taken for the run's own check if the run is made after all. A
// job that reports nothing to GitHub is refused in the delivery only.
func (r *Reconciler) refuse(ctx context.Context, d *v1alpha1.Delivery, in pipelines.Input, why error, done *effect) error {
	done.refused(in.Job.Name, why.Error())
	if in.Job.SkipReport {
		return nil
	}
	if err := r.showRefusal(ctx, in, why); err != nil {
		return r.said(ctx, d, done, "show why "+in.Job.Name+" cannot run", err)
	}
	return nil
}

func (r *Reconciler) showRefusal(ctx context.Context, in pipelines.Input, why error) error {
	cause := pipelines.CauseOf(in)
	title, summary := refusal(in, why)
	if !r.GitHub.CanWriteChecks() {
		return r.GitHub.SetStatus(ctx, github.Status{
			Org: cause.Org, Repo: cause.Repo, SHA: cause.HeadSHA, Context: in.Job.Context, State: "error", Description: title,
		})
	}
	_, err := r.GitHub.UpsertCheck(ctx, github.Check{
		Org: cause.Org, Repo: cause.Repo, SHA: cause.HeadSHA, Name: in.Job.Context, ExternalID: "refused-" + record.Name(cause),
		Status: github.Completed, Conclusion: "failure", Title: title, Summary: summary,
	})
	return err
}

// refusal is the title and the summary of a refused job.
func refusal(in pipelines.Input, why error) (title, summary string) {
	title = "Configuration: the job cannot run"
	if coded, ok := errors.AsType[*pipelines.Error](why); ok {
		title = "Configuration: " + coded.Code
	}
	bars := "```"
	for strings.Contains(why.Error(), bars) {
		bars += "`"
	}
	where := ""
	if in.Job.SourcePath != "" {
		where = fmt.Sprintf(" (%s:%d)", in.Job.SourcePath, in.Job.SourceLine)
	}
	summary = fmt.Sprintf("Job `%s`%s was to run on this commit, and cannot:\n\n%stext\n%s\n%s\n", in.Job.Name, where, bars, why, bars)
	if in.Job.RerunCommand != "" {
		summary += fmt.Sprintf("\nOnce the job is repaired, comment `%s` to run it.\n", in.Job.RerunCommand)
	}
	return title, summary
}

// head is the beginning of s in at most limit bytes of valid text.
func head(s string, limit int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) <= limit {
		return s
	}
	end := limit - len("…")
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}
