package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"golang.org/x/term"
	"sigs.k8s.io/yaml"
)

// outputFlag is -o: the form in which a verb answers.
type outputFlag struct {
	form string
	// forms are the allowed ones. The first is for people: it is the default when standard output is a terminal.
	forms []string
}

// The forms of answers.
const (
	formJSON  = "json"
	formYAML  = "yaml"
	formTable = "table"
	formText  = "text"
)

var formMeanings = map[string]string{
	formJSON:  "json: one object a line",
	formYAML:  "yaml: one document each",
	formTable: "table: columns for people",
	formText:  "text: for people",
}

// addOutputFlag adds -o to a verb. The form for people comes first; whatever is no terminal gets JSON by default.
func addOutputFlag(cmd *cobra.Command, forms ...string) *outputFlag {
	f := &outputFlag{forms: forms}
	var meanings []string
	for _, form := range forms {
		meanings = append(meanings, formMeanings[form])
	}
	cmd.Flags().VarP(f, "output", "o", strings.Join(meanings, "; ")+fmt.Sprintf(" (default: %s on a terminal, json elsewhere)", forms[0]))
	return f
}

// Set takes one of the allowed forms.
func (f *outputFlag) Set(form string) error {
	if !slices.Contains(f.forms, form) {
		return fmt.Errorf("want %s", strings.Join(f.forms, " or "))
	}
	f.form = form
	return nil
}

// String is the form that was asked for; empty before.
func (f *outputFlag) String() string { return f.form }

// Type is the flag's kind in the help.
func (f *outputFlag) Type() string { return "string" }

// formFor is the form in which to answer on a writer.
func (f *outputFlag) formFor(w io.Writer) string { return f.formOr(w, f.forms[0]) }

// formOr is formFor with another form for people.
func (f *outputFlag) formOr(w io.Writer, people string) string {
	switch file, ok := w.(*os.File); {
	case f.form != "":
		return f.form
	case ok && term.IsTerminal(int(file.Fd())):
		return people
	}
	return formJSON
}

// answers is a stream of answers in one form.
type answers struct {
	form  string
	out   *bufio.Writer
	json  *json.Encoder
	table *tabwriter.Writer
}

// newAnswers begins a stream; columns are the heads of the table, if that is the form.
func newAnswers(w io.Writer, form string, columns ...string) *answers {
	a := &answers{form: form, out: bufio.NewWriterSize(w, 1<<16)}
	a.json = json.NewEncoder(a.out)
	a.json.SetEscapeHTML(false)
	if form == formTable {
		a.table = tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
		_, _ = fmt.Fprintln(a.table, strings.Join(columns, "\t")) // its error comes back from Flush
	}
	return a
}

// put writes one answer; rows are its lines of the table, and are only asked for if that is the form.
func (a *answers) put(answer any, rows func() [][]string) error {
	if err := a.write(answer, rows); err != nil {
		return rejected(fmt.Errorf("print an answer: %w", err))
	}
	return nil
}

func (a *answers) write(answer any, rows func() [][]string) error {
	switch a.form {
	case formTable:
		for _, row := range rows() {
			if _, err := fmt.Fprintln(a.table, strings.Join(row, "\t")); err != nil {
				return err
			}
		}
		return nil
	case formYAML:
		doc, err := yaml.Marshal(answer)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(a.out, "---\n%s", doc)
		return err
	}
	return a.json.Encode(answer)
}

// end writes what is still held back.
func (a *answers) end() error {
	if a.table != nil {
		if err := a.table.Flush(); err != nil {
			return rejected(fmt.Errorf("print the table: %w", err))
		}
	}
	if err := a.out.Flush(); err != nil {
		return rejected(fmt.Errorf("print the answers: %w", err))
	}
	return nil
}

// endAfter ends the stream after the last answer, or after an error that kept the rest from being asked for.
func (a *answers) endAfter(err error) error {
	if ended := a.end(); err == nil {
		return ended
	}
	return err
}

// cell is untrusted or long text in a table: on one line, without control characters, at most so many characters long.
func cell(s string, limit int) string {
	runes := []rune(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s))
	if len(runes) > limit {
		return string(runes[:limit-1]) + "…"
	}
	return string(runes)
}
