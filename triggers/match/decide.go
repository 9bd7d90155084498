package match

import (
	"slices"
	"strings"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/triggers/changed"
)

// Catalog is what is asked of the configuration; catalog.Catalog answers it.
type Catalog interface {
	// Presubmits and Postsubmits are a repository's jobs in the order of the configuration.
	Presubmits(org, repo string) []prow.Presubmit
	Postsubmits(org, repo string) []prow.Postsubmit
	// Trust is the `triggers` entry that holds for a repository.
	Trust(org, repo string) prow.Trigger
}

// Decide says what Prow would do about the event of a question. A question that is not valid starts nothing.
func Decide(cat Catalog, q Question) Answer {
	d := &decider{q: q, ev: q.Event, changed: changed.New(q.Event.Changed)}
	d.a = Answer{ID: q.ID, Jobs: []Job{}, Comment: CommentNone, LabelsAdded: []string{}, LabelsRemoved: []string{}, SkippedContexts: []string{}}
	if q.Validate() != nil {
		return d.a
	}
	d.org, d.repo, _ = strings.Cut(q.Repo, "/")
	if q.Event.Kind == KindPush {
		d.push(cat.Postsubmits(d.org, d.repo))
	} else {
		d.jobs, d.trigger = cat.Presubmits(d.org, d.repo), cat.Trust(d.org, d.repo)
		d.pull()
	}
	d.a.finish()
	return d.a
}

// decider is one call of Decide: what is known, and the answer that grows.
type decider struct {
	q         Question
	ev        Event
	org, repo string
	jobs      []prow.Presubmit
	trigger   prow.Trigger
	changed   *changed.Files
	a         Answer
}

func (d *decider) pull() {
	if d.ev.Kind == KindComment {
		d.comment()
		d.skip()
		return
	}
	d.pullRequest()
}

// start starts jobs, but none on a head that cannot be merged; it says whether it did.
func (d *decider) start(jobs []*prow.Presubmit) bool {
	if d.ev.Mergeable != nil && !*d.ev.Mergeable {
		return false
	}
	for _, j := range jobs {
		d.a.Jobs = append(d.a.Jobs, Job{Name: j.Name, Context: j.Context, Type: prow.TypePresubmit})
	}
	return len(jobs) > 0
}

// runs says whether a job runs for the base branch and, unless it runs whatever files changed, for these files.
func (d *decider) runs(j *prow.Presubmit, whatever bool) bool {
	return j.ShouldRun(d.ev.Base) && (whatever || j.AlwaysRun || d.changed.Match(j.RegexpChangeMatcher).Runs)
}

func (d *decider) has(label string) bool { return slices.Contains(d.ev.Labels, label) }

func (d *decider) addLabel(name string) { d.a.LabelsAdded = append(d.a.LabelsAdded, name) }

func (d *decider) removeLabel(name string) { d.a.LabelsRemoved = append(d.a.LabelsRemoved, name) }
