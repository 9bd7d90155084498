package document

import (
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// plan says how a struct is read: its keys, those of embedded structs included.
type plan struct {
	// exact finds a field by its key as written in the type, folded by the key in lower case.
	exact, folded map[string]*fieldPlan
	fields        []*fieldPlan
	// usual is false for a struct with fields that encoding/json treats in a way that is not imitated here.
	usual bool
}

// fieldPlan is one key of a struct.
type fieldPlan struct {
	name string
	// number is the field's place in plan.fields, index its way through the embedded structs.
	number int
	index  []int
	of     reflect.Type
}

// find is the field that encoding/json reads a key into; nil if there is none.
func (p *plan) find(key string) *fieldPlan {
	if f := p.exact[key]; f != nil {
		return f
	}
	return p.folded[strings.ToLower(key)]
}

// names are the keys of the struct.
func (p *plan) names() []string {
	names := make([]string, len(p.fields))
	for i, f := range p.fields {
		names[i] = f.name
	}
	return names
}

var plans sync.Map // of reflect.Type to *plan

func planOf(t reflect.Type) *plan {
	if p, ok := plans.Load(t); ok {
		return p.(*plan)
	}
	p := &plan{exact: map[string]*fieldPlan{}, folded: map[string]*fieldPlan{}, usual: true}
	p.add(t, nil)
	stored, _ := plans.LoadOrStore(t, p)
	return stored.(*plan)
}

// add lists the fields of a struct at a way through the structs that embed it. A struct's own fields come before those
// of the structs that it embeds, which is also who wins.
func (p *plan) add(t reflect.Type, way []int) {
	var embedded []int
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Tag.Get("json") == "-" || !f.IsExported() && !f.Anonymous:
		case f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct:
			embedded = append(embedded, i)
		case f.Anonymous && name == "" || slices.Contains(strings.Split(options, ","), "string"):
			p.usual = false
		default:
			p.field(cmpName(name, f.Name), append(slices.Clone(way), i), f.Type)
		}
	}
	for _, i := range embedded {
		p.add(t.Field(i).Type, append(slices.Clone(way), i))
	}
}

func cmpName(tag, name string) string {
	if tag != "" {
		return tag
	}
	return name
}

func (p *plan) field(name string, index []int, of reflect.Type) {
	low := strings.ToLower(name)
	if other := p.folded[low]; other != nil {
		// Two fields of one key: the outer one wins; on one level encoding/json has rules of its own.
		p.usual = p.usual && len(other.index) < len(index)
		return
	}
	f := &fieldPlan{name: name, number: len(p.fields), index: index, of: of}
	p.fields, p.exact[name], p.folded[low] = append(p.fields, f), f, f
}

var (
	unmarshaler     = reflect.TypeFor[json.Unmarshaler]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// readsItself says that values of the type have their own UnmarshalJSON.
func readsItself(t reflect.Type) bool {
	return t.Kind() != reflect.Pointer && t.Name() != "" && reflect.PointerTo(t).Implements(unmarshaler)
}

// readsText says that values of the type have their own UnmarshalText.
func readsText(t reflect.Type) bool {
	return t.Kind() != reflect.Pointer && t.Name() != "" && reflect.PointerTo(t).Implements(textUnmarshaler)
}
