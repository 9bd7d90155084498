package prow

import (
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// Closest is the candidate that was most likely meant by a word, for "did you mean"; empty if none is near. Upper and
// lower case are the same. A candidate is near if at most a third of its letters would have to change.
func Closest(word string, candidates []string) string {
	best, bestDistance := "", -1
	for _, c := range slices.Sorted(slices.Values(candidates)) {
		d := levenshtein.ComputeDistance(strings.ToLower(word), strings.ToLower(c))
		if d <= len(c)/3 && (bestDistance < 0 || d < bestDistance) {
			best, bestDistance = c, d
		}
	}
	return best
}
