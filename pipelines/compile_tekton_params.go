package pipelines

import (
	"slices"
	"strings"
	"unicode"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	corev1 "k8s.io/api/core/v1"
)

// offerParams adds Prow's variables as parameters of the run, as Prow does. A parameter that the author wrote stays.
//
// Tekton writes parameters into scripts and arguments by text replacement. So a value with text of strangers in it (a title,
// a branch's name) has every character that a shell or Tekton could read as more than text replaced; the whole text is in the
// environment variable of the same name, and in JOB_SPEC, whose escapes keep it in one piece between single quotes.
func (t *tekton) offerParams() {
	for _, name := range t.env.names() {
		if !t.wants(name) {
			continue
		}
		t.spec.Params = append(t.spec.Params, pipelinev1.Param{Name: name, Value: pipelinev1.ParamValue{
			Type: pipelinev1.ParamTypeString, StringVal: t.paramValue(name),
		}})
	}
}

// wants says whether a variable becomes a parameter, and warns if the author's word keeps it from that.
func (t *tekton) wants(name string) bool {
	if slices.ContainsFunc(t.spec.Params, func(p pipelinev1.Param) bool { return p.Name == name }) {
		t.warn("param-kept", t.at+".params", "%s is set here, so that the run does not get Prow's value", name)
		return false
	}
	if t.spec.PipelineSpec == nil {
		return true
	}
	for _, p := range t.spec.PipelineSpec.Params {
		if p.Name == name && !isText(p) {
			t.warn("param-kept", t.at+".pipelineSpec.params", "%s is declared as %s, so that the run does not get Prow's text", name, p.Type)
			return false
		}
	}
	return true
}

// isText says whether a parameter is declared as a string, which is Tekton's default unless the declared default says otherwise.
func isText(p pipelinev1.ParamSpec) bool {
	if p.Type == "" && p.Default != nil && p.Default.Type != "" {
		return p.Default.Type == pipelinev1.ParamTypeString
	}
	return p.Type == "" && len(p.Properties) == 0 || p.Type == pipelinev1.ParamTypeString
}

func (t *tekton) paramValue(name string) string {
	key, foreign := t.env.inert[name]
	switch {
	case foreign:
		text := t.env.texts[key]
		value := inertText(text)
		if value != text {
			t.warn("param-inert", t.at+".params", "%s has characters that a script could take for code; each is _ in the parameter, and the environment variable has the whole text", name)
		}
		return value
	case name == "JOB_SPEC":
		return strings.NewReplacer("'", `\u0027`, "`", `\u0060`).Replace(t.env.plain[name])
	}
	return t.env.plain[name]
}

// inertText replaces what a shell, Tekton or an option parser could read as more than text.
func inertText(s string) string {
	clean := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(" ._/@:,+=-", r) {
			return r
		}
		return '_'
	}, s)
	if strings.HasPrefix(clean, "-") {
		return "_" + clean[1:]
	}
	return clean
}

// offerEnvironment gives the steps of inline tasks Prow's variables, where the author has not written them. Text of strangers
// goes by annotation, as in every other run (see environment).
func (t *tekton) offerEnvironment() {
	_ = t.eachTask(func(task *pipelinev1.PipelineTask, _ string) error { // the visitor never fails
		if !inline(task) || isClone(task) {
			return nil
		}
		if task.TaskSpec.StepTemplate == nil {
			task.TaskSpec.StepTemplate = &pipelinev1.StepTemplate{}
		}
		task.TaskSpec.StepTemplate.Env = withDefaults(task.TaskSpec.StepTemplate.Env, append(t.env.vars(), trustEveryOwner()...))
		return nil
	})
}

// isClone says whether the task is one of ours: nobody's steps but the clone.
func isClone(task *pipelinev1.PipelineTask) bool {
	s := task.TaskSpec.Steps
	return len(s) == 1 && s[0].Name == cloneStepName && len(s[0].Command) == 2 && s[0].Command[0] == toolsBinary
}

// withDefaults are the author's variables, and those of the others whose names they do not use. The settings for git go
// together, since git counts them.
func withDefaults(own, others []corev1.EnvVar) []corev1.EnvVar {
	has := func(name string) bool {
		return slices.ContainsFunc(own, func(e corev1.EnvVar) bool { return e.Name == name })
	}
	out := slices.Clone(own)
	for _, e := range others {
		if !has(e.Name) && (!strings.HasPrefix(e.Name, "GIT_CONFIG_") || !has("GIT_CONFIG_COUNT")) {
			out = append(out, e)
		}
	}
	return out
}
