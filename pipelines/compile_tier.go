package pipelines

import (
	"slices"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
)

// checkTier holds the finished run against what its trust tier may use of the cluster. The first denial is the error.
func checkTier(in Input, run *pipelinev1.PipelineRun) error {
	policy := in.Options.Tiers
	if policy == nil {
		return nil
	}
	name := policy.For(fromRepository(in.Job), in.Fork)
	denials := policy.Check(run, in.Job.Cluster, name, grants(in))
	if len(denials) == 0 {
		return nil
	}
	d := denials[0]
	return &Error{Code: "tier-" + d.Code, Field: d.Field, Message: d.Error()}
}

// isHelper recognises the containers that Bowsprit adds. No container of a job has such a name in a decorated run (checkNames).
func isHelper(opts Options, name, image string, command []string) bool {
	commands := map[string][]string{cloneStepName: {toolsBinary, "clone"}, uploadName: {uploadBinary}}
	return image == opts.ToolsImage && len(command) > 0 && slices.Equal(command, commands[name])
}
