package pipelines

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
)

const (
	// maxRun is the largest run that is made. Tekton keeps the spec four times over (run and task run, each in spec and status), and etcd takes
	// 1.5 MiB per object.
	maxRun = 300 << 10
	// maxAnnotations leaves room for Tekton's own below Kubernetes' 256 KiB; they are copied to the task run and the pod.
	maxAnnotations = 128 << 10
)

// checkRun holds a finished run against Tekton's own rules and against the limits of size.
func checkRun(run *pipelinev1.PipelineRun) error {
	size := 0
	for k, v := range run.Annotations {
		size += len(k) + len(v)
	}
	if size > maxAnnotations {
		return refuse("too-large", "annotations", "the job's annotations have %d bytes, more than %d", size, maxAnnotations)
	}
	b, err := json.Marshal(run)
	if err != nil {
		return refuse("encode", "spec", "%v", err)
	}
	if len(b) > maxRun {
		return refuse("too-large", "spec", "the run has %d bytes, more than %d; move scripts and data into the repository or a ConfigMap", len(b), maxRun)
	}
	return tektonAccepts(run)
}

// tektonAccepts asks Tekton's own defaulting and validation, with the settings it is compiled with. The run itself stays as it
// is, so that a cluster's own defaults hold. What a trial refuses is refused by the words for the whole run.
func tektonAccepts(run *pipelinev1.PipelineRun) error {
	if validate(trialOf(run)) == nil {
		return nil
	}
	if err := validate(run.DeepCopy()); err != nil {
		return refuse("tekton", "spec", "Tekton would refuse the run: %v", err)
	}
	return nil
}

// validate changes the run: it sets Tekton's defaults.
func validate(run *pipelinev1.PipelineRun) error {
	ctx := context.Background()
	run.SetDefaults(ctx)
	if err := run.Validate(ctx); err != nil {
		return err
	}
	return nil
}

// tektonVariable is what Tekton would replace, or refuse as unknown, anywhere in a task. Kubernetes' own $(NAME) has no dot.
var tektonVariable = regexp.MustCompile(`\$\((params|inputs|outputs|context|tasks|finally|workspaces|results|steps?|artifacts|credentials|resources)(\.[^)]*|\[[^)]*)\)`)

func findVariable(node any, at string) error {
	switch n := node.(type) {
	case string:
		if found := tektonVariable.FindString(n); found != "" {
			return refuse("tekton-variable", at, "Tekton would read %s as its own variable; keep the text in a file of the repository", found)
		}
	case []any:
		for i, child := range n {
			if err := findVariable(child, fmt.Sprintf("%s[%d]", at, i)); err != nil {
				return err
			}
		}
	case map[string]any:
		return findInMap(n, at)
	}
	return nil
}

func findInMap(m map[string]any, at string) error {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		if err := findVariable(k, at); err != nil {
			return err
		}
		if err := findVariable(m[k], at+"."+k); err != nil {
			return err
		}
	}
	return nil
}
