package forge

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// searchQualifiers says which pull requests a qualifier finds:
// https://docs.github.com/en/search-github/searching-on-github/searching-issues-and-pull-requests
var searchQualifiers = map[string]func(q *graphQuery, p *pull, value string) bool{
	"repo":  func(_ *graphQuery, p *pull, v string) bool { return strings.EqualFold(p.repo.fullName(), v) },
	"org":   func(_ *graphQuery, p *pull, v string) bool { return strings.EqualFold(p.repo.owner.login, v) },
	"user":  func(_ *graphQuery, p *pull, v string) bool { return strings.EqualFold(p.repo.owner.login, v) },
	"is":    func(_ *graphQuery, p *pull, v string) bool { return searchIs(p, v) },
	"type":  func(_ *graphQuery, p *pull, v string) bool { return searchIs(p, v) },
	"state": func(_ *graphQuery, p *pull, v string) bool { return searchIs(p, v) },
	"label": func(_ *graphQuery, p *pull, v string) bool {
		return slices.ContainsFunc(strings.Split(v, ","), p.hasLabelFold)
	},
	"base":     func(_ *graphQuery, p *pull, v string) bool { return p.base.ref == v },
	"head":     func(_ *graphQuery, p *pull, v string) bool { return strings.HasPrefix(p.head.ref, v) },
	"author":   func(_ *graphQuery, p *pull, v string) bool { return sameLogin(p.author, v) },
	"assignee": func(_ *graphQuery, p *pull, v string) bool { return hasLogin(p.assignees, v) },
	"milestone": func(_ *graphQuery, p *pull, v string) bool {
		return p.milestone != nil && strings.EqualFold(p.milestone.title, v)
	},
	"no":       func(_ *graphQuery, p *pull, v string) bool { return searchNo(p, v) },
	"draft":    func(_ *graphQuery, p *pull, v string) bool { return fmt.Sprint(p.draft) == v },
	"archived": func(_ *graphQuery, p *pull, v string) bool { return fmt.Sprint(p.repo.archived) == v },
	"review":   func(q *graphQuery, p *pull, v string) bool { return q.searchReview(p, v) },
	"status":   func(_ *graphQuery, p *pull, v string) bool { return searchStatus(p, v) },
	"created":  func(_ *graphQuery, p *pull, v string) bool { return withinRange(p.created, v) },
	"updated":  func(_ *graphQuery, p *pull, v string) bool { return withinRange(p.updated, v) },
	"sort":     func(*graphQuery, *pull, string) bool { return true },
	"": func(_ *graphQuery, p *pull, v string) bool {
		return strings.Contains(strings.ToLower(p.title+"\n"+p.body), strings.ToLower(v))
	},
}

// alternatives are the qualifiers of which one is enough when they come several times; of the others all must hold.
var alternatives = []string{"repo", "org", "user", "author", "base", "head", "assignee"}

// complainAbout reports qualifiers that nothing knows: GitHub takes them for text, finds nothing and says nothing.
func (q *graphQuery) complainAbout(terms []searchTerm) {
	for _, t := range terms {
		if searchQualifiers[t.qualifier] == nil {
			q.complaints = append(q.complaints, fmt.Errorf("GraphQL search: unknown qualifier %q in %s:%s", t.qualifier, t.qualifier, t.value))
		}
	}
}

// matches says whether a search finds a pull request or an issue.
func (q *graphQuery) matches(terms []searchTerm, p *pull) bool {
	oneOf := map[string]bool{}
	for _, t := range terms {
		finds := searchQualifiers[t.qualifier]
		if finds == nil {
			return false
		}
		found := finds(q, p, t.value)
		group := t.group()
		switch {
		case t.not && found, !t.not && group == "" && !found:
			return false
		case !t.not && group != "":
			oneOf[group] = oneOf[group] || found
		}
	}
	for _, found := range oneOf {
		if !found {
			return false
		}
	}
	return true
}

// group names the terms of which one is enough; org, user and repo are one group.
func (t searchTerm) group() string {
	switch {
	case !slices.Contains(alternatives, t.qualifier):
		return ""
	case t.qualifier == "org" || t.qualifier == "user":
		return "repo"
	}
	return t.qualifier
}

func searchIs(p *pull, value string) bool {
	switch value {
	case "pr":
		return !p.isIssue
	case "issue":
		return p.isIssue
	case "open", "closed":
		return p.state() == value
	case "merged":
		return p.merged
	case "unmerged":
		return p.closed && !p.merged
	case "draft":
		return p.draft
	case "public", "private":
		return p.repo.private == (value == "private")
	case "locked":
		return p.locked
	}
	return false
}

func searchNo(p *pull, value string) bool {
	switch value {
	case "label":
		return len(p.labels) == 0
	case "milestone":
		return p.milestone == nil
	case "assignee":
		return len(p.assignees) == 0
	}
	return false
}

func (q *graphQuery) searchReview(p *pull, value string) bool {
	decision := q.f.reviewDecision(p)
	switch value {
	case "none":
		return len(p.reviews) == 0
	case "required":
		return decision == "REVIEW_REQUIRED"
	case "approved", "changes_requested":
		return decision == strings.ToUpper(value)
	}
	return false
}

// searchStatus compares the rollup of the head's checks and statuses.
func searchStatus(p *pull, value string) bool {
	runs, statuses := p.repo.latestRuns(p.head.sha), p.repo.latestStatuses(p.head.sha)
	if len(runs)+len(statuses) == 0 {
		return false
	}
	state := strings.ToLower(rollupState(runs, statuses))
	return state == value || state == "error" && value == "failure"
}

// hasLabelFold compares as the search does, without regard to case.
func (p *pull) hasLabelFold(name string) bool {
	return slices.ContainsFunc(p.labels, func(l *label) bool { return strings.EqualFold(l.name, name) })
}

func sameLogin(a *account, login string) bool {
	return a != nil && (strings.EqualFold(a.login, login) || a.app != nil && strings.EqualFold("app/"+a.app.slug, login))
}

func hasLogin(list []*account, login string) bool {
	return slices.ContainsFunc(list, func(a *account) bool { return sameLogin(a, login) })
}

// withinRange compares a time with >X, >=X, <X, <=X, X..Y or X, where * is open. A date without time means the whole day.
func withinRange(at time.Time, value string) bool {
	if from, to, ok := strings.Cut(value, ".."); ok {
		return (from == "*" || withinRange(at, ">="+from)) && (to == "*" || withinRange(at, "<="+to))
	}
	text := strings.TrimLeft(value, "<>=")
	start, length := parseMoment(text)
	if length == 0 {
		return false
	}
	end := start.Add(length)
	switch value[:len(value)-len(text)] {
	case ">":
		return !at.Before(end)
	case ">=":
		return !at.Before(start)
	case "<":
		return at.Before(start)
	case "<=":
		return at.Before(end)
	}
	return !at.Before(start) && at.Before(end)
}

// parseMoment reads a date or a time and how long it lasts; 0 if it is neither.
func parseMoment(text string) (time.Time, time.Duration) {
	if t, err := time.Parse(time.DateOnly, text); err == nil {
		return t, 24 * time.Hour
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, time.Second
	}
	return time.Time{}, 0
}
