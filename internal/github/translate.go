package github

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/google/go-github/v92/github"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
)

// mostEvent is the size of an event as JSON at most (DESIGN: a hint of what to look at).
const mostEvent = 8 << 10

// The actions that something handles, by kind (triggers.Decide; a test holds both together). A comment is an order at the
// moment of its creation only: an edit could put words into the mouth of whoever wrote it.
var handled = map[v1alpha1.EventKind][]string{
	v1alpha1.KindPullRequest: {
		"opened", "reopened", "synchronize", "edited", "labeled", "closed", "ready_for_review", "converted_to_draft",
	},
	v1alpha1.KindIssueComment: {"created"},
	v1alpha1.KindCheckRun:     {"rerequested"},
	v1alpha1.KindPush:         {""}, // a push has no action
}

// Translate reduces a webhook's payload to an Event of at most 8 KiB as JSON. kind is the X-GitHub-Event header. It returns
// false and no error when nothing handles it: another kind or action, a comment that is not on a pull request or holds no
// command, a label that means nothing to triggers, an edit that leaves the base branch alone, a push of what is neither a
// branch nor a tag.
//
// The payload must already be authenticated. The header is not part of what GitHub signs, so a payload that does not fit
// its kind, or that names two different repositories or pull requests, is an error.
func Translate(kind string, payload []byte) (v1alpha1.Event, bool, error) {
	actions, known := handled[v1alpha1.EventKind(kind)]
	if !known {
		return v1alpha1.Event{}, false, nil
	}
	var head struct {
		Action string `json:"action"`
	}
	if err := json.Unmarshal(payload, &head); err != nil {
		return v1alpha1.Event{}, false, fmt.Errorf("read %s payload: %w", kind, err)
	}
	if !slices.Contains(actions, head.Action) {
		return v1alpha1.Event{}, false, nil
	}
	parsed, err := github.ParseWebHook(kind, payload)
	if err != nil {
		return v1alpha1.Event{}, false, fmt.Errorf("read %s payload: %w", kind, err)
	}
	event, concerns, err := translate(parsed)
	if err != nil {
		return v1alpha1.Event{}, false, fmt.Errorf("read %s payload: %w", kind, err)
	}
	return event, concerns, nil
}

// translate reduces a parsed payload; false if nothing handles it.
func translate(parsed any) (event v1alpha1.Event, concerns bool, err error) {
	switch p := parsed.(type) {
	case *github.PullRequestEvent:
		event, err = translatePull(p)
	case *github.IssueCommentEvent:
		if p.Issue != nil && p.Issue.PullRequestLinks == nil {
			return v1alpha1.Event{}, false, nil
		}
		event, err = translateComment(p)
	case *github.CheckRunEvent:
		event, err = translateCheckRun(p)
	case *github.PushEvent:
		event, err = translatePush(p)
	default:
		return v1alpha1.Event{}, false, fmt.Errorf("unexpected type %T", parsed)
	}
	if err != nil {
		return v1alpha1.Event{}, false, err
	}
	if err := admit(&event); err != nil || !matters(event) {
		return v1alpha1.Event{}, false, err
	}
	return event, true, nil
}

// The labels that triggers looks at: it answers that they grant nothing.
var labels = []string{"ok-to-test", "lgtm"}

// matters is false for an event of a kind and action that something handles, if nothing handles this one.
func matters(event v1alpha1.Event) bool {
	switch {
	case event.Comment != nil:
		return len(ordersOf(event.Comment.Body)) > 0
	case event.Action == "labeled":
		return slices.Contains(labels, event.Label)
	case event.Action == "edited":
		return event.BaseChanged
	case event.Kind == v1alpha1.KindPush:
		return event.Ref != ""
	}
	return true
}

// translatePull reduces a pull_request event.
func translatePull(p *github.PullRequestEvent) (v1alpha1.Event, error) {
	pull := p.GetPullRequest()
	if pull == nil {
		return v1alpha1.Event{}, errors.New("pull_request is missing")
	}
	org, repo, err := repository(p.GetRepo(), p.GetOrganization())
	base := pull.GetBase().GetRepo()
	err = errors.Join(err,
		same("number", p.GetNumber(), "pull_request.number", pull.GetNumber()),
		sameName("repository.full_name", p.GetRepo().GetFullName(), "pull_request.base.repo.full_name", base.GetFullName()),
		same("repository.id", p.GetRepo().GetID(), "pull_request.base.repo.id", base.GetID()),
	)
	event := v1alpha1.Event{
		Kind: v1alpha1.KindPullRequest, Action: p.GetAction(), Org: org, Repo: repo, Number: pull.GetNumber(),
		HeadSHA: pull.GetHead().GetSHA(), BaseChanged: p.GetChanges().GetBase() != nil, Sender: user(p.GetSender()),
	}
	if event.Action == "labeled" {
		event.Label = p.GetLabel().GetName()
	}
	return event, err
}

// translateComment reduces an issue_comment event on a pull request.
func translateComment(p *github.IssueCommentEvent) (v1alpha1.Event, error) {
	issue, comment := p.GetIssue(), p.GetComment()
	if issue == nil || comment == nil {
		return v1alpha1.Event{}, errors.New("issue or comment is missing")
	}
	org, repo, err := repository(p.GetRepo(), p.GetOrganization())
	home := fmt.Sprintf("/repos/%s/%s", org, repo)
	err = errors.Join(err,
		leadsTo("issue.repository_url", issue.GetRepositoryURL(), home),
		leadsTo("issue.pull_request.url", issue.GetPullRequestLinks().GetURL(), fmt.Sprintf("%s/pulls/%d", home, issue.GetNumber())),
		leadsTo("comment.issue_url", comment.GetIssueURL(), fmt.Sprintf("%s/issues/%d", home, issue.GetNumber())),
	)
	return v1alpha1.Event{
		Kind: v1alpha1.KindIssueComment, Action: p.GetAction(), Org: org, Repo: repo, Number: issue.GetNumber(),
		Sender: user(p.GetSender()),
		Comment: &v1alpha1.Comment{
			ID: comment.GetID(), Author: user(comment.GetUser()), URL: comment.GetHTMLURL(),
			Body:      strings.ToValidUTF8(comment.GetBody(), "\uFFFD"),
			CreatedAt: metav1.NewTime(comment.GetCreatedAt().Time),
		},
	}, err
}

// translateCheckRun reduces a check_run event. Its number stays 0 when GitHub does not name exactly one pull request: it
// names none for forks.
func translateCheckRun(p *github.CheckRunEvent) (v1alpha1.Event, error) {
	run := p.GetCheckRun()
	if run == nil {
		return v1alpha1.Event{}, errors.New("check_run is missing")
	}
	org, repo, err := repository(p.GetRepo(), p.GetOrg())
	err = errors.Join(err,
		leadsTo("check_run.url", run.GetURL(), fmt.Sprintf("/repos/%s/%s/check-runs/%d", org, repo, run.GetID())))
	if suite := run.GetCheckSuite(); suite.GetHeadSHA() != "" {
		err = errors.Join(err, same("check_run.head_sha", run.GetHeadSHA(), "check_run.check_suite.head_sha", suite.GetHeadSHA()))
	}
	return v1alpha1.Event{
		Kind: v1alpha1.KindCheckRun, Action: p.GetAction(), Org: org, Repo: repo,
		Number: onlyPull(run.PullRequests, p.GetRepo().GetID()), HeadSHA: run.GetHeadSHA(), Sender: user(p.GetSender()),
		CheckRun: &v1alpha1.CheckRun{ID: run.GetID(), Name: run.GetName(), ExternalID: run.GetExternalID()},
	}, err
}

// onlyPull is the number of the one pull request into this repository; 0 if there is none or more than one.
func onlyPull(pulls []*github.PullRequest, repository int64) (number int) {
	for _, pull := range pulls {
		if pull.GetBase().GetRepo().GetID() != repository {
			continue
		}
		if number != 0 {
			return 0
		}
		number = pull.GetNumber()
	}
	return number
}

// repository is the repository of an event, whose parts must agree.
func repository(repo *github.Repository, org *github.Organization) (owner, name string, err error) {
	owner, name = repo.GetOwner().GetLogin(), repo.GetName()
	err = same("repository.full_name", repo.GetFullName(), "repository.owner.login/name", owner+"/"+name)
	if org.GetLogin() != "" {
		err = errors.Join(err, sameName("organization.login", org.GetLogin(), "repository.owner.login", owner))
	}
	return owner, name, err
}

// user reduces an account.
func user(u *github.User) v1alpha1.User {
	return v1alpha1.User{Login: u.GetLogin(), ID: u.GetID(), Bot: u.GetType() == "Bot"}
}

// same says that two places of a payload must hold the same.
func same[T comparable](aName string, a T, bName string, b T) error {
	if a == b {
		return nil
	}
	return fmt.Errorf("the payload contradicts itself: %s is %.200q, %s is %.200q", aName, fmt.Sprint(a), bName, fmt.Sprint(b))
}

// sameName is same for names, which GitHub does not tell apart by case.
func sameName(aName, a, bName, b string) error {
	return same(aName, strings.ToLower(a), bName, strings.ToLower(b))
}

// leadsTo says that an API URL must end in a path. A URL that is absent says nothing.
func leadsTo(name, url, path string) error {
	if url == "" || strings.HasSuffix(strings.ToLower(url), strings.ToLower(path)) {
		return nil
	}
	return fmt.Errorf("the payload contradicts itself: %s is %.200q, which is not %.200q", name, url, path)
}

// What names look like on GitHub, and how long texts may be that are not cut.
var (
	repoPattern = regexp.MustCompile(`^[A-Za-z0-9._-]{1,100}$`)
	shaPattern  = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`)
)

// mostName is the longest label, check name or external id that is taken, in bytes. GitHub's own limits are below.
const mostName = 512

// admit refuses events with names that GitHub does not make, and abridges a comment until the event is small enough.
func admit(event *v1alpha1.Event) error {
	err := errors.Join(
		fits("repository.owner.login", event.Org, loginPattern),
		fits("repository.name", event.Repo, repoPattern),
		fits("sender.login", event.Sender.Login, loginPattern),
		notLong("label.name", event.Label),
	)
	if event.Repo == "." || event.Repo == ".." {
		err = errors.Join(err, fmt.Errorf("repository.name is %q", event.Repo))
	}
	if event.Kind == v1alpha1.KindPush {
		return errors.Join(err, admitPush(event))
	}
	if event.Kind != v1alpha1.KindIssueComment {
		err = errors.Join(err, fits("head sha", event.HeadSHA, shaPattern))
	}
	if event.Kind != v1alpha1.KindCheckRun && event.Number <= 0 {
		err = errors.Join(err, fmt.Errorf("number is %d", event.Number))
	}
	if c := event.Comment; c != nil {
		err = errors.Join(err, fits("comment.user.login", c.Author.Login, loginPattern))
		if len(c.URL) > mostName {
			c.URL = "" // only a convenience
		}
	}
	if c := event.CheckRun; c != nil {
		err = errors.Join(err, notLong("check_run.name", c.Name), notLong("check_run.external_id", c.ExternalID))
	}
	if err != nil {
		return err
	}
	return shorten(event)
}

// fits refuses a name of the wrong form.
func fits(name, value string, form *regexp.Regexp) error {
	if form.MatchString(value) {
		return nil
	}
	return fmt.Errorf("%s is %.200q", name, value)
}

// notLong refuses a name that no one gives.
func notLong(name, value string) error {
	if len(value) <= mostName {
		return nil
	}
	return fmt.Errorf("%s is %d bytes long, more than %d", name, len(value), mostName)
}

// shorten abridges a comment so that it has at most MaxCommentBody bytes, and the event at most mostEvent as JSON, in
// which one byte may become six.
func shorten(event *v1alpha1.Event) error {
	if c := event.Comment; c != nil {
		c.Body = abridge(c.Body, func(body string) bool {
			c.Body = body
			return len(body) <= v1alpha1.MaxCommentBody && small(event)
		})
	}
	if !small(event) {
		return fmt.Errorf("the event is larger than %d bytes", mostEvent)
	}
	return nil
}

// small is true for an event of at most mostEvent bytes as JSON.
func small(event *v1alpha1.Event) bool {
	text, err := json.Marshal(event)
	return err == nil && len(text) <= mostEvent
}
