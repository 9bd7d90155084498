package triggers

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCode(t *testing.T) {
	tests := map[string]struct {
		why, in, want string
	}{
		"a plain word":           {in: "unit", want: "`unit`"},
		"a backtick":             {why: "it would end the span", in: "a`b", want: "`a'b`"},
		"a new line":             {why: "a command could begin on it", in: "a\n/test all", want: "`a\ufffd/test all`"},
		"signs that turn text":   {why: "they hide what is really there", in: "a\u202eb", want: "`a\ufffdb`"},
		"invisible signs":        {in: "a\u200bb\u00adc", want: "`a\ufffdb\ufffdc`"},
		"marks over other signs": {in: "a\u0301\u0301", want: "`a\ufffd\ufffd`"},
		"bytes that are no text": {in: "a\xffb", want: "`a\ufffdb`"},
		"nothing":                {in: "", want: "`(empty)`"},
		"blanks":                 {in: "  ", want: "`(empty)`"},
		"other scripts":          {in: "naïve-文件", want: "`naïve-文件`"},
		"very long":              {in: strings.Repeat("é", 3*maxCode), want: "`" + strings.Repeat("é", maxCode) + "…`"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := code(test.in); got != test.want {
				t.Errorf("%s: got %q, want %q", test.why, got, test.want)
			}
		})
	}
}

func FuzzCode(f *testing.F) {
	f.Add("a`b\n/test\x00\xff")
	f.Fuzz(func(t *testing.T, s string) {
		got := code(s)
		if inner := got[1 : len(got)-1]; got[0] != '`' || got[len(got)-1] != '`' || strings.ContainsAny(inner, "`\n\r") || !utf8.ValidString(got) {
			t.Fatalf("%q is no single code span", got)
		}
	})
}
