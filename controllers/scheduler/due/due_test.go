package due_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/bowsprit-ci/bowsprit/api/prow"
	"github.com/bowsprit-ci/bowsprit/controllers/scheduler/due"
)

// clock is a time of one day, as 15:04 or 15:04:05.
func clock(text string) time.Time {
	layout := "2006-01-02 15:04"
	if len(text) > 5 {
		layout += ":05"
	}
	t, err := time.Parse(layout, "2026-11-23 "+text)
	if err != nil {
		panic(err)
	}
	return t
}

func ended(due, start, end string) *due.Last {
	l := ran(due, start)
	l.End = clock(end)
	return l
}

func failed(due, start, end string, attempt int) *due.Last {
	l := ended(due, start, end)
	l.Failed, l.Attempt = true, attempt
	return l
}

func ran(at, start string) *due.Last { return &due.Last{Due: clock(at), Start: clock(start)} }

func start(at string) due.Decision { return due.Decision{Start: true, Due: clock(at)} }
func retry(at string, n int) due.Decision {
	return due.Decision{Start: true, Due: clock(at), Attempt: n}
}
func wait(next string) due.Decision     { return due.Decision{Next: clock(next)} }
func tomorrow(next string) due.Decision { return due.Decision{Next: clock(next).AddDate(0, 0, 1)} }

func TestDecide(t *testing.T) {
	hourly := prow.Periodic{Interval: "1h"}
	rested := prow.Periodic{MinimumInterval: "1h"}
	atNoon := prow.Periodic{Cron: "0 12 * * *"}
	quarters := prow.Periodic{Cron: "*/15 * * * *"}
	retried := prow.Periodic{Cron: "0 12 * * *", Retry: &prow.Retry{Attempts: 2, Interval: "5m"}}
	for name, tc := range map[string]struct {
		why  string
		job  prow.Periodic
		last *due.Last
		now  string
		want due.Decision
	}{
		"an interval that never ran": {
			why: "Prow starts it at once", job: hourly, now: "08:00", want: start("08:00"),
		},
		"an interval counts from start to start": {
			why: "not from the end", job: hourly, last: ended("08:00", "08:00", "08:40"), now: "09:00", want: start("09:00"),
		},
		"an interval that has not passed": {
			why: "the caller sleeps until then", job: hourly, last: ended("08:00", "08:00", "08:40"), now: "08:59", want: wait("09:00"),
		},
		"a run that goes on": {
			why: "the next one waits for its end", job: hourly, last: ran("08:00", "08:00"), now: "11:00", want: due.Decision{},
		},
		"a minimum_interval counts from the end": {
			why: "so that a slow job rests", job: rested, last: ended("08:00", "08:00", "08:40"), now: "09:30", want: wait("09:40"),
		},
		"a cron waits for its time": {
			why: "unlike an interval", job: atNoon, now: "08:00", want: wait("12:00"),
		},
		"a cron's time has come": {
			why: "the run is named after it", job: atNoon, now: "12:00:10", want: start("12:00"),
		},
		"a cron that nobody watched": {
			why: "Prow loses it", job: atNoon, last: ended("11:59", "11:59", "11:59"), now: "18:00", want: start("12:00"),
		},
		"several times that nobody watched": {
			why: "one run for the newest makes up for all", job: quarters, last: ended("08:00", "08:00", "08:05"), now: "11:50", want: start("11:45"),
		},
		"times that passed while a run went on": {
			why: "one run follows its end", job: quarters, last: ended("08:00", "08:00", "08:50"), now: "08:51", want: start("08:45"),
		},
		"the same time twice": {
			why: "a restart a second later finds the run", job: atNoon, last: ended("12:00", "12:00", "12:00"), now: "12:00:30", want: tomorrow("12:00"),
		},
		"@every that never ran": {
			why: "Prow starts it at once", job: prow.Periodic{Cron: "@every 2h"}, now: "08:00", want: start("08:00"),
		},
		"seconds in front": {
			why: "Prow's parser takes them", job: prow.Periodic{Cron: "30 0 12 * * *"}, now: "12:00:31", want: start("12:00:30"),
		},
		"a time that never comes": {
			why: "the 30th of February", job: prow.Periodic{Cron: "0 0 30 2 *"}, now: "08:00", want: due.Decision{},
		},
		"a failed run is tried again": {
			why: "Prow never retries cron jobs", job: retried, last: failed("12:00", "12:00", "12:10", 0), now: "12:15", want: retry("12:00", 1),
		},
		"a retry waits for its pause": {
			why: "from the end of the failed run", job: retried, last: failed("12:00", "12:00", "12:10", 1), now: "12:14", want: wait("12:15"),
		},
		"all retries failed": {
			why: "then the next day's", job: retried, last: failed("12:00", "12:00", "12:10", 2), now: "12:30", want: tomorrow("12:00"),
		},
		"a retry that comes later than the next time": {
			why: "the next time wins", job: prow.Periodic{Interval: "10m", Retry: &prow.Retry{Attempts: 1, Interval: "1h"}},
			last: failed("12:00", "12:00", "12:01", 0), now: "12:10", want: start("12:10"),
		},
		"a run that somebody cancelled": {
			why: "they do not want it again, whatever retry says", job: prow.Periodic{Cron: "0 12 * * *", Retry: &prow.Retry{Attempts: 2, Interval: "0s", RunAll: true}},
			last: &due.Last{Due: clock("12:00"), Start: clock("12:00"), End: clock("12:10"), Failed: true, Cancelled: true}, now: "12:10", want: tomorrow("12:00"),
		},
		"run_all repeats what passed": {
			why: "to count flakes", job: prow.Periodic{Cron: "0 12 * * *", Retry: &prow.Retry{Attempts: 2, Interval: "0s", RunAll: true}},
			last: ended("12:00", "12:00", "12:10"), now: "12:10", want: retry("12:00", 1),
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := due.Decide(&tc.job, tc.last, clock("08:00"), clock(tc.now))
			if err != nil {
				t.Fatal(err)
			}
			if got.Why == "" {
				t.Error("the decision says no why")
			}
			if d := cmp.Diff(tc.want, got, cmpopts.IgnoreFields(due.Decision{}, "Why")); d != "" {
				t.Errorf("%s (-want +got):\n%s", tc.why, d)
			}
		})
	}
}

func TestUnreadableSchedulesAreErrors(t *testing.T) {
	for name, job := range map[string]prow.Periodic{
		"no schedule": {}, "no cron": {Cron: "every day"}, "no duration": {Interval: "1 day"}, "no pause": {MinimumInterval: "x"},
	} {
		if _, err := due.Decide(&job, nil, clock("08:00"), clock("09:00")); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestEveryTimeIsServed lets a clock jump about: whenever a time has passed since the last run, a run follows, each for a
// later time than the one before and none for the future.
func TestEveryTimeIsServed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		job := prow.Periodic{Cron: rapid.SampledFrom([]string{"* * * * * *", "*/7 * * * *", "3 */5 * * *", "0 0 * * 1", "@hourly", "@every 90m"}).Draw(t, "cron")}
		seen := clock("08:00")
		now := seen
		var last *due.Last
		for range 20 {
			now = now.Add(time.Duration(rapid.IntRange(1, 10*24*3600).Draw(t, "pause")) * time.Second)
			d, err := due.Decide(&job, last, seen, now)
			switch {
			case err != nil:
				t.Fatal(err)
			case !d.Start && !d.Next.After(now):
				t.Fatalf("at %s nothing starts and nothing is to come: %+v", now, d)
			case !d.Start:
				continue
			case d.Due.After(now) || last != nil && !d.Due.After(last.Due):
				t.Fatalf("at %s a run for %s, after %+v", now, d.Due, last)
			}
			if again, _ := due.Decide(&job, last, seen, now); again != d {
				t.Fatalf("the same question has two answers: %+v and %+v", d, again)
			}
			last = &due.Last{Due: d.Due, Start: now, End: now}
			if d, _ := due.Decide(&job, last, seen, now); d.Start {
				t.Fatalf("at %s a second run for %s, after one for %s", now, d.Due, last.Due)
			}
		}
	})
}
