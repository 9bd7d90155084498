package changed

import (
	"regexp/syntax"
	"slices"
	"unicode/utf8"

	lru "github.com/hashicorp/golang-lru/v2"
)

// clue says which paths an expression cannot match, without trying it on them.
type clue struct {
	// starts are texts of which a path has to begin with one: cmd and pkg for `^(cmd|pkg)/.*\.go$`; nil if nothing is known.
	starts []string
	// parts are texts of which a path has to hold one: .go for `\.go$`; nil if nothing is known.
	parts []string
}

// clues keeps what clueOf found, because every event asks for the same few thousand expressions again. It is bounded: some
// come from repositories that anybody may write to.
var clues, _ = lru.New[string, clue](16384) // fails only for a size below 1

// most is how many different texts are worth looking for.
const most = 64

// clueOf reads an expression; one that is none has no clue.
func clueOf(expr string) clue {
	if known, ok := clues.Get(expr); ok {
		return known
	}
	var c clue
	if re, err := syntax.Parse(expr, syntax.Perl); err == nil {
		c = clue{starts: anchored(re), parts: needed(re)}
	}
	clues.Add(expr, c)
	return c
}

// anchored are the starts of an expression all of whose ways begin with ^; nil if one does not.
func anchored(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpCapture:
		return anchored(re.Sub[0])
	case syntax.OpAlternate:
		return each(re.Sub, anchored)
	case syntax.OpConcat:
		if re.Sub[0].Op == syntax.OpBeginText {
			return leading(re.Sub[1])
		}
		return anchored(re.Sub[0])
	}
	return nil
}

// leading are the texts with which any match of an expression begins; nil if it may begin with anything.
func leading(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		return literal(re)
	case syntax.OpCapture, syntax.OpConcat, syntax.OpPlus:
		return leading(re.Sub[0])
	case syntax.OpAlternate:
		return each(re.Sub, leading)
	}
	return nil
}

// needed are texts of which any match of an expression holds one; nil if it may hold anything. Of several that it holds in
// a row, those are taken of which the shortest is longest.
func needed(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		return literal(re)
	case syntax.OpCapture, syntax.OpPlus:
		return needed(re.Sub[0])
	case syntax.OpAlternate:
		return each(re.Sub, needed)
	case syntax.OpConcat:
		var best []string
		for _, sub := range re.Sub {
			if found := needed(sub); shortest(found) > shortest(best) {
				best = found
			}
		}
		return best
	}
	return nil
}

// literal is the text of a literal, unless letters match in both cases, or it holds the sign that also matches bytes that
// are no text.
func literal(re *syntax.Regexp) []string {
	if re.Flags&syntax.FoldCase != 0 || slices.Contains(re.Rune, utf8.RuneError) {
		return nil
	}
	return []string{string(re.Rune)}
}

// each joins what is found in several expressions; nil if nothing can be said of one.
func each(res []*syntax.Regexp, find func(*syntax.Regexp) []string) []string {
	var all []string
	for _, re := range res {
		found := find(re)
		if found == nil || len(all)+len(found) > most {
			return nil
		}
		all = append(all, found...)
	}
	return all
}

// shortest is the length of the shortest text; 0 if there is none.
func shortest(texts []string) int {
	if len(texts) == 0 {
		return 0
	}
	n := len(texts[0])
	for _, t := range texts {
		n = min(n, len(t))
	}
	return n
}
