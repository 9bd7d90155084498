// Package contract compares what passes between a GitHub and its clients with what GitHub publishes about it: the
// OpenAPI description of the REST API, the schemas of webhook payloads, and the GraphQL schema.
//
// Its one job is to say whether a request, an answer, a payload or a query is as published, and if not, where and why.
// It must not know how the forge works, nor send or change anything.
//
// The published documents are large; the package embeds an extract of them: the operations listed in operations.txt and
// the events in events.txt, with all that they refer to, and the whole GraphQL schema without its prose. NOTICE names
// the sources. The few places where GitHub's documents contradict GitHub are listed in known.go.
package contract

import (
	"bytes"
	"compress/gzip"
	_ "embed" // the extracts
	"encoding/json"
	"fmt"
	"io"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

//go:generate go run ./internal/extract

var (
	//go:embed rest.json.gz
	restExtract []byte
	//go:embed webhooks.json.gz
	webhooksExtract []byte
	//go:embed schema.graphql.gz
	graphqlExtract []byte
)

// Contract holds the parsed documents. It is safe for use by many goroutines.
type Contract struct {
	routes   []*route
	payloads func() (map[string]*openapi3.Schema, error) // by event or event/action; parsed when first asked for
	schema   func() (*ast.Schema, error)
	known    []knownError
}

// Load parses the embedded extract of the REST description; webhook and GraphQL schemas are parsed when they are first
// needed. The documents never change, so all callers of one process share the same Contract. An error means that the
// embedded files are damaged: regenerate them.
func Load() (*Contract, error) { return load() }

var load = sync.OnceValues(func() (*Contract, error) {
	doc, _, err := parseOpenAPI(restExtract)
	if err != nil {
		return nil, fmt.Errorf("load the extract of GitHub's REST description: %w", err)
	}
	return &Contract{
		routes:   newRoutes(doc),
		payloads: sync.OnceValues(loadPayloads),
		schema:   sync.OnceValues(loadSchema),
		known:    knownErrors,
	}, nil
})

// Schema returns GitHub's GraphQL schema. It panics if the embedded extract is damaged, which the tests exclude.
func (c *Contract) Schema() *ast.Schema {
	schema, err := c.schema()
	if err != nil {
		panic(err)
	}
	return schema
}

func loadSchema() (*ast.Schema, error) {
	text, err := unzip(graphqlExtract)
	if err != nil {
		return nil, fmt.Errorf("unpack the extract of GitHub's GraphQL schema: %w", err)
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphql", Input: string(text)})
	if err != nil {
		return nil, fmt.Errorf("load the extract of GitHub's GraphQL schema: %w", err)
	}
	return schema, nil
}

// loadPayloads returns the schema of each webhook payload in the extract.
func loadPayloads() (map[string]*openapi3.Schema, error) {
	doc, text, err := parseOpenAPI(webhooksExtract)
	if err != nil {
		return nil, fmt.Errorf("load the extract of GitHub's webhook schemas: %w", err)
	}
	var extension struct {
		Payloads map[string]struct {
			Ref string `json:"$ref"`
		} `json:"x-payloads"`
	}
	if err := json.Unmarshal(text, &extension); err != nil {
		return nil, fmt.Errorf("load the extract of GitHub's webhook schemas: %w", err)
	}
	payloads := map[string]*openapi3.Schema{}
	for event, payload := range extension.Payloads {
		component := doc.Components.Schemas[payload.Ref[len("#/components/schemas/"):]]
		if component == nil {
			return nil, fmt.Errorf("the extract of GitHub's webhook schemas lacks %s of event %s", payload.Ref, event)
		}
		payloads[event] = component.Value
	}
	return payloads, nil
}

func parseOpenAPI(zipped []byte) (doc *openapi3.T, text []byte, err error) {
	if text, err = unzip(zipped); err != nil {
		return nil, nil, err
	}
	doc, err = openapi3.NewLoader().LoadFromData(text)
	return doc, text, err
}

func unzip(zipped []byte) ([]byte, error) {
	zip, err := gzip.NewReader(bytes.NewReader(zipped))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(zip)
}
