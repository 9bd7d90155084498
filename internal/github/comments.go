package github

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/google/go-github/v92/github"
)

// CommentKey names a comment of ours on a pull request or an issue.
type CommentKey struct {
	Org, Repo string
	Number    int
	// Marker tells our comments apart: letters, digits and . _ : / with single hyphens between.
	Marker string
}

// markerPattern keeps a marker from ending the HTML comment in which it hides.
var markerPattern = regexp.MustCompile(`^[A-Za-z0-9._:/]+(-[A-Za-z0-9._:/]+)*$`)

// line is the hidden first line of the comment.
func (k CommentKey) line() string { return "<!-- bowsprit:" + k.Marker + " -->" }

// UpsertComment makes our comment with this marker say body: it is created once, and edited only when it differs. The
// marker is a hidden first line, and counts only in a comment by our own account. body is Markdown; more than GitHub
// takes is cut, with a mark. Errors as for UpsertCheck.
func (c *Client) UpsertComment(ctx context.Context, key CommentKey, body string) error {
	if !markerPattern.MatchString(key.Marker) {
		return fmt.Errorf("comment on %s/%s#%d: %w: marker %q", key.Org, key.Repo, key.Number, ErrInvalid, key.Marker)
	}
	gh, err := c.in(ctx, key.Org, key.Repo)
	if err != nil {
		return err
	}
	present, err := c.findComment(ctx, gh, key)
	if err != nil {
		return explain(err, "list the comments of %s/%s#%d", key.Org, key.Repo, key.Number)
	}
	request := github.IssueCommentRequest{Body: fit(key.line()+"\n"+body, mostComment)}
	switch {
	case present == nil:
		_, _, err = gh.Issues.CreateComment(ctx, key.Org, key.Repo, key.Number, request)
	case !sameText(present.GetBody(), request.Body):
		_, _, err = gh.Issues.UpdateComment(ctx, key.Org, key.Repo, present.GetID(), request)
	}
	return explain(err, "write comment %q on %s/%s#%d", key.Marker, key.Org, key.Repo, key.Number)
}

// findComment finds our oldest comment with the marker; nil if there is none.
func (c *Client) findComment(ctx context.Context, gh *github.Client, key CommentKey) (*github.IssueComment, error) {
	bot, err := c.BotLogin(ctx)
	if err != nil {
		return nil, err
	}
	options := &github.IssueListCommentsOptions{ListOptions: github.ListOptions{PerPage: page}}
	for comment, err := range gh.Issues.ListCommentsIter(ctx, key.Org, key.Repo, key.Number, options) {
		if err != nil {
			return nil, err
		}
		ours := strings.EqualFold(comment.GetUser().GetLogin(), bot)
		if ours && strings.HasPrefix(strings.TrimSpace(comment.GetBody()), key.line()) {
			return comment, nil
		}
	}
	return nil, nil
}

// sameText compares texts as GitHub keeps them: it may change line endings and white space at the ends.
func sameText(a, b string) bool {
	tidy := func(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }
	return tidy(a) == tidy(b)
}

// Label puts a label on a pull request or an issue, or takes it off (remove). Doing so twice is the same as once. GitHub
// creates a label that the repository does not know. Errors as for UpsertCheck.
func (c *Client) Label(ctx context.Context, org, repo string, number int, name string, remove bool) error {
	gh, err := c.in(ctx, org, repo)
	if err != nil {
		return err
	}
	has, err := hasLabel(ctx, gh, org, repo, number, name)
	if err != nil || has != remove {
		return explain(err, "list the labels of %s/%s#%d", org, repo, number)
	}
	if !remove {
		_, _, err = gh.Issues.AddLabelsToIssue(ctx, org, repo, number, []string{name})
		return explain(err, "add label %q to %s/%s#%d", name, org, repo, number)
	}
	_, err = gh.Issues.RemoveLabelForIssue(ctx, org, repo, number, url.PathEscape(name))
	err = explain(err, "remove label %q from %s/%s#%d", name, org, repo, number)
	if errors.Is(err, ErrNotFound) {
		return nil // somebody else was faster
	}
	return err
}

// hasLabel says whether a label is on. GitHub does not tell labels apart by case.
func hasLabel(ctx context.Context, gh *github.Client, org, repo string, number int, name string) (bool, error) {
	for label, err := range gh.Issues.ListLabelsByIssueIter(ctx, org, repo, number, &github.ListOptions{PerPage: page}) {
		if err != nil {
			return false, err
		}
		if strings.EqualFold(label.GetName(), name) {
			return true, nil
		}
	}
	return false, nil
}
