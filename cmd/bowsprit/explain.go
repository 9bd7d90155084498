package main

import (
	"context"
	"encoding/json"
	"io"

	"github.com/spf13/cobra"

	"github.com/bowsprit-ci/bowsprit/api/catalog"
	"github.com/bowsprit-ci/bowsprit/triggers"
)

func newExplain() *cobra.Command {
	s := &scene{}
	cmd := &cobra.Command{
		Use:   "explain",
		Short: "Say which jobs an event would start, and why, without a cluster or GitHub",
		Long: "Explain makes up a pull request from its flags, lets the same mind decide that `serve` uses, and prints a\n" +
			"verdict for every job with its reason, and everything else that would be done.",
		Example: "  bowsprit explain --config-path config.yaml --job-config-path jobs --repo o/r --base main \\\n" +
			"    --author alice --member alice --changed main.go\n" +
			"  bowsprit explain --config-path config.yaml --job-config-path jobs --repo o/r --author eve \\\n" +
			"    --member bob --comment '/test unit' --commenter bob",
		Args: cobra.NoArgs,
	}
	flags := addCatalogFlags(cmd)
	s.addFlags(cmd)
	output := addOutputFlag(cmd, formText, formJSON)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := s.check(cmd); err != nil {
			return err
		}
		cat, err := flags.loadGood(cmd.ErrOrStderr())
		if err != nil {
			return err
		}
		return explain(cmd.Context(), cmd.OutOrStdout(), output.formFor(cmd.OutOrStdout()), s, cat)
	}
	return cmd
}

func explain(ctx context.Context, w io.Writer, form string, s *scene, cat *catalog.Catalog) error {
	if ctx == nil {
		ctx = context.Background()
	}
	plan, err := triggers.Decide(ctx, s.toEvent(), madeUp{s}, cat)
	if err != nil {
		return exitError{code: 1, err: err}
	}
	if form == formJSON {
		return json.NewEncoder(w).Encode(explanationOf(plan))
	}
	_, err = io.WriteString(w, plan.String())
	return err
}

// explanation is what `explain -o json` prints.
type explanation struct {
	Why       string              `json:"why"`
	Decisions []explainedDecision `json:"decisions"`
	Actions   []explainedAction   `json:"actions"`
}

type explainedDecision struct {
	Job     string `json:"job"`
	Verdict string `json:"verdict"`
	Why     string `json:"why"`
}

type explainedAction struct {
	// Kind is run, cancel, comment, label or gate; What is the action in one line, Body a comment's text.
	Kind string `json:"kind"`
	What string `json:"what"`
	Why  string `json:"why"`
	Body string `json:"body,omitempty"`
}

func explanationOf(p triggers.Plan) explanation {
	e := explanation{Why: p.Why, Decisions: []explainedDecision{}, Actions: []explainedAction{}}
	for _, d := range p.Decisions {
		e.Decisions = append(e.Decisions, explainedDecision{Job: d.Job, Verdict: string(d.Verdict), Why: d.Why})
	}
	for _, a := range p.Actions {
		kind, what := triggers.Describe(a)
		x := explainedAction{Kind: kind, What: what, Why: a.Because()}
		if c, ok := a.(triggers.Comment); ok {
			x.Body = c.Body
		}
		e.Actions = append(e.Actions, x)
	}
	return e
}

var _ triggers.Catalog = (*catalog.Catalog)(nil)
