package pipelines

import (
	"slices"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/bowsprit-ci/bowsprit/pipelines/clonespec"
	"github.com/bowsprit-ci/bowsprit/pipelines/runspec"
)

// wrap puts our entrypoint around a decorated job's process. The image's own entrypoint is not called, as in Prow. The command
// stays on the step's command line, for people and because Kubernetes expands $(NAME) there; where Tekton would find variables
// of its own in it, it goes by the options, and our entrypoint expands $(NAME) by the same rule.
func wrap(step *pipelinev1.Step, options runspec.Options) error {
	argv := append(slices.Clone(step.Command), step.Args...)
	step.Command, step.Args = []string{toolsDir + toolsBinary, "run", "--"}, argv
	if slices.ContainsFunc(argv, tektonVariable.MatchString) {
		step.Command, step.Args, options.Args = step.Command[:2], nil, argv
	}
	text, err := clonespec.JSON(options)
	if err != nil {
		return refuse("encode", "decoration_config", "%v", err)
	}
	step.Env = append(step.Env, corev1.EnvVar{Name: runspec.EnvName, Value: text})
	return nil
}
