package uploadspec

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func good() Options {
	return Options{
		Bucket: "gs://b", Dir: "pr-logs/pull/o_r/1/j/2", Alias: "pr-logs/directory/j/2.txt", Latest: []string{"pr-logs/directory/j/latest-build.txt"},
		BuildID: "2", Entries: []Entry{{Log: "/logs/process-log.txt", Marker: "/logs/marker-file.txt"}}, Artifacts: "/logs/artifacts",
		CloneRecords: "/logs/clone-records.json", Done: "/logs/done", Alive: "/logs/alive", SecretDirs: []string{"/secrets/a"},
	}
}

func TestValidateRefuses(t *testing.T) {
	for why, tc := range map[string]struct {
		spoil func(*Options)
		says  string
	}{
		"nowhere to store":                 {func(o *Options) { o.Bucket = "" }, "bucket"},
		"a bucket without a scheme":        {func(o *Options) { o.Bucket = "b" }, "bucket"},
		"a bucket with a query of its own": {func(o *Options) { o.Bucket = "s3://b?endpoint=evil" }, "bucket"},
		"a folder that is absolute":        {func(o *Options) { o.Dir = "/x" }, "dir"},
		"a folder that climbs":             {func(o *Options) { o.Dir = "../x" }, "dir"},
		"an alias that climbs":             {func(o *Options) { o.Alias = "a/../../x" }, "alias"},
		"a latest build that is no path":   {func(o *Options) { o.Latest[0] = "" }, "latest[0]"},
		"a negative length":                {func(o *Options) { o.MinimumSecretLength = -1 }, "minimum_secret_length"},
		"no file to make at the end":       {func(o *Options) { o.Done = "" }, "done"},
		"a log of another folder":          {func(o *Options) { o.Entries[0].Log = "/secrets/gcs/key" }, "entries[0].log"},
		"artifacts that only begin alike":  {func(o *Options) { o.Artifacts = "/logs-of-another" }, "artifacts"},
		"a relative marker":                {func(o *Options) { o.Entries[0].Marker = "x" }, "entries[0].marker"},
		"a relative folder of secrets":     {func(o *Options) { o.SecretDirs[0] = "x" }, "secret_dirs[0]"},
		"a name that leads elsewhere":      {func(o *Options) { o.Entries[0].Name = "../x" }, "entries[0].name"},
		"two processes without names":      {func(o *Options) { o.Entries = append(o.Entries, Entry{}) }, "entries[0].name"},
	} {
		t.Run(why, func(t *testing.T) {
			o := good()
			tc.spoil(&o)
			if err := o.Validate(); err == nil || !strings.HasPrefix(err.Error(), tc.says) {
				t.Errorf("Validate = %v, want an error about %s", err, tc.says)
			}
		})
	}
}

func TestOptionsComeBack(t *testing.T) {
	text, err := json.Marshal(good())
	if err != nil {
		t.Fatal(err)
	}
	got, err := Parse(string(text))
	if diff := cmp.Diff(good(), got); err != nil || diff != "" {
		t.Error(err, diff)
	}
	for why, bad := range map[string]string{"two values": string(text) + "{}", "an unknown key": `{"x":1}`, "nothing": "", "a list": "[]"} {
		if _, err := Parse(bad); err == nil {
			t.Errorf("%s: no error", why)
		}
	}
}
