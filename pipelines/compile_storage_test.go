package pipelines

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

func TestStorageIsProws(t *testing.T) {
	explicit := prow.GCSConfiguration{Bucket: "b", PathStrategy: prow.PathStrategyExplicit, DefaultOrg: "o", DefaultRepo: "r"}
	with := func(change func(*prow.GCSConfiguration)) prow.GCSConfiguration {
		g := explicit
		change(&g)
		return g
	}
	const build = "1900000000000000001"
	for why, tc := range map[string]struct {
		kind   prow.JobType
		config prow.GCSConfiguration
		want   storage
	}{
		"a presubmit has a folder per pull request, and an alias": {prow.TypePresubmit, explicit, storage{
			"pr-logs/pull/o_r/7/unit/" + build, "pr-logs/directory/unit/" + build + ".txt",
			[]string{"pr-logs/directory/unit/latest-build.txt", "pr-logs/pull/o_r/7/unit/latest-build.txt"},
		}},
		"single leaves the default repository out": {prow.TypePresubmit, with(func(g *prow.GCSConfiguration) { g.PathStrategy = "single" }), storage{
			"pr-logs/pull/7/unit/" + build, "pr-logs/directory/unit/" + build + ".txt",
			[]string{"pr-logs/directory/unit/latest-build.txt", "pr-logs/pull/7/unit/latest-build.txt"},
		}},
		"single keeps another repository of the default organisation": {prow.TypePresubmit,
			with(func(g *prow.GCSConfiguration) { g.PathStrategy, g.DefaultRepo = "single", "other" }), storage{
				"pr-logs/pull/o_r/7/unit/" + build, "pr-logs/directory/unit/" + build + ".txt",
				[]string{"pr-logs/directory/unit/latest-build.txt", "pr-logs/pull/o_r/7/unit/latest-build.txt"},
			}},
		"legacy leaves the default organisation out": {prow.TypePresubmit,
			with(func(g *prow.GCSConfiguration) { g.PathStrategy, g.DefaultRepo = "legacy", "other" }), storage{
				"pr-logs/pull/r/7/unit/" + build, "pr-logs/directory/unit/" + build + ".txt",
				[]string{"pr-logs/directory/unit/latest-build.txt", "pr-logs/pull/r/7/unit/latest-build.txt"},
			}},
		"the prefix is for the run's own folder": {prow.TypePostsubmit, with(func(g *prow.GCSConfiguration) { g.PathPrefix = "ci/x" }),
			storage{"ci/x/logs/unit/" + build, "", []string{"logs/unit/latest-build.txt"}}},
		"a batch":    {prow.TypeBatch, explicit, storage{"pr-logs/pull/batch/unit/" + build, "", []string{"pr-logs/directory/unit/latest-build.txt"}}},
		"a periodic": {prow.TypePeriodic, explicit, storage{"logs/unit/" + build, "", []string{"logs/unit/latest-build.txt"}}},
		"a folder on disk has no layout": {prow.TypePresubmit,
			with(func(g *prow.GCSConfiguration) { g.LocalOutputDir = "/out" }), storage{}},
	} {
		t.Run(why, func(t *testing.T) {
			in := jobInput(t, tc.kind, "name: unit\nspec: {containers: [{image: b, command: [b]}]}")
			if diff := cmp.Diff(tc.want, storageOf(in, &tc.config), cmp.AllowUnexported(storage{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestBucketsHaveASchemeOfTheirOwn(t *testing.T) {
	for bucket, want := range map[string]string{"": "", "name": "gs://name", "gs://name/": "gs://name", "s3://name": "s3://name", "file:///x": "file:///x"} {
		if got := bucketURL(bucket); got != want {
			t.Errorf("%q is %q, want %q", bucket, got, want)
		}
	}
}
