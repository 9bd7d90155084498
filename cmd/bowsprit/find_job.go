package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/bowsprit-ci/bowsprit/api/catalog"
	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/pipelines"
)

var jobTypes = []prow.JobType{prow.TypePresubmit, prow.TypePostsubmit, prow.TypePeriodic, prow.TypeBatch}

// findEntry looks up the job that a request names: by type, name and repository, or in all repositories if it names
// none. Among jobs that share a name the one that runs on the base branch is meant.
func findEntry(cat *catalog.Catalog, r runRequest) (entry, error) {
	asked, _, err := readings(cat, r)
	return asked, err
}

// readings are the two jobs that a request may mean where several share a name: the one that runs on the base branch, and
// the first of that name, which is what Prow's own mkpj takes. They are mostly the same.
func readings(cat *catalog.Catalog, r runRequest) (onBranch, first entry, err error) {
	if !slices.Contains(jobTypes, r.Type) {
		return entry{}, entry{}, noJob("type", "%q is no type of job; presubmit, postsubmit, periodic and batch are", r.Type)
	}
	named := namedEntries(cat, r)
	if len(named) == 0 {
		return entry{}, entry{}, noJob("job", "%s", unknownJob(cat, r))
	}
	running := slices.DeleteFunc(slices.Clone(named), func(e entry) bool { return !e.runsOn(r.Refs.BaseRef) })
	if len(running) == 0 {
		running = named // whether it would run there is another question than what the run would be
	}
	if other := slices.IndexFunc(running, func(e entry) bool { return e.repo != running[0].repo }); other > 0 {
		return entry{}, entry{}, &pipelines.Error{Code: "job-ambiguous", Field: "repo", Message: fmt.Sprintf("%s and %s have a job %s; say which repository is meant",
			running[0].repo, running[other].repo, r.Job)}
	}
	return running[0], named[0], nil
}

// bothReadings answers a request of a file of them. A line there names a job and not a branch's job: where the two readings
// lead to different answers, neither is given, since a program that asks thousands of times would not see which it got.
func bothReadings[T any](m runMaker, r runRequest, answer func(entry) (T, error)) (T, error) {
	var none T
	onBranch, first, err := readings(m.cat, r)
	if err != nil {
		return none, err
	}
	want, err := answer(onBranch)
	if err != nil || onBranch == first {
		return want, err
	}
	other, otherErr := answer(first)
	if otherErr == nil && reflect.DeepEqual(want, other) {
		return want, nil
	}
	return none, &pipelines.Error{Code: "job-ambiguous", Field: "job", Message: fmt.Sprintf(
		"several jobs are called %s: the one at %s runs on %s, the one at %s is the first, which Prow's mkpj takes, and they differ; say which is meant by its branches, such as \"branches\": %s",
		r.Job, onBranch.job().Place(), r.Refs.BaseRef, first.job().Place(), jsonList(onBranch.brancher().Branches))}
}

func jsonList(list []string) string {
	text, _ := json.Marshal(list) // texts always encode
	return string(text)
}

func noJob(field, format string, args ...any) error {
	return &pipelines.Error{Code: "job-unknown", Field: field, Message: fmt.Sprintf(format, args...)}
}

// namedEntries are the jobs of the request's type and name.
func namedEntries(cat *catalog.Catalog, r runRequest) []entry {
	all := candidates(cat, r)
	return slices.DeleteFunc(all, func(e entry) bool {
		return e.job().Name != r.Job || r.Branches != nil && !slices.Equal(e.brancher().Branches, r.Branches)
	})
}

// candidates are the jobs of the request's type, in its repository if it names one.
func candidates(cat *catalog.Catalog, r runRequest) (out []entry) {
	if r.Type == prow.TypePeriodic {
		return periodicEntries(cat)
	}
	slugs := cat.Repos()
	if r.Repo != "" {
		slugs = []string{r.Repo}
	}
	for _, slug := range slugs {
		for _, e := range entriesOf(cat, slug) {
			if (e.postsubmit != nil) == (r.Type == prow.TypePostsubmit) {
				out = append(out, e)
			}
		}
	}
	return out
}

// unknownJob says that there is no such job, and what may be meant.
func unknownJob(cat *catalog.Catalog, r runRequest) string {
	var names []string
	for _, e := range candidates(cat, r) {
		names = append(names, e.job().Name)
	}
	kind := string(r.Type)
	if r.Type == prow.TypeBatch {
		kind = string(prow.TypePresubmit)
	}
	said := fmt.Sprintf("there is no %s %s", kind, r.Job)
	if r.Repo != "" && r.Type != prow.TypePeriodic {
		said += " of " + r.Repo
	}
	if guess := prow.Closest(r.Job, names); guess != "" {
		said += fmt.Sprintf("; did you mean %s?", strings.TrimSpace(guess))
	}
	return said
}
