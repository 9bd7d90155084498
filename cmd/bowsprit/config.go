package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/bowsprit-ci/bowsprit/api/catalog"
	"github.com/bowsprit-ci/bowsprit/api/prow"
)

func newConfig() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Questions about a Prow configuration",
		Long:  "Config holds the verbs that look at a Prow configuration as a whole.",
		Args:  cobra.NoArgs,
	}
	cmd.AddCommand(newConfigCheck())
	return cmd
}

func newConfigCheck() *cobra.Command {
	var strict bool
	var output string
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Load a configuration and list all that is wrong with it",
		Long: "Check loads a configuration as `serve` does, and lists every error and warning with its file and line.\n" +
			"Exit status: 0 it can be served, 1 it has errors, 2 wrong usage.",
		Example: "  bowsprit config check --config-path config.yaml --job-config-path jobs --plugin-config plugins.yaml\n" +
			"  bowsprit config check --config-path config.yaml --job-config-path jobs --strict -o json",
		Args: cobra.NoArgs,
	}
	flags := addCatalogFlags(cmd)
	cmd.Flags().BoolVar(&strict, "strict", false, "count unknown and doubled keys as errors")
	addOutputFlag(cmd, &output)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := checkOutput(output); err != nil {
			return err
		}
		cat, problems := flags.load()
		r := newReport(cat, problems, strict)
		if err := r.write(cmd.OutOrStdout(), output); err != nil {
			return err
		}
		if !r.OK {
			return exitError{code: 1}
		}
		return nil
	}
	return cmd
}

// report is what `config check` says, and the form of its JSON.
type report struct {
	OK       bool           `json:"ok"`
	Errors   prow.Problems  `json:"errors"`
	Warnings prow.Problems  `json:"warnings"`
	Counts   catalog.Counts `json:"counts"`
}

// strictCodes are the warnings that --strict counts as errors: what Prow's own strict loader refuses.
var strictCodes = map[string]bool{"unknown-field": true, "duplicate-key": true}

func newReport(cat *catalog.Catalog, problems prow.Problems, strict bool) report {
	r := report{Errors: prow.Problems{}, Warnings: prow.Problems{}}
	for _, p := range problems {
		if strict && strictCodes[p.Code] {
			p.Severity = prow.SeverityError
		}
		if p.Severity == prow.SeverityError {
			r.Errors = append(r.Errors, p)
		} else {
			r.Warnings = append(r.Warnings, p)
		}
	}
	if cat != nil {
		r.Counts = cat.Counts()
	}
	r.OK = len(r.Errors) == 0
	return r
}

func (r report) write(w io.Writer, output string) error {
	if output == "json" {
		return json.NewEncoder(w).Encode(r)
	}
	for _, p := range append(append(prow.Problems{}, r.Errors...), r.Warnings...) {
		if _, err := fmt.Fprintf(w, "%s: %s [%s]\n", p.Severity, p, p.Code); err != nil {
			return err
		}
	}
	verdict := "The configuration is good"
	if !r.OK {
		verdict = "The configuration is not loaded"
	}
	_, err := fmt.Fprintf(w, "%s. Errors: %d, warnings: %d. Presubmits: %d, postsubmits: %d, periodics: %d, presets: %d, repositories: %d.\n",
		verdict, len(r.Errors), len(r.Warnings), r.Counts.Presubmits, r.Counts.Postsubmits, r.Counts.Periodics, r.Counts.Presets, r.Counts.Repos)
	return err
}

// addOutputFlag adds -o, the form of what is printed.
func addOutputFlag(cmd *cobra.Command, output *string) {
	cmd.Flags().StringVarP(output, "output", "o", "text", "text for people, or json: one object on one line")
}

// checkOutput refuses a form that there is not.
func checkOutput(output string) error {
	if output != "text" && output != "json" {
		return fmt.Errorf("--output %q: want text or json", output)
	}
	return nil
}
