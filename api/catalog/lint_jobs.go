package catalog

import (
	"slices"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// The agents that checkconfig asks about.
const (
	agentKubernetes = "kubernetes"
	agentJenkins    = "jenkins"
)

// defaultCluster is the cluster of jobs that name none.
const defaultCluster = "default"

// jobs looks at every job by itself.
func (l *linter) jobs() {
	for _, repo := range sortedKeys(l.cat.presubmits) {
		jobs := l.cat.presubmits[repo]
		for i := range jobs {
			at := field.NewPath("presubmits").Key(repo).Index(indexInFile(jobs, i, presubmitBase))
			l.job(repo, &jobs[i].JobBase, at)
			l.refsTwice(repo, &jobs[i].JobBase, at)
		}
	}
	for _, repo := range sortedKeys(l.cat.postsubmits) {
		jobs := l.cat.postsubmits[repo]
		for i := range jobs {
			l.job(repo, &jobs[i].JobBase, field.NewPath("postsubmits").Key(repo).Index(indexInFile(jobs, i, postsubmitBase)))
		}
	}
	for i := range l.cat.periodics {
		job, at := &l.cat.periodics[i].JobBase, field.NewPath("periodics").Index(indexInFile(l.cat.periodics, i, periodicBase))
		l.job("", job, at)
		l.cloneOfPeriodic(job, at)
	}
}

// warnJob notes a mistake of a job.
func (l *linter) warnJob(repo string, job *prow.JobBase, code string, at *field.Path, format string, args ...any) {
	l.warn(code, at, format, args...)
	p := &l.problems[len(l.problems)-1]
	p.File, p.Line, p.Repo, p.Job = job.SourcePath, job.SourceLine, repo, job.Name
}

func (l *linter) job(repo string, job *prow.JobBase, at *field.Path) {
	if job.Agent == agentKubernetes {
		if len(job.Name) > validation.LabelValueMaxLength {
			l.warnJob(repo, job, "long-job-name", at.Child("name"), "%d characters are too many for the label of the name: at most %d", len(job.Name), validation.LabelValueMaxLength)
		}
		if job.Decorate == nil || !*job.Decorate {
			l.warnJob(repo, job, "not-decorated", at.Child("decorate"), "the job clones nothing and uploads nothing: set decorate: true here, or decorate_all_jobs: true in config.yaml")
		}
	}
	if job.Agent == agentJenkins && job.Cluster != "" && job.Cluster != defaultCluster {
		l.warnJob(repo, job, "cluster-of-jenkins", at.Child("cluster"), "%q: jobs of agent jenkins run in no build cluster", job.Cluster)
	}
}

// refsTwice finds repositories that a presubmit would clone twice. The one that it tests is cloned too.
func (l *linter) refsTwice(repo string, job *prow.JobBase, at *field.Path) {
	cloned := []string{repo}
	for i, ref := range job.ExtraRefs {
		name := ref.Org + "/" + ref.Repo
		if slices.Contains(cloned, name) {
			l.warnJob(repo, job, "duplicate-job-refs", at.Child("extra_refs").Index(i), "%s is cloned already, so one clone would be in the place of the other", name)
		}
		cloned = append(cloned, name)
	}
}

// cloneOfPeriodic finds clone options that are for the repository under test, which a periodic has not.
func (l *linter) cloneOfPeriodic(job *prow.JobBase, at *field.Path) {
	for _, f := range []struct {
		name string
		set  bool
	}{{"clone_depth", job.CloneDepth != 0}, {"clone_uri", job.CloneURI != ""}, {"path_alias", job.PathAlias != ""}} {
		if f.set {
			l.warnJob("", job, "periodic-clone-option", at.Child(f.name), "has no effect on a periodic: write it to the repository in extra_refs")
		}
	}
}
