package pipelines

import (
	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/pipelines/clonespec"
)

// The results by which Tekton Chains knows what was built from. It knows only this pair of names, so extra_refs have none.
const (
	resultGitURL    = "CHAINS-GIT_URL"
	resultGitCommit = "CHAINS-GIT_COMMIT"
	// chainsDir is where Tekton reads a step's results.
	chainsDir = "/tekton/results/"
)

// chainsResults are the results that the clone step writes: the address and the commit of what the run is about. The commit is
// the pull request's, or the base's where there is none or where there are several. A branch's tip that the compiler does not know has
// no results.
func chainsResults(in Input, refs []prow.Refs, o clonespec.Options) []clonespec.Result {
	for i := range refs {
		if &refs[i] != primary(in, refs) {
			continue
		}
		commit := refs[i].BaseSHA
		if len(refs[i].Pulls) == 1 {
			commit = refs[i].Pulls[0].SHA
		}
		if commit == "" {
			return nil
		}
		return []clonespec.Result{
			{Path: chainsDir + resultGitURL, Value: o.Refs[i].URI},
			{Path: chainsDir + resultGitCommit, Value: commit},
		}
	}
	return nil
}

// taskResults declare what the clone step writes.
func taskResults(results []clonespec.Result) (declared []pipelinev1.TaskResult) {
	for _, r := range results {
		declared = append(declared, pipelinev1.TaskResult{Name: r.Path[len(chainsDir):], Type: pipelinev1.ResultsTypeString})
	}
	return declared
}

// pipelineResults hand a task's results on, since Chains may look at the run or at the task.
func pipelineResults(task string, results []pipelinev1.TaskResult) (declared []pipelinev1.PipelineResult) {
	for _, r := range results {
		declared = append(declared, pipelinev1.PipelineResult{
			Name: r.Name, Type: pipelinev1.ResultsTypeString,
			Value: *pipelinev1.NewStructuredValues("$(tasks." + task + ".results." + r.Name + ")"),
		})
	}
	return declared
}
