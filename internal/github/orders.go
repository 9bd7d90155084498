package github

import (
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/bowsprit-ci/bowsprit/triggers/command"
)

// order is what a line with a command holds: a word that begins with a slash. The commands stand at the start of a line;
// a job's own trigger may be an expression that finds its word later in one.
var order = regexp.MustCompile(`(?:^|[ \t])/\S`)

// ordersOf are the lines of a comment that may hold a command, outside of code blocks, quotes and HTML comments; nil for
// none. Each stands for itself, so that any of them together are read as they are read in the comment.
func ordersOf(body string) (lines []string) {
	for l := range strings.SplitSeq(command.Text(body), "\n") {
		if order.MatchString(l) && command.Text(l) == l {
			lines = append(lines, l)
		}
	}
	return lines
}

// abridge makes of a comment that is too large the lines that may hold a command, as many from the first on as fit. What
// people paste into a comment, logs above all, goes; a line is never cut, because half a command may be another one.
func abridge(body string, fits func(body string) bool) string {
	if fits(body) {
		return body
	}
	lines := slices.DeleteFunc(ordersOf(body), func(l string) bool { return !fits(l) })
	tooMany := sort.Search(len(lines), func(n int) bool { return !fits(strings.Join(lines[:n+1], "\n")) })
	return strings.Join(lines[:tooMany], "\n")
}
