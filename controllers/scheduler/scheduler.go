package scheduler

import (
	"context"
	"errors"
	"fmt"
	"time"

	pipelinev1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/controllers/scheduler/due"
	"github.com/bowsprit-ci/bowsprit/internal/runs"
	"github.com/bowsprit-ci/bowsprit/pipelines"
)

// tick is how often the scheduler looks at least, as Prow's horologium does: the end of a run is seen by looking.
const tick = time.Minute

// quick is how long it waits at least between two looks.
const quick = time.Second

// Runs is what the scheduler needs of the runs.
type Runs interface {
	Create(ctx context.Context, run *pipelinev1.PipelineRun) (*pipelinev1.PipelineRun, bool, error)
	List(ctx context.Context, match labels.Selector) ([]pipelinev1.PipelineRun, error)
}

// Scheduler starts periodics. Its fields are set once, before Start.
type Scheduler struct {
	Runs Runs
	// Periodics are the jobs as the configuration has them now, Decoration is the default of decoration for a repository
	// ("org/repo", or empty) and a build cluster.
	Periodics  func() []prow.Periodic
	Decoration func(repo, cluster string) *prow.DecorationConfig
	// Options are the compiler's settings as they are now.
	Options func() pipelines.Options
	// Memory remembers what no run tells.
	Memory Memory
	Clock  clock.Clock
	// Metrics counts; nil counts for nobody.
	Metrics *Metrics

	builds runs.BuildIDs
}

// Start looks for due jobs until the context ends. What fails is tried again at the next look.
func (s *Scheduler) Start(ctx context.Context) error {
	if s.Metrics == nil {
		s.Metrics = NewMetrics()
	}
	for {
		next, err := s.Look(ctx)
		if err != nil && ctx.Err() == nil {
			log.FromContext(ctx).Error(err, "scheduler")
		}
		timer := s.Clock.NewTimer(min(max(next.Sub(s.Clock.Now()), quick), tick))
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C():
		}
	}
}

// Look starts what is due now, once. The result is when the next job will be due, a far time if none will; the error
// joins what went wrong, one per job.
func (s *Scheduler) Look(ctx context.Context) (time.Time, error) {
	now := s.Clock.Now()
	next := now.Add(24 * time.Hour)
	jobs := s.Periodics()
	newest, err := s.newestRuns(ctx)
	if err != nil {
		return now, err
	}
	memos, err := s.Memory.Update(ctx, names(jobs), newest, now)
	errs := []error{err}
	for i := range jobs {
		last := newest[jobs[i].Name]
		if last == nil {
			if err != nil {
				continue // what the job counts from is not certain
			}
			last = memos[jobs[i].Name].last()
		}
		d, err := due.Decide(&jobs[i], last, memos[jobs[i].Name].Seen, now)
		if err == nil && d.Start {
			err = s.run(ctx, &jobs[i], d)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("periodic %s: %w", jobs[i].Name, err))
		}
		if !d.Next.IsZero() && d.Next.Before(next) {
			next = d.Next
		}
	}
	return next, errors.Join(errs...)
}

func names(jobs []prow.Periodic) []string {
	out := make([]string, len(jobs))
	for i := range jobs {
		out[i] = jobs[i].Name
	}
	return out
}

// repoOf is the repository that a periodic's defaults are taken for, as in Prow: its first extra ref.
func repoOf(p *prow.Periodic) string {
	if len(p.ExtraRefs) == 0 {
		return ""
	}
	return p.ExtraRefs[0].Org + "/" + p.ExtraRefs[0].Repo
}

// run makes one run, or finds that it was made: the name follows from the time for which it is due.
func (s *Scheduler) run(ctx context.Context, p *prow.Periodic, d due.Decision) error {
	compiled, err := pipelines.Compile(pipelines.Input{
		Job: p.Job(), Trigger: trigger(d.Due, d.Attempt), BuildID: s.builds.Next(s.Clock.Now()), Options: s.Options(),
		CentralDecoration: s.Decoration(repoOf(p), p.Cluster),
	})
	if err != nil {
		s.Metrics.refused.WithLabelValues(p.Name).Inc()
		return err
	}
	live, made, err := s.Runs.Create(ctx, compiled.Run)
	if taken, ok := errors.AsType[*runs.TakenError](err); ok && taken.SameCause {
		return nil // it was made before the job was changed
	}
	if err != nil || !made {
		return err
	}
	s.Metrics.started.Inc()
	log.FromContext(ctx).Info("started a periodic", "job", p.Name, "run", live.Name, "due", d.Due, "attempt", d.Attempt, "why", d.Why)
	return nil
}
