package document

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// oddKeys warns of every key that nothing reads, which Prow ignores unless it is asked to be strict, and of every key that is
// there twice, which Prow never minds.
func (d *Document) oddKeys(t reflect.Type) prow.Problems {
	if d.root == nil {
		return nil
	}
	w := &keyWalk{doc: d, met: map[meeting]bool{}}
	w.walk(d.root, t)
	return w.problems
}

// keyWalk looks at the keys of a document. The way to where it stands is kept as parts, since it is seldom told.
type keyWalk struct {
	doc *Document
	way []string
	// met are what was looked at through an alias, and the keys that were told.
	met      map[meeting]bool
	problems prow.Problems
}

// meeting is a node and the type that it is read into.
type meeting struct {
	node *yaml.Node
	of   reflect.Type
}

// first says whether something is met for the first time.
func (w *keyWalk) first(n *yaml.Node, t reflect.Type) bool {
	m := meeting{n, t}
	known := w.met[m]
	w.met[m] = true
	return !known
}

// walk looks at a node that is read into a type; nil is a type that is not known.
func (w *keyWalk) walk(n *yaml.Node, t reflect.Type) {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t != nil && readsItself(t) {
		t = nil
	}
	if n.Kind == yaml.AliasNode {
		n = resolve(n)
		if t == nil || !w.first(n, t) {
			return
		}
	}
	switch n.Kind {
	case yaml.SequenceNode:
		w.list(n, t)
	case yaml.MappingNode:
		w.mapping(n, t)
	}
}

// inner walks into a part of where the walk stands.
func (w *keyWalk) inner(part string, n *yaml.Node, t reflect.Type) {
	w.way = append(w.way, part)
	w.walk(n, t)
	w.way = w.way[:len(w.way)-1]
}

// isLeaf says that there are no keys below a node.
func isLeaf(n *yaml.Node) bool { return len(n.Content) == 0 && n.Kind != yaml.AliasNode }

func (w *keyWalk) list(n *yaml.Node, t reflect.Type) {
	if t != nil && t.Kind() == reflect.Slice {
		t = t.Elem()
	} else {
		t = nil
	}
	for i, e := range n.Content {
		if !isLeaf(e) {
			w.inner("["+strconv.Itoa(i)+"]", e, t)
		}
	}
}

func (w *keyWalk) mapping(n *yaml.Node, t reflect.Type) {
	content, err := merged(n)
	if err != nil {
		return
	}
	w.twice(content)
	if t != nil && t.Kind() == reflect.Struct {
		w.object(content, planOf(t), t)
		return
	}
	var of reflect.Type
	if t != nil && t.Kind() == reflect.Map {
		of = t.Elem()
	}
	for i := 0; i+1 < len(content); i += 2 {
		if !isLeaf(content[i+1]) {
			w.inner("["+content[i].Value+"]", content[i+1], of)
		}
	}
}

func (w *keyWalk) object(content []*yaml.Node, p *plan, t reflect.Type) {
	for i := 0; i+1 < len(content); i += 2 {
		key, value := content[i], content[i+1]
		f := p.find(key.Value)
		switch {
		case f == nil && w.first(key, t):
			w.warn("unknown-field", key, "the key is unknown and is ignored"+meant(key.Value, p))
			if !isLeaf(value) {
				w.inner("."+key.Value, value, nil)
			}
		case f != nil && !isLeaf(value):
			w.inner("."+f.name, value, f.of)
		}
	}
}

// twice warns of keys that stand in a mapping twice, or once there and once in what it merges.
func (w *keyWalk) twice(content []*yaml.Node) {
	seen := keySet{}
	for i := 0; i+1 < len(content); i += 2 {
		if key := content[i]; seen.again(key.Value, len(content)/2) && w.first(key, nil) {
			w.warn("duplicate-key", key, "the key is there twice; only the last one counts")
		}
	}
}

// keySet remembers keys, a few without a map.
type keySet struct {
	few  [16]string
	n    int
	many map[string]bool
}

func (f *keySet) again(key string, of int) bool {
	if of > len(f.few) {
		if f.many == nil {
			f.many = make(map[string]bool, of)
		}
		known := f.many[key]
		f.many[key] = true
		return known
	}
	for _, k := range f.few[:f.n] {
		if k == key {
			return true
		}
	}
	f.few[f.n] = key
	f.n++
	return false
}

func (w *keyWalk) warn(code string, key *yaml.Node, message string) {
	w.problems = append(w.problems, prow.Problem{Severity: prow.SeverityWarning, Strict: code == "unknown-field", Code: code, File: w.doc.file,
		Line: key.Line, Field: join(strings.TrimPrefix(strings.Join(w.way, ""), "."), key.Value), Message: message})
}

// meant guesses which key was meant.
func meant(key string, p *plan) string {
	if g := prow.Closest(key, p.names()); g != "" {
		return fmt.Sprintf("; did you mean %q?", g)
	}
	return ""
}
