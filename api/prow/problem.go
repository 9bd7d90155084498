package prow

import (
	"fmt"
	"sort"
	"strings"
)

// Severity says whether a problem keeps a configuration from being loaded.
type Severity string

// The severities.
const (
	// SeverityError: the configuration is not loaded.
	SeverityError Severity = "error"
	// SeverityWarning: it is loaded, but something in it has not the effect that its author may expect.
	SeverityWarning Severity = "warning"
)

// Problem is one thing that is wrong with a configuration.
type Problem struct {
	Severity Severity `json:"severity"`
	// Code names the kind of problem in kebab-case; it stays the same when the message gets better.
	Code string `json:"code"`
	// File is where the problem is, as a slash path; empty when it is in no file.
	File string `json:"file,omitempty"`
	// Line is counted from 1; 0 when it is not known.
	Line int `json:"line,omitempty"`
	// Repo is "org/repo", and Job the job's name, where the problem concerns one.
	Repo string `json:"repo,omitempty"`
	Job  string `json:"job,omitempty"`
	// Field is the path of the value in its document, such as presubmits[o/r][0].branches[0].
	Field string `json:"field,omitempty"`
	// Message says what is wrong, what is allowed, and a guess at what was meant.
	Message string `json:"message"`
	// Strict is true for a warning that makes Prow's `checkconfig --strict` fail.
	Strict bool `json:"-"`
}

// String is the problem for people: `jobs/unit.yaml:14: presubmits[o/r][0].branches[0]: "mian(": ...`.
func (p Problem) String() string {
	var b strings.Builder
	if p.File != "" {
		b.WriteString(p.File)
		if p.Line > 0 {
			fmt.Fprintf(&b, ":%d", p.Line)
		}
		b.WriteString(": ")
	}
	if p.Field != "" {
		b.WriteString(p.Field + ": ")
	}
	b.WriteString(p.Message)
	return b.String()
}

// Problems is everything that is wrong with a configuration. As an error it shows its errors, one a line.
type Problems []Problem

// Error joins the errors, one a line; warnings are left out.
func (ps Problems) Error() string {
	errs := ps.Errors()
	lines := make([]string, len(errs))
	for i, p := range errs {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// Errors are the problems of SeverityError.
func (ps Problems) Errors() Problems { return ps.of(SeverityError) }

// Warnings are the problems of SeverityWarning.
func (ps Problems) Warnings() Problems { return ps.of(SeverityWarning) }

// Err is ps when it holds an error, nil otherwise.
func (ps Problems) Err() error {
	if len(ps.Errors()) == 0 {
		return nil
	}
	return ps
}

func (ps Problems) of(s Severity) Problems {
	var out Problems
	for _, p := range ps {
		if p.Severity == s {
			out = append(out, p)
		}
	}
	return out
}

// Sort orders by file, line, field and message, so that two loads of one configuration say the same.
func (ps Problems) Sort() {
	sort.SliceStable(ps, func(i, j int) bool {
		a, b := ps[i], ps[j]
		if a.File != b.File {
			return a.File < b.File
		}
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		if a.Field != b.Field {
			return a.Field < b.Field
		}
		return a.Message < b.Message
	})
}
