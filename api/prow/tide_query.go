package prow

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// TideQueries are the queries as Prow asks them: those of one tenant that differ in their repositories only are one, and
// they are in the order of their JSON.
func (c *Config) TideQueries() []TideQuery {
	merged := map[string]TideQuery{}
	for _, q := range c.Tide.Queries {
		question := q.sorted()
		question.Orgs, question.Repos, question.ExcludedRepos = nil, nil, nil
		key := asJSON(question) + c.tenants(q)
		m, ok := merged[key]
		if !ok {
			m = question
		}
		m.Orgs = union(m.Orgs, q.Orgs)
		m.Repos, m.ExcludedRepos = slices.Concat(m.Repos, q.Repos), slices.Concat(m.ExcludedRepos, q.ExcludedRepos)
		merged[key] = m
	}
	out := slices.Collect(maps.Values(merged))
	slices.SortFunc(out, func(a, b TideQuery) int { return cmp.Compare(asJSON(a), asJSON(b)) })
	return out
}

func asJSON(q TideQuery) string {
	text, _ := json.Marshal(q) // texts always encode
	return string(text)
}

// tenants are the tenants of a query's organisations and repositories, as text.
func (c *Config) tenants(q TideQuery) string {
	var ids []string
	for _, repo := range slices.Concat(q.Orgs, q.Repos) {
		ids = append(ids, c.prowJobDefaultFor(repo, "*").TenantID)
	}
	return strings.Join(union(ids, nil), ",")
}

func (q TideQuery) sorted() TideQuery {
	for _, list := range []*[]string{&q.ExcludedBranches, &q.IncludedBranches, &q.Labels, &q.MissingLabels} {
		*list = union(*list, nil)
	}
	return q
}

// union is a new sorted list of what is in either, each once; nil if that is nothing.
func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

// Search is the query in the language of GitHub's search.
func (q TideQuery) Search() string {
	words := []string{"is:pr", "state:open", "archived:false"}
	add := func(form string, values ...string) {
		for _, v := range values {
			if v != "" {
				words = append(words, fmt.Sprintf(form, v))
			}
		}
	}
	add(`author:"%s"`, q.Author)
	add(`-base:"%s"`, q.ExcludedBranches...)
	add(`base:"%s"`, q.IncludedBranches...)
	for _, label := range q.Labels {
		var either []string
		for _, l := range strings.Split(label, ",") {
			either = append(either, fmt.Sprintf(`"%s"`, l))
		}
		words = append(words, "label:"+strings.Join(either, ","))
	}
	add(`-label:"%s"`, q.MissingLabels...)
	add(`milestone:"%s"`, q.Milestone)
	if q.ReviewApprovedRequired {
		words = append(words, "review:approved")
	}
	add(`org:"%s"`, q.Orgs...)
	add(`repo:"%s"`, q.Repos...)
	add(`-repo:"%s"`, q.ExcludedRepos...)
	return strings.Join(words, " ")
}
