package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/google/go-github/v92/github"
)

// The states of a check run that Bowsprit uses.
const (
	Queued     = "queued"
	InProgress = "in_progress"
	Completed  = "completed"
)

// Check is what a check run shall say.
type Check struct {
	Org, Repo string
	// SHA is the commit that it is about, in full.
	SHA string
	// Name is what people and branch protection see: a job's context.
	Name string
	// ExternalID tells apart several check runs of one name on one commit; with the name it is how ours is found again.
	// It must not be empty.
	ExternalID string
	// ID is GitHub's number of the check run, if it is known; else 0. It finds one that GitHub does not list yet.
	ID int64
	// OnlyPresent leaves it at check runs that are there: none is created.
	OnlyPresent bool
	// Status is Queued, InProgress or Completed.
	Status string
	// Conclusion is GitHub's word for how it ended (success, failure, neutral, cancelled, skipped, timed_out,
	// action_required), and empty unless Status is Completed.
	Conclusion string
	// Title is a line, Summary and Text are Markdown. What is longer than GitHub takes is cut, with a mark.
	Title, Summary, Text string
	// DetailsURL is the page behind "Details"; empty leaves GitHub's own.
	DetailsURL string
	// StartedAt and CompletedAt are left to GitHub when zero.
	StartedAt, CompletedAt time.Time
	// Actions are buttons that GitHub shows once the check run is completed, three at most.
	Actions []CheckAction
}

// CheckAction is a button on a check run.
type CheckAction struct {
	// Label is on the button (20 bytes), Description beside it (40 bytes), Identifier comes back in the event (20 bytes).
	Label, Description, Identifier string
}

// UpsertCheck makes GitHub's check run say what c says, and returns its number; 0 if c asks for present ones only and there
// is none. It may be repeated at any time: a check run of ours with the same commit, name and external id is found before
// one is created, also after a creation whose answer was lost; what says the same already is not written again; and one
// that is completed stays as it is, unless it waits for somebody (action_required). If two processes created one each, the
// newest is the one that counts, and the end is said on both.
//
// Errors: ErrForbidden for a token, Unreportable when the commit or the repository is gone, *RateLimited, ErrTemporary.
func (c *Client) UpsertCheck(ctx context.Context, check Check) (int64, error) {
	if err := c.admissible(check); err != nil {
		return 0, fmt.Errorf("write check run %q of %s/%s@%s: %w", check.Name, check.Org, check.Repo, check.SHA, err)
	}
	gh, err := c.in(ctx, check.Org, check.Repo)
	if err != nil {
		return 0, err
	}
	id, err := c.upsertCheck(ctx, gh, check)
	return id, explain(err, "write check run %q of %s/%s@%s", check.Name, check.Org, check.Repo, check.SHA)
}

// admissible refuses what GitHub would refuse, or what could not be found again.
func (c *Client) admissible(check Check) error {
	switch {
	case !c.CanWriteChecks():
		return fmt.Errorf("%w: GitHub lets only Apps write check runs, not tokens", ErrForbidden)
	case check.ExternalID == "" || check.Name == "":
		return fmt.Errorf("%w: it needs a name and an external id", ErrInvalid)
	case (check.Status == Completed) != (check.Conclusion != ""):
		return fmt.Errorf("%w: status %q with conclusion %q", ErrInvalid, check.Status, check.Conclusion)
	}
	return nil
}

// upsertCheck looks, then writes if there is something to write. It looks before the final word too: whoever was killed
// after saying it must not say it twice.
func (c *Client) upsertCheck(ctx context.Context, gh *github.Client, check Check) (int64, error) {
	present, err := c.presentChecks(ctx, gh, check)
	switch {
	case err != nil:
		return 0, err
	case len(present) == 0 && check.OnlyPresent:
		return 0, nil
	case len(present) == 0:
		return c.createCheck(ctx, gh, check)
	}
	return updateChecks(ctx, gh, present, check)
}

// updateChecks makes our check runs say it, oldest first, and returns the newest one's number. There is more than one when
// two processes looked at the same time and both created. Only the newest tells of progress; but none may stay open for
// ever, so each one tells the end.
func updateChecks(ctx context.Context, gh *github.Client, present []*github.CheckRun, check Check) (int64, error) {
	newest := present[len(present)-1].GetID()
	for _, run := range present {
		if saysAlready(run, check) || check.Status != Completed && run.GetID() != newest {
			continue
		}
		if err := updateCheck(ctx, gh, run.GetID(), check); err != nil {
			return newest, err
		}
	}
	return newest, nil
}

// actionRequired is the one conclusion that is not the last word: it waits for somebody.
const actionRequired = "action_required"

// saysAlready says that there is nothing to write: the check run says the same, or it has ended, and an end is said once.
func saysAlready(present *github.CheckRun, want Check) bool {
	if present.GetStatus() == Completed && (want.Status != Completed || present.GetConclusion() != actionRequired) {
		return true
	}
	output := present.GetOutput()
	return present.GetStatus() == want.Status && present.GetConclusion() == want.Conclusion &&
		output.GetTitle() == fit(want.Title, mostTitle) &&
		output.GetSummary() == fit(want.Summary, mostOutput) &&
		output.GetText() == fit(want.Text, mostOutput) &&
		(want.DetailsURL == "" || present.GetDetailsURL() == want.DetailsURL)
}

// createCheck creates the check run. If the answer is lost it looks once whether the check run is there nevertheless.
func (c *Client) createCheck(ctx context.Context, gh *github.Client, check Check) (int64, error) {
	run, _, err := gh.Checks.CreateCheckRun(ctx, check.Org, check.Repo, github.CreateCheckRunOptions{
		Name: check.Name, HeadSHA: check.SHA, ExternalID: &check.ExternalID, DetailsURL: optional(check.DetailsURL),
		Status: &check.Status, Conclusion: optional(check.Conclusion), Output: outputOf(check), Actions: actionsOf(check),
		StartedAt: timestamp(check.StartedAt), CompletedAt: timestamp(check.CompletedAt),
	})
	if asRateLimited(err) == nil && errors.Is(kindOf(err), ErrTemporary) {
		if made, lookErr := c.findChecks(ctx, gh, keyOf(check)); lookErr == nil && len(made) > 0 {
			return made[len(made)-1].GetID(), nil
		}
	}
	return run.GetID(), err
}

// checkUpdate is go-github's update with the start, which it leaves out and GitHub takes.
type checkUpdate struct {
	github.UpdateCheckRunOptions
	StartedAt *github.Timestamp `json:"started_at,omitempty"`
}

// updateCheck overwrites a check run of ours.
func updateCheck(ctx context.Context, gh *github.Client, id int64, check Check) error {
	body := checkUpdate{
		UpdateCheckRunOptions: github.UpdateCheckRunOptions{
			Name: check.Name, ExternalID: &check.ExternalID, DetailsURL: optional(check.DetailsURL),
			Status: &check.Status, Conclusion: optional(check.Conclusion), Output: outputOf(check), Actions: actionsOf(check),
			CompletedAt: timestamp(check.CompletedAt),
		},
		StartedAt: timestamp(check.StartedAt),
	}
	path := fmt.Sprintf("repos/%s/%s/check-runs/%d", check.Org, check.Repo, id)
	request, err := gh.NewRequest(ctx, http.MethodPatch, path, body)
	if err != nil {
		return err
	}
	_, err = gh.Do(request, nil)
	return err
}

// outputOf is the visible part of a check run; nil if it says nothing. GitHub wants title and summary together.
func outputOf(check Check) *github.CheckRunOutput {
	if check.Title == "" && check.Summary == "" && check.Text == "" {
		return nil
	}
	return &github.CheckRunOutput{
		Title:   new(fit(check.Title, mostTitle)),
		Summary: new(fit(check.Summary, mostOutput)),
		Text:    optional(fit(check.Text, mostOutput)),
	}
}

// actionsOf are the buttons, in GitHub's sizes.
func actionsOf(check Check) []*github.CheckRunAction {
	var actions []*github.CheckRunAction
	for _, a := range check.Actions {
		actions = append(actions, &github.CheckRunAction{
			Label: fit(a.Label, 20), Description: fit(a.Description, 40), Identifier: a.Identifier,
		})
	}
	return actions
}

// optional leaves an empty string out of a request.
func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// timestamp leaves a zero time out of a request.
func timestamp(t time.Time) *github.Timestamp {
	if t.IsZero() {
		return nil
	}
	return &github.Timestamp{Time: t.UTC()}
}
