package forge

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// maxFound is how many results GitHub gives out of a search, however many it counts.
const maxFound = 1000

// search answers searches for issues and pull requests, newest first unless the query sorts.
func (q *graphQuery) search(args graphArgs) (any, error) {
	if kind := args.text("type"); kind != "ISSUE" && kind != "ISSUE_ADVANCED" {
		return nil, fmt.Errorf("the forge does not search for %s, only for ISSUE", kind)
	}
	terms := parseSearch(args.text("query"))
	q.complainAbout(terms)
	var found []*pull
	for _, r := range q.f.sortedRepos() {
		if !q.who.canRead(r) {
			continue
		}
		for _, p := range r.items() {
			if q.matches(terms, p) {
				found = append(found, p)
			}
		}
	}
	sortFound(terms, found)
	items := anys(found[:min(len(found), maxFound)], q.found)
	none := map[string]any{
		"issueCount": len(found), "codeCount": 0, "discussionCount": 0, "repositoryCount": 0, "userCount": 0, "wikiCount": 0,
	}
	return connection("SearchResultItem", items, args, none)
}

// items lists pull requests and issues.
func (r *repo) items() []*pull {
	out := r.sortedPulls()
	for _, issue := range r.issues {
		out = append(out, issue)
	}
	return out
}

// found is one result.
func (q *graphQuery) found(p *pull) any {
	if !p.isIssue {
		return q.pull(p)
	}
	path := fmt.Sprintf("/%s/issues/%d", p.repo.fullName(), p.number)
	return &graphObject{"Issue", map[string]any{
		"id": q.f.nodeID("I", p.id), "databaseId": p.id, "number": p.number, "title": p.title, "body": p.body, "state": strings.ToUpper(p.state()),
		"url": q.f.base + path, "resourcePath": path, "createdAt": p.created, "updatedAt": p.updated,
		"author": func() any { return q.someone(p.author) }, "repository": func() any { return q.repository(p.repo) },
		"labels": pagedList("Label", func() []any { return q.labels(p.repo, p.labels) }),
	}}
}

func sortFound(terms []searchTerm, found []*pull) {
	by, down := "created", true
	for _, t := range terms {
		if t.qualifier == "sort" {
			field, direction, _ := strings.Cut(t.value, "-")
			by, down = field, direction != "asc"
		}
	}
	key := map[string]func(*pull) time.Time{
		"updated": func(p *pull) time.Time { return p.updated }, "created": func(p *pull) time.Time { return p.created },
	}[by]
	if key == nil {
		key = func(p *pull) time.Time { return p.created }
	}
	slices.SortStableFunc(found, func(a, b *pull) int {
		order := cmp.Or(key(a).Compare(key(b)), cmp.Compare(a.id, b.id))
		if down {
			return -order
		}
		return order
	})
}

// searchTerm is one word of a search: [-]qualifier:value, or plain text without a qualifier.
type searchTerm struct {
	not       bool
	qualifier string
	value     string
}

// parseSearch splits a search into terms. Quotes keep spaces; they may stand around a value or around a term.
func parseSearch(query string) []searchTerm {
	var terms []searchTerm
	for _, word := range splitQuoted(query) {
		t := searchTerm{}
		quoted := strings.HasPrefix(word, `"`)
		if rest, ok := strings.CutPrefix(word, "-"); ok {
			t.not, word = true, rest
		}
		qualifier, value, ok := strings.Cut(word, ":")
		if !ok || quoted {
			qualifier, value = "", word
		}
		t.qualifier, t.value = strings.ToLower(qualifier), strings.ReplaceAll(value, `"`, "")
		terms = append(terms, t)
	}
	return terms
}

func splitQuoted(text string) []string {
	inside := false
	return strings.FieldsFunc(text, func(r rune) bool {
		if r == '"' {
			inside = !inside
		}
		return r == ' ' && !inside
	})
}
