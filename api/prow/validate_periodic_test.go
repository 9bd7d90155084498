package prow

import "testing"

func TestValidatePeriodic(t *testing.T) {
	run(t, TypePeriodic, map[string]judged{
		"no schedule":            {yaml: "name: a" + podYAML, want: []string{"schedule-missing job"}},
		"two schedules":          {yaml: "name: a\ncron: '@daily'\ninterval: 1h" + podYAML, want: []string{"schedule-exclusive job.interval"}},
		"five fields":            {yaml: "name: a\ncron: 0 */2 * * 1-5" + podYAML},
		"six fields":             {yaml: "name: a\ncron: 30 0 0 * * *" + podYAML},
		"a descriptor":           {yaml: "name: a\ncron: '@every 90m'" + podYAML},
		"words":                  {yaml: "name: a\ncron: every day" + podYAML, want: []string{"cron-invalid job.cron"}},
		"a time zone":            {why: "it never runs in Prow either", yaml: "name: a\ncron: TZ=UTC" + podYAML, want: []string{"~cron-time-zone job.cron"}},
		"days":                   {yaml: "name: a\ninterval: 1day" + podYAML, want: []string{"duration-invalid job.interval"}},
		"a pause":                {yaml: "name: a\nminimum_interval: 90m" + podYAML},
		"a pause that is none":   {yaml: "name: a\nminimum_interval: 90" + podYAML, want: []string{"duration-invalid job.minimum_interval"}},
		"no pause":               {yaml: "name: a\ninterval: 0s" + podYAML, want: []string{"~interval-zero job.interval"}},
		"a retry":                {yaml: "name: a\nminimum_interval: 90m\nretry: {attempts: 2, interval: 5m}" + podYAML},
		"a retry without pause":  {why: "Prow cannot load it", yaml: "name: a\nminimum_interval: 90m\nretry: {attempts: 2}" + podYAML, want: []string{"duration-invalid job.retry.interval"}},
		"no attempt, and many":   {yaml: "name: a\nminimum_interval: 90m\nretry: {interval: 5m}" + podYAML, want: []string{"~retry-attempts job.retry.attempts"}},
		"more attempts than ten": {yaml: "name: a\nminimum_interval: 90m\nretry: {attempts: 11, interval: 5m}" + podYAML, want: []string{"~retry-attempts job.retry.attempts"}},
		"a retry of a cron":      {yaml: "name: a\ncron: '@daily'\nretry: {attempts: 2, interval: 5m}" + podYAML, want: []string{"~retry-other-than-prow job.retry"}},
		"a retry of an interval": {yaml: "name: a\ninterval: 24h\nretry: {attempts: 2, interval: 5m}" + podYAML, want: []string{"~retry-other-than-prow job.retry.interval"}},
	})
}
