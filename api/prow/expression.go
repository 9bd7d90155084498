package prow

import (
	"regexp"
	"strings"

	lru "github.com/hashicorp/golang-lru/v2"
)

// expressions keeps compiled expressions, because every event asks the same few thousand again. It is bounded: some
// come from repositories that anybody may write to.
var expressions, _ = lru.New[string, *regexp.Regexp](16384) // fails only for a size below 1

// expression compiles an expression of the configuration.
func expression(expr string) (*regexp.Regexp, error) {
	if re, ok := expressions.Get(expr); ok {
		return re, nil
	}
	re, err := regexp.Compile(expr)
	if err == nil {
		expressions.Add(expr, re)
	}
	return re, err
}

// alternatives is the one expression that Prow makes of a list. It is not the same as one after the other: a flag such as
// (?i) in the first holds for all.
func alternatives(exprs []string) string { return strings.Join(exprs, "|") }
