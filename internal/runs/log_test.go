package runs

import (
	"strings"
	"testing"
)

func TestLastBytes(t *testing.T) {
	for name, tc := range map[string]struct {
		why, log, want string
		limit          int64
	}{
		"short":          {why: "everything fits", log: "a\nb\n", limit: 10, want: "a\nb\n"},
		"long":           {why: "whole lines from the end", log: "one\ntwo\nthree\n", limit: 8, want: "three\n"},
		"exactly a line": {why: "a line that fits to the byte is kept", log: "one\nthree\n", limit: 6, want: "three\n"},
		"one long line":  {why: "its end is better than nothing", log: "xxxxxxxxxxEND", limit: 3, want: "END"},
		"no final line feed": {
			why: "a killed job leaves half a line", log: "one\ntwo", limit: 100, want: "one\ntwo",
		},
		"skipped steps": {
			why:   "Tekton's line is noise",
			log:   "one\n2026/11/23 12:00:00 Skipping step because a previous step failed\ntwo\n",
			limit: 100, want: "one\ntwo\n",
		},
		"empty": {why: "a step may print nothing", log: "", limit: 10, want: ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := lastBytes(strings.NewReader(tc.log), tc.limit)
			if err != nil || string(got) != tc.want {
				t.Errorf("%s: %q, %v; want %q", tc.why, got, err, tc.want)
			}
		})
	}
}
