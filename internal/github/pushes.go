package github

import (
	"context"
	"strings"

	"github.com/google/go-github/v92/github"
)

// mostCompared is how many files GitHub lists of a comparison at most (docs.github.com, "Compare two commits").
const mostCompared = 300

// PushedFiles lists the paths that differ between two commits, by their new names, and by their old ones where they were
// renamed. An empty before means a new ref, which is compared with the default branch. complete is false if GitHub lists
// as many as it lists at most.
func (c *Client) PushedFiles(ctx context.Context, org, repo, before, after string) (files []string, complete bool, err error) {
	gh, err := c.in(ctx, org, repo)
	if err != nil {
		return nil, false, err
	}
	if before == "" {
		found, _, err := gh.Repositories.Get(ctx, org, repo)
		if err != nil {
			return nil, false, explain(err, "find the default branch of %s/%s", org, repo)
		}
		before = found.GetDefaultBranch()
	}
	diff, _, err := gh.Repositories.CompareCommits(ctx, org, repo, before, after, &github.ListOptions{PerPage: 1})
	if err != nil {
		return nil, false, explain(err, "compare %.12s with %.12s in %s/%s", before, after, org, repo)
	}
	for _, f := range diff.Files {
		files = append(files, strings.ToValidUTF8(f.GetFilename(), "\uFFFD"))
		if old := f.GetPreviousFilename(); old != "" {
			files = append(files, strings.ToValidUTF8(old, "\uFFFD"))
		}
	}
	return files, len(diff.Files) < mostCompared, nil
}
