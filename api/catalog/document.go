package catalog

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

// document is one YAML file: its values are read as Prow reads them (YAML 1.1 through JSON, keys in any case), its lines
// from a second reading as nodes.
type document struct {
	file string
	root *yamlv3.Node
}

// decode reads a file's bytes into a struct (a pointer), and lists what does not fit, and what nothing reads.
func decode(file string, data []byte, into any) (*document, prow.Problems) {
	d := &document{file: file}
	var root yamlv3.Node
	if yamlv3.Unmarshal(data, &root) == nil && len(root.Content) == 1 {
		d.root = root.Content[0]
	}
	if err := yaml.Unmarshal(data, into); err != nil {
		return d, d.decodeProblems(data, into, err)
	}
	return d, d.unknownKeys(reflect.TypeOf(into).Elem())
}

// problem makes a problem of this file at a field's line.
func (d *document) problem(s prow.Severity, code, field, format string, args ...any) prow.Problem {
	return prow.Problem{Severity: s, Code: code, File: d.file, Line: d.line(field), Field: field, Message: fmt.Sprintf(format, args...)}
}

// decodeProblems turns the error of a whole file into one problem per value that does not fit.
func (d *document) decodeProblems(data []byte, into any, whole error) prow.Problems {
	raw, err := yaml.YAMLToJSON(data)
	if err != nil {
		p := d.problem(prow.SeverityError, "yaml-syntax", "", "%s", trimYAML(err))
		p.Line = lineIn(err)
		return prow.Problems{p}
	}
	var ps prow.Problems
	for _, m := range misfits(raw, reflect.TypeOf(into).Elem(), "") {
		ps = append(ps, d.problem(prow.SeverityError, "value-invalid", m.field, "%s", m.message))
	}
	if len(ps) == 0 {
		ps = append(ps, d.problem(prow.SeverityError, "value-invalid", "", "%s", trimYAML(whole)))
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

// line is the line of a field such as presubmits[o/r][0].branches[0], or of the deepest part of it that exists; 0 if
// there is no document.
func (d *document) line(field string) int {
	line, _ := d.find(field)
	return line
}

// has says whether a field is written in the document.
func (d *document) has(field string) bool {
	_, whole := d.find(field)
	return whole
}

// find walks down to a field as far as it goes; whole says whether it was found.
func (d *document) find(field string) (line int, whole bool) {
	n := d.root
	if n == nil {
		return 0, false
	}
	line = n.Line
	for _, step := range steps(field) {
		key, value := child(n, step)
		if value == nil {
			return line, false
		}
		n, line = value, key.Line
	}
	return line, true
}

// steps splits a field's path: names are parted by dots, keys and indices stand in brackets.
func steps(field string) []string {
	var out []string
	for field != "" {
		if field[0] == '[' {
			end := strings.Index(field, "]")
			if end < 0 {
				return out
			}
			out, field = append(out, field[1:end]), strings.TrimPrefix(field[end+1:], ".")
			continue
		}
		end := strings.IndexAny(field, ".[")
		if end < 0 {
			return append(out, field)
		}
		out, field = append(out, field[:end]), strings.TrimPrefix(field[end:], ".")
	}
	return out
}

// child finds an entry of a mapping (its key's node and its value) or an element of a sequence (the element twice).
// Aliases and merge keys are followed.
func child(n *yamlv3.Node, step string) (key, value *yamlv3.Node) {
	n = resolve(n)
	if n.Kind == yamlv3.SequenceNode {
		if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(n.Content) {
			return n.Content[i], n.Content[i]
		}
		return nil, nil
	}
	if n.Kind != yamlv3.MappingNode {
		return nil, nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if strings.EqualFold(n.Content[i].Value, step) {
			return n.Content[i], n.Content[i+1]
		}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Tag == "!!merge" {
			if k, v := child(n.Content[i+1], step); v != nil {
				return k, v
			}
		}
	}
	return nil, nil
}

func resolve(n *yamlv3.Node) *yamlv3.Node {
	for n.Kind == yamlv3.AliasNode && n.Alias != nil {
		n = n.Alias
	}
	return n
}
