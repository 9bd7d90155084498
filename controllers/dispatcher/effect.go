package dispatcher

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/bowsprit-ci/bowsprit/api/v1alpha1"
	"github.com/bowsprit-ci/bowsprit/triggers"
)

// effect is what was made of a delivery: the audit trail.
type effect struct {
	why       string
	decisions []v1alpha1.JobDecision
	actions   []string
}

// newEffect begins with the plan's decisions, none of them carried out.
func newEffect(plan triggers.Plan) *effect {
	e := &effect{why: plan.Why}
	for _, d := range plan.Decisions {
		e.decisions = append(e.decisions, v1alpha1.JobDecision{Job: d.Job, Verdict: string(d.Verdict), Why: d.Why})
	}
	return e
}

func (e *effect) empty() bool { return len(e.decisions) == 0 && len(e.actions) == 0 }

// ran notes the run that a job's decision led to, with what else is to be said of it.
func (e *effect) ran(job, run, note string) {
	d := e.decision(job)
	d.Verdict, d.Run = string(triggers.VerdictRun), run
	if note != "" {
		d.Why += "; " + note
	}
}

// refused notes that a job would have run and cannot.
func (e *effect) refused(job, why string) {
	d := e.decision(job)
	d.Verdict, d.Why = string(triggers.VerdictRefuse), why
}

// made says whether a run is one that the delivery led to.
func (e *effect) made(run string) bool {
	return slices.ContainsFunc(e.decisions, func(d v1alpha1.JobDecision) bool { return d.Run == run })
}

// decision finds the entry of a job that has no run yet, or adds one.
func (e *effect) decision(job string) *v1alpha1.JobDecision {
	for i := range e.decisions {
		if e.decisions[i].Job == job && e.decisions[i].Run == "" {
			return &e.decisions[i]
		}
	}
	e.decisions = append(e.decisions, v1alpha1.JobDecision{Job: job})
	return &e.decisions[len(e.decisions)-1]
}

// log is the audit record: one line per thing that was done.
func (e *effect) log(ctx context.Context) {
	logger := log.FromContext(ctx)
	for _, d := range e.decisions {
		if d.Verdict != string(triggers.VerdictSkip) {
			logger.Info("decided", "job", d.Job, "verdict", d.Verdict, "run", d.Run, "why", d.Why)
		}
	}
	for _, a := range e.actions {
		logger.Info("did", "action", a)
	}
	logger.Info("processed", "why", e.why)
}

func (e *effect) did(format string, args ...any) {
	e.actions = append(e.actions, strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", " "))
}
