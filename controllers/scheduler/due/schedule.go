package due

import (
	"errors"
	"fmt"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// schedule is when a job is due.
type schedule struct {
	// next is the newest time up to now at which the job was due and did not run, else the next one after now.
	next func(last *Last, seen, now time.Time) time.Time
	why  string
}

func scheduleOf(p *prow.Periodic) (schedule, error) {
	switch {
	case p.Cron != "":
		return byCron(p.Cron)
	case p.MinimumInterval != "":
		return byPause(p.MinimumInterval, "minimum_interval has passed since its last run ended", func(l *Last) time.Time { return l.End })
	case p.Interval != "":
		return byPause(p.Interval, "interval has passed since its last run began", func(l *Last) time.Time { return l.Start })
	}
	return schedule{}, errors.New("the job has neither cron nor interval nor minimum_interval")
}

// byPause is a time after the last run; a job that never ran is due since it was seen, as in Prow.
func byPause(text, why string, from func(*Last) time.Time) (schedule, error) {
	pause, err := time.ParseDuration(text)
	if err != nil {
		return schedule{}, err
	}
	return schedule{why: why, next: func(last *Last, seen, _ time.Time) time.Time {
		if last == nil {
			return seen
		}
		return from(last).Add(pause)
	}}, nil
}

// byCron is Prow's cron: UTC, seconds are optional, @descriptors are read.
func byCron(text string) (schedule, error) {
	parser := cron.NewParser(cron.SecondOptional | cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor)
	times, err := parser.Parse("TZ=UTC " + text)
	if err != nil {
		return schedule{}, fmt.Errorf("cron %q: %w", text, err)
	}
	if every, ok := times.(cron.ConstantDelaySchedule); ok {
		return byPause(every.Delay.String(), "cron "+text, func(l *Last) time.Time { return l.Start })
	}
	return schedule{why: "cron " + text, next: func(last *Last, seen, now time.Time) time.Time {
		return newest(times, since(last, seen), now)
	}}, nil
}

// since is the time up to which everything has run. A run that a person made counts by its start.
func since(last *Last, seen time.Time) time.Time {
	switch {
	case last == nil:
		return seen
	case last.Due.IsZero():
		return last.Start
	}
	return last.Due
}

// newest is the newest time of a cron in (base, now], else the first one after base. It looks back from now in growing
// steps, so that a cron of every second that nobody watched for a year costs no more than a few hundred looks.
func newest(times cron.Schedule, base, now time.Time) time.Time {
	first := times.Next(base)
	if first.IsZero() || first.After(now) {
		return first
	}
	for _, back := range []time.Duration{time.Minute, time.Hour, 24 * time.Hour, 31 * 24 * time.Hour, 400 * 24 * time.Hour} {
		from := now.Add(-back)
		if from.Before(base) {
			break
		}
		if t := times.Next(from); !t.IsZero() && !t.After(now) {
			first = t
			break
		}
	}
	for t := first; !t.IsZero() && !t.After(now); t = times.Next(t) {
		first = t
	}
	return first
}
