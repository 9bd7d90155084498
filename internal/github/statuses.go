package github

import (
	"context"
	"strings"

	"github.com/google/go-github/v92/github"
)

// Status is what a commit status shall say: the report in token mode.
type Status struct {
	Org, Repo string
	// SHA is the commit that it is about, in full.
	SHA string
	// Context is its name, as in branch protection.
	Context string
	// State is GitHub's word: pending, success, failure or error.
	State string
	// Description is one line of at most 140 bytes; more is cut, with a mark.
	Description string
	// TargetURL is the page behind "Details"; empty for none.
	TargetURL string
}

// SetStatus makes the newest status of s.Context on the commit say what s says. It writes nothing if that is so already
// and the status is ours, and may therefore be repeated. Errors as for UpsertCheck.
func (c *Client) SetStatus(ctx context.Context, s Status) error {
	s.Description = fit(s.Description, mostDescription)
	gh, err := c.in(ctx, s.Org, s.Repo)
	if err != nil {
		return err
	}
	bot, err := c.BotLogin(ctx)
	if err != nil {
		return err
	}
	newest, err := newestStatus(ctx, gh, s)
	if err != nil {
		return explain(err, "read status %q of %s/%s@%s", s.Context, s.Org, s.Repo, s.SHA)
	}
	if newest != nil && strings.EqualFold(newest.GetCreator().GetLogin(), bot) && statusSays(newest, s) {
		return nil
	}
	_, _, err = gh.Repositories.CreateStatus(ctx, s.Org, s.Repo, s.SHA, github.RepoStatus{
		State: &s.State, Context: &s.Context, Description: &s.Description, TargetURL: optional(s.TargetURL),
	})
	return explain(err, "write status %q of %s/%s@%s", s.Context, s.Org, s.Repo, s.SHA)
}

// newestStatus finds the newest status of a context; nil if there is none. GitHub lists them newest first.
func newestStatus(ctx context.Context, gh *github.Client, s Status) (*github.RepoStatus, error) {
	for status, err := range gh.Repositories.ListStatusesIter(ctx, s.Org, s.Repo, s.SHA, &github.ListOptions{PerPage: page}) {
		if err != nil {
			return nil, err
		}
		if strings.EqualFold(status.GetContext(), s.Context) {
			return status, nil
		}
	}
	return nil, nil
}

// statusSays says that a status needs no writing.
func statusSays(present *github.RepoStatus, want Status) bool {
	return present.GetState() == want.State && present.GetDescription() == want.Description &&
		present.GetTargetURL() == want.TargetURL
}
