package triggers

import (
	"context"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// World is the mind's one window on the present: six questions to GitHub. Tests answer them from a plain struct.
// Every method returns an error only when the answer could not be had; nothing is ever decided on an error.
type World interface {
	// PullRequest reads a pull request, with the base branch's present tip as BaseSHA.
	PullRequest(ctx context.Context, org, repo string, number int) (PullRequest, error)
	// ChangedFiles lists the repo-relative paths that the pull request touches (for a rename, the new name).
	ChangedFiles(ctx context.Context, org, repo string, number int) ([]string, error)
	// Trusted says whether a login may start jobs in org/repo, by Prow's rule (TrustPolicy).
	Trusted(ctx context.Context, org, repo, login string, policy TrustPolicy) (bool, error)
	// Contexts lists the commit statuses and check runs of a commit, the newest one per name.
	Contexts(ctx context.Context, org, repo, sha string) ([]Context, error)
	// PushedFiles lists the repo-relative paths that differ between two commits of a branch or tag. An empty before means a
	// new ref: then what after adds to the default branch. complete is false if there are more than GitHub lists.
	PushedFiles(ctx context.Context, org, repo, before, after string) (files []string, complete bool, err error)
	// BotLogin is the login under which Bowsprit itself comments, so that it never answers itself.
	BotLogin(ctx context.Context) (string, error)
}

// PullRequest is the present state of a pull request.
type PullRequest struct {
	Org, Repo string
	Number    int
	// Title is untrusted text.
	Title string
	// Author is the login of who opened it.
	Author string
	Draft  bool
	Closed bool
	// Mergeable is nil while GitHub has not computed it, which counts as mergeable (Prow does so too).
	Mergeable *bool
	// Fork is true if the head is in another repository than the base.
	Fork bool
	// MergeSHA is the commit that GitHub made of the base with the head merged in; empty while there is none.
	MergeSHA string
	// HeadSHA is the commit that would be tested; HeadRef its branch name, untrusted.
	HeadSHA, HeadRef string
	// BaseRef is the branch it wants into, BaseSHA that branch's present tip.
	BaseRef, BaseSHA string
	Labels           []string
	// URL is the pull request's page.
	URL string
}

// refs is the pull request as something to test.
func (p PullRequest) refs() prow.Refs {
	return prow.Refs{Org: p.Org, Repo: p.Repo, BaseRef: p.BaseRef, BaseSHA: p.BaseSHA, Pulls: []prow.Pull{{
		Number: p.Number, Author: p.Author, SHA: p.HeadSHA, Title: p.Title, HeadRef: p.HeadRef,
	}}}
}

// ContextState is the state of a context, in the words of GitHub's commit statuses.
type ContextState string

// The states of a context. A check run counts as pending until it is completed; then success, neutral and skipped count
// as success, everything else as failure.
const (
	StateSuccess ContextState = "success"
	StateFailure ContextState = "failure"
	StateError   ContextState = "error"
	StatePending ContextState = "pending"
)

// Context is a commit status or a check run of a commit.
type Context struct {
	Name  string
	State ContextState
	// Ours is true when it was certainly made by Bowsprit: a check run of its own App, or a status by its own account.
	Ours bool
}

// TrustPolicy is the part of Prow's `triggers[]` entry that says whom to trust.
type TrustPolicy struct {
	// OnlyOrgMembers leaves collaborators out.
	OnlyOrgMembers bool
	// TrustedOrg is a further organisation whose members are trusted; empty for none.
	TrustedOrg string
	// TrustedApps are names of Apps whose bot accounts (NAME[bot]) are trusted.
	TrustedApps []string
	// IgnoreOkToTest turns `/ok-to-test` off.
	IgnoreOkToTest bool
}
