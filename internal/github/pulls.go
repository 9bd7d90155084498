package github

import (
	"context"
	"errors"

	"github.com/google/go-github/v92/github"

	"github.com/bowsprit-ci/bowsprit/triggers"
)

// page is the size of pages that is asked for, the most that GitHub gives.
const page = 100

// mostFiles is how many changed files GitHub lists at most (docs.github.com, "List pull requests files").
const mostFiles = 3000

// PullRequest reads a pull request. BaseSHA is the present tip of its base branch; when a closed pull request's base branch
// is gone, it is the tip that GitHub recorded. Org and Repo are as asked.
func (c *Client) PullRequest(ctx context.Context, org, repo string, number int) (triggers.PullRequest, error) {
	gh, err := c.in(ctx, org, repo)
	if err != nil {
		return triggers.PullRequest{}, err
	}
	pull, _, err := gh.PullRequests.Get(ctx, org, repo, number)
	if err != nil {
		return triggers.PullRequest{}, explain(err, "read pull request %s/%s#%d", org, repo, number)
	}
	tip, err := c.baseTip(ctx, gh, org, repo, pull)
	if err != nil {
		return triggers.PullRequest{}, err
	}
	return pullRequest(org, repo, tip, pull), nil
}

// baseTip reads the present tip of a pull request's base branch.
func (c *Client) baseTip(ctx context.Context, gh *github.Client, org, repo string, pull *github.PullRequest) (string, error) {
	branch := pull.GetBase().GetRef()
	ref, _, err := gh.Git.GetRef(ctx, org, repo, "heads/"+branch)
	err = explain(err, "read the tip of %s in %s/%s", branch, org, repo)
	if errors.Is(err, ErrNotFound) && pull.GetState() == "closed" {
		return pull.GetBase().GetSHA(), nil
	}
	return ref.GetObject().GetSHA(), err
}

// pullRequest reduces GitHub's pull request to what the mind asks for.
func pullRequest(org, repo, baseTip string, pull *github.PullRequest) triggers.PullRequest {
	var labels []string
	for _, label := range pull.Labels {
		labels = append(labels, label.GetName())
	}
	return triggers.PullRequest{
		Org: org, Repo: repo, Number: pull.GetNumber(),
		Title: pull.GetTitle(), Author: pull.GetUser().GetLogin(),
		Draft: pull.GetDraft(), Closed: pull.GetState() == "closed", Mergeable: pull.Mergeable,
		HeadSHA: pull.GetHead().GetSHA(), HeadRef: pull.GetHead().GetRef(),
		Fork:    pull.GetHead().GetRepo().GetID() != pull.GetBase().GetRepo().GetID(),
		BaseRef: pull.GetBase().GetRef(), BaseSHA: baseTip, MergeSHA: pull.GetMergeCommitSHA(),
		Labels: labels, URL: pull.GetHTMLURL(),
	}
}

// ChangedFiles lists the paths that a pull request touches, by their new names. GitHub tells no more than the first 3000.
func (c *Client) ChangedFiles(ctx context.Context, org, repo string, number int) ([]string, error) {
	gh, err := c.in(ctx, org, repo)
	if err != nil {
		return nil, err
	}
	var paths []string
	for file, err := range gh.PullRequests.ListFilesIter(ctx, org, repo, number, &github.ListOptions{PerPage: page}) {
		if err != nil {
			return nil, explain(err, "list the changed files of %s/%s#%d", org, repo, number)
		}
		if paths = append(paths, file.GetFilename()); len(paths) == mostFiles {
			break
		}
	}
	return paths, nil
}
