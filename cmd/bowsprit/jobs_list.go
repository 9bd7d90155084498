package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/bowsprit-ci/bowsprit/api/catalog"
	"github.com/bowsprit-ci/bowsprit/api/prow"
)

func newJobsList() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List all jobs as they are after defaulting",
		Long: "List prints every job after defaulting and presets, one a line: the presubmits and postsubmits of each repository, then\n" +
			"the periodics. Keys that are absent are empty, zero or false; spec_sha256 is the SHA-256 of the pod as compact JSON\n" +
			"with sorted keys.",
		Example: "  bowsprit jobs list --config-path config.yaml --job-config-path jobs\n" +
			"  bowsprit jobs list --config-path config.yaml --inrepo o/r=. -o json",
		Args: cobra.NoArgs,
	}
	flags := addCatalogFlags(cmd)
	output := addOutputFlag(cmd, formTable, formJSON, formYAML)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		cat, err := flags.loadGood(cmd.ErrOrStderr())
		if err != nil {
			return err
		}
		out := cmd.OutOrStdout()
		return listJobs(cat, newAnswers(out, output.formFor(out), "TYPE", "REPOSITORY", "NAME", "RUNS", "AGENT", "CLUSTER", "SOURCE"))
	}
	return cmd
}

func listJobs(cat *catalog.Catalog, a *answers) error {
	for e := range entries(cat) {
		row, err := e.row()
		if err != nil {
			return exitError{code: exitInternal, err: err}
		}
		if err := a.put(row, row.cells); err != nil {
			return err
		}
	}
	return a.endAfter(nil)
}

// cells are the columns of a job in the table.
func (r jobRow) cells() [][]string {
	source := r.SourcePath
	if r.InRepo {
		source += " (in " + r.Repo + ")"
	}
	return [][]string{{string(r.Type), cell(r.Repo, 60), cell(r.Name, 80), cell(r.when(), 60), r.Agent, cell(r.Cluster, 40), cell(strings.TrimSpace(source), 80)}}
}

// when says in a few words what makes the job run.
func (r jobRow) when() string {
	var on string
	switch {
	case r.Type == prow.TypePeriodic:
		return r.schedule()
	case r.RunIfChanged != "":
		on = "if " + r.RunIfChanged + " changed"
	case r.SkipIfOnlyChanged != "":
		on = "unless only " + r.SkipIfOnlyChanged + " changed"
	case r.AlwaysRun:
		on = "always"
	case r.Type == prow.TypePresubmit:
		on = r.RerunCommand
	default:
		on = "never by itself"
	}
	if len(r.Branches) > 0 {
		on += ", on " + strings.Join(r.Branches, " ")
	}
	if len(r.SkipBranches) > 0 {
		on += ", not on " + strings.Join(r.SkipBranches, " ")
	}
	return on
}

func (r jobRow) schedule() string {
	switch {
	case r.Cron != "":
		return "cron " + r.Cron
	case r.MinimumInterval != "":
		return r.MinimumInterval + " after the last end"
	}
	return "every " + r.Interval
}
