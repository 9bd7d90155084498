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

func (d *decider) waitTitle() string {
	if d.trigger.IgnoreOkToTest {
		return "Waiting for a command by somebody trusted " + short(d.pr.HeadSHA)
	}
	return "Waiting for /ok-to-test " + short(d.pr.HeadSHA)
}

func (d *decider) waitSummary() string {
	if d.trigger.IgnoreOkToTest {
		return fmt.Sprintf("%s is not trusted in %s. %s can start jobs on this commit with `/test`.", code(d.pr.Author), d.repo(), capital(d.who()))
	}
	return fmt.Sprintf("%s is not trusted in %s. %s can let this commit run with %s. A new push waits anew.",
		code(d.pr.Author), d.repo(), capital(d.who()), d.exactCommand())
}

// exactCommand is the command that lets the present head run, and no other.
func (d *decider) exactCommand() string { return code("/ok-to-test " + d.pr.HeadSHA) }

func (d *decider) welcome() string {
	return fmt.Sprintf("Jobs do not start by themselves on %s: %s\n\nPlease read the change before: its jobs run its code.", code(d.pr.HeadSHA), d.waitSummary())
}

func (d *decider) granted(by string) string {
	return fmt.Sprintf("%s let %s run. A new push waits anew.", code("@"+by), code(d.pr.HeadSHA))
}

func (d *decider) draftNote() string {
	return "This is a draft: its jobs start when it is ready for review. `/test all` starts them now."
}

func (d *decider) labelNote() string {
	return fmt.Sprintf("The label %s names no commit, and the next push would have it too. To let the present one run, say %s.",
		code(d.ev.Label), d.exactCommand())
}

func (d *decider) untrustedNote() string {
	return fmt.Sprintf("Commands count when they come from %s. Please ask one of them.", d.who())
}

func (d *decider) unseenNote() string {
	if d.trigger.IgnoreOkToTest {
		return fmt.Sprintf("The head is %s now, and it may be newer than what you looked at. Please look again and repeat the command.%s",
			code(d.pr.HeadSHA), d.inAnswerTo())
	}
	return fmt.Sprintf("Nothing was started: the head is %s now, and it may be newer than what you looked at. To let it run, say %s.\n\n%s",
		code(d.pr.HeadSHA), d.exactCommand(), d.inAnswerTo())
}

func (d *decider) notMeantNote(seen bool) string {
	reason := "it may be newer than what you looked at"
	if seen {
		reason = "your comment names another commit"
	}
	return fmt.Sprintf("Nothing was started: the head is %s now, and %s. To let it run, say %s.\n\n%s",
		code(d.pr.HeadSHA), reason, d.exactCommand(), d.inAnswerTo())
}

func (d *decider) ignoredNote() string {
	return fmt.Sprintf("`/ok-to-test` is turned off for %s. `/test` by %s starts jobs on the present commit.\n\n%s", d.repo(), d.who(), d.inAnswerTo())
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
