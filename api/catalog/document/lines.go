package document

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Line is the line of a field such as presubmits[o/r][0].branches[0], or of the deepest part of it that exists, counted
// from 1; 0 if the file could not be parsed.
func (d *Document) Line(field string) int {
	n := d.root
	if n == nil {
		return 0
	}
	line := n.Line
	for _, step := range steps(field) {
		key, value := child(n, step)
		if value == nil {
			return line
		}
		n, line = value, key.Line
	}
	return line
}

// Has says whether a field is written in the document.
func (d *Document) Has(field string) bool {
	n := d.root
	for _, step := range steps(field) {
		if n == nil {
			return false
		}
		_, n = child(n, step)
	}
	return n != nil
}

// ItemLines are the lines of the elements of the list at a path of keys; nil if there is no such list.
func (d *Document) ItemLines(path ...string) []int {
	n := d.root
	for _, step := range path {
		if n == nil {
			return nil
		}
		_, n = child(n, step)
	}
	if n == nil {
		return nil
	}
	n = resolve(n)
	if n.Kind != yaml.SequenceNode {
		return nil
	}
	lines := make([]int, len(n.Content))
	for i, e := range n.Content {
		lines[i] = e.Line
	}
	return lines
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
func child(n *yaml.Node, step string) (key, value *yaml.Node) {
	n = resolve(n)
	if n.Kind == yaml.SequenceNode {
		if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(n.Content) {
			return n.Content[i], n.Content[i]
		}
		return nil, nil
	}
	content, err := merged(n)
	if n.Kind != yaml.MappingNode || err != nil {
		return nil, nil
	}
	for i := len(content) - 2; i >= 0; i -= 2 {
		if strings.EqualFold(content[i].Value, step) {
			return content[i], content[i+1]
		}
	}
	return nil, nil
}
