package command

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	tests := map[string]struct {
		why  string
		body string
		want []Command
	}{
		"a job by name":                     {body: "/test unit", want: []Command{{Test, []string{"unit"}}}},
		"several names, with commas":        {why: "Prow allows a comma behind a name", body: "/test a, b,c", want: []Command{{Test, []string{"a", "b,c"}}}},
		"several commands in one comment":   {body: "please\n/retest\n/test all", want: []Command{{Retest, nil}, {Test, []string{"all"}}}},
		"Windows line ends":                 {why: "the web form sends them", body: "hi\r\n/test all\r\nbye", want: []Command{{Test, []string{"all"}}}},
		"old Macintosh line ends":           {body: "hi\r/retest", want: []Command{{Retest, nil}}},
		"a tab behind the name":             {body: "/test\tunit", want: []Command{{Test, []string{"unit"}}}},
		"trailing space":                    {body: "/retest  \t", want: []Command{{Retest, nil}}},
		"a question":                        {body: "/test ?", want: []Command{{Test, []string{"?"}}}},
		"a question without space":          {why: "Prow answers it with help too", body: "/test?", want: []Command{{Test, []string{"?"}}}},
		"no name":                           {body: "/test", want: []Command{{Test, nil}}},
		"a grant with its commit":           {body: "/ok-to-test 0123abc", want: []Command{{OkToTest, []string{"0123abc"}}}},
		"cancel":                            {body: "/cancel\n/cancel unit", want: []Command{{Cancel, nil}, {Cancel, []string{"unit"}}}},
		"Prow's longer names":               {body: "/retest-required\n/test-manual-required", want: []Command{{RetestRequired, nil}, {TestManualRequired, nil}}},
		"not at the start of a line":        {why: "somebody talks about the command", body: "say /test all to run\n /test all\n- /test all\n!test all"},
		"upper case":                        {why: "Prow's commands are lower case", body: "/Test all\n/RETEST"},
		"a longer word":                     {body: "/testing all\n/retested\n/test-x a"},
		"a code block":                      {body: "```\n/test all\n```\n/retest", want: []Command{{Retest, nil}}},
		"a code block with a language":      {body: "```sh\n/test all\n```"},
		"a code block of tildes":            {body: "~~~\n/test all\n```\n/retest\n~~~"},
		"a longer fence holds a shorter":    {body: "````\n```\n/test all\n```\n/retest\n````\n/cancel", want: []Command{{Cancel, nil}}},
		"a code block that is never closed": {why: "GitHub shows the rest as code", body: "```\n/test all"},
		"three backticks within a line":     {why: "that is no fence", body: "```x```\n/test all", want: []Command{{Test, []string{"all"}}}},
		"a quote":                           {why: "somebody answers to a command", body: "> /test all\n>/retest\n  > /cancel"},
		"an HTML comment":                   {why: "templates of pull requests hold them", body: "<!-- /test all -->\n<!--\n/retest\n-->"},
		"behind an HTML comment":            {why: "it does not start the line", body: "<!-- x -->/test all"},
		"a fence inside an HTML comment":    {body: "<!--\n```\n-->\n/retest", want: []Command{{Retest, nil}}},
		"an HTML comment inside a fence":    {body: "```\n<!--\n```\n/retest", want: []Command{{Retest, nil}}},
		"an HTML comment that never ends":   {body: "<!--\n/test all"},
		"nothing":                           {body: ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, Parse(test.body)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.why, diff)
			}
		})
	}
}

func TestParseReadsAtMostMaxCommands(t *testing.T) {
	if got := len(Parse(strings.Repeat("/retest\n", 3*MaxCommands))); got != MaxCommands {
		t.Errorf("%d commands, want %d", got, MaxCommands)
	}
	if got := len(Parse("/test " + strings.Repeat("a ", 3*maxArgs))[0].Args); got != maxArgs {
		t.Errorf("%d words, want %d", got, maxArgs)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"/test all", "```\n/retest\n```", "> /test a", "<!--\n/cancel\n-->", "/ok-to-test\tabc\r\n", "/test \x00\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		commands := Parse(body)
		if len(commands) > MaxCommands {
			t.Fatalf("%d commands", len(commands))
		}
		text := Text(body)
		if strings.Contains(text, "\r") {
			t.Fatalf("a carriage return is left in %q", text)
		}
		if got, want := strings.Count(text, "\n"), strings.Count(strings.ReplaceAll(strings.ReplaceAll(body, "\r\n", "\n"), "\r", "\n"), "\n"); got != want {
			t.Fatalf("%d lines of %d", got, want)
		}
		if Text(text) != text && !strings.Contains(body, "<!--") {
			t.Fatalf("reading twice changes %q", text)
		}
		for _, c := range commands {
			checkCommand(t, body, c)
		}
	})
}

// checkCommand holds a command against what it was read from.
func checkCommand(t *testing.T, body string, c Command) {
	t.Helper()
	if !strings.Contains(body, "/"+string(c.Name)) {
		t.Fatalf("%q is not in %q", c.Name, body)
	}
	for _, a := range c.Args {
		if a == "" || len(strings.Fields(a)) != 1 {
			t.Fatalf("%q is not one word", a)
		}
		if utf8.ValidString(body) && !utf8.ValidString(a) {
			t.Fatalf("%q is cut within a rune", a)
		}
		if !strings.Contains(body, a) {
			t.Fatalf("%q is not in %q", a, body)
		}
	}
}
