package docs

import (
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"strings"
)

// brokenLinks names the links to files and headings that are not there. Links to other sites are not followed.
func brokenLinks(repo fs.FS, pages map[string]page) []string {
	var problems []string
	for _, p := range pages {
		for _, link := range p.links {
			if why := brokenLink(repo, pages, p, link.text); why != "" {
				problems = append(problems, fmt.Sprintf("%s:%d: the link %s %s", p.path, link.line, link.text, why))
			}
		}
	}
	return problems
}

// brokenLink says why a link does not resolve, or "" if it does.
func brokenLink(repo fs.FS, pages map[string]page, from page, link string) string {
	u, err := url.Parse(link)
	switch {
	case err != nil:
		return "cannot be read: " + err.Error()
	case u.Scheme != "" || u.Host != "":
		return ""
	}
	target := from.path
	if u.Path != "" {
		target = path.Join(path.Dir(from.path), u.Path)
	}
	switch {
	case path.IsAbs(u.Path) || !fs.ValidPath(target):
		return "leaves the repository"
	case !exists(repo, target):
		return "leads to no file"
	case u.Fragment == "":
		return ""
	}
	if to, isPage := pages[target]; !isPage || !to.anchors[u.Fragment] {
		return "leads to no heading of " + target
	}
	return ""
}

func exists(repo fs.FS, at string) bool {
	_, err := fs.Stat(repo, at)
	return err == nil
}

// orphans names the pages under docs that no other page links to.
func orphans(pages map[string]page) []string {
	linked := map[string]bool{"docs/README.md": true}
	for _, p := range pages {
		for _, link := range p.links {
			to, _, _ := strings.Cut(link.text, "#")
			if at := path.Join(path.Dir(p.path), to); to != "" && at != p.path {
				linked[at] = true
			}
		}
	}
	var problems []string
	for at := range pages {
		if strings.HasPrefix(at, "docs/") && !linked[at] {
			problems = append(problems, at+": no page links to it")
		}
	}
	return problems
}
