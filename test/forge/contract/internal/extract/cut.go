package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

type object = map[string]any

// cutOperations returns the part of an OpenAPI document that describes the listed operations ("METHOD path").
func cutOperations(published []byte, operations []string) ([]byte, error) {
	doc, err := parse(published)
	if err != nil {
		return nil, err
	}
	paths, cut := object{}, newCutter(doc)
	var errs []error
	for _, operation := range operations {
		method, path, _ := strings.Cut(operation, " ")
		item, _ := dig(doc, "paths", path).(object)
		published, ok := item[strings.ToLower(method)].(object)
		if !ok {
			errs = append(errs, fmt.Errorf("operations.txt: %q is not in the published document", operation))
			continue
		}
		if paths[path] == nil {
			paths[path] = object{}
		}
		paths[path].(object)[strings.ToLower(method)] = cut.operation(published)
	}
	return cut.document(object{"openapi": doc["openapi"], "paths": paths}, errs)
}

// cutWebhooks returns the part of an OpenAPI document that describes the payloads of the listed events
// ("event" or "event/action"), as one schema each under components.
func cutWebhooks(published []byte, events []string) ([]byte, error) {
	doc, err := parse(published)
	if err != nil {
		return nil, err
	}
	payloads := object{}
	for _, webhook := range doc["webhooks"].(object) {
		post := webhook.(object)["post"].(object)
		event := strings.ReplaceAll(post["operationId"].(string), "-", "_")
		payloads[event] = dig(post, "requestBody", "content", "application/json", "schema")
	}
	wanted, cut := object{}, newCutter(doc)
	cut.shared = object{}
	var errs []error
	for _, event := range events {
		payload, ok := payloads[event].(object)
		if !ok {
			errs = append(errs, fmt.Errorf("events.txt: %q is not in the published document", event))
			continue
		}
		wanted[event] = cut.schema("event "+event, payload)
	}
	return cut.document(object{"openapi": doc["openapi"], "paths": object{}, "x-payloads": wanted}, errs)
}

// cutter copies parts of one document without prose, and remembers which components they need.
type cutter struct {
	from    object
	needed  []string        // references not yet followed
	seen    map[string]bool // references ever needed
	unknown map[string]bool // schema keywords that this program does not know
	shared  object          // schemas that stand for all their equals, by component name; nil if equals are not looked for
}

func newCutter(from object) *cutter {
	return &cutter{from: from, seen: map[string]bool{}, unknown: map[string]bool{}}
}

// document adds the needed components to doc and returns it as JSON with sorted keys.
func (c *cutter) document(doc object, errs []error) ([]byte, error) {
	components := object{}
	for len(c.needed) > 0 {
		ref := c.needed[0]
		c.needed = c.needed[1:]
		parts := strings.Split(strings.TrimPrefix(ref, "#/"), "/")
		if len(parts) != 3 || parts[0] != "components" {
			errs = append(errs, fmt.Errorf("reference %q does not lead to a component", ref))
			continue
		}
		kind, name := parts[1], parts[2]
		target, ok := dig(c.from, parts...).(object)
		if !ok {
			errs = append(errs, fmt.Errorf("reference %q leads nowhere", ref))
			continue
		}
		if components[kind] == nil {
			components[kind] = object{}
		}
		components[kind].(object)[name] = c.component(kind, name, target)
	}
	for name, schema := range c.shared {
		components["schemas"].(object)[name] = schema
	}
	for what := range c.unknown {
		errs = append(errs, fmt.Errorf("%s: say in schema.go whether to keep or drop it", what))
	}
	doc["components"] = components
	doc["info"] = object{"title": "extract", "version": dig(c.from, "info", "version")}
	out, err := json.Marshal(doc)
	return out, errors.Join(append(errs, err)...)
}

func (c *cutter) component(kind, name string, target object) object {
	switch kind {
	case "schemas":
		return c.schema(name, target)
	case "parameters":
		return c.parameter(target)
	default:
		return c.response(target)
	}
}

// operation keeps what decides about requests and answers.
func (c *cutter) operation(from object) object {
	out := object{"operationId": from["operationId"]}
	if parameters, ok := from["parameters"].([]any); ok {
		kept := make([]any, len(parameters))
		for i, parameter := range parameters {
			kept[i] = c.parameter(parameter.(object))
		}
		out["parameters"] = kept
	}
	if body, ok := from["requestBody"].(object); ok {
		kept := object{"content": c.content(body)}
		copyKeys(kept, body, "required")
		out["requestBody"] = kept
	}
	responses := object{}
	for status, response := range from["responses"].(object) {
		responses[status] = c.response(response.(object))
	}
	out["responses"] = responses
	return out
}

func (c *cutter) parameter(from object) object {
	if ref, ok := from["$ref"].(string); ok {
		return c.reference(ref)
	}
	out := object{"schema": c.schema(fmt.Sprint("parameter ", from["name"]), from["schema"].(object))}
	copyKeys(out, from, "name", "in", "required", "style", "explode", "x-multi-segment")
	return out
}

func (c *cutter) response(from object) object {
	if ref, ok := from["$ref"].(string); ok {
		return c.reference(ref)
	}
	return object{"description": "", "content": c.content(from)}
}

// content keeps the media types of a body with their schemas.
func (c *cutter) content(from object) object {
	out := object{}
	content, _ := from["content"].(object)
	for mediaType, described := range content {
		kept := object{}
		if schema, ok := described.(object)["schema"].(object); ok {
			kept["schema"] = c.schema("body", schema)
		}
		out[mediaType] = kept
	}
	return out
}

func (c *cutter) reference(ref string) object {
	if !c.seen[ref] {
		c.seen[ref] = true
		c.needed = append(c.needed, ref)
	}
	return object{"$ref": ref}
}

func parse(document []byte) (object, error) {
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.UseNumber()
	var doc object
	err := decoder.Decode(&doc)
	return doc, err
}

// dig follows keys down through objects and returns nil where there is none.
func dig(from any, keys ...string) any {
	for _, key := range keys {
		inside, _ := from.(object)
		from = inside[key]
	}
	return from
}

func copyKeys(to, from object, keys ...string) {
	for _, key := range keys {
		if value, ok := from[key]; ok {
			to[key] = value
		}
	}
}
