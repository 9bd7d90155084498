package dispatcher

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync/atomic"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/bowsprit-ci/bowsprit/api/catalog"
	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
	"github.com/bowsprit-ci/bowsprit/internal/github"
	"github.com/bowsprit-ci/bowsprit/triggers"
)

// remembered is how many repositories' own configurations are kept. Each takes a few MiB at most.
const remembered = 64

// Mind decides about events with the jobs that hold for them: those of the central configuration and, where that allows
// it, those that the repository defines itself in .prow/ or .prow.yaml. Make it with NewMind.
type Mind struct {
	World triggers.World
	// Catalog is the central configuration as it is now.
	Catalog func() *catalog.Catalog
	// Files reads files of a commit; the text is the same for the same content.
	Files func(ctx context.Context, org, repo, commit string, names ...string) (fs.FS, string, error)

	known *lru.Cache[own, catalogs]
	// central is what known was made from.
	central atomic.Pointer[catalog.Catalog]
}

// own names a repository's own configuration.
type own struct{ org, repo, text string }

type catalogs struct {
	central  *catalog.Catalog
	all      *catalog.Catalog
	problems prow.Problems
}

// Judgement is a plan, and what is wrong with the repository's own configuration.
type Judgement struct {
	triggers.Plan
	// SHA is the commit whose configuration is broken, Broken what is wrong with it; nil if nothing is.
	SHA    string
	Broken prow.Problems
	// Tree is a commit whose files are those that the plan's runs test: the pushed one, or GitHub's merge of head and base;
	// empty if there is none. Config is the configuration that was decided by.
	Tree   string
	Config *prow.Config
}

// NewMind makes a mind.
func NewMind(w triggers.World, central func() *catalog.Catalog, files func(ctx context.Context, org, repo, commit string, names ...string) (fs.FS, string, error)) *Mind {
	known, _ := lru.New[own, catalogs](remembered) // fails only for a size below 1
	return &Mind{World: w, Catalog: central, Files: files, known: known}
}

// Decide says what an event calls for. A repository's own configuration that is broken takes no central job out of
// service: the plan is made from those, and what is broken is told. An error means that GitHub could not be asked.
func (m *Mind) Decide(ctx context.Context, ev v1alpha1.Event) (Judgement, error) {
	w := &pinned{World: m.World}
	cat, sha, broken, err := m.catalog(ctx, ev, w)
	if err != nil {
		return Judgement{}, err
	}
	plan, err := triggers.Decide(ctx, ev, w, cat)
	return Judgement{Plan: plan, SHA: sha, Broken: broken, Tree: w.tree(ev), Config: cat.Config()}, err
}

// catalog gives the jobs that hold for an event.
func (m *Mind) catalog(ctx context.Context, ev v1alpha1.Event, w triggers.World) (*catalog.Catalog, string, prow.Problems, error) {
	central := m.Catalog()
	if !central.InRepoEnabled(ev.Org, ev.Repo) {
		return central, "", nil, nil
	}
	commit, head, err := configCommit(ctx, ev, w, triggers.PolicyOf(central.Trust(ev.Org, ev.Repo)))
	if err != nil || commit == "" {
		return central, "", nil, err
	}
	files, text, err := m.Files(ctx, ev.Org, ev.Repo, commit, ".prow", ".prow.yaml")
	if large, ok := errors.AsType[*github.TooLargeError](err); ok {
		return central, head, prow.Problems{{Severity: prow.SeverityError, Code: "in-repo-size", Message: large.Error()}}, nil
	}
	if err != nil || text == "" {
		return central, "", nil, err
	}
	if m.central.Swap(central) != central {
		m.known.Purge() // they were merged with a central configuration that is gone
	}
	key := own{ev.Org, ev.Repo, text}
	both, ok := m.known.Get(key)
	ok = ok && both.central == central
	if !ok {
		both.central = central
		both.all, both.problems = central.WithInRepo(ev.Org, ev.Repo, files)
		m.known.Add(key, both)
	}
	if both.all == nil {
		return central, head, both.problems.Errors(), nil
	}
	return both.all, "", nil, nil
}

// configCommit is the commit whose configuration holds for an event, and the commit on which its errors are shown: for a
// pull request the one that merges its head into the base, as in Prow, so that a change of the jobs is tested by itself;
// for a push what was pushed. Both are empty where nothing will run, and where nobody trusted has looked: what a stranger
// pushes to a fork is not read before a comment, such as the one that lets it run.
func configCommit(ctx context.Context, ev v1alpha1.Event, w triggers.World, policy triggers.TrustPolicy) (commit, head string, err error) {
	if ev.Kind == v1alpha1.KindPush {
		return ev.After, ev.After, nil
	}
	if ev.Number == 0 {
		return "", "", nil
	}
	pr, err := w.PullRequest(ctx, ev.Org, ev.Repo, ev.Number)
	switch {
	case err != nil:
		return "", "", err
	case pr.Closed || pr.Mergeable != nil && !*pr.Mergeable:
		return "", "", nil
	}
	if trusted, err := w.Trusted(ctx, ev.Org, ev.Repo, pr.Author, policy); err != nil || pr.Fork && !trusted && ev.Kind != v1alpha1.KindIssueComment {
		return "", "", err
	}
	if pr.Mergeable == nil || pr.MergeSHA == "" {
		return "", "", fmt.Errorf("read the jobs of %s/%s#%d: GitHub has not merged it for a test yet", ev.Org, ev.Repo, ev.Number)
	}
	return pr.MergeSHA, pr.HeadSHA, nil
}

// pinned is a world in which a pull request stays as it was first seen, so that jobs and head belong together.
type pinned struct {
	triggers.World
	seen *triggers.PullRequest
}

// tree is the commit that holds what an event's runs test.
func (p *pinned) tree(ev v1alpha1.Event) string {
	switch {
	case p.seen == nil:
		return ev.After
	case p.seen.Mergeable == nil || !*p.seen.Mergeable:
		return "" // what GitHub shows may be the merge of an earlier head
	}
	return p.seen.MergeSHA
}

// PullRequest reads a pull request once.
func (p *pinned) PullRequest(ctx context.Context, org, repo string, number int) (triggers.PullRequest, error) {
	if p.seen != nil && p.seen.Number == number {
		return *p.seen, nil
	}
	pr, err := p.World.PullRequest(ctx, org, repo, number)
	if err == nil {
		p.seen = &pr
	}
	return pr, err
}
