package github

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/go-github/v92/github"

	"github.com/bowsprit-ci/bowsprit/triggers"
)

// mostStatuses bounds how many statuses of one commit are read. Jobs of a commit that has more must not be decided on a
// part of them, so that is an error.
const mostStatuses = 10000

// Contexts lists the commit statuses and check runs of a commit, the newest one per name and maker. A status and a check
// run of the same name are two entries, as they are to GitHub.
func (c *Client) Contexts(ctx context.Context, org, repo, sha string) ([]triggers.Context, error) {
	gh, err := c.in(ctx, org, repo)
	if err != nil {
		return nil, err
	}
	bot, err := c.BotLogin(ctx)
	if err != nil {
		return nil, err
	}
	statuses, err := statusContexts(ctx, gh, org, repo, sha, bot)
	if err != nil {
		return nil, explain(err, "list the statuses of %s/%s@%s", org, repo, sha)
	}
	checks, err := c.checkContexts(ctx, gh, org, repo, sha)
	if err != nil {
		return nil, explain(err, "list the check runs of %s/%s@%s", org, repo, sha)
	}
	return append(statuses, checks...), nil
}

// statusContexts reads all statuses, which come newest first, and keeps the newest of each context. The combined status
// would be shorter, but does not say who made them.
func statusContexts(ctx context.Context, gh *github.Client, org, repo, sha, bot string) ([]triggers.Context, error) {
	var found []triggers.Context
	seen, read := map[string]bool{}, 0
	for status, err := range gh.Repositories.ListStatusesIter(ctx, org, repo, sha, &github.ListOptions{PerPage: page}) {
		if err != nil {
			return nil, err
		}
		if read++; read > mostStatuses {
			return nil, fmt.Errorf("it has more than %d statuses", mostStatuses)
		}
		name := strings.ToLower(status.GetContext()) // GitHub does not tell contexts apart by case
		if seen[name] {
			continue
		}
		seen[name] = true
		found = append(found, triggers.Context{
			Name: status.GetContext(), State: triggers.ContextState(status.GetState()),
			Ours: strings.EqualFold(status.GetCreator().GetLogin(), bot),
		})
	}
	return found, nil
}

// checkContexts reads the newest check run of each name of each App.
func (c *Client) checkContexts(ctx context.Context, gh *github.Client, org, repo, sha string) ([]triggers.Context, error) {
	type key struct {
		app  int64
		name string
	}
	newest, order := map[key]*github.CheckRun{}, []key(nil)
	options := &github.ListCheckRunsOptions{Filter: new("latest"), ListOptions: github.ListOptions{PerPage: page}}
	for run, err := range gh.Checks.ListCheckRunsForRefIter(ctx, org, repo, sha, options) {
		if err != nil {
			return nil, err
		}
		k := key{run.GetApp().GetID(), run.GetName()}
		if newest[k] == nil {
			order = append(order, k)
		}
		if newest[k].GetID() < run.GetID() {
			newest[k] = run
		}
	}
	found := make([]triggers.Context, 0, len(order))
	for _, k := range order {
		found = append(found, triggers.Context{
			Name: k.name, State: checkState(newest[k]), Ours: c.appID != 0 && k.app == c.appID,
		})
	}
	return found, nil
}

// checkState says a check run's state in the words of statuses, as required checks count it.
func checkState(run *github.CheckRun) triggers.ContextState {
	if run.GetStatus() != Completed {
		return triggers.StatePending
	}
	switch run.GetConclusion() {
	case "success", "neutral", "skipped":
		return triggers.StateSuccess
	}
	return triggers.StateFailure
}
