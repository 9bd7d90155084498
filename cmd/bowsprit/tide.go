package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

func newTide() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "tide",
		Short: "Questions about the merge pools of a configuration",
		Long:  "Tide holds the verbs that look at the key `tide` of a configuration: which pull requests may be merged, and what they wait for.",
		Args:  cobra.NoArgs,
	}
	cmd.AddCommand(newTideQueries(), newTideContexts())
	return cmd
}

// queryLine is an answer of `tide queries`.
type queryLine struct {
	Kind  string         `json:"kind"`
	Index int            `json:"index"`
	Query prow.TideQuery `json:"query"`
	// GitHubSearch is what is asked of GitHub's search.
	GitHubSearch string `json:"github_search"`
}

func newTideQueries() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "queries",
		Short: "Print the searches that find what may be merged",
		Long: "Queries prints every query of the key `tide`, in its order and after queries that differ in their repositories only were\n" +
			"made one, with the search that it becomes on GitHub.",
		Example: "  bowsprit tide queries --config-path config.yaml",
		Args:    cobra.NoArgs,
	}
	flags := addCatalogFlags(cmd)
	output := addOutputFlag(cmd, formTable, formJSON, formYAML)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		cat, err := flags.loadGood(cmd.ErrOrStderr())
		if err != nil {
			return err
		}
		out := cmd.OutOrStdout()
		a := newAnswers(out, output.formFor(out), "INDEX", "SEARCH")
		for i, q := range cat.Config().TideQueries() {
			line := queryLine{Kind: "query", Index: i, Query: q, GitHubSearch: q.Search()}
			if err := a.put(line, func() [][]string { return [][]string{{fmt.Sprint(i), cell(line.GitHubSearch, 400)}} }); err != nil {
				return err
			}
		}
		return a.endAfter(nil)
	}
	return cmd
}

// contextLine is the answer of `tide contexts`.
type contextLine struct {
	Kind   string             `json:"kind"`
	Repo   string             `json:"repo"`
	Branch string             `json:"branch"`
	Policy prow.ContextPolicy `json:"policy"`
	// MergeMethod is merge, squash or rebase.
	MergeMethod string `json:"merge_method"`
}

// cells are the contexts of each kind, one kind a row.
func (l contextLine) cells() [][]string {
	p := l.Policy
	return [][]string{
		{"required", strings.Join(p.RequiredContexts, " ")},
		{"required if present", strings.Join(p.RequiredIfPresentContexts, " ")},
		{"optional", strings.Join(p.OptionalContexts, " ")},
		{"unknown ones count", fmt.Sprint(p.SkipUnknownContexts == nil || !*p.SkipUnknownContexts)},
		{"merge method", l.MergeMethod},
	}
}

func newTideContexts() *cobra.Command {
	var repo, branch string
	cmd := &cobra.Command{
		Use:   "contexts",
		Short: "Print what a branch waits for before it merges, and how it merges",
		Long: "Contexts prints the context policy of a branch, by the keys `tide.context_options` and `branch-protection` and by the\n" +
			"repository's presubmits, and its merge method.",
		Example: "  bowsprit tide contexts --config-path config.yaml --job-config-path jobs --repo o/r --branch main",
		Args:    cobra.NoArgs,
	}
	flags := addCatalogFlags(cmd)
	cmd.Flags().StringVar(&repo, "repo", "", "the repository, as org/repo (required)")
	cmd.Flags().StringVar(&branch, "branch", "", "the branch (required)")
	_, _ = cmd.MarkFlagRequired("repo"), cmd.MarkFlagRequired("branch") // they fail only for a flag that was not added
	output := addOutputFlag(cmd, formTable, formJSON, formYAML)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		org, name := splitSlug(repo)
		if org == "" {
			return fmt.Errorf("--repo %q: want org/repo", repo)
		}
		cat, err := flags.loadGood(cmd.ErrOrStderr())
		if err != nil {
			return err
		}
		policy := cat.Config().ContextPolicy(org, name, branch, cat.Presubmits(org, name))
		line := contextLine{Kind: "context_policy", Repo: repo, Branch: branch, Policy: policy, MergeMethod: cat.Config().MergeMethod(org, name, branch)}
		out := cmd.OutOrStdout()
		a := newAnswers(out, output.formFor(out), "WHAT", "CONTEXTS")
		return a.endAfter(a.put(line, line.cells))
	}
	return cmd
}
