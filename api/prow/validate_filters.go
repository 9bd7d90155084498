package prow

import (
	"regexp"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// gerritReportLabel makes Prow report to Gerrit.
const gerritReportLabel = "prow.k8s.io/gerrit-report-label"

func (c *checker) branches(b Brancher) {
	c.expressions(b.Branches, "branches")
	c.expressions(b.SkipBranches, "skip_branches")
}

// expressions checks a list of which Prow makes one expression.
func (c *checker) expressions(exprs []string, key string) {
	if len(exprs) == 0 {
		return
	}
	_, whole := expression(alternatives(exprs))
	if whole == nil {
		return
	}
	before := len(c.problems)
	for i, e := range exprs {
		if _, err := expression(e); err != nil {
			c.badExpression(e, c.at.Child(key).Index(i), err)
		}
	}
	if len(c.problems) == before {
		c.badExpression(alternatives(exprs), c.at.Child(key), whole)
	}
}

func (c *checker) expression(expr, key string) bool {
	_, err := expression(expr)
	if err != nil {
		c.badExpression(expr, c.at.Child(key), err)
	}
	return err == nil
}

func (c *checker) badExpression(expr string, at *field.Path, err error) {
	c.errorf("regexp-invalid", at, "%q does not compile: %s (the syntax is RE2: no lookahead, no backreference)",
		expr, strings.TrimPrefix(err.Error(), "error parsing regexp: "))
}

// files checks the file filters, and that a job which always runs has none.
func (c *checker) files(m RegexpChangeMatcher, always bool) {
	c.expression(m.RunIfChanged, "run_if_changed")
	c.expression(m.SkipIfOnlyChanged, "skip_if_only_changed")
	if m.RunIfChanged != "" && m.SkipIfOnlyChanged != "" {
		c.errorf("filters-exclusive", c.at.Child("skip_if_only_changed"), "cannot stand beside run_if_changed; keep one of them")
	}
	if always && m.HasFilter() {
		key := "run_if_changed"
		if m.RunIfChanged == "" {
			key = "skip_if_only_changed"
		}
		c.errorf("always-run-with-filter", c.at.Child("always_run"), "cannot stand beside %s; remove one of them", key)
	}
}

// trigger checks the pair of trigger and command. The default one is right if the name is, and is not compiled.
func (c *checker) trigger(p *Presubmit) {
	if p.Trigger == "" || p.RerunCommand == "" {
		c.errorf("trigger-without-command", c.at.Child("trigger"), "trigger and rerun_command come together: set both, or neither for `/test NAME`")
		return
	}
	if isDefaultTrigger(p) && validName(p.Name, "") {
		return
	}
	if c.expression(p.Trigger, "trigger") && !p.TriggerMatches(p.RerunCommand) {
		c.errorf("trigger-mismatch", c.at.Child("rerun_command"), "%q does not match the job's trigger %q, so it would not run the job",
			p.RerunCommand, p.Trigger)
	}
	if !slashWord.MatchString(p.RerunCommand) {
		c.warnf("command-without-slash", c.at.Child("rerun_command"), "%q: only comments with a word that begins with \"/\" are looked at, so this one runs nothing",
			p.RerunCommand)
	}
}

func isDefaultTrigger(p *Presubmit) bool {
	t, ok := strings.CutPrefix(p.Trigger, triggerHead)
	name, command := strings.CutPrefix(p.RerunCommand, "/test ")
	return ok && command && name == p.Name && t == p.Name+triggerTail
}

// slashWord is what makes a comment worth a look: a word that begins with a slash.
var slashWord = regexp.MustCompile(`(?m)(?:^|[ \t])/\S`)

func (c *checker) reporter(r Reporter) {
	if len(r.Context) >= len(ReservedContextPrefix) && strings.EqualFold(r.Context[:len(ReservedContextPrefix)], ReservedContextPrefix) {
		c.errorf("context-reserved", c.at.Child("context"), "%q: contexts that begin with %q are Bowsprit's own; choose another", r.Context, ReservedContextPrefix)
	}
	if r.SkipReport && c.job.Labels[gerritReportLabel] != "" {
		c.errorf("skip-report-gerrit", c.at.Child("skip_report"), "cannot stand beside the label %s", gerritReportLabel)
	}
}
