package docs

import (
	"fmt"
	"io/fs"
	"regexp"
	"strings"
)

// cliPage is where the program's verbs and flags are listed.
const cliPage = "docs/reference/cli.md"

// commandLine is what the program takes: the flags of each command, by the command's full name.
type commandLine map[string]map[string]bool

var (
	commandHeading = regexp.MustCompile(`^## (bowsprit[a-z ]*)$`)
	flagCell       = regexp.MustCompile("^\\| ([^|]*`--[^|]*) \\|")
	flagName       = regexp.MustCompile("`(-[a-zA-Z-]+)`")
)

// readCommandLine reads the page of the command line.
func readCommandLine(p page) commandLine {
	known, command := commandLine{}, ""
	for _, line := range p.lines {
		if m := commandHeading.FindStringSubmatch(line); m != nil {
			command = m[1]
			known[command] = map[string]bool{"--help": true, "-h": true}
		}
		if m := flagCell.FindStringSubmatch(line); m != nil && known[command] != nil {
			for _, name := range flagName.FindAllStringSubmatch(m[1], -1) {
				known[command][name[1]] = true
			}
		}
	}
	// cobra adds these two to every program.
	known["bowsprit help"], known["bowsprit completion"] = map[string]bool{}, map[string]bool{}
	return known
}

// wrong says what the program would not take, or "".
func (c commandLine) wrong(words []string) string {
	command, rest := "bowsprit", words[1:]
	for len(rest) > 0 && c[command+" "+rest[0]] != nil {
		command, rest = command+" "+rest[0], rest[1:]
	}
	if len(rest) > 0 && isPlaceholder(rest[0]) && c.isGroup(command) {
		return "" // any verb
	}
	if len(rest) > 0 && !strings.HasPrefix(rest[0], "-") && c.isGroup(command) {
		return fmt.Sprintf("%s has no verb %s", command, rest[0])
	}
	for _, word := range rest {
		name, _, _ := strings.Cut(word, "=")
		if strings.HasPrefix(name, "-") && len(name) > 1 && !c[command][name] {
			return fmt.Sprintf("%s has no flag %s", command, name)
		}
	}
	return ""
}

// isGroup says whether a command only holds others.
func (c commandLine) isGroup(command string) bool {
	for name := range c {
		if strings.HasPrefix(name, command+" ") {
			return true
		}
	}
	return false
}

// makefile is what `make` takes: its targets, and the variables that it reads.
type makefile struct{ targets, variables map[string]bool }

var (
	makeTarget   = regexp.MustCompile(`(?m)^([a-z][a-z0-9-]*):`)
	makeVariable = regexp.MustCompile(`\$\(([A-Z][A-Z0-9_]*)\)`)
)

// readMakefile reads the Makefile at the root.
func readMakefile(repo fs.FS) (makefile, error) {
	source, err := fs.ReadFile(repo, "Makefile")
	if err != nil {
		return makefile{}, fmt.Errorf("read the Makefile: %w", err)
	}
	m := makefile{targets: map[string]bool{}, variables: map[string]bool{}}
	for _, found := range makeTarget.FindAllSubmatch(source, -1) {
		m.targets[string(found[1])] = true
	}
	for _, found := range makeVariable.FindAllSubmatch(source, -1) {
		m.variables[string(found[1])] = true
	}
	return m, nil
}

// wrong says what make would not take, or "".
func (m makefile) wrong(words []string) string {
	for _, word := range words[1:] {
		variable := assignment.FindStringSubmatch(word)
		switch {
		case variable != nil && !m.variables[variable[1]]:
			return "the Makefile reads no variable " + variable[1]
		case variable == nil && !strings.HasPrefix(word, "-") && !isPlaceholder(word) && !m.targets[word]:
			return "the Makefile has no target " + word
		}
	}
	return ""
}

// wrongCommands names the shown commands that would not work.
func wrongCommands(pages map[string]page, program commandLine, targets makefile) []string {
	var problems []string
	for _, p := range pages {
		for _, code := range p.code {
			for _, words := range commandsIn(code.text) {
				why := ""
				switch {
				case isProgram(words, "bowsprit"):
					why = program.wrong(words)
				case isProgram(words, "make"):
					why = targets.wrong(words)
				}
				if why != "" {
					problems = append(problems, fmt.Sprintf("%s:%d: %s", p.path, code.line, why))
				}
			}
		}
	}
	return problems
}
