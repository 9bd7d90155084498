package main

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/bowsprit-ci/bowsprit/api/catalog"
	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// checkout is a folder that holds a repository as it is after a merge.
type checkout struct {
	slug, dir string
}

// inRepoFlag reads ORG/REPO=DIR, repeatedly.
type inRepoFlag []checkout

// Set reads one checkout.
func (f *inRepoFlag) Set(text string) error {
	slug, dir, ok := strings.Cut(text, "=")
	if org, repo := splitSlug(slug); !ok || org == "" || repo == "" || dir == "" {
		return fmt.Errorf("%q is not ORG/REPO=DIR", text)
	}
	for _, other := range *f {
		if other.slug == slug {
			return fmt.Errorf("%s has two folders, %s and %s", slug, other.dir, dir)
		}
	}
	*f = append(*f, checkout{slug, dir})
	return nil
}

// String lists the checkouts as they were written.
func (f *inRepoFlag) String() string {
	var all []string
	for _, c := range *f {
		all = append(all, c.slug+"="+c.dir)
	}
	return strings.Join(all, ", ")
}

// Type is the flag's name in the help.
func (f *inRepoFlag) Type() string { return "ORG/REPO=DIR, repeatable" }

// addTo is the catalog with the repository's own jobs; nil if they have errors.
func (c checkout) addTo(cat *catalog.Catalog) (*catalog.Catalog, prow.Problems) {
	if info, err := os.Stat(c.dir); err != nil || !info.IsDir() {
		return nil, prow.Problems{{Severity: prow.SeverityError, Code: "inrepo-unreadable", File: filepath.ToSlash(c.dir), Repo: c.slug,
			Message: "the folder of --inrepo " + c.slug + " cannot be read: it is not there, or no folder"}}
	}
	org, repo := splitSlug(c.slug)
	more, problems := cat.WithInRepo(org, repo, os.DirFS(c.dir))
	for i := range problems {
		if problems[i].File != "" {
			problems[i].File = path.Join(filepath.ToSlash(c.dir), problems[i].File)
		}
	}
	return more, problems
}

// has says whether a file that a problem names is in the checkout.
func (c checkout) has(file string) bool {
	return strings.HasPrefix(file, path.Join(filepath.ToSlash(c.dir), ".prow"))
}

// splitSlug takes the name of a repository apart: "org/repo", or Gerrit's "https://host/repo", whose host is the
// organisation. Both parts are empty if it is neither.
func splitSlug(slug string) (org, repo string) {
	scheme, rest, isURL := strings.Cut(slug, "://")
	if !isURL {
		scheme, rest = "", slug
	} else {
		scheme += "://"
	}
	owner, name, ok := strings.Cut(rest, "/")
	if !ok || owner == "" || name == "" || (!isURL && strings.Contains(name, "/")) {
		return "", ""
	}
	return scheme + owner, name
}
