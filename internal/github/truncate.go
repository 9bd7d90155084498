package github

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// GitHub's limits, in bytes where GitHub counts characters: never too long that way.
const (
	mostTitle       = 255
	mostOutput      = 65535 // summary and text of a check run, each
	mostComment     = 65536
	mostDescription = 140
)

// fit makes text valid UTF-8 of at most most bytes, cut between two runes, with a visible mark where it was cut.
func fit(text string, most int) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if len(text) <= most {
		return text
	}
	mark := "…"
	if most > 1000 {
		mark = fmt.Sprintf("\n\n… cut here: %d bytes are too many for GitHub", len(text))
	}
	return cut(text, most-len(mark)) + mark
}

// cut returns the longest prefix of valid UTF-8 text that has at most most bytes and ends between two runes.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:max(most, 0)]
}
