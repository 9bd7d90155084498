package prow

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
)

// everything is a decoration in which every field says something; each has the suffix, so that two of them differ.
func everything(t *testing.T, n string) *DecorationConfig {
	t.Helper()
	text := `{"timeout": "` + n + `h", "grace_period": "` + n + `m", "utility_images": {"clonerefs": "c` + n + `", "initupload": "i` + n + `", "entrypoint": "e` + n + `", "sidecar": "s` + n + `"},
		"resources": {"clonerefs": {"requests": {"cpu": "` + n + `"}}, "initupload": {"requests": {"cpu": "` + n + `"}}, "place_entrypoint": {"requests": {"cpu": "` + n + `"}}, "sidecar": {"requests": {"cpu": "` + n + `"}}},
		"gcs_configuration": {"bucket": "b` + n + `", "path_prefix": "p` + n + `", "path_strategy": "s` + n + `", "default_org": "o` + n + `", "default_repo": "r` + n + `", "mediaTypes": {"log": "text/` + n + `"},
			"job_url_prefix": "u` + n + `", "local_output_dir": "d` + n + `", "compress_file_types": ["` + n + `"]},
		"gcs_credentials_secret": "g` + n + `", "s3_credentials_secret": "s` + n + `", "default_service_account_name": "a` + n + `", "ssh_key_secrets": ["k` + n + `"], "ssh_host_fingerprints": ["f` + n + `"],
		"blobless_fetch": true, "sparse_checkout_files": ["` + n + `"], "skip_cloning": true, "cookiefile_secret": "c` + n + `", "oauth_token_secret": {"name": "o` + n + `"}, "github_api_endpoints": ["` + n + `"],
		"github_app_id": "` + n + `", "github_app_private_key_secret": {"name": "k` + n + `"}, "censor_secrets": true,
		"censoring_options": {"censoring_concurrency": ` + n + `, "censoring_buffer_size": ` + n + `, "include_directories": ["` + n + `"], "exclude_directories": ["` + n + `"], "minimum_secret_length": ` + n + `},
		"upload_ignores_interrupts": true, "set_limit_equals_memory_request": true, "default_memory_request": "` + n + `Gi",
		"scheduling_options": {"affinity": {"nodeAffinity": {}}, "tolerations": [{"key": "` + n + `"}]},
		"pod_pending_timeout": "` + n + `h", "pod_running_timeout": "` + n + `h", "pod_unscheduled_timeout": "` + n + `h", "run_as_user": ` + n + `, "run_as_group": ` + n + `, "fs_group": ` + n + `}`
	d := &DecorationConfig{}
	if err := json.Unmarshal([]byte(text), d); err != nil {
		t.Fatal(err)
	}
	return d
}

// TestEveryFieldIsMerged takes each field, also of nested objects, in turn from a job that says all of it and sees that the
// default's comes in its place: a new field cannot be forgotten.
func TestEveryFieldIsMerged(t *testing.T) {
	var try func(path string, pick func(*DecorationConfig) reflect.Value)
	try = func(path string, pick func(*DecorationConfig) reflect.Value) {
		for i := range pick(everything(t, "1")).NumField() {
			name := path + pick(everything(t, "1")).Type().Field(i).Name
			job, base := everything(t, "1"), everything(t, "2")
			own := pick(job).Field(i)
			if own.IsZero() {
				t.Fatalf("%s: the test says nothing there", name)
			}
			own.SetZero()
			merged := pick(job.over(base)).Field(i).Interface()
			if diff := cmp.Diff(pick(base).Field(i).Interface(), merged); diff != "" {
				t.Errorf("%s does not come from the default (-want +got):\n%s", name, diff)
			}
			if nested := []string{"UtilityImages", "Resources", "GCSConfiguration", "CensoringOptions", "SchedulingOptions"}; path == "" && slices.Contains(nested, name) {
				try(name+".", func(d *DecorationConfig) reflect.Value { return reflect.ValueOf(d).Elem().Field(i).Elem() })
			}
		}
	}
	try("", func(d *DecorationConfig) reflect.Value { return reflect.ValueOf(d).Elem() })
}

func TestWhatTheJobSaysWinsAndNothingChanges(t *testing.T) {
	job, base := everything(t, "1"), everything(t, "2")
	merged := job.over(base)
	want := everything(t, "1")
	want.GCSConfiguration.MediaTypes = map[string]string{"log": "text/2"} // as in Prow: the default wins
	if diff := cmp.Diff(want, merged); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if cmp.Diff(everything(t, "1"), job)+cmp.Diff(everything(t, "2"), base) != "" {
		t.Error("merging changed one of the two; they are shared between jobs")
	}
}

func TestEmptyLists(t *testing.T) {
	base := everything(t, "2")
	job := &DecorationConfig{SSHKeySecrets: []string{}, GCSConfiguration: &GCSConfiguration{CompressFileTypes: []string{}},
		CensoringOptions: &CensoringOptions{IncludeDirectories: []string{}}, SchedulingOptions: &SchedulingOptions{Tolerations: []corev1.Toleration{}}}
	merged := job.over(base)
	if len(merged.SSHKeySecrets) == 0 {
		t.Error("an empty ssh_key_secrets hides the default; in Prow it does not")
	}
	if len(merged.GCSConfiguration.CompressFileTypes)+len(merged.CensoringOptions.IncludeDirectories)+len(merged.SchedulingOptions.Tolerations) != 0 {
		t.Error("an empty list does not hide the default for compress_file_types, include_directories and tolerations; in Prow it does")
	}
}

func TestDecorationDefaults(t *testing.T) {
	d := func(timeout, grace time.Duration) *DecorationConfig {
		out := &DecorationConfig{}
		if timeout > 0 {
			out.Timeout = &Duration{timeout}
		}
		if grace > 0 {
			out.GracePeriod = &Duration{grace}
		}
		return out
	}
	all := JobConfig{DecorateAllJobs: true}
	tests := map[string]struct {
		why    string
		config Config
		job    *DecorationConfig
		want   *DecorationConfig
	}{
		"nothing said": {why: "Prow's own times belong to its entrypoint", config: Config{JobConfig: all}, want: d(0, 0)},
		"the map, from general to special": {config: Config{JobConfig: all, Plank: Plank{DefaultDecorationConfigs: map[string]*DecorationConfig{
			"*": d(1, 1), "o": d(2, 2), "o/r": d(3, 0), "o/x": d(9, 9)}}}, want: d(3, 2)},
		"the list, later ones win": {config: Config{JobConfig: all, Plank: Plank{DefaultDecorationConfigEntries: []DecorationEntry{
			{Config: d(1, 1)}, {OrgRepo: "*", Config: d(2, 0)}, {OrgRepo: "o", Cluster: "default", Config: d(3, 0)}, {OrgRepo: "o/r", Cluster: "big", Config: d(9, 9)}}}}, want: d(3, 1)},
		"the job wins":                {config: Config{JobConfig: all, Plank: Plank{DefaultDecorationConfigs: map[string]*DecorationConfig{"*": d(1, 1)}}}, job: d(7, 0), want: d(7, 1)},
		"a job that is not decorated": {why: "its decoration_config has no effect", config: Config{Plank: Plank{DefaultDecorationConfigs: map[string]*DecorationConfig{"*": d(1, 1)}}}, job: d(7, 0), want: d(7, 0)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := Presubmit{JobBase: JobBase{Name: "unit", UtilityConfig: UtilityConfig{DecorationConfig: test.job}}}
			p.Default("o/r", &test.config)
			if diff := cmp.Diff(test.want, p.DecorationConfig); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.why, diff)
			}
		})
	}
}

func TestJobsThatSayNothingShareTheDefault(t *testing.T) {
	c := &Config{JobConfig: JobConfig{DecorateAllJobs: true}, Plank: Plank{DefaultDecorationConfigs: map[string]*DecorationConfig{"*": everything(t, "1"), "o": everything(t, "2")}}}
	one, two := Presubmit{}, Postsubmit{}
	one.Default("o/r", c)
	two.Default("o/r", c)
	if one.DecorationConfig != two.DecorationConfig || one.ProwJobDefaults != two.ProwJobDefaults {
		t.Error("two jobs of one repository have copies of the same default; with 50,000 jobs that is much memory")
	}
}

func TestTimes(t *testing.T) {
	for name, test := range map[string]struct {
		d              *DecorationConfig
		timeout, grace time.Duration
	}{
		"no decoration": {nil, 2 * time.Hour, 15 * time.Second},
		"nothing said":  {&DecorationConfig{}, 2 * time.Hour, 15 * time.Second},
		"zero":          {&DecorationConfig{Timeout: &Duration{}, GracePeriod: &Duration{}}, 2 * time.Hour, 15 * time.Second},
		"said":          {&DecorationConfig{Timeout: &Duration{1}, GracePeriod: &Duration{2}}, 1, 2},
	} {
		if a, b := test.d.TimeoutOrDefault(), test.d.GracePeriodOrDefault(); a != test.timeout || b != test.grace {
			t.Errorf("%s: got %v and %v, want %v and %v", name, a, b, test.timeout, test.grace)
		}
	}
}
