package command

import (
	"regexp"
	"strings"
)

// fence opens or closes a code block: three or more backticks or tildes, indented by at most three spaces.
var fence = regexp.MustCompile("^ {0,3}(```+|~~~+)(.*)$")

// maxBody is how many bytes of a comment are read; GitHub's own limit is about the same.
const maxBody = 64 << 10

// Text is what a comment says in its own voice: line ends are "\n", lines of code blocks and quotes are empty, and HTML
// comments are blanks. A block or comment that is not closed goes on to the end, as GitHub shows it. Expressions such as
// a job's trigger are matched against it.
func Text(body string) string {
	if len(body) > maxBody {
		body = strings.ToValidUTF8(body[:maxBody], "")
	}
	body = strings.ReplaceAll(strings.ReplaceAll(body, "\r\n", "\n"), "\r", "\n")
	lines := strings.Split(body, "\n")
	r := reader{}
	for i, l := range lines {
		lines[i] = r.read(l)
	}
	return strings.Join(lines, "\n")
}

// reader goes through a comment line by line.
type reader struct {
	// fence is what opened the code block that the reader is in; empty outside.
	fence string
	// hidden is true inside an HTML comment.
	hidden bool
}

// read is what remains of a line.
func (r *reader) read(l string) string {
	switch mark, rest := fenceMark(l); {
	case r.hidden:
		r.hidden = !strings.Contains(l, "-->")
		return ""
	case r.fence != "":
		if closes(r.fence, mark, rest) {
			r.fence = ""
		}
		return ""
	case mark != "" && (mark[0] == '~' || !strings.Contains(rest, "`")):
		r.fence = mark
		return ""
	case strings.HasPrefix(strings.TrimLeft(l, " "), ">"):
		return ""
	}
	return r.unhide(l)
}

// unhide puts a blank for every HTML comment of a line.
func (r *reader) unhide(l string) string {
	var b strings.Builder
	for {
		before, after, hides := strings.Cut(l, "<!--")
		b.WriteString(before)
		if !hides {
			return b.String()
		}
		b.WriteByte(' ')
		if _, l, hides = strings.Cut(after, "-->"); !hides {
			r.hidden = true
			return b.String()
		}
	}
}

func fenceMark(l string) (mark, rest string) {
	m := fence.FindStringSubmatch(l)
	if m == nil {
		return "", ""
	}
	return m[1], m[2]
}

// closes says whether a fence closes the one that is open: the same sign, at least as long, nothing behind it.
func closes(open, mark, rest string) bool {
	return mark != "" && mark[0] == open[0] && len(mark) >= len(open) && strings.TrimSpace(rest) == ""
}
