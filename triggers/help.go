package triggers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/triggers/command"
)

// isHelp says whether a command only asks what there is.
func isHelp(c command.Command) bool {
	return c.Name == command.Test && (len(c.Args) == 0 || c.Args[0] == "?")
}

// help answers what a comment asks wrongly, and `/test ?`. It says nothing if every command was understood, or if a
// command that names a job also holds other words, as people write.
func (d *decider) help(r *request, started int) {
	var notes []string
	for _, c := range r.commands {
		if n, ok := d.helpFor(c, started); ok && !slices.Contains(notes, n) {
			notes = append(notes, n)
		}
	}
	if len(notes) > 0 {
		d.say("", d.jobList(notes), "the comment asks what can be run, or for something that is not there")
	}
}

// helpFor is what there is to say about one command; false for nothing.
func (d *decider) helpFor(c command.Command, started int) (string, bool) {
	switch {
	case c.Name == command.Test && len(c.Args) == 0:
		return "`/test` needs the name of a job.", true
	case isHelp(c):
		return "", true
	case (c.Name == command.Retest || c.Name == command.RetestRequired || c.Name == command.TestManualRequired) && len(c.Args) > 0:
		return fmt.Sprintf("%s takes no names; a job is named with `/test NAME`.", code("/"+string(c.Name))), true
	case c.Name != command.Test || started > 0:
		return "", false
	case c.Args[0] == "all":
		return "No job runs by itself for this branch and these files, so `/test all` starts nothing.", true
	}
	return d.notFound(c.Args), true
}

// notFound says of every word behind `/test` why it names no job that can run here.
func (d *decider) notFound(names []string) string {
	var lines []string
	for _, name := range names {
		if i := d.target(name); i >= 0 {
			lines = append(lines, fmt.Sprintf("%s does not run here: %s.", code(name), offBranch(&d.jobs[i], d.pr.BaseRef)))
			continue
		}
		line := fmt.Sprintf("%s has no job %s.", d.repo(), code(name))
		if g := prow.Closest(name, d.jobNames()); g != "" {
			line += fmt.Sprintf(" Did you mean %s?", code(g))
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// target is the index of the first job that `/test NAME` names on any branch; -1 if there is none.
func (d *decider) target(name string) int {
	return slices.IndexFunc(d.jobs, func(j prow.Presubmit) bool { return j.TriggerMatches("/test " + name) })
}

// jobList is the notes and, behind them, what can be asked for on this pull request.
func (d *decider) jobList(notes []string) string {
	var required, optional, all []string
	for i := range d.jobs {
		j := &d.jobs[i]
		switch {
		case !j.ShouldRun(d.pr.BaseRef):
			continue
		case j.ContextRequired():
			required = append(required, j.RerunCommand)
		default:
			optional = append(optional, j.RerunCommand)
		}
		if !j.NeedsExplicitTrigger() {
			all = append(all, j.Name)
		}
	}
	var b strings.Builder
	for _, n := range notes {
		if n != "" {
			b.WriteString(n + "\n\n")
		}
	}
	bullets(&b, "Required jobs:", required)
	bullets(&b, "Optional jobs:", optional)
	bullets(&b, "`/test all` runs those of these jobs that fit the changed files:", all)
	if len(required)+len(optional) == 0 {
		b.WriteString("No job runs for pull requests into " + d.base() + ".\n\n")
	}
	return b.String() + d.inAnswerTo()
}

func bullets(b *strings.Builder, title string, items []string) {
	if len(items) == 0 {
		return
	}
	b.WriteString(title + "\n\n")
	for _, s := range items {
		b.WriteString("- " + code(s) + "\n")
	}
	b.WriteString("\n")
}
