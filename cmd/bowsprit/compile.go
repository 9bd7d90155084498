package main

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	"sigs.k8s.io/yaml"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/pipelines"
)

// compileFlags say which runs of which jobs to compile.
type compileFlags struct {
	catalog *catalogFlags
	output  *outputFlag
	options runOptions
	// Exactly one of the three: a file of requests, all jobs, or the one request that the other flags make.
	inputs  string
	all     bool
	request runRequest
	pulls   pullsFlag
	// explain prints what was defaulted, and from where.
	explain bool
}

func newCompile() *cobra.Command {
	f := &compileFlags{}
	cmd := &cobra.Command{
		Use:   "compile",
		Short: "Print the PipelineRun that a job becomes",
		Long: "Compile prints the PipelineRun that a job becomes for given refs, without a cluster or a network. Warnings go to\n" +
			"standard error. A job that cannot keep its meaning is refused with a code, the field and the way out, and exit\n" +
			"status 1.\n\n" +
			"With --inputs it reads requests, one JSON object a line, {\"id\", \"type\", \"repo\", \"job\", \"input\": {\"base_ref\",\n" +
			"\"base_sha\", \"base_link\", \"pulls\": [{\"number\", \"sha\", \"author\", \"title\", \"head_ref\"}]}, \"fork\", \"build_id\",\n" +
			"\"prowjob_id\"}, and with --all it makes one up for every job, with commits of 1s and 2s. It then answers a line for\n" +
			"each, with `pipelinerun` or `error`, and the exit status is 0.",
		Example: "  bowsprit compile --config-path config.yaml --job-config-path jobs --job unit --repo o/r --base-ref main \\\n" +
			"    --base-sha 5c1f0e9a7b3d2846f1e0c9b8a7d6e5f403122134 --pull 12:9e8d7c6b5a4f3e2d1c0b9a8f7e6d5c4b3a2f1e0d:alice\n" +
			"  bowsprit compile --config-path config.yaml --job-config-path jobs --type periodic --job nightly\n" +
			"  bowsprit compile --config-path config.yaml --job-config-path jobs --all",
		Args: cobra.NoArgs,
		RunE: f.run,
	}
	f.addFlags(cmd)
	return cmd
}

func (f *compileFlags) addFlags(cmd *cobra.Command) {
	f.catalog, f.output = addCatalogFlags(cmd), addOutputFlag(cmd, formYAML, formJSON, formTable)
	flags := cmd.Flags()
	flags.StringVar(&f.request.Job, "job", "", "the job's name")
	flags.StringVar((*string)(&f.request.Type), "type", string(prow.TypePresubmit), "the job's type: presubmit, postsubmit, periodic or batch")
	flags.StringVar(&f.request.Repo, "repo", "", "the job's repository, ORG/REPO; needed if several have a job of the name")
	flags.StringVar(&f.request.Refs.BaseRef, "base-ref", "", "the branch that is tested, or that the pull request wants into")
	flags.StringVar(&f.request.Refs.BaseSHA, "base-sha", "", "the commit of the branch")
	flags.Var(&f.pulls, "pull", "a pull request, NUMBER:SHA:AUTHOR (repeatable, for a batch)")
	flags.BoolVar(&f.request.Fork, "fork", false, "the pull request comes from another repository, so that jobs of --inrepo get the lowest trust tier")
	flags.StringVar(&f.request.BuildID, "build-id", "1", "Prow's BUILD_ID")
	flags.StringVar(&f.inputs, "inputs", "", "a file with one request a line; - for standard input")
	flags.BoolVar(&f.all, "all", false, "compile every job, for made-up refs")
	flags.BoolVar(&f.explain, "explain", false, "print on standard error what holds for the run without being named in the job, and from where")
	f.options.addFlags(cmd)
	cmd.MarkFlagsOneRequired("job", "inputs", "all")
	for _, mode := range []string{"inputs", "all"} {
		for _, other := range []string{"job", "type", "repo", "base-ref", "base-sha", "pull", "fork", "build-id", "explain"} {
			cmd.MarkFlagsMutuallyExclusive(mode, other)
		}
	}
	cmd.MarkFlagsMutuallyExclusive("inputs", "all")
}

// addFlags adds the flags about all runs.
func (o *runOptions) addFlags(cmd *cobra.Command) {
	o.addLinkFlags(cmd)
	flags := cmd.Flags()
	flags.StringVar(&o.trigger, "trigger", "", "why the job runs: auto, the id of a comment, retest-of-RUN, or at-TIME for a periodic (default: auto, or "+madeUpTime+")")
	flags.StringVar(&o.settings.ToolsImage, "tools-image", "bowsprit-tools", "the image with bowsprit-tools")
}

// addLinkFlags adds the flags that the environment follows from.
func (o *runOptions) addLinkFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.settings.CloneHost, "clone-host", "https://github.com", "the base of addresses to clone from, and of links")
}

func (f *compileFlags) run(cmd *cobra.Command, _ []string) error {
	cat, err := f.catalog.loadGood(cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	maker := runMaker{cat: cat, options: f.options, checkouts: f.catalog.inRepo}
	switch {
	case f.all:
		return f.compileAll(cmd, maker)
	case f.inputs != "":
		return f.compileInputs(cmd, maker)
	}
	f.request.Refs.Pulls = f.pulls
	return f.compileOne(cmd, maker)
}

// compileOne prints one run, and warnings for people.
func (f *compileFlags) compileOne(cmd *cobra.Command, maker runMaker) error {
	form := f.output.formFor(cmd.OutOrStdout())
	if form == formTable {
		return errors.New("--output table: one run is printed as yaml or json; the table is for --inputs and --all")
	}
	compiled, err := maker.compile(f.request)
	if err != nil {
		return rejected(err)
	}
	if e, err := findEntry(maker.cat, f.request); err == nil && !e.runsOn(f.request.Refs.BaseRef) {
		compiled.Warnings = append(compiled.Warnings, pipelines.Warning{Code: "branch", Field: "branches", Message: "the job does not run on " + f.request.Refs.BaseRef + " by itself"})
	}
	if err := f.comment(cmd.ErrOrStderr(), compiled); err != nil {
		return rejected(err)
	}
	return printRun(cmd.OutOrStdout(), form, compiled.Run)
}

// comment tells people the warnings, and with --explain what was defaulted.
func (f *compileFlags) comment(w io.Writer, compiled *pipelines.Compiled) error {
	var lines strings.Builder
	for _, warning := range compiled.Warnings {
		fmt.Fprintln(&lines, "warning:", warning)
	}
	if f.explain {
		for _, d := range compiled.Defaults {
			fmt.Fprintln(&lines, "default:", d)
		}
	}
	_, err := io.WriteString(w, lines.String())
	return err
}

// printRun prints a run as one document.
func printRun(w io.Writer, form string, run *pipelinev1.PipelineRun) error {
	encode := yaml.Marshal
	if form == formJSON {
		encode = func(v any) ([]byte, error) {
			text, err := encodeJSON(v)
			return append(text, '\n'), err
		}
	}
	text, err := encode(run)
	if err == nil {
		_, err = w.Write(text)
	}
	if err != nil {
		return rejected(fmt.Errorf("print the run: %w", err))
	}
	return nil
}

// pullsFlag reads NUMBER:SHA:AUTHOR, repeatedly.
type pullsFlag []prow.Pull

// Set reads one pull request.
func (p *pullsFlag) Set(text string) error {
	parts := strings.SplitN(text, ":", 3)
	number, err := strconv.Atoi(parts[0])
	if err != nil || len(parts) != 3 {
		return fmt.Errorf("%q is not NUMBER:SHA:AUTHOR", text)
	}
	*p = append(*p, prow.Pull{Number: number, SHA: parts[1], Author: parts[2]})
	return nil
}

// String lists the pull requests as they were written.
func (p *pullsFlag) String() string {
	var all []string
	for _, pull := range *p {
		all = append(all, fmt.Sprintf("%d:%s:%s", pull.Number, pull.SHA, pull.Author))
	}
	return strings.Join(all, ", ")
}

// Type is the flag's name in the help.
func (p *pullsFlag) Type() string { return "NUMBER:SHA:AUTHOR, repeatable" }
