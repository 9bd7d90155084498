package triggers

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/bowsprit-ci/bowsprit/triggers/command"
)

// comment decides about a comment on a pull request.
func (d *decider) comment() error {
	if why := d.notACommand(); why != "" {
		d.because("%s", why)
		return nil
	}
	r := d.request()
	if !r.asks() {
		d.because("the comment holds no command")
		return nil
	}
	if bot, err := d.w.BotLogin(d.ctx); err != nil || strings.EqualFold(bot, d.ev.Comment.Author.Login) {
		d.because("the comment is our own")
		return err
	}
	if err := d.look(); err != nil {
		return err
	}
	if d.pr.Closed {
		d.because("commands have no effect on a closed pull request")
		return nil
	}
	d.because("%s asked for %s", code("@"+r.by), r.summary())
	return d.carryOut(r)
}

// notACommand says why nobody's command can be in the event, without reading the text; empty if one may be.
func (d *decider) notACommand() string {
	c := d.ev.Comment
	switch {
	case c == nil || d.ev.Action != "created":
		return "commands count when a comment is created, not when it is changed"
	case !sameUser(c.Author, d.ev.Sender):
		return "the comment was not written by who sent it"
	case c.Author.Bot || d.ev.Sender.Bot:
		return "bots give no commands"
	}
	return ""
}

// request is what a comment asks for.
type request struct {
	by string
	// text is what the comment says outside of code, quotes and HTML comments.
	text     string
	commands []command.Command
	// named are the indices of the jobs whose trigger matches.
	named []int
	// trigger is the part of the cause that the comment adds.
	trigger string
	// granted is true once the comment let the present head run.
	granted bool
}

func (d *decider) request() *request {
	c := d.ev.Comment
	r := &request{by: c.Author.Login, text: command.Text(c.Body), commands: command.Parse(c.Body), trigger: strconv.FormatInt(c.ID, 10)}
	for i := range d.jobs {
		if d.jobs[i].TriggerMatches(r.text) {
			r.named = append(r.named, i)
		}
	}
	return r
}

func (r *request) asks() bool { return len(r.commands) > 0 || len(r.named) > 0 }

// summary lists the commands, for the plan's why.
func (r *request) summary() string {
	var out []string
	for _, c := range r.commands {
		out = append(out, code(strings.Join(append([]string{"/" + string(c.Name)}, c.Args...), " ")))
	}
	if len(out) == 0 {
		return "a job's own command"
	}
	return strings.Join(out, ", ")
}

// first is the first command of a name; false if there is none.
func (r *request) first(name command.Name) (command.Command, bool) {
	i := slices.IndexFunc(r.commands, func(c command.Command) bool { return c.Name == name })
	if i < 0 {
		return command.Command{}, false
	}
	return r.commands[i], true
}

// runs says whether the comment asks for runs, and not only for trust, help or an end.
func (r *request) runs() bool {
	return len(r.named) > 0 || slices.ContainsFunc(r.commands, func(c command.Command) bool {
		switch c.Name {
		case command.Test:
			return !isHelp(c)
		case command.Retest, command.RetestRequired, command.TestManualRequired:
			return len(c.Args) == 0
		}
		return false
	})
}

// carryOut does what a comment asks for, as far as its author may ask.
func (d *decider) carryOut(r *request) error {
	trusted, err := d.trusted(r.by)
	if err != nil {
		return err
	}
	if !trusted {
		d.untrusted(r)
		return nil
	}
	s, err := d.standing()
	if err != nil {
		return err
	}
	d.cancelAsked(r)
	d.okToTest(r, s)
	if !s.ok() && !r.granted {
		d.ungranted(r, s.gate)
		return nil
	}
	return d.runAsked(r)
}

// untrusted refuses everything, in one comment that is edited, not repeated.
func (d *decider) untrusted(r *request) {
	why := fmt.Sprintf("%s is not trusted in %s", code("@"+r.by), d.repo())
	for _, i := range r.named {
		d.settle(&d.jobs[i], VerdictRefuse, "", why)
	}
	d.say("untrusted", d.untrustedNote(), why)
}

// ungranted answers a trusted person whose comment did not let the present head run: what needs a grant is refused, with
// the one command that gives it. A question about what there is needs none.
func (d *decider) ungranted(r *request, g gate) {
	why := d.refusal(r)
	if why == "" {
		d.help(r, 0)
		return
	}
	for _, i := range r.named {
		d.settle(&d.jobs[i], VerdictRefuse, "", "nobody trusted let "+short(d.pr.HeadSHA)+" run")
	}
	d.wait(g)
	d.say("", d.refusalNote(why, r.runs()), why)
}

// refusal says why a comment starts nothing on a head without a grant; empty if it asks for nothing that needs one. A
// comment does not say which commit its author saw, and the head's age proves nothing: its author may have pushed it
// before, then something harmless, and now again. So the commit has to be named, and in full, since a second one that
// begins alike is quickly made.
func (d *decider) refusal(r *request) string {
	c, asked := r.first(command.OkToTest)
	asked = asked && !revokes(c)
	switch {
	case !asked && !r.runs():
		return ""
	case d.trigger.IgnoreOkToTest:
		return "`/ok-to-test` is turned off for " + d.repo()
	case !asked:
		return fmt.Sprintf("nobody trusted let %s run", short(d.pr.HeadSHA))
	case len(c.Args) == 0:
		return "`/ok-to-test` names no commit"
	case d.begins(c.Args[0]):
		return fmt.Sprintf("%s is a short SHA, and a second commit that begins alike is quickly made", code(c.Args[0]))
	}
	return fmt.Sprintf("%s is not the head", code(c.Args[0]))
}

// cancelAsked carries out `/cancel`.
func (d *decider) cancelAsked(r *request) {
	var unknown []string
	for _, c := range r.commands {
		if c.Name != command.Cancel {
			continue
		}
		var known []string
		for _, name := range c.Args {
			if d.hasJob(name) {
				known = append(known, name)
			} else {
				unknown = append(unknown, name)
			}
		}
		if len(known) > 0 || len(c.Args) == 0 {
			d.cancel("", known, fmt.Sprintf("cancelled by %s", code("@"+r.by)))
		}
	}
	if len(unknown) > 0 {
		d.say("", d.cancelHelp(unknown), "`/cancel` names no job of "+d.repo())
	}
}

func (d *decider) hasJob(name string) bool { return slices.Contains(d.jobNames(), name) }

func (d *decider) jobNames() []string {
	names := make([]string, len(d.jobs))
	for i := range d.jobs {
		names[i] = d.jobs[i].Name
	}
	return names
}

// okToTest carries out `/ok-to-test SHA`. It sets r.granted if the present head may run from now on: that takes its full
// SHA, or an earlier grant.
func (d *decider) okToTest(r *request, s standing) {
	c, asked := r.first(command.OkToTest)
	switch {
	case !asked:
	case revokes(c):
		d.say("", d.cannotRevokeNote(), "a grant holds for one commit and cannot be taken back")
	case s.ok():
		r.granted = true // nothing is left to grant; what waits for it may run
	case !d.trigger.IgnoreOkToTest && len(c.Args) > 0 && strings.EqualFold(c.Args[0], d.pr.HeadSHA):
		r.granted = true
		d.grant(r.by)
	}
}

// revokes says whether an `/ok-to-test` wants to take a grant back, as in Prow.
func revokes(c command.Command) bool { return len(c.Args) > 0 && c.Args[0] == "cancel" }
