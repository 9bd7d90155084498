package docs

import (
	"path"
	"regexp"
	"strings"
)

// assignment is a variable before a command or behind `make`.
var assignment = regexp.MustCompile(`^([A-Z][A-Z0-9_]*)=`)

// commandsIn splits code into the simple commands of a shell, each into its words: quotes hold a word together, a backslash
// continues a line, # begins a comment. What is no shell comes out as words too, and no check knows its first word.
func commandsIn(code string) [][]string {
	var commands [][]string
	for line := range strings.SplitSeq(strings.ReplaceAll(code, "\\\n", " "), "\n") {
		var command []string
		end := func() {
			if command = withoutPrompt(command); len(command) > 0 {
				commands = append(commands, command)
			}
			command = nil
		}
		for _, word := range shellWords(line) {
			if strings.HasPrefix(word, "#") {
				break
			}
			if word == "&&" || word == "||" || word == "|" || word == ";" {
				end()
				continue
			}
			command = append(command, word)
		}
		end()
	}
	return commands
}

// withoutPrompt takes away what may stand before a command: a prompt and variables.
func withoutPrompt(words []string) []string {
	for len(words) > 0 && (words[0] == "$" || assignment.MatchString(words[0])) {
		words = words[1:]
	}
	return words
}

// shellWords splits a line at the spaces outside of quotes.
func shellWords(line string) []string {
	var quote rune
	words := strings.FieldsFunc(line, func(r rune) bool {
		switch {
		case quote == 0 && (r == '\'' || r == '"'):
			quote = r
		case r == quote:
			quote = 0
		}
		return quote == 0 && (r == ' ' || r == '\t')
	})
	for i := range words {
		words[i] = strings.Trim(words[i], `'"`)
	}
	return words
}

// isProgram says whether a command's first word starts the program of that name.
func isProgram(words []string, name string) bool { return path.Base(words[0]) == name }

// isPlaceholder says whether a word stands for something that the reader fills in.
func isPlaceholder(word string) bool {
	return strings.HasPrefix(word, "<") || strings.Contains(word, "...") || word == strings.ToUpper(word)
}
