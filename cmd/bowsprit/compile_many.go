package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/pipelines"
)

// The made-up refs of --all.
var (
	madeUpSHA     = strings.Repeat("1", 40)
	madeUpBaseSHA = strings.Repeat("2", 40)
)

// String is the refusal in one line.
func (r *refusal) String() string { return r.Code + ": " + r.Field + ": " + r.Message }

// compiledRun is what became of one request: a run, or why there is none. The contract's key `extra`, for objects that a run
// needs beside it, is never there: a run carries all it needs.
type compiledRun struct {
	PipelineRun *pipelinev1.PipelineRun `json:"pipelinerun,omitempty"`
	Error       *refusal                `json:"error,omitempty"`
}

// refusal is a *pipelines.Error in JSON.
type refusal struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Field   string `json:"field"`
}

// refusalOf is the refusal that an error is; an error that is none should never happen, and comes back.
func refusalOf(err error) (*refusal, error) {
	var refused *pipelines.Error
	if err == nil {
		return nil, nil
	}
	if !errors.As(err, &refused) {
		return nil, exitError{code: exitInternal, err: err}
	}
	return &refusal{Code: refused.Code, Message: refused.Message, Field: refused.Field}, nil
}

// newCompiledRun is the line for a run or its error.
func newCompiledRun(c *pipelines.Compiled, err error) (compiledRun, error) {
	if err == nil {
		return compiledRun{PipelineRun: c.Run}, nil
	}
	refused, err := refusalOf(err)
	return compiledRun{Error: refused}, err
}

// cells are the two columns of a run in a table.
func (r compiledRun) cells() []string {
	if r.Error != nil {
		return []string{"", cell(r.Error.String(), 160)}
	}
	return []string{r.PipelineRun.Namespace + "/" + r.PipelineRun.Name, ""}
}

// compileInputs answers a file of requests.
func (f *compileFlags) compileInputs(cmd *cobra.Command, maker runMaker) error {
	out := cmd.OutOrStdout()
	a := newAnswers(out, f.output.formOr(out, formTable), "ID", "RUN", "REFUSED")
	err := readLines(f.inputs, cmd.InOrStdin(), func(r runRequest) error {
		line := struct {
			ID string `json:"id"`
			compiledRun
		}{ID: r.ID}
		var err error
		if line.compiledRun, err = newCompiledRun(maker.compileNamed(r)); err != nil {
			return err
		}
		return a.put(line, func() [][]string { return [][]string{append([]string{cell(r.ID, 60)}, line.cells()...)} })
	})
	return a.endAfter(err)
}

// compileNamed is the run that a line of --inputs asks for.
func (m runMaker) compileNamed(r runRequest) (*pipelines.Compiled, error) {
	run, err := bothReadings(m, r, func(e entry) (*pipelinev1.PipelineRun, error) {
		in, err := m.inputFor(e, r)
		if err != nil {
			return nil, err
		}
		c, err := pipelines.Compile(in)
		if err != nil {
			return nil, err
		}
		return c.Run, nil
	})
	return &pipelines.Compiled{Run: run}, err
}

// compileAll answers for every job of the configuration.
func (f *compileFlags) compileAll(cmd *cobra.Command, maker runMaker) error {
	out := cmd.OutOrStdout()
	a := newAnswers(out, f.output.formOr(out, formTable), "TYPE", "REPOSITORY", "NAME", "RUN", "REFUSED")
	for e := range entries(maker.cat) {
		line := struct {
			jobKeys
			compiledRun
		}{jobKeys: e.keys(e.job())}
		var err error
		if line.compiledRun, err = newCompiledRun(maker.compileMadeUp(e)); err == nil {
			err = a.put(line, func() [][]string {
				return [][]string{append([]string{string(line.Type), cell(line.Repo, 60), cell(line.Name, 80)}, line.cells()...)}
			})
		}
		if err != nil {
			return a.endAfter(err)
		}
	}
	return a.endAfter(nil)
}

// compileMadeUp compiles a job for made-up refs: the first branch on which it runs, and one pull request for a presubmit.
func (m runMaker) compileMadeUp(e entry) (*pipelines.Compiled, error) {
	r := runRequest{Type: e.job().Type, BuildID: "1"}
	if e.periodic == nil {
		r.Refs = prow.Refs{BaseRef: branchFor(e.brancher()), BaseSHA: madeUpBaseSHA}
		if r.Refs.BaseRef == "" {
			return nil, &pipelines.Error{Code: "branch-unknown", Field: "branches", Message: "no branch was found on which the job runs; compile it with --job and --base-ref"}
		}
	}
	if e.presubmit != nil {
		r.Refs.Pulls = []prow.Pull{{Number: 1, SHA: madeUpSHA, Author: "author", Title: "title", HeadRef: "topic"}}
	}
	in, err := m.inputFor(e, r)
	if err != nil {
		return nil, err
	}
	return pipelines.Compile(in)
}
