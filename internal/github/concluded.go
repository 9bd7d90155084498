package github

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/google/go-github/v92/github"
)

// ConcludedCheck finds our App's check run of that name and external id on a commit (its SHA in full) that has ended, and
// says its conclusion in GitHub's word and its title. It is not found if there is none, if it still waits or runs, if it
// waits for somebody (action_required), or in token mode: a commit status keeps no external id. Of several, the newest
// counts. It costs one request. Errors as for UpsertCheck.
func (c *Client) ConcludedCheck(ctx context.Context, org, repo, sha, name, externalID string) (conclusion, title string, found bool, err error) {
	if !c.CanWriteChecks() {
		return "", "", false, nil
	}
	gh, err := c.in(ctx, org, repo)
	if err != nil {
		return "", "", false, err
	}
	runs, err := c.findChecks(ctx, gh, checkKey{org: org, repo: repo, sha: sha, name: name, externalID: externalID})
	if err != nil {
		return "", "", false, explain(err, "find check run %q of %s/%s@%s", name, org, repo, sha)
	}
	for _, run := range slices.Backward(runs) {
		if run.GetStatus() == Completed && run.GetConclusion() != actionRequired {
			return run.GetConclusion(), run.GetOutput().GetTitle(), true, nil
		}
	}
	return "", "", false, nil
}

// checkKey is what finds a check run of ours again.
type checkKey struct{ org, repo, sha, name, externalID string }

// keyOf is the key of the check run that a check is about.
func keyOf(check Check) checkKey {
	return checkKey{org: check.Org, repo: check.Repo, sha: check.SHA, name: check.Name, externalID: check.ExternalID}
}

// presentChecks finds our check runs, oldest first. GitHub's list may lag behind a creation, so one whose number is known
// and that is not listed is asked for by its number.
func (c *Client) presentChecks(ctx context.Context, gh *github.Client, check Check) ([]*github.CheckRun, error) {
	key := keyOf(check)
	found, err := c.findChecks(ctx, gh, key)
	listed := slices.ContainsFunc(found, func(run *github.CheckRun) bool { return run.GetID() == check.ID })
	if err != nil || check.ID == 0 || listed {
		return found, err
	}
	run, _, err := gh.Checks.GetCheckRun(ctx, check.Org, check.Repo, check.ID)
	switch {
	case errors.Is(kindOf(err), ErrNotFound):
		return found, nil
	case err != nil:
		return nil, err
	case c.owns(run, key) && run.GetHeadSHA() == key.sha:
		found = append(found, run)
		slices.SortFunc(found, byNumber)
	}
	return found, nil
}

// findChecks looks our check runs of a key up, oldest first. There is one at most unless two processes created it at the
// same time.
func (c *Client) findChecks(ctx context.Context, gh *github.Client, key checkKey) (found []*github.CheckRun, err error) {
	options := &github.ListCheckRunsOptions{
		CheckName: &key.name, AppID: &c.appID, Filter: new("all"), ListOptions: github.ListOptions{PerPage: page},
	}
	for run, err := range gh.Checks.ListCheckRunsForRefIter(ctx, key.org, key.repo, key.sha, options) {
		if err != nil {
			return nil, err
		}
		if c.owns(run, key) {
			found = append(found, run)
		}
	}
	slices.SortFunc(found, byNumber)
	return found, nil
}

// owns is true for a check run of our App with the name and the external id of the key.
func (c *Client) owns(run *github.CheckRun, key checkKey) bool {
	return run.GetApp().GetID() == c.appID && run.GetName() == key.name && run.GetExternalID() == key.externalID
}

// byNumber is the order of age: GitHub numbers check runs as they come.
func byNumber(a, b *github.CheckRun) int { return cmp.Compare(a.GetID(), b.GetID()) }
