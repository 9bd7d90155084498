package match

import "regexp"

// The commands, as Prow reads them: lower case, at the start of a line, before nothing but blanks. A comment from a web
// form has a carriage return at the end of its lines, which counts as a blank.
var (
	testAll            = regexp.MustCompile(`(?m)^/test all,?($|\s.*)`)
	testManualRequired = regexp.MustCompile(`(?m)^/test-manual-required\s*$`)
	retest             = regexp.MustCompile(`(?m)^/retest\s*$`)
	retestRequired     = regexp.MustCompile(`(?m)^/retest-required\s*$`)
	grant              = regexp.MustCompile(`(?m)^/ok-to-test\s*$`)
	revoke             = regexp.MustCompile(`(?m)^/ok-to-test[ \t]+cancel\s*$`)
	skip               = regexp.MustCompile(`(?mi)^/skip\s*$`)
)

// What is answered with help: a question, and commands with a target missing, too many, or possibly wrong.
var (
	testHelp         = regexp.MustCompile(`(?m)^/test[ \t]*\?\s*$`)
	testNoTarget     = regexp.MustCompile(`(?m)^/test\s*$`)
	retestWithTarget = regexp.MustCompile(`(?m)^/retest[ \t]+\S+`)
	testWithTarget   = regexp.MustCompile(`(?m)^/test[ \t]+\S+`)
)

// gates are the commands that make Prow read a comment at all, beside the jobs' own triggers.
var gates = []*regexp.Regexp{retest, retestRequired, testManualRequired, grant, revoke, testAll, testNoTarget, retestWithTarget, testWithTarget, testHelp}

// codeBlock is a fenced block of Markdown as far as Prow knows it: the fence is at the start of a line, and a line that
// is nothing but three of the same signs ends it. Blocks with carriage returns, and blocks that never end, are not blocks.
var codeBlock = regexp.MustCompile("(?ms)^```.*?\n```(?:\n|$)|^~~~.*?\n~~~(?:\n|$)")

// withoutCode is the text that opens the gate. What runs is looked for in the whole comment all the same.
func withoutCode(body string) string { return codeBlock.ReplaceAllString(body, "") }
