package document

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	yamlv3 "go.yaml.in/yaml/v3"
	"sigs.k8s.io/yaml"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// Document is one YAML file as nodes.
type Document struct {
	file string
	root *yamlv3.Node
}

// Decode reads a file's bytes into a zero struct (into is its pointer). It lists the values that do not fit, as errors,
// and the keys that nothing reads or that are there twice, as warnings that are Strict. After an error the struct is not
// to be used.
func Decode(file string, data []byte, into any) (*Document, prow.Problems) {
	d := Parse(file, data)
	v := reflect.ValueOf(into).Elem()
	if d.root == nil || nonSpecificTag(data) || decodeNode(d.root, v) != nil {
		v.SetZero()
		if err := yaml.Unmarshal(data, into); err != nil {
			return d, d.decodeProblems(data, v.Type(), err)
		}
	}
	return d, d.oddKeys(v.Type())
}

// Parse reads a file's bytes as nodes only. A file that is no YAML gives a document without lines.
func Parse(file string, data []byte) *Document {
	d := &Document{file: file}
	var root yamlv3.Node
	if yamlv3.Unmarshal(data, &root) == nil && len(root.Content) == 1 {
		d.root = root.Content[0]
	}
	return d
}

// File is the name under which the document was read.
func (d *Document) File() string { return d.file }

// problem makes a problem of this file at a field's line.
func (d *Document) problem(code, field, format string, args ...any) prow.Problem {
	return prow.Problem{Severity: prow.SeverityError, Code: code, File: d.file, Line: d.Line(field), Field: field, Message: fmt.Sprintf(format, args...)}
}

// decodeProblems turns the error of a whole file into one problem per value that does not fit.
func (d *Document) decodeProblems(data []byte, t reflect.Type, whole error) prow.Problems {
	raw, err := yaml.YAMLToJSON(data)
	if err != nil {
		p := d.problem("yaml-syntax", "", "%s", trimYAML(err))
		p.Line = lineIn(err)
		return prow.Problems{p}
	}
	var ps prow.Problems
	for _, m := range misfits(raw, t, "") {
		ps = append(ps, d.problem("value-invalid", m.field, "%s", m.message))
	}
	if len(ps) == 0 {
		ps = append(ps, d.problem("value-invalid", "", "%s", trimYAML(whole)))
	}
	return ps
}

var (
	lineNumber  = regexp.MustCompile(`line (\d+)`)
	leadingLine = regexp.MustCompile(`^line \d+: `)
)

func lineIn(err error) int {
	m := lineNumber.FindStringSubmatch(err.Error())
	if m == nil {
		return 0
	}
	n, convErr := strconv.Atoi(m[1])
	if convErr != nil {
		return 0
	}
	return n
}

// trimYAML takes the decoder's own wrapping off a message.
func trimYAML(err error) string {
	for errors.Unwrap(err) != nil {
		err = errors.Unwrap(err)
	}
	return leadingLine.ReplaceAllString(strings.TrimPrefix(err.Error(), "yaml: "), "")
}

// nonSpecificTag says whether a text may hold the tag "!" before something that would be no text without it: nodes do not
// show that tag. It may say so wrongly.
func nonSpecificTag(data []byte) bool {
	s := string(data)
	for {
		_, after, found := strings.Cut(s, "!")
		if !found {
			return false
		}
		s = after
		token := strings.TrimLeft(after, " \t\r\n")
		if token == after && token != "" {
			continue
		}
		if end := strings.IndexAny(token, " \t\r\n,]}"); end >= 0 {
			token = token[:end]
		}
		if plainKind(token) != text {
			return true
		}
	}
}
