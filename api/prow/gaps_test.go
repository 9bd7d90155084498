package prow

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestGaps(t *testing.T) {
	tests := map[string]struct {
		why    string
		change func(*JobBase)
		want   []string
	}{
		"nothing special":         {change: func(*JobBase) {}},
		"a report to Slack":       {change: func(j *JobBase) { j.ReporterConfig = &ReporterConfig{} }, want: []string{"reporter_config"}},
		"who may run it again":    {change: func(j *JobBase) { j.RerunAuthConfig = &RerunAuthConfig{} }, want: []string{"rerun_auth_config"}},
		"hidden":                  {change: func(j *JobBase) { j.Hidden = true }, want: []string{"hidden"}},
		"a queue":                 {change: func(j *JobBase) { j.JobQueueName = "gpu" }, want: []string{"job_queue_name"}},
		"an eviction":             {change: func(j *JobBase) { j.ErrorOnEviction = true }, want: []string{"error_on_eviction"}},
		"a project of records":    {change: func(j *JobBase) { j.ProwJobDefaults = &JobDefault{ResultStoreConfig: &ResultStoreConfig{}} }, want: []string{"prowjob_defaults.resultstore_config"}},
		"a tenant":                {why: "every job has one", change: func(j *JobBase) { j.ProwJobDefaults = &JobDefault{TenantID: "t"} }},
		"what is honoured by now": {change: func(j *JobBase) { j.ExtraRefs = []Refs{{Org: "o", Repo: "r"}}; j.MaxConcurrency = 1 }},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			j := &JobBase{}
			test.change(j)
			var got []string
			for _, g := range j.Gaps() {
				got = append(got, g.Field)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.why, diff)
			}
		})
	}
}
