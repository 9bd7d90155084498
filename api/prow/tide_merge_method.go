package prow

import (
	"maps"
	"slices"
)

// The merge methods, in GitHub's words.
const (
	MergeMethodMerge  = "merge"
	MergeMethodSquash = "squash"
	MergeMethodRebase = "rebase"
)

// MergeMethod is how pull requests into a branch land. The order is Prow's: "org/repo@branch", the first expression of a
// branch (in the order of the text) that matches, "org/repo", the repository below its organisation (or "*"), the
// organisation; else merge.
func (c *Config) MergeMethod(org, repo, branch string) string {
	methods := c.Tide.MergeMethods
	below := methods[org].Repos
	own, ok := below[repo]
	if !ok {
		own = below["*"]
	}
	for _, method := range []string{
		methods[org+"/"+repo+"@"+branch].Method, own.forBranch(branch), methods[org+"/"+repo].Method, own.Method, methods[org].Method,
	} {
		if method != "" {
			return method
		}
	}
	return MergeMethodMerge
}

func (m RepoMergeMethod) forBranch(branch string) string {
	for _, expr := range slices.Sorted(maps.Keys(m.Branches)) {
		if re, err := expression(expr); err == nil && re.MatchString(branch) {
			return m.Branches[expr]
		}
	}
	return ""
}
