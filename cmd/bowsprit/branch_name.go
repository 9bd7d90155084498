package main

import (
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/pipelines/clonespec"
)

// usualBranches are tried for a job that names no branch.
var usualBranches = []string{"main", "master", "develop", "release-1.0", "feature/x", "x"}

// branchFor is a branch on which a job runs: made from its `branches` in their order, else a usual name; "" if none of
// these names will do.
func branchFor(b prow.Brancher) string {
	var names []string
	for _, expr := range b.Branches {
		names = append(names, strings.Trim(expr, "^$")) // most are no more than a name
		names = append(names, matchesOf(expr)...)
	}
	for _, name := range slices.Concat(names, usualBranches) {
		if clonespec.ValidBranch(name) && b.ShouldRun(name) {
			return name
		}
	}
	return ""
}

// matchesOf are texts that an expression matches, the plainest first; nil if it does not parse.
func matchesOf(expr string) []string {
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil
	}
	tree = tree.Simplify()
	var out []string
	for _, e := range []example{{}, {repeat: 1}, {repeat: 1, pick: 1}, {repeat: 2, pick: 7}} {
		text := e.of(tree)
		out = append(out, text, text+"x", "x"+text)
	}
	return out
}

// example makes a text from an expression: each part that may repeat does so this many times, and of several characters
// or alternatives the one of this number is picked.
type example struct{ repeat, pick int }

func (e example) of(re *syntax.Regexp) string {
	switch re.Op {
	case syntax.OpLiteral:
		return string(re.Rune)
	case syntax.OpCharClass:
		return e.fromClass(re.Rune)
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return string("x1a-"[e.pick%4])
	case syntax.OpStar, syntax.OpQuest:
		return strings.Repeat(e.of(re.Sub[0]), e.repeat)
	case syntax.OpPlus:
		return strings.Repeat(e.of(re.Sub[0]), max(e.repeat, 1))
	case syntax.OpAlternate:
		return e.of(re.Sub[e.pick%len(re.Sub)])
	case syntax.OpConcat, syntax.OpCapture:
		var b strings.Builder
		for _, sub := range re.Sub {
			b.WriteString(e.of(sub))
		}
		return b.String()
	}
	return "" // anchors, and what matches nothing
}

// fromClass picks a character of a class, given as pairs of first and last: a letter or a digit if there is one.
func (e example) fromClass(pairs []rune) string {
	const plain = "x1avz0289bcdefghijklmnopqrstuwy34567ABCDEFGHIJKLMNOPQRSTUVWXYZ-_./"
	var have []rune
	for _, r := range plain {
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i] <= r && r <= pairs[i+1] {
				have = append(have, r)
				break
			}
		}
	}
	if len(have) > 0 {
		return string(have[e.pick%len(have)])
	}
	if len(pairs) > 0 {
		return string(pairs[0])
	}
	return ""
}
