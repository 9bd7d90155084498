package triggers

import (
	"fmt"
	"net/url"
	"strings"
	"unicode"
)

// maxCode is how many characters of a text are shown in a code span.
const maxCode = 100

// code shows a text in a code span of Markdown, whatever the text is: nothing in it can end the span, begin a line,
// mention anybody or be read as a command. Signs that cannot be seen are shown as U+FFFD.
func code(s string) string {
	if plain(s) {
		return "`" + s + "`"
	}
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n++; n > maxCode {
			b.WriteRune('…')
			break
		}
		switch {
		case r == '`':
			r = '\''
		case r != ' ' && (!unicode.IsPrint(r) || unicode.Is(unicode.Mn, r)):
			r = unicode.ReplacementChar
		}
		b.WriteRune(r)
	}
	if strings.TrimSpace(b.String()) == "" {
		return "`(empty)`"
	}
	return "`" + b.String() + "`"
}

// plain says whether a text is shown as it is: the usual case, and a thousand of them make an event's reasons.
func plain(s string) bool {
	blank := true
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' || s[i] == '`' {
			return false
		}
		blank = blank && s[i] == ' '
	}
	return !blank && len(s) <= maxCode
}

// who says who is trusted: "a member of `o` or a collaborator of `o/r`".
func (d *decider) who() string {
	who := []string{"a member of " + code(d.ev.Org)}
	if d.trigger.TrustedOrg != "" {
		who = append(who, "a member of "+code(d.trigger.TrustedOrg))
	}
	if !d.trigger.OnlyOrgMembers {
		who = append(who, "a collaborator of "+d.repo())
	}
	last := len(who) - 1
	if last == 0 {
		return who[0]
	}
	return strings.Join(who[:last], ", ") + " or " + who[last]
}

// block shows one line in a code block of Markdown, which GitHub gives a button to copy it.
func block(s string) string { return "```\n" + strings.Trim(code(s), "`") + "\n```" }

func (d *decider) waitTitle() string {
	if d.trigger.IgnoreOkToTest {
		return fmt.Sprintf("No jobs run on %s: its author is not trusted", short(d.pr.HeadSHA))
	}
	return "Waiting for /ok-to-test " + d.pr.HeadSHA
}

func (d *decider) waitSummary() string {
	if d.trigger.IgnoreOkToTest {
		return fmt.Sprintf("%s is not trusted in %s. %s", code(d.pr.Author), d.repo(), d.turnedOff())
	}
	return fmt.Sprintf("%s is not trusted in %s. %s can let this commit run. Please look at its changes first, since its jobs run its code, "+
		"and check that the command names the commit that you looked at:\n\n%s\n\nA new push waits anew.",
		code(d.pr.Author), d.repo(), capital(d.who()), d.exactCommand())
}

// exactCommand is the command that lets the present head run, and no other, ready to be copied.
func (d *decider) exactCommand() string { return block("/ok-to-test " + d.pr.HeadSHA) }

// turnedOff says what `ignore_ok_to_test` means.
func (d *decider) turnedOff() string {
	return fmt.Sprintf("`/ok-to-test` is turned off here (`ignore_ok_to_test`): jobs run on pull requests by %s. One of them can look at the changes and open a pull request with them.", d.who())
}

func (d *decider) welcome() string {
	return fmt.Sprintf("Jobs do not start on %s: %s", code(d.pr.HeadSHA), d.waitSummary())
}

func (d *decider) granted(by string) string {
	return fmt.Sprintf("%s let %s run. A new push waits anew.", code("@"+by), code(d.pr.HeadSHA))
}

func (d *decider) draftNote() string {
	return "This is a draft: its jobs start when it is ready for review. `/test all` starts them now."
}

func (d *decider) labelNote() string {
	return fmt.Sprintf("The label %s names no commit, and the next push would have it too. To let the present one run, say\n\n%s",
		code(d.ev.Label), d.exactCommand())
}

func (d *decider) untrustedNote() string {
	return fmt.Sprintf("Commands count when they come from %s. Please ask one of them.", d.who())
}

// refusalNote says why nothing was started, and what to say instead; more is true if runs were asked for too.
func (d *decider) refusalNote(why string, more bool) string {
	if d.trigger.IgnoreOkToTest {
		return fmt.Sprintf("Nothing was started. %s\n\n%s", d.turnedOff(), d.inAnswerTo())
	}
	below := ""
	if more {
		below = "Other commands may stand below it in the same comment.\n\n"
	}
	return fmt.Sprintf("Nothing was started: %s. A comment does not tell which commit its author looked at, so the command has to name it in full.\n\n"+
		"Please look at the changes of the present head, %s. If they may run, say\n\n%s\n\n%s%s",
		why, code(d.pr.HeadSHA), d.exactCommand(), below, d.inAnswerTo())
}

func (d *decider) cannotRevokeNote() string {
	return "A grant holds for one commit and cannot be taken back; the next push waits anew. `/cancel` ends the runs of this one.\n\n" + d.inAnswerTo()
}

func (d *decider) conflictNote() string {
	return fmt.Sprintf("Nothing was started: the pull request conflicts with %s. Please resolve the conflict first.\n\n%s", d.base(), d.inAnswerTo())
}

func (d *decider) cancelHelp(unknown []string) string {
	var b strings.Builder
	bullets(&b, "`/cancel` knows no such job of "+d.repo()+":", unknown)
	bullets(&b, "The jobs are:", d.jobNames())
	return b.String() + d.inAnswerTo()
}

// inAnswerTo links the comment that is answered, if its address is one.
func (d *decider) inAnswerTo() string {
	if d.ev.Comment == nil {
		return ""
	}
	u, err := url.Parse(d.ev.Comment.URL)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || strings.ContainsAny(d.ev.Comment.URL, " ()<>[]\\\"'`") {
		return ""
	}
	return fmt.Sprintf("(in answer to [this comment](%s))", u)
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
