package graphql

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// schema has one of everything that the executor treats in its own way.
var schema = gqlparser.MustLoadSchema(&ast.Source{Name: "test", Input: `
	schema { query: Query mutation: Mutation }
	scalar DateTime
	scalar URI
	scalar GitObjectID
	enum Colour { RED GREEN }
	interface Node { id: ID! }
	type Cat implements Node { id: ID! name: String! purrs: Boolean friend: Node enemies: [Dog!] }
	type Dog implements Node { id: ID! name: String! barks: Int }
	union Pet = Cat | Dog
	input Filter { colour: Colour limit: Int = 3 }
	type Query {
		node(id: ID!): Node
		pet: Pet
		pets: [Pet!]!
		maybe: [Pet]
		cat: Cat
		must: Cat!
		echo(text: String = "none", n: Int, f: Float, colours: [Colour!], filter: Filter): String
		colour: Colour
		int: Int
		float: Float
		bool: Boolean
		id: ID
		when: DateTime
		uri: URI
		sha: GitObjectID
		list: [String!]
	}
	type Mutation { change: Int }`})

// fields resolves fields from a map: a value, an error, or a function of the arguments.
type fields map[string]any

func (f fields) Resolve(_ context.Context, field string, args map[string]any) (any, error) {
	value, ok := f[field]
	if !ok {
		return nil, fmt.Errorf("no field %s", field)
	}
	switch value := value.(type) {
	case error:
		return nil, value
	case func(map[string]any) any:
		return value(args), nil
	}
	return value, nil
}

// named is fields that know their type.
type named struct {
	fields
	kind string
}

func (n named) TypeName() string { return n.kind }

func cat(name string) named {
	return named{fields{"id": "c-" + name, "name": name, "purrs": true, "friend": nil, "enemies": []named(nil)}, "Cat"}
}

func dog(name string) named {
	return named{fields{"id": 7, "name": name, "barks": 3}, "Dog"}
}

// TestExecute compares whole answers.
func TestExecute(t *testing.T) {
	tom, rex := cat("tom"), dog("rex")
	tom.fields["friend"], tom.fields["enemies"] = rex, []named{rex}
	dump := func(args map[string]any) any {
		out, err := json.Marshal(args)
		if err != nil {
			return err
		}
		return string(out)
	}
	tests := map[string]struct {
		root      fields
		query     string
		operation string
		variables string
		want      string
		wrong     string // part of a mismatch
	}{
		"fields come in the order of the query, with aliases": {
			root: fields{"int": 1, "bool": false, "id": int64(12)}, query: `{b: bool int id a: int}`,
			want: `{"data":{"b":false,"int":1,"id":"12","a":1}}`},
		"fragments, merged selections and __typename": {
			root:  fields{"cat": tom},
			query: `{cat{...F friend{id}} cat{__typename friend{... on Dog{barks} ... on Cat{purrs}}}} fragment F on Cat{name}`,
			want:  `{"data":{"cat":{"name":"tom","friend":{"id":"7","barks":3},"__typename":"Cat"}}}`},
		"a union in a list": {
			root: fields{"pets": []any{tom, rex}}, query: `{pets{__typename ...on Cat{purrs} ...on Node{id}}}`,
			want: `{"data":{"pets":[{"__typename":"Cat","purrs":true,"id":"c-tom"},{"__typename":"Dog","id":"7"}]}}`},
		"skip and include, with a variable": {
			root: fields{"int": 1, "float": 2, "bool": true}, query: `query($yes:Boolean!){int @skip(if:$yes) float @include(if:$yes) ...@include(if:false){bool}}`,
			variables: `{"yes":true}`, want: `{"data":{"float":2}}`},
		"arguments with defaults, of the promised types": {
			root: fields{"echo": dump}, query: `query($f:Filter){echo(n:5,f:2,colours:RED,filter:$f)}`, variables: `{"f":{"colour":"GREEN","limit":4}}`,
			want: `{"data":{"echo":"{\"colours\":[\"RED\"],\"f\":2,\"filter\":{\"colour\":\"GREEN\",\"limit\":4},\"n\":5,\"text\":\"none\"}"}}`},
		"scalars in their forms": {
			root: fields{"when": time.Date(2026, 1, 2, 3, 4, 5, 6, time.FixedZone("", 3600)), "uri": "https://a.example/", "sha": strings.Repeat("a", 40),
				"colour": "RED", "float": 1.5, "list": []string{"a"}, "bool": new(bool), "id": (*string)(nil)},
			query: `{when uri sha colour float list bool id}`,
			want:  `{"data":{"when":"2026-01-02T02:04:05Z","uri":"https://a.example/","sha":"` + strings.Repeat("a", 40) + `","colour":"RED","float":1.5,"list":["a"],"bool":false,"id":null}}`},
		"one of several operations": {
			root: fields{"int": 1, "bool": true}, query: `query A{int} query B{bool}`, operation: "B", want: `{"data":{"bool":true}}`},
		"no operation chosen": {
			query: `query A{int} query B{bool}`, want: `{"errors":[{"message":"An operation name is required"}]}`},
		"an operation that is not there": {
			query: `query A{int}`, operation: "C", want: `{"errors":[{"message":"No operation named \"C\""}]}`},
		"a field that is not there": {
			query: `{nope}`, want: `{"errors":[{"locations":[{"line":1,"column":2}],"message":"Cannot query field \"nope\" on type \"Query\". Did you mean \"node\"?"}]}`},
		"a variable that is not there": {
			query: `query($x:ID!){node(id:$x){id}}`, want: `{"errors":[{"message":"must be defined"}]}`},
		"a mutation": {
			query: `mutation{change}`, want: `{"errors":[{"locations":[{"line":1,"column":1}],"message":"A mutation is not served here"}]}`},
		"introspection": {
			query: `{__schema{types{name}}}`, want: `{"data":null,"errors":[{"path":["__schema"],"locations":[{"line":1,"column":2}],"message":"introspection is not served here"}]}`},
		"an error leaves null and the rest": {
			root: fields{"cat": &Error{Type: "NOT_FOUND", Message: "no such cat"}, "int": 1}, query: `{c:cat{id} int}`,
			want: `{"data":{"c":null,"int":1},"errors":[{"type":"NOT_FOUND","path":["c"],"locations":[{"line":1,"column":2}],"message":"no such cat"}]}`},
		"an error of a field that must be there empties the objects up to one that may be null": {
			root: fields{"maybe": []any{named{fields{"name": errors.New("gone")}, "Cat"}, rex}}, query: `{maybe{...on Cat{name} ...on Dog{name}}}`,
			want: `{"data":{"maybe":[null,{"name":"rex"}]},"errors":[{"path":["maybe",0,"name"],"locations":[{"line":1,"column":18}],"message":"gone"}]}`},
		"or all": {
			root: fields{"must": errors.New("gone")}, query: `{must{id}}`,
			want: `{"data":null,"errors":[{"path":["must"],"locations":[{"line":1,"column":2}],"message":"gone"}]}`},

		// What resolvers must not do.
		"null where it must not be":   {root: fields{"must": (*fields)(nil)}, query: `{must{id}}`, wrong: `Query.must resolved to null where Cat! is declared`},
		"a text for a number":         {root: fields{"int": "1"}, query: `{int}`, wrong: `Query.int resolved to the string 1 where the scalar Int is declared`},
		"a number too large":          {root: fields{"int": int64(1) << 40}, query: `{int}`, wrong: `where the scalar Int is declared`},
		"a number for a truth value":  {root: fields{"bool": 1}, query: `{bool}`, wrong: `where the scalar Boolean is declared`},
		"a value of no enum":          {root: fields{"colour": "BLUE"}, query: `{colour}`, wrong: `Query.colour resolved to BLUE, which is no value of the enum Colour`},
		"no date":                     {root: fields{"when": "yesterday"}, query: `{when}`, wrong: `"yesterday", which is no DateTime`},
		"no URI":                      {root: fields{"uri": "x"}, query: `{uri}`, wrong: `"x", which is no URI`},
		"no SHA":                      {root: fields{"sha": "main"}, query: `{sha}`, wrong: `"main", which is no GitObjectID`},
		"one for many":                {root: fields{"list": "a"}, query: `{list}`, wrong: `a string where a list [String!] is declared`},
		"null in a list":              {root: fields{"list": []any{nil}}, query: `{list}`, wrong: `null where String! is declared`},
		"a scalar for an object":      {root: fields{"cat": 1}, query: `{cat{id}}`, wrong: `a int where an object Cat is declared`},
		"a dog for a cat":             {root: fields{"cat": rex}, query: `{cat{id}}`, wrong: `an object Dog where Cat is declared`},
		"an object of no known type":  {root: fields{"pet": fields{}}, query: `{pet{__typename}}`, wrong: `an object without a type name (graphql.fields) where Pet is declared`},
		"a type that is not in union": {root: fields{"pet": named{kind: "Filter"}}, query: `{pet{__typename}}`, wrong: `an object Filter where Pet is declared`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var variables map[string]any
			if tt.variables != "" {
				if err := json.Unmarshal([]byte(tt.variables), &variables); err != nil {
					t.Fatal(err)
				}
			}
			response := Execute(t.Context(), schema, tt.root, tt.query, tt.operation, variables)
			got, err := json.Marshal(response)
			if err != nil {
				t.Fatal(err)
			}
			if tt.want != "" && string(got) != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			switch {
			case tt.wrong == "" && len(response.Mismatches) > 0:
				t.Errorf("mismatches: %v", response.Mismatches)
			case tt.wrong != "" && (len(response.Mismatches) != 1 || !strings.Contains(response.Mismatches[0].Error(), tt.wrong)):
				t.Errorf("mismatches %v, want one with %q", response.Mismatches, tt.wrong)
			case tt.wrong != "" && len(response.Errors) == 0:
				t.Error("a mismatch is no error of the answer")
			}
		})
	}
}
