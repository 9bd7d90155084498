package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"

	"github.com/spf13/cobra"
	"sigs.k8s.io/yaml"

	"github.com/bowsprit-ci/bowsprit/api/catalog"
	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/pipelines"
)

// compileFlags say which run of which job to compile.
type compileFlags struct {
	catalog *catalogFlags
	// job and repo name the job; repo may be empty if only one repository has a job of the name.
	job, repo string
	input     pipelines.Input
	pull      pullFlag
	output    string
}

func newCompile() *cobra.Command {
	f := &compileFlags{}
	cmd := &cobra.Command{
		Use:   "compile --config-path FILE --job NAME --base-ref BRANCH --base-sha SHA --pull NUMBER:SHA:AUTHOR",
		Short: "Print the PipelineRun that a job becomes",
		Long: "Compile prints the PipelineRun that a job becomes for given refs, without a cluster or a network.\n" +
			"Warnings go to standard error. A job that cannot keep its meaning is refused with exit status 1.",
		Example: "  bowsprit compile --config-path config.yaml --job-config-path jobs --job unit --repo o/r --base-ref main \\\n" +
			"    --base-sha 5c1f0e9a7b3d2846f1e0c9b8a7d6e5f403122134 --pull 12:9e8d7c6b5a4f3e2d1c0b9a8f7e6d5c4b3a2f1e0d:alice",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd.OutOrStdout(), cmd.ErrOrStderr()) },
	}
	f.catalog = addCatalogFlags(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.job, "job", "", "the job's name (required)")
	flags.StringVar(&f.repo, "repo", "", "the job's repository, ORG/REPO; needed if several have a job of the name")
	flags.StringVar(&f.input.Type, "type", pipelines.TypePresubmit, "the job's type")
	flags.StringVar(&f.input.Refs.BaseRef, "base-ref", "", "the branch that the pull request wants into (required)")
	flags.StringVar(&f.input.Refs.BaseSHA, "base-sha", "", "the commit of the branch (required)")
	flags.Var(&f.pull, "pull", "the pull request, NUMBER:SHA:AUTHOR (required)")
	flags.StringVar(&f.input.Trigger, "trigger", "auto", "why the job runs: auto, the id of a comment, or retest-of-RUN")
	flags.StringVar(&f.input.BuildID, "build-id", "1", "Prow's BUILD_ID")
	flags.StringVar(&f.input.Options.ToolsImage, "tools-image", "bowsprit-tools", "the image with bowsprit-tools")
	flags.StringVar(&f.input.Options.CloneHost, "clone-host", "https://github.com", "the base of addresses to clone from")
	flags.StringVarP(&f.output, "output", "o", "yaml", "yaml or json")
	for _, name := range []string{"job", "base-ref", "base-sha", "pull"} {
		_ = cmd.MarkFlagRequired(name) // it fails only for flags that are not there
	}
	return cmd
}

func (f *compileFlags) run(out, errOut io.Writer) error {
	if f.output != "yaml" && f.output != "json" {
		return fmt.Errorf("--output is %q; it can be yaml or json", f.output)
	}
	cat, problems := f.catalog.load()
	if err := problems.Err(); err != nil {
		return exitError{code: 1, err: err}
	}
	in := f.input
	org, repo, job, err := findJob(cat, f.repo, f.job, in.Refs.BaseRef)
	if err != nil {
		return exitError{code: 1, err: err}
	}
	in.Job, in.Refs.Org, in.Refs.Repo, in.Refs.Pulls = &job, org, repo, []pipelines.Pull{pipelines.Pull(f.pull)}
	in.Options.Namespace = cat.PodNamespace()
	compiled, err := pipelines.Compile(in)
	if err != nil {
		return exitError{code: 1, err: err}
	}
	for _, w := range compiled.Warnings {
		if _, err := fmt.Fprintln(errOut, "warning:", w); err != nil {
			return exitError{code: 1, err: err}
		}
	}
	return f.print(out, compiled.Run)
}

func (f *compileFlags) print(out io.Writer, run *pipelinev1.PipelineRun) error {
	encode := yaml.Marshal
	if f.output == "json" {
		encode = func(v any) ([]byte, error) {
			b, err := json.Marshal(v)
			return append(b, '\n'), err
		}
	}
	b, err := encode(run)
	if err == nil {
		_, err = out.Write(b)
	}
	if err != nil {
		return exitError{code: 1, err: fmt.Errorf("print the run: %w", err)}
	}
	return nil
}

// findJob looks a presubmit up by name and branch, in one repository or in all of them.
func findJob(cat *catalog.Catalog, slug, name, branch string) (org, repo string, job prow.Presubmit, err error) {
	candidates := cat.Repos()
	if slug != "" {
		candidates = []string{slug}
	}
	var found []string
	for _, candidate := range candidates {
		o, r, _ := strings.Cut(candidate, "/")
		if j, ok := cat.Presubmit(o, r, name, branch); ok {
			org, repo, job, found = o, r, j, append(found, candidate)
		}
	}
	switch {
	case len(found) > 1:
		return "", "", job, fmt.Errorf("job-ambiguous: repo: %s have a job %s; say which with --repo", strings.Join(found, ", "), name)
	case len(found) == 0:
		return "", "", job, fmt.Errorf("job-unknown: job: no presubmit %s runs on branch %s of %s", name, branch, strings.Join(candidates, ", "))
	}
	return org, repo, job, nil
}

// pullFlag reads NUMBER:SHA:AUTHOR.
type pullFlag pipelines.Pull

// Set reads the flag's text.
func (p *pullFlag) Set(text string) error {
	parts := strings.SplitN(text, ":", 3)
	number, err := strconv.Atoi(parts[0])
	if err != nil || len(parts) != 3 {
		return fmt.Errorf("%q is not NUMBER:SHA:AUTHOR", text)
	}
	*p = pullFlag{Number: number, SHA: parts[1], Author: parts[2]}
	return nil
}

// String is the flag as it was written; empty before it was.
func (p *pullFlag) String() string {
	if p.Number == 0 {
		return ""
	}
	return fmt.Sprintf("%d:%s:%s", p.Number, p.SHA, p.Author)
}

// Type is the flag's name in the help.
func (p *pullFlag) Type() string { return "NUMBER:SHA:AUTHOR" }
