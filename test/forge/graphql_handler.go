package forge

import (
	"encoding/json"
	"net/http"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/bowsprit-ci/bowsprit/test/forge/contract"
	"github.com/bowsprit-ci/bowsprit/test/forge/graphql"
)

// graphqlHandler answers one GraphQL request of somebody who is known already. The whole query sees one moment.
func (f *Forge) graphqlHandler(w http.ResponseWriter, r *http.Request, who *actor, body []byte) {
	if f.opts.Contract != nil {
		f.mismatch(f.opts.Contract.CheckRequest(r, body))
	}
	answer := f.answerQuery(w.Header(), r, who, body)
	sent := send(w, answer)
	if f.opts.Contract != nil {
		f.mismatch(f.opts.Contract.CheckResponse(r, answer.status, w.Header(), sent))
	}
}

func (f *Forge) answerQuery(header http.Header, r *http.Request, who *actor, body []byte) reply {
	var question struct {
		Query         string         `json:"query"`
		OperationName string         `json:"operationName"`
		Variables     map[string]any `json:"variables"`
	}
	if err := json.Unmarshal(body, &question); err != nil {
		return errorReply(refuse(http.StatusBadRequest, "Problems parsing JSON"))
	}
	if question.Query == "" {
		return errorReply(refuse(http.StatusBadRequest, "A query attribute must be specified and must be a string."))
	}
	schema, err := f.graphqlSchema()
	if err != nil {
		return errorReply(err)
	}
	f.mu.Lock()
	root := &graphQuery{f: f, who: who, rate: f.rateOf(who, "graphql")}
	answer := graphql.Execute(r.Context(), schema, root.object(), question.Query, question.OperationName, question.Variables)
	f.mu.Unlock()
	for _, wrong := range append(root.complaints, answer.Mismatches...) {
		f.mismatch(wrong)
	}
	header.Set("X-Github-Media-Type", "github.v4; format=json")
	return reply{status: http.StatusOK, body: answer}
}

// graphqlSchema is GitHub's schema: a forge without a contract has it too, since it cannot execute queries without.
func (f *Forge) graphqlSchema() (*ast.Schema, error) {
	if f.opts.Contract != nil {
		return f.opts.Contract.Schema(), nil
	}
	published, err := contract.Load()
	if err != nil {
		return nil, err
	}
	return published.Schema(), nil
}
