package prow

import (
	"errors"
	"testing"
)

func TestProblemString(t *testing.T) {
	tests := map[string]struct {
		p    Problem
		want string
	}{
		"all of it":  {Problem{File: "jobs/unit.yaml", Line: 14, Field: "presubmits[o/r][0].branches[0]", Message: "m"}, "jobs/unit.yaml:14: presubmits[o/r][0].branches[0]: m"},
		"no line":    {Problem{File: "a.yaml", Message: "m"}, "a.yaml: m"},
		"no file":    {Problem{Message: "m"}, "m"},
		"no message": {Problem{File: "a.yaml", Line: 1}, "a.yaml:1: "},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := test.p.String(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestProblemsAsError(t *testing.T) {
	warning, bad := Problem{Severity: SeverityWarning, Message: "w"}, Problem{Severity: SeverityError, File: "a", Message: "e"}
	if err := (Problems{warning}).Err(); err != nil {
		t.Errorf("warnings alone are no error, got %v", err)
	}
	err := Problems{bad, warning, bad}.Err()
	var ps Problems
	if err == nil || err.Error() != "a: e\na: e" || !errors.As(err, &ps) || len(ps.Warnings()) != 1 {
		t.Errorf("got %v", err)
	}
}
