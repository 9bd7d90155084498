package catalog

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/sets"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// repoSet is a set of repositories whose number is not known: whole organisations, less some of their repositories, and
// single repositories. What organisations hold besides is GitHub's knowledge.
type repoSet struct {
	// orgs are organisations with the repositories ("org/repo") that are left out.
	orgs  map[string]sets.Set[string]
	repos sets.Set[string]
}

func newRepoSet() repoSet {
	return repoSet{orgs: map[string]sets.Set[string]{}, repos: sets.New[string]()}
}

// orgOf is the organisation of "org/repo"; empty for what is none, such as a Gerrit host's name.
func orgOf(repo string) string {
	org, _, ok := strings.Cut(repo, "/")
	if !ok {
		return ""
	}
	return org
}

// holds says whether the organisation of a repository is in the set, and the repository is not left out.
func (s repoSet) holds(repo string) bool {
	out, ok := s.orgs[orgOf(repo)]
	return ok && !out.Has(repo)
}

// of are the single repositories that belong to an organisation.
func (s repoSet) of(org string) (repos []string) {
	for repo := range s.repos {
		if orgOf(repo) == org {
			repos = append(repos, repo)
		}
	}
	return repos
}

// without is the set less another.
func (s repoSet) without(other repoSet) repoSet {
	r := newRepoSet()
	r.repos.Insert(s.repos.UnsortedList()...)
	for org, out := range s.orgs {
		if otherOut, ok := other.orgs[org]; ok {
			r.repos.Insert(otherOut.Difference(out).UnsortedList()...)
		} else {
			r.orgs[org] = out.Union(sets.New(other.of(org)...))
		}
	}
	for repo := range r.repos {
		if other.repos.Has(repo) || other.holds(repo) {
			r.repos.Delete(repo)
		}
	}
	return r
}

// and is what is in both sets.
func (s repoSet) and(other repoSet) repoSet {
	r := newRepoSet()
	for org, out := range s.orgs {
		if otherOut, ok := other.orgs[org]; ok {
			r.orgs[org] = out.Union(otherOut)
			continue
		}
		r.repos.Insert(sets.New(other.of(org)...).Difference(out).UnsortedList()...)
	}
	for repo := range s.repos {
		if other.repos.Has(repo) || other.holds(repo) {
			r.repos.Insert(repo)
		}
	}
	return r
}

// or is what is in either set.
func (s repoSet) or(other repoSet) repoSet {
	r := newRepoSet()
	for org, out := range s.orgs {
		r.orgs[org] = out.Difference(other.repos)
		if otherOut, ok := other.orgs[org]; ok {
			r.orgs[org] = r.orgs[org].Intersection(otherOut.Difference(s.repos))
		}
	}
	for org, out := range other.orgs {
		if _, done := r.orgs[org]; !done {
			r.orgs[org] = out.Difference(s.repos)
		}
	}
	for repo := range s.repos.Union(other.repos) {
		if _, whole := r.orgs[orgOf(repo)]; !whole && orgOf(repo) != "" {
			r.repos.Insert(repo)
		}
	}
	return r
}

// names are the organisations and repositories, sorted, for a message; empty for an empty set.
func (s repoSet) names() string {
	var names []string
	for org, out := range s.orgs {
		name := "all of " + org
		if out.Len() > 0 {
			name += " without " + strings.Join(sets.List(out), ", ")
		}
		names = append(names, name)
	}
	names = append(names, s.repos.UnsortedList()...)
	slices.Sort(names)
	return strings.Join(names, "; ")
}

// enabling are the repositories for which plugins.yaml enables a plugin. A repository that its organisation leaves out and
// that enables the plugin itself is not left out.
func enabling(plugins *prow.PluginConfig, name string) repoSet {
	s := newRepoSet()
	for key, list := range plugins.Plugins {
		switch {
		case !slices.Contains(list.Plugins, name):
		case strings.Contains(key, "/"):
			s.repos.Insert(key)
		default:
			s.orgs[key] = sets.New[string]()
			for _, repo := range list.ExcludedRepos {
				s.orgs[key].Insert(key + "/" + repo)
			}
		}
	}
	for _, out := range s.orgs {
		out.Delete(s.repos.UnsortedList()...)
	}
	return s
}

// enablingExternal are the repositories for which an external plugin is registered.
func enablingExternal(plugins *prow.PluginConfig, name string) repoSet {
	s := newRepoSet()
	for key, list := range plugins.ExternalPlugins {
		switch {
		case !slices.ContainsFunc(list, func(p prow.ExternalPlugin) bool { return p.Name == name }):
		case strings.Contains(key, "/"):
			s.repos.Insert(key)
		default:
			s.orgs[key] = sets.New[string]()
		}
	}
	return s
}

// pooled are the repositories that some of Tide's queries name. What one query leaves out of an organisation, another may
// name.
func pooled(queries []prow.TideQuery) repoSet {
	s := newRepoSet()
	for _, q := range queries {
		s.repos.Insert(q.Repos...)
		for _, org := range q.Orgs {
			out := sets.New[string]()
			for _, repo := range q.ExcludedRepos {
				if orgOf(repo) == org {
					out.Insert(repo)
				}
			}
			if before, twice := s.orgs[org]; twice {
				out = out.Intersection(before)
			}
			s.orgs[org] = out
		}
	}
	for _, out := range s.orgs {
		out.Delete(s.repos.UnsortedList()...)
	}
	return s
}
