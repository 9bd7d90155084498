package document

import (
	"encoding/json"
	"errors"
	"reflect"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// errUnusual says that a document must be read the exact way.
var errUnusual = errors.New("unusual YAML")

// decodeNode reads a document's nodes into a value, which must be zero. It gives errUnusual for whatever it does not read
// exactly as sigs.k8s.io/yaml does, wrong values among them; the value is then half read.
func decodeNode(n *yaml.Node, v reflect.Value) error {
	if !usualAliases(n) {
		return errUnusual
	}
	return decoder{}.value(n, v)
}

// decoder reads nodes into values. It has no state; what it calls is bound by usualAliases.
type decoder struct{}

func (d decoder) value(n *yaml.Node, v reflect.Value) error {
	n = resolve(n)
	if v.Kind() == reflect.Pointer {
		return d.pointer(n, v)
	}
	t := v.Type()
	if readsItself(t) {
		return d.itself(n, v)
	}
	if readsText(t) || n.Style&yaml.TaggedStyle != 0 {
		return errUnusual
	}
	switch n.Kind {
	case yaml.ScalarNode:
		return d.scalar(n, v)
	case yaml.SequenceNode:
		return d.list(n, v)
	case yaml.MappingNode:
		return d.mapping(n, v)
	}
	return errUnusual
}

func (d decoder) pointer(n *yaml.Node, v reflect.Value) error {
	if n.Kind == yaml.ScalarNode && kindOf(n) == null {
		return nil
	}
	target := reflect.New(v.Type().Elem())
	if err := d.value(n, target.Elem()); err != nil {
		return err
	}
	v.Set(target)
	return nil
}

// itself hands a value to the type's own UnmarshalJSON.
func (d decoder) itself(n *yaml.Node, v reflect.Value) error {
	raw, err := toJSON(n)
	if err != nil {
		return err
	}
	if v.Addr().Interface().(json.Unmarshaler).UnmarshalJSON(raw) != nil {
		return errUnusual
	}
	return nil
}

func (d decoder) scalar(n *yaml.Node, v reflect.Value) error {
	switch kind := kindOf(n); {
	case kind == null:
		return nil
	case kind == text && v.Kind() == reflect.String:
		v.SetString(n.Value)
		return nil
	case (kind == truth || kind == falsehood) && v.Kind() == reflect.Bool:
		v.SetBool(kind == truth)
		return nil
	case kind == integer && v.CanInt():
		return setInt(n.Value, v)
	}
	return errUnusual
}

func setInt(s string, v reflect.Value) error {
	i, err := strconv.ParseInt(s, 10, v.Type().Bits())
	if err != nil {
		return errUnusual
	}
	v.SetInt(i)
	return nil
}

func (d decoder) list(n *yaml.Node, v reflect.Value) error {
	if v.Kind() != reflect.Slice {
		return errUnusual
	}
	list := reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content))
	for i, e := range n.Content {
		if err := d.value(e, list.Index(i)); err != nil {
			return err
		}
	}
	v.Set(list)
	return nil
}

func (d decoder) mapping(n *yaml.Node, v reflect.Value) error {
	content, err := merged(n)
	switch {
	case err != nil:
		return err
	case v.Kind() == reflect.Struct:
		return d.object(content, v)
	case v.Kind() == reflect.Map && v.Type().Key().Kind() == reflect.String && !readsText(v.Type().Key()):
		return d.table(content, v)
	}
	return errUnusual
}

// table reads a map. Of two equal keys the later one counts.
func (d decoder) table(content []*yaml.Node, v reflect.Value) error {
	t := v.Type()
	table := reflect.MakeMapWithSize(t, len(content)/2)
	for i := 0; i < len(content); i += 2 {
		key, value := reflect.New(t.Key()).Elem(), reflect.New(t.Elem()).Elem()
		if !isText(content[i]) {
			return errUnusual
		}
		key.SetString(content[i].Value)
		if err := d.value(content[i+1], value); err != nil {
			return err
		}
		table.SetMapIndex(key, value)
	}
	v.Set(table)
	return nil
}

// object reads a struct.
func (d decoder) object(content []*yaml.Node, v reflect.Value) error {
	p := planOf(v.Type())
	if !p.usual {
		return errUnusual
	}
	seen := make([]*yaml.Node, len(p.fields))
	for i := 0; i < len(content); i += 2 {
		key := content[i]
		if !isText(key) {
			return errUnusual
		}
		f := p.find(key.Value)
		if f == nil {
			if _, err := toJSON(content[i+1]); err != nil { // nothing reads it, and yet it must be readable
				return err
			}
			continue
		}
		if seen[f.number] != nil && seen[f.number].Value != key.Value {
			return errUnusual // encoding/json reads one after the other into the same field
		}
		field := v.FieldByIndex(f.index)
		if seen[f.number] != nil {
			field.SetZero()
		}
		seen[f.number] = key
		if err := d.value(content[i+1], field); err != nil {
			return err
		}
	}
	return nil
}

// isText says whether a key is text, and of letters whose cases are told alike by everybody.
func isText(key *yaml.Node) bool {
	if key.Kind != yaml.ScalarNode || kindOf(key) != text {
		return false
	}
	for i := range len(key.Value) {
		if key.Value[i] >= 0x80 {
			return false
		}
	}
	return true
}
