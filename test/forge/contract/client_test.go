package contract_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-github/v92/github"

	"github.com/bowsprit-ci/bowsprit/test/forge/contract"
)

// requestChecker answers nothing useful and keeps what the contract says of each request.
type requestChecker struct {
	contract *contract.Contract
	sent     int
	err      error
}

func (c *requestChecker) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	c.sent++
	c.err = c.contract.CheckRequest(r, body)
	return &http.Response{
		StatusCode: http.StatusNotFound, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(`{"message":"Not Found"}`)), Request: r,
	}, nil
}

// TestClientRequests sends what GitHub's most used Go client sends: an independent source of right requests.
func TestClientRequests(t *testing.T) {
	const o, r = "o", "r"
	type client = *github.Client
	tests := map[string]func(ctx context.Context, c client){
		"create a check run": func(ctx context.Context, c client) {
			_, _, _ = c.Checks.CreateCheckRun(ctx, o, r, github.CreateCheckRunOptions{
				Name: "unit", HeadSHA: "c0ffee", Status: new("completed"), Conclusion: new("failure"),
				StartedAt: &github.Timestamp{Time: time.Unix(1700000000, 0).UTC()}, DetailsURL: new("https://ci.example.com/1"), ExternalID: new("x"),
				Output: &github.CheckRunOutput{Title: new("t"), Summary: new("s"), Annotations: []*github.CheckRunAnnotation{{
					Path: new("a.go"), StartLine: new(1), EndLine: new(2), AnnotationLevel: new("failure"), Message: new("m"),
				}}},
				Actions: []*github.CheckRunAction{{Label: "Re-run", Description: "d", Identifier: "rerun"}},
			})
		},
		"update a check run": func(ctx context.Context, c client) {
			_, _, _ = c.Checks.UpdateCheckRun(ctx, o, r, 7, github.UpdateCheckRunOptions{Name: "unit", Status: new("in_progress")})
		},
		"list check runs of a ref with a slash": func(ctx context.Context, c client) {
			_, _, _ = c.Checks.ListCheckRunsForRef(ctx, o, r, "feature/x", &github.ListCheckRunsOptions{
				CheckName: new("unit"), Filter: new("latest"), AppID: new(int64(3)), ListOptions: github.ListOptions{PerPage: 100, Page: 2}})
		},
		"re-request a suite": func(ctx context.Context, c client) { _, _ = c.Checks.ReRequestCheckSuite(ctx, o, r, 7) },
		"comment": func(ctx context.Context, c client) {
			_, _, _ = c.Issues.CreateComment(ctx, o, r, 1, github.IssueCommentRequest{Body: "b"})
		},
		"edit a comment": func(ctx context.Context, c client) {
			_, _, _ = c.Issues.UpdateComment(ctx, o, r, 1, github.IssueCommentRequest{Body: "b"})
		},
		"delete a comment": func(ctx context.Context, c client) { _, _ = c.Issues.DeleteComment(ctx, o, r, 1) },
		"list comments": func(ctx context.Context, c client) {
			_, _, _ = c.Issues.ListComments(ctx, o, r, 1, &github.IssueListCommentsOptions{ListOptions: github.ListOptions{Page: 2}})
		},
		"add labels": func(ctx context.Context, c client) {
			_, _, _ = c.Issues.AddLabelsToIssue(ctx, o, r, 1, []string{"lgtm"})
		},
		"replace labels": func(ctx context.Context, c client) {
			_, _, _ = c.Issues.ReplaceLabelsForIssue(ctx, o, r, 1, []string{"lgtm"})
		},
		"remove a label": func(ctx context.Context, c client) {
			_, _ = c.Issues.RemoveLabelForIssue(ctx, o, r, 1, "do-not-merge/hold")
		},
		"create a label": func(ctx context.Context, c client) {
			_, _, _ = c.Issues.CreateLabel(ctx, o, r, github.CreateIssueLabelRequest{Name: "lgtm", Color: new("15dd18")})
		},
		"edit an issue": func(ctx context.Context, c client) {
			_, _, _ = c.Issues.Update(ctx, o, r, 1, github.UpdateIssueRequest{State: new("closed")})
		},
		"get a pull request": func(ctx context.Context, c client) { _, _, _ = c.PullRequests.Get(ctx, o, r, 1) },
		"get a diff": func(ctx context.Context, c client) {
			_, _, _ = c.PullRequests.GetRaw(ctx, o, r, 1, github.RawOptions{Type: github.Diff})
		},
		"list pull requests": func(ctx context.Context, c client) {
			_, _, _ = c.PullRequests.List(ctx, o, r, &github.PullRequestListOptions{State: "open", Head: "o:b", Base: "main", Sort: "created", Direction: "asc"})
		},
		"list files": func(ctx context.Context, c client) {
			_, _, _ = c.PullRequests.ListFiles(ctx, o, r, 1, &github.ListOptions{PerPage: 100})
		},
		"create a pull request": func(ctx context.Context, c client) {
			_, _, _ = c.PullRequests.Create(ctx, o, r, github.CreatePullRequest{Title: new("t"), Head: "b", Base: "main", Body: new("x")})
		},
		"merge": func(ctx context.Context, c client) {
			_, _, _ = c.PullRequests.Merge(ctx, o, r, 1, "msg", &github.PullRequestOptions{SHA: "c0ffee", MergeMethod: "squash"})
		},
		"review": func(ctx context.Context, c client) {
			_, _, _ = c.PullRequests.CreateReview(ctx, o, r, 1, &github.PullRequestReviewRequest{Event: new("APPROVE"), Body: new("b")})
		},
		"ask for reviews": func(ctx context.Context, c client) {
			_, _, _ = c.PullRequests.RequestReviewers(ctx, o, r, 1, github.ReviewersRequest{Reviewers: []string{"ann"}})
		},
		"get contents": func(ctx context.Context, c client) {
			_, _, _, _ = c.Repositories.GetContents(ctx, o, r, ".prow/jobs.yaml", &github.RepositoryContentGetOptions{Ref: "main"})
		},
		"combined status": func(ctx context.Context, c client) {
			_, _, _ = c.Repositories.GetCombinedStatus(ctx, o, r, "main", nil)
		},
		"list branches": func(ctx context.Context, c client) {
			_, _, _ = c.Repositories.ListBranches(ctx, o, r, &github.BranchListOptions{Protected: new(true)})
		},
		"get a branch": func(ctx context.Context, c client) { _, _, _ = c.Repositories.GetBranch(ctx, o, r, "release/1.0", 1) },
		"get protection": func(ctx context.Context, c client) {
			_, _, _ = c.Repositories.GetBranchProtection(ctx, o, r, "release/1.0")
		},
		"permission level":  func(ctx context.Context, c client) { _, _, _ = c.Repositories.GetPermissionLevel(ctx, o, r, "ann") },
		"is a collaborator": func(ctx context.Context, c client) { _, _, _ = c.Repositories.IsCollaborator(ctx, o, r, "ann") },
		"is a member":       func(ctx context.Context, c client) { _, _, _ = c.Organizations.IsMember(ctx, o, "ann") },
		"compare": func(ctx context.Context, c client) {
			_, _, _ = c.Repositories.CompareCommits(ctx, o, r, "main", "feature/x", nil)
		},
		"merge a branch": func(ctx context.Context, c client) {
			_, _, _ = c.Repositories.Merge(ctx, o, r, github.RepositoryMergeRequest{Base: "main", Head: "x"})
		},
		"create a hook": func(ctx context.Context, c client) {
			_, _, _ = c.Repositories.CreateHook(ctx, o, r, &github.Hook{Events: []string{"push"}, Active: new(true), Config: &github.HookConfig{URL: new("https://ci.example.com"), ContentType: new("json"), Secret: new("s")}})
		},
		"list the App's deliveries": func(ctx context.Context, c client) {
			_, _, _ = c.Apps.ListHookDeliveries(ctx, &github.ListCursorOptions{PerPage: 100, Cursor: "v1_1"})
		},
		"redeliver":            func(ctx context.Context, c client) { _, _, _ = c.Apps.RedeliverHookDelivery(ctx, 7) },
		"find an installation": func(ctx context.Context, c client) { _, _, _ = c.Apps.GetRepositoryInstallation(ctx, o, r) },
		"get a ref":            func(ctx context.Context, c client) { _, _, _ = c.Git.GetRef(ctx, o, r, "heads/feature/x") },
		"delete a ref":         func(ctx context.Context, c client) { _, _ = c.Git.DeleteRef(ctx, o, r, "heads/feature/x") },
		"create a blob": func(ctx context.Context, c client) {
			_, _, _ = c.Git.CreateBlob(ctx, o, r, github.Blob{Content: new("x"), Encoding: new("utf-8")})
		},
		"rate limits": func(ctx context.Context, c client) { _, _, _ = c.RateLimit.Get(ctx) },
		"search issues": func(ctx context.Context, c client) {
			_, _, _ = c.Search.Issues(ctx, "is:pr repo:o/r", &github.SearchOptions{Sort: "updated"})
		},
		"an installation's token": func(ctx context.Context, c client) {
			_, _, _ = c.Apps.CreateInstallationToken(ctx, 7, &github.InstallationTokenOptions{
				Repositories: []string{"r"}, Permissions: &github.InstallationPermissions{Checks: new("write")}})
		},
	}
	loaded, err := contract.Load()
	if err != nil {
		t.Fatal(err)
	}
	for name, send := range tests {
		t.Run(name, func(t *testing.T) {
			checker := &requestChecker{contract: loaded}
			client, err := github.NewClient(github.WithHTTPClient(&http.Client{Transport: checker}),
				github.WithEnterpriseURLs("https://github.example.com", "https://github.example.com"), github.WithDisableRateLimitCheck())
			if err != nil {
				t.Fatal(err)
			}
			send(t.Context(), client)
			if checker.err != nil {
				t.Error(checker.err)
			}
			if checker.sent != 1 {
				t.Errorf("%d requests were sent, want 1", checker.sent)
			}
		})
	}
}
