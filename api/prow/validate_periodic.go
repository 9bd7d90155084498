package prow

import (
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// MaxRetryAttempts is how often a periodic is tried again at most, whatever retry.attempts says.
const MaxRetryAttempts = 10

// cronParser reads what Prow reads: five fields, six with seconds in front, and descriptors.
var cronParser = cron.NewParser(cron.SecondOptional | cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor)

// schedule checks that a periodic says in one way when it runs.
func (c *checker) schedule(p *Periodic) {
	var said []string
	for _, s := range [...]struct{ key, value string }{{"cron", p.Cron}, {"interval", p.Interval}, {"minimum_interval", p.MinimumInterval}} {
		if s.value != "" {
			said = append(said, s.key)
		}
	}
	switch {
	case len(said) == 0:
		c.errorf("schedule-missing", c.at, "a periodic needs one of cron, interval and minimum_interval")
	case len(said) > 1:
		c.errorf("schedule-exclusive", c.at.Child(said[1]), "cannot stand beside %s; keep one of cron, interval and minimum_interval", said[0])
	case p.Cron != "":
		c.cron(p.Cron)
	default:
		c.interval(p.Interval+p.MinimumInterval, said[0])
	}
}

func (c *checker) cron(text string) {
	at := c.at.Child("cron")
	if strings.HasPrefix(text, "TZ=") || strings.HasPrefix(text, "CRON_TZ=") {
		c.warnf("cron-time-zone", at, "%q never runs, here and in Prow: a schedule is in UTC and takes no time zone", text)
		return
	}
	if _, err := cronParser.Parse(text); err != nil {
		c.errorf("cron-invalid", at, "%q: %s; want five fields (minute hour day month weekday, in UTC), six with seconds in front, or one such as @daily or @every 6h", text, err)
	}
}

// interval checks a duration that is the pause of a schedule.
func (c *checker) interval(text, key string) {
	d, err := time.ParseDuration(text)
	switch {
	case err != nil:
		c.errorf("duration-invalid", c.at.Child(key), "%q: want a duration such as 90m or 24h (units are h, m and s; there is no day)", text)
	case d <= 0:
		c.warnf("interval-zero", c.at.Child(key), "%q: the job starts again as soon as it has ended; write how long to wait", text)
	}
}

// retry checks how a failed periodic is tried again, and says where Prow would do something else.
func (c *checker) retry(p *Periodic) {
	if p.Retry == nil {
		return
	}
	at := c.at.Child("retry")
	if _, err := time.ParseDuration(p.Retry.Interval); err != nil {
		c.errorf("duration-invalid", at.Child("interval"), "%q: want a duration such as 10m; a retry needs one", p.Retry.Interval)
	}
	switch n := p.Retry.Attempts; {
	case n <= 0:
		c.warnf("retry-attempts", at.Child("attempts"), "%d: the job is not tried again; want 1 to %d", n, MaxRetryAttempts)
	case n > MaxRetryAttempts:
		c.warnf("retry-attempts", at.Child("attempts"), "%d: there are at most %d attempts, as in Prow", n, MaxRetryAttempts)
	}
	switch {
	case p.Cron != "":
		c.warnf("retry-other-than-prow", at, "a failed run is tried again here; Prow never retries a job with a cron")
	case p.Interval != "" && p.Interval != p.Retry.Interval:
		c.warnf("retry-other-than-prow", at.Child("interval"), "the job keeps its interval of %s and waits %s before a retry; Prow takes the retry's interval for the job's own, and retries at once",
			p.Interval, p.Retry.Interval)
	}
}
