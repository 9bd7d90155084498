package catalog

import (
	"regexp"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// rerunCommands finds presubmits whose command is none of those that config.yaml allows for Gerrit; Prow asks it of all
// presubmits. An expression that cannot be read is told elsewhere.
func (l *linter) rerunCommands() {
	expr := l.cat.config.Gerrit.AllowedPresubmitTriggerRe
	if expr == "" {
		return
	}
	allowed, err := regexp.Compile(expr)
	if err != nil {
		return
	}
	for _, repo := range sortedKeys(l.cat.presubmits) {
		jobs := l.cat.presubmits[repo]
		for i := range jobs {
			if !allowed.MatchString(jobs[i].RerunCommand) {
				at := field.NewPath("presubmits").Key(repo).Index(indexInFile(jobs, i, presubmitBase)).Child("rerun_command")
				l.warnJob(repo, &jobs[i].JobBase, "rerun-command-not-allowed", at, "%q does not match %q, which is gerrit.allowed_presubmit_trigger_re", jobs[i].RerunCommand, expr)
			}
		}
	}
}
