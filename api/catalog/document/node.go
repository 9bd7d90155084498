package document

import (
	"bytes"
	"encoding/json"
	"slices"

	"go.yaml.in/yaml/v3"
)

// resolve follows an alias to what it stands for.
func resolve(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode && n.Alias != nil {
		n = n.Alias
	}
	return n
}

func isMerge(key *yaml.Node) bool { return key.Kind == yaml.ScalarNode && key.Tag == "!!merge" }

// merged lists a mapping's keys and values with those of its merge keys in their place: as in YAML 1.1's reader, whatever
// stands later counts, also a merge key behind a key of the mapping's own.
func merged(n *yaml.Node) ([]*yaml.Node, error) {
	if !slices.ContainsFunc(n.Content, isMerge) {
		return n.Content, nil
	}
	var out []*yaml.Node
	for i := 0; i < len(n.Content); i += 2 {
		if !isMerge(n.Content[i]) {
			out = append(out, n.Content[i], n.Content[i+1])
			continue
		}
		more, err := mergedFrom(n.Content[i+1])
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}

// mergedFrom lists what a merge key brings: a mapping, or a list of mappings of which the first wins.
func mergedFrom(n *yaml.Node) ([]*yaml.Node, error) {
	if target := resolve(n); target.Kind == yaml.MappingNode {
		return merged(target)
	}
	if n.Kind != yaml.SequenceNode {
		return nil, errUnusual
	}
	var out []*yaml.Node
	for _, e := range slices.Backward(n.Content) {
		target := resolve(e)
		if target.Kind != yaml.MappingNode {
			return nil, errUnusual
		}
		more, err := merged(target)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}

// toJSON writes a node as JSON, as sigs.k8s.io/yaml does: keys sorted, of equal keys the last one.
func toJSON(n *yaml.Node) (json.RawMessage, error) {
	n = resolve(n)
	if n.Style&yaml.TaggedStyle != 0 {
		return nil, errUnusual
	}
	switch n.Kind {
	case yaml.ScalarNode:
		return scalarJSON(n)
	case yaml.SequenceNode:
		return listJSON(n)
	case yaml.MappingNode:
		return mappingJSON(n)
	}
	return nil, errUnusual
}

func listJSON(n *yaml.Node) (json.RawMessage, error) {
	var b bytes.Buffer
	b.WriteByte('[')
	for i, e := range n.Content {
		if i > 0 {
			b.WriteByte(',')
		}
		raw, err := toJSON(e)
		if err != nil {
			return nil, err
		}
		b.Write(raw)
	}
	b.WriteByte(']')
	return b.Bytes(), nil
}

func mappingJSON(n *yaml.Node) (json.RawMessage, error) {
	content, err := merged(n)
	if err != nil {
		return nil, err
	}
	object := make(map[string]json.RawMessage, len(content)/2)
	for i := 0; i < len(content); i += 2 {
		if !isText(content[i]) {
			return nil, errUnusual
		}
		raw, err := toJSON(content[i+1])
		if err != nil {
			return nil, err
		}
		object[content[i].Value] = raw
	}
	return json.Marshal(object)
}

// The bounds of aliases below which a document is read directly. The YAML reader gives up on documents that consist of
// little else than aliases (99 of 100 nodes when there are fewer than 400,000); these bounds lie well below.
const (
	maxAliased      = 40_000
	maxAliasedShare = 0.9
	fewAliased      = 900
)

// usualAliases says whether a document's aliases stay within the bounds and none contains itself.
func usualAliases(root *yaml.Node) bool {
	c := &aliasCount{size: map[*yaml.Node]int{}}
	return c.visit(root)
}

// aliasCount counts the nodes of a document as a reader meets them that follows every alias.
type aliasCount struct {
	all, aliased int
	size         map[*yaml.Node]int
}

func (c *aliasCount) visit(n *yaml.Node) bool {
	c.all++
	if n.Kind == yaml.AliasNode {
		size := c.measure(n.Alias, 0)
		c.all += size
		c.aliased += size
		return c.aliased <= fewAliased || c.aliased <= maxAliased && float64(c.aliased) < maxAliasedShare*float64(c.all)
	}
	for _, e := range n.Content {
		if !c.visit(e) {
			return false
		}
	}
	return true
}

// measure is the number of nodes below a node, capped just above the bound; a node that contains itself is above it.
func (c *aliasCount) measure(n *yaml.Node, depth int) int {
	if size, ok := c.size[n]; ok || n == nil || depth > maxAliased {
		return max(size, 1)
	}
	c.size[n] = maxAliased + 1 // met again while it is measured: it contains itself
	size := 1
	for _, e := range n.Content {
		size = min(size+c.measure(e, depth+1), maxAliased+1)
	}
	if n.Kind == yaml.AliasNode {
		size = min(size+c.measure(n.Alias, depth+1), maxAliased+1)
	}
	c.size[n] = size
	return size
}
