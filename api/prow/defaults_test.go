package prow

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// tenant is what every job has that says nothing.
var tenant = &JobDefault{TenantID: DefaultTenantID}

func TestDefaultFillsInWhatIsLeftOut(t *testing.T) {
	no := false
	base := JobBase{Name: "unit", Agent: "kubernetes", Cluster: "default", Namespace: "default", UtilityConfig: UtilityConfig{Decorate: &no}, ProwJobDefaults: tenant}
	pre := Presubmit{JobBase: JobBase{Name: "unit"}}
	pre.Default("o/r", &Config{})
	want := Presubmit{JobBase: base, Trigger: `(?m)^/test( | .* )unit,?($|\s.*)`, RerunCommand: "/test unit", Reporter: Reporter{Context: "unit"}}
	if diff := cmp.Diff(want, pre); diff != "" {
		t.Errorf("presubmit (-want +got):\n%s", diff)
	}
	post := Postsubmit{JobBase: JobBase{Name: "unit"}}
	post.Default("o/r", &Config{})
	if diff := cmp.Diff(Postsubmit{JobBase: base, Reporter: Reporter{Context: "unit"}}, post); diff != "" {
		t.Errorf("postsubmit (-want +got):\n%s", diff)
	}
	periodic := Periodic{JobBase: JobBase{Name: "unit"}}
	periodic.Default(&Config{})
	if diff := cmp.Diff(Periodic{JobBase: base}, periodic); diff != "" {
		t.Errorf("periodic (-want +got):\n%s", diff)
	}
}

func TestDefaultKeepsWhatIsSaid(t *testing.T) {
	yes := true
	p := Presubmit{
		JobBase: JobBase{Name: "unit", Agent: "jenkins", Cluster: "big", Namespace: "jobs", ProwJobDefaults: &JobDefault{TenantID: "mine"},
			UtilityConfig: UtilityConfig{Decorate: &yes, DecorationConfig: &DecorationConfig{Timeout: &Duration{time.Hour}}}},
		Trigger: "^/go$", RerunCommand: "/go", Reporter: Reporter{Context: "ci/unit"},
	}
	want := p
	p.Default("o/r", &Config{PodNamespace: "other"})
	if diff := cmp.Diff(want, p); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDefaultLeavesHalfATriggerAlone(t *testing.T) {
	p := Presubmit{JobBase: JobBase{Name: "unit"}, Trigger: "^/go$"}
	p.Default("o/r", &Config{})
	if p.RerunCommand != "" {
		t.Errorf("rerun_command became %q; validation could not tell any more that it is missing", p.RerunCommand)
	}
}

func TestAPeriodicHasTheDefaultsOfItsFirstExtraRef(t *testing.T) {
	c := &Config{JobConfig: JobConfig{DecorateAllJobs: true}, Plank: Plank{DefaultDecorationConfigs: map[string]*DecorationConfig{
		"*": {Timeout: &Duration{time.Minute}}, "o/r": {Timeout: &Duration{time.Hour}}}}}
	with, without := Periodic{}, Periodic{}
	with.ExtraRefs = []Refs{{Org: "o", Repo: "r"}, {Org: "o", Repo: "other"}}
	with.Default(c)
	without.Default(c)
	if a, b := with.DecorationConfig.Timeout.Duration, without.DecorationConfig.Timeout.Duration; a != time.Hour || b != time.Minute {
		t.Errorf("timeouts are %v and %v, want 1h and 1m", a, b)
	}
}

func TestProwJobDefaults(t *testing.T) {
	entry := func(repo, cluster, tenant string) JobDefaultEntry {
		return JobDefaultEntry{OrgRepo: repo, Cluster: cluster, Config: &JobDefault{TenantID: tenant}}
	}
	project := &ResultStoreConfig{ProjectID: "p"}
	tests := map[string]struct {
		why     string
		entries []JobDefaultEntry
		own     *JobDefault
		want    *JobDefault
	}{
		"nothing said":            {want: tenant},
		"later ones win":          {entries: []JobDefaultEntry{entry("*", "", "a"), entry("o", "*", "b")}, want: &JobDefault{TenantID: "b"}},
		"only those that match":   {entries: []JobDefaultEntry{entry("x", "", "a"), entry("o/r", "big", "b")}, want: tenant},
		"the job wins":            {entries: []JobDefaultEntry{entry("", "", "a")}, own: &JobDefault{TenantID: "mine"}, want: &JobDefault{TenantID: "mine"}},
		"field by field":          {entries: []JobDefaultEntry{entry("", "", "a")}, own: &JobDefault{ResultStoreConfig: project}, want: &JobDefault{TenantID: "a", ResultStoreConfig: project}},
		"an entry without config": {entries: []JobDefaultEntry{{OrgRepo: "*"}}, want: tenant},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := Postsubmit{JobBase: JobBase{Name: "unit", ProwJobDefaults: test.own}}
			p.Default("o/r", &Config{ProwJobDefaultEntries: test.entries})
			if diff := cmp.Diff(test.want, p.ProwJobDefaults); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.why, diff)
			}
		})
	}
}
