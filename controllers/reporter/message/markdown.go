package message

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// plain makes text that cannot steer a terminal, a browser or an eye: valid UTF-8 without escape sequences, control
// characters and marks that change the direction of writing. Line feeds and tabs stay; of a line that was overwritten
// with carriage returns (progress bars) the last state stays.
func plain(s string) string {
	s = ansi.Strip(strings.ToValidUTF8(s, "\uFFFD"))
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		line = strings.TrimRight(line, "\r")
		lines[i] = strings.Map(printable, line[strings.LastIndexByte(line, '\r')+1:])
	}
	return strings.Join(lines, "\n")
}

func printable(r rune) rune {
	if r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
		return -1
	}
	return r
}

// maxRow is the longest row of backticks that a block keeps.
const maxRow = 50

// fence is a block of code that no line of s can close: its fence is longer than any row of backticks in s. Rows that
// would make the fence itself too long are broken up.
func fence(s string) string {
	row := strings.Repeat("`", maxRow)
	s = strings.ReplaceAll(s, row+"`", row+" `")
	bars := strings.Repeat("`", max(3, longestRow(s)+1))
	return bars + "text\n" + s + "\n" + bars
}

// code is a span of code in one line, for text that is not ours.
func code(s string) string {
	s = oneLine(s)
	bars := strings.Repeat("`", longestRow(s)+1)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " "
	}
	return bars + s + bars
}

// cell makes inline Markdown fit into a table.
func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

// longestRow is the length of the longest row of backticks in s.
func longestRow(s string) int {
	longest, row := 0, 0
	for _, r := range s {
		if row++; r != '`' {
			row = 0
		}
		longest = max(longest, row)
	}
	return longest
}

// tail keeps the end of s in at most limit bytes, from the start of a line where possible, and says that it was cut.
func tail(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	mark := fmt.Sprintf("… %d bytes in all; the beginning is left out here\n", len(s))
	start := len(s) - max(0, limit-len(mark))
	for start < len(s) && !utf8.RuneStart(s[start]) {
		start++
	}
	if i := strings.IndexByte(s[start:], '\n'); i >= 0 && start+i+1 < len(s) {
		start += i + 1
	}
	return mark + s[start:]
}
