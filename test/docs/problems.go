package docs

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
)

// machinePath is a path below a folder that belongs to a person or a machine, not to the project.
var machinePath = regexp.MustCompile("(?:^|[\\s\"'(`=])(/(?:home|root|Users|tmp|mnt|work)/[^\\s\"')`]*)")

// problems reads all pages of a repository and names what is not true in them, with page and line, in the order of the
// pages. An error says that a page or the Makefile cannot be read.
func problems(repo fs.FS) ([]string, error) {
	paths, err := pagePaths(repo)
	if err != nil {
		return nil, fmt.Errorf("find the pages: %w", err)
	}
	pages := map[string]page{}
	for _, at := range paths {
		if pages[at], err = readPage(repo, at); err != nil {
			return nil, err
		}
	}
	if _, ok := pages[cliPage]; !ok {
		return nil, fmt.Errorf("%s is missing: go generate ./cmd/bowsprit", cliPage)
	}
	targets, err := readMakefile(repo)
	if err != nil {
		return nil, err
	}
	found := slices.Concat(brokenLinks(repo, pages), orphans(pages), machinePaths(pages),
		wrongCommands(pages, readCommandLine(pages[cliPage]), targets))
	slices.Sort(found)
	return found, nil
}

// machinePaths names the paths that exist only where the page was written.
func machinePaths(pages map[string]page) []string {
	var problems []string
	for _, p := range pages {
		for i, line := range p.lines {
			if m := machinePath.FindStringSubmatch(line); m != nil {
				problems = append(problems, fmt.Sprintf("%s:%d: %s is a path of somebody's machine", p.path, i+1, m[1]))
			}
		}
	}
	return problems
}
