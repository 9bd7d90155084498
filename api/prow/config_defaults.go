package prow

import (
	"cmp"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Default fills in what config.yaml leaves out, as Prow does. What only says how Prow's own programs work is left alone.
func (c *Config) Default() {
	c.PodNamespace = cmp.Or(c.PodNamespace, DefaultPodNamespace)
	c.ProwJobNamespace = cmp.Or(c.ProwJobNamespace, DefaultPodNamespace)
	c.LogLevel = cmp.Or(c.LogLevel, "info")
	c.GitHub.LinkURL = cmp.Or(c.GitHub.LinkURL, "https://github.com")
	if c.GitHubReporter.JobTypesToReport == nil {
		c.GitHubReporter.JobTypesToReport = []JobType{TypePresubmit, TypePostsubmit}
	}
	p := &c.Plank
	defaultDuration(&p.PodPendingTimeout, 10*time.Minute)
	defaultDuration(&p.PodRunningTimeout, 48*time.Hour)
	defaultDuration(&p.PodUnscheduledTimeout, 5*time.Minute)
	s := &c.Sinker
	defaultDuration(&s.ResyncPeriod, time.Hour)
	defaultDuration(&s.MaxProwJobAge, 7*24*time.Hour)
	defaultDuration(&s.MaxPodAge, 24*time.Hour)
	defaultDuration(&s.TerminatedPodTTL, s.MaxPodAge.Duration)
	defaultDuration(&c.Horologium.TickInterval, time.Minute)
	defaultDuration(&c.Tide.SyncPeriod, time.Minute)
	defaultDuration(&c.Tide.StatusUpdatePeriod, c.Tide.SyncPeriod.Duration)
	if c.Tide.MaxGoroutines == 0 {
		c.Tide.MaxGoroutines = 20
	}
	if c.Plank.MaxGoroutines == 0 {
		c.Plank.MaxGoroutines = 20
	}
}

func defaultDuration(d **metav1.Duration, value time.Duration) {
	if *d == nil {
		*d = &metav1.Duration{Duration: value}
	}
}
