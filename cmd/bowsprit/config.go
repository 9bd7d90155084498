package main

import (
	"fmt"
	"io"
	"time"

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
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Load a configuration and list all that is wrong with it",
		Long: "Check loads a configuration as `serve` does, and lists every error and warning with its file and line. With --strict\n" +
			"it rejects what Prow's `checkconfig --strict` rejects.\n" +
			"Exit status: 0 it can be served, 1 it has errors, 2 wrong usage.",
		Example: "  bowsprit config check --config-path config.yaml --job-config-path jobs --plugin-config plugins.yaml\n" +
			"  bowsprit config check --config-path config.yaml --job-config-path jobs --strict -o json",
		Args: cobra.NoArgs,
	}
	flags := addCatalogFlags(cmd)
	cmd.Flags().BoolVar(&strict, "strict", false, "count unknown keys, and the other warnings that `checkconfig --strict` rejects, as errors")
	output := addOutputFlag(cmd, formText, formJSON, formYAML)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		start := time.Now()
		cat, problems := flags.load()
		r := newReport(cat, problems, strict)
		r.LoadMS = float64(time.Since(start).Microseconds()) / 1000
		r.PeakRSSKB = peakRSS()
		if err := r.write(cmd.OutOrStdout(), output.formFor(cmd.OutOrStdout())); err != nil {
			return err
		}
		if !r.OK {
			return rejected(nil)
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
	// LoadMS is how long the load took, in milliseconds of wall time.
	LoadMS float64 `json:"load_ms"`
	// PeakRSSKB is the process's largest resident memory so far, in KiB; absent where the system does not say.
	PeakRSSKB int `json:"peak_rss_kb,omitempty"`
}

func newReport(cat *catalog.Catalog, problems prow.Problems, strict bool) report {
	r := report{Errors: prow.Problems{}, Warnings: prow.Problems{}}
	for _, p := range problems {
		if strict && p.Strict {
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

func (r report) write(w io.Writer, form string) error {
	a := newAnswers(w, form)
	if form != formText {
		return a.endAfter(a.put(r, nil))
	}
	for _, problems := range []prow.Problems{r.Errors, r.Warnings} {
		for _, p := range problems {
			_, _ = fmt.Fprintf(a.out, "%s: %s [%s]\n", p.Severity, p, p.Code) // its error comes back from Flush
		}
	}
	verdict := "The configuration is good"
	if !r.OK {
		verdict = "The configuration is not loaded"
	}
	_, _ = fmt.Fprintf(a.out, "%s. Errors: %d, warnings: %d. Presubmits: %d, postsubmits: %d, periodics: %d, presets: %d, repositories: %d.\n",
		verdict, len(r.Errors), len(r.Warnings), r.Counts.Presubmits, r.Counts.Postsubmits, r.Counts.Periodics, r.Counts.Presets, r.Counts.Repos)
	return a.end()
}
