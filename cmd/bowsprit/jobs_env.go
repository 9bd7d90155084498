package main

import (
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/bowsprit-ci/bowsprit/pipelines"
)

// environmentLine is the answer to one request: the environment, or why there is none.
type environmentLine struct {
	ID    string            `json:"id"`
	Env   map[string]string `json:"env,omitempty"`
	Error *refusal          `json:"error,omitempty"`
}

func newJobsEnv() *cobra.Command {
	var inputs string
	options := runOptions{}
	cmd := &cobra.Command{
		Use:   "env",
		Short: "Print the environment that jobs are told of by Prow",
		Long: "Env reads requests as `bowsprit compile --inputs` does, and prints for each the variables that Prow itself puts into the\n" +
			"environment of the test container. The variables of the job's own spec are not among them.",
		Example: "  bowsprit jobs env --config-path config.yaml --job-config-path jobs --inputs requests.jsonl",
		Args:    cobra.NoArgs,
	}
	flags := addCatalogFlags(cmd)
	cmd.Flags().StringVar(&inputs, "inputs", "", "a file with one request a line; - for standard input (required)")
	_ = cmd.MarkFlagRequired("inputs") // fails only for a flag that was not added
	options.addLinkFlags(cmd)
	output := addOutputFlag(cmd, formTable, formJSON, formYAML)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		cat, err := flags.loadGood(cmd.ErrOrStderr())
		if err != nil {
			return err
		}
		maker, out := runMaker{cat: cat, options: options, checkouts: flags.inRepo}, cmd.OutOrStdout()
		a := newAnswers(out, output.formFor(out), "ID", "NAME", "VALUE")
		return a.endAfter(readLines(inputs, cmd.InOrStdin(), func(r runRequest) error {
			line, err := maker.environment(r)
			if err != nil {
				return err
			}
			return a.put(line, line.cells)
		}))
	}
	return cmd
}

// environment answers one request.
func (m runMaker) environment(r runRequest) (environmentLine, error) {
	line := environmentLine{ID: r.ID}
	env, err := bothReadings(m, r, func(e entry) (map[string]string, error) {
		in, err := m.inputFor(e, r)
		if err != nil {
			return nil, err
		}
		return pipelines.Environment(in)
	})
	line.Env = env
	line.Error, err = refusalOf(err)
	return line, err
}

// cells are the variables, one a row.
func (l environmentLine) cells() (rows [][]string) {
	if l.Error != nil {
		return [][]string{{cell(l.ID, 60), "", cell(l.Error.String(), 120)}}
	}
	for _, name := range slices.Sorted(maps.Keys(l.Env)) {
		rows = append(rows, []string{cell(l.ID, 60), name, cell(l.Env[name], 120)})
	}
	return rows
}
