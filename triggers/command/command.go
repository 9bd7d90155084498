// Package command reads the commands that people write into comments on a pull request, such as `/test unit`. It must
// not know jobs, GitHub or who may say what.
package command

import (
	"regexp"
	"strings"
)

// Name is the word after the slash.
type Name string

// The commands. Jobs may have triggers of their own; those are matched against Text.
const (
	Test               Name = "test"
	TestManualRequired Name = "test-manual-required"
	Retest             Name = "retest"
	RetestRequired     Name = "retest-required"
	OkToTest           Name = "ok-to-test"
	Cancel             Name = "cancel"
)

// MaxCommands is how many commands of one comment are read; what lies behind is left out.
const MaxCommands = 20

// maxArgs is how many words behind a command are read.
const maxArgs = 50

// Command is one line of a comment. Its words are untrusted text.
type Command struct {
	Name Name
	// Args are the words behind the name, a trailing comma of each cut off; nil for none.
	Args []string
}

// line is a slash at the very start of a line, a name, and words behind it. Names are lower case, as in Prow.
var line = regexp.MustCompile(`^/(test|test-manual-required|retest|retest-required|ok-to-test|cancel)(?:[ \t]+(.*?))?[ \t]*$`)

// Parse lists the commands of a comment in their order. `/test?` is read as `/test ?`. Text in code blocks, quotes and
// HTML comments is not read, nor is a line that does not begin with the slash.
func Parse(body string) []Command {
	var out []Command
	for _, l := range strings.Split(Text(body), "\n") {
		if l == "/test?" {
			l = "/test ?"
		}
		m := line.FindStringSubmatch(l)
		if m == nil {
			continue
		}
		if out = append(out, Command{Name: Name(m[1]), Args: words(m[2])}); len(out) == MaxCommands {
			break
		}
	}
	return out
}

func words(s string) []string {
	var out []string
	for _, w := range strings.Fields(s) {
		if w = strings.TrimSuffix(w, ","); w != "" {
			out = append(out, w)
		}
		if len(out) == maxArgs {
			break
		}
	}
	return out
}
