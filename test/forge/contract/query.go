package contract

import (
	"encoding/json"
	"net/http"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// question is the body of a GraphQL request.
var question = openapi3.NewObjectSchema().
	WithProperty("query", openapi3.NewStringSchema().WithMinLength(1)).
	WithProperty("operationName", openapi3.NewStringSchema().WithNullable()).
	WithProperty("variables", openapi3.NewObjectSchema().WithAnyAdditionalProperties().WithNullable()).
	WithRequired([]string{"query"})

// answer is the body of a GraphQL answer: https://spec.graphql.org/October2021/#sec-Response-Format
var answer = openapi3.NewObjectSchema().
	WithProperty("data", openapi3.NewObjectSchema().WithAnyAdditionalProperties().WithNullable()).
	WithProperty("errors", openapi3.NewArraySchema().WithMinItems(1).WithItems(
		openapi3.NewObjectSchema().WithAnyAdditionalProperties().WithProperty("message", openapi3.NewStringSchema()).WithRequired([]string{"message"}))).
	WithProperty("extensions", openapi3.NewObjectSchema().WithAnyAdditionalProperties())

// checkQuery compares a GraphQL request with the schema: the query, its variables, and the envelope.
func (c *Contract) checkQuery(r *http.Request, body []byte) []*Mismatch {
	if r.Method != http.MethodPost {
		return []*Mismatch{{Operation: "GraphQL", Part: "request", Value: r.Method, Reason: "must be a POST"}}
	}
	if found := mismatches(question, body); len(found) > 0 {
		return complete(found, "GraphQL", "request")
	}
	var sent struct {
		Query         string
		OperationName string
		Variables     map[string]any
	}
	if err := json.Unmarshal(body, &sent); err != nil {
		return []*Mismatch{{Operation: "GraphQL", Part: "request", Reason: err.Error()}}
	}
	return complete(c.checkDocument(sent.Query, sent.OperationName, sent.Variables), "GraphQL", "request")
}

func (c *Contract) checkDocument(query, operationName string, variables map[string]any) []*Mismatch {
	var found []*Mismatch
	doc, errs := gqlparser.LoadQueryWithRules(c.Schema(), query, rules.NewDefaultRules())
	for _, e := range errs {
		found = append(found, &Mismatch{Pointer: "query", Reason: e.Error()})
	}
	if len(found) > 0 {
		return found
	}
	operation := doc.Operations.ForName(operationName)
	if operation == nil {
		return []*Mismatch{{Pointer: "operationName", Value: operationName, Reason: "names no operation of the query"}}
	}
	if _, err := validator.VariableValues(c.Schema(), operation, variables); err != nil {
		return []*Mismatch{{Pointer: "variables", Reason: err.Error()}}
	}
	return nil
}

// checkAnswer looks at the envelope only: the executor holds each value against the schema while it makes it.
func checkAnswer(status int, body []byte) []*Mismatch {
	if status >= 400 {
		return checkRefusal(body)
	}
	return mismatches(answer, body)
}
