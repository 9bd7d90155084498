package github

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/go-github/v92/github"

	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
)

// mostPushed is how many commits GitHub names in a push event at most (docs.github.com, "Webhook events and payloads").
const mostPushed = 2048

// translatePush reduces a push event. What is not a branch or a tag, such as the notes of git, has an empty Ref.
func translatePush(p *github.PushEvent) (v1alpha1.Event, error) {
	repo := p.GetRepo()
	owner := repo.GetOwner().GetLogin()
	if owner == "" {
		owner = repo.GetOwner().GetName() // GitHub names owners of a push in its own way
	}
	org, name, err := repository(&github.Repository{
		Name: repo.Name, FullName: repo.FullName, Owner: &github.User{Login: &owner},
	}, p.GetOrganization())
	event := v1alpha1.Event{
		Kind: v1alpha1.KindPush, Org: org, Repo: name, Sender: user(p.GetSender()), Ref: shortRef(p.GetRef()),
		Before: commit(p.GetBefore()), After: pushed(p), Created: p.GetCreated(), Deleted: p.GetDeleted(),
	}
	if !event.Deleted && event.After == "" {
		err = errors.Join(err, errors.New("after is missing"))
	}
	event.Changed, event.ChangedCut = changedBy(p.Commits)
	return event, err
}

// shortRef is the name of a branch or a tag; empty for other refs.
func shortRef(ref string) string {
	for _, kind := range []string{"refs/heads/", "refs/tags/"} {
		if name, ok := strings.CutPrefix(ref, kind); ok {
			return name
		}
	}
	return ""
}

// commit is a commit's name; empty for GitHub's zeros, which stand for none.
func commit(sha string) string {
	if strings.Trim(sha, "0") == "" {
		return ""
	}
	return sha
}

// pushed is the commit that was pushed: for an annotated tag not the tag's own object, but what it points to.
func pushed(p *github.PushEvent) string {
	if id := p.GetHeadCommit().GetID(); id != "" && !p.GetDeleted() {
		return id
	}
	return commit(p.GetAfter())
}

// changedBy lists the paths that commits touch, sorted, as many as fit; cut is true if there are more, or may be.
func changedBy(commits []*github.HeadCommit) (changed []string, cut bool) {
	var all []string
	for _, c := range commits {
		all = slices.Concat(all, c.Added, c.Removed, c.Modified)
	}
	slices.Sort(all)
	size := 0
	for _, path := range slices.Compact(all) {
		if size += len(path); size > v1alpha1.MaxChanged {
			return changed, true
		}
		changed = append(changed, strings.ToValidUTF8(path, "\uFFFD"))
	}
	return changed, len(commits) >= mostPushed
}

// admitPush refuses a push with names that GitHub does not make, and drops the paths where they do not fit.
func admitPush(event *v1alpha1.Event) error {
	err := notLong("ref", event.Ref)
	for name, sha := range map[string]string{"before": event.Before, "after": event.After} {
		if sha != "" && !shaPattern.MatchString(sha) {
			err = errors.Join(err, fmt.Errorf("%s is %.200q", name, sha))
		}
	}
	if !small(event) {
		event.Changed, event.ChangedCut = nil, true
	}
	return err
}
