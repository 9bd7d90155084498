package main

import (
	"runtime/debug"
	"testing"
)

func TestVersionOf(t *testing.T) {
	setting := func(k, v string) debug.BuildSetting { return debug.BuildSetting{Key: k, Value: v} }
	tests := map[string]struct {
		why  string
		info debug.BuildInfo
		want version
	}{
		"a release":            {why: "go install of a version", info: debug.BuildInfo{Main: debug.Module{Version: "v1.2.3"}}, want: version{"v1.2.3", "unknown", prowCompat}},
		"a checkout":           {info: debug.BuildInfo{Main: debug.Module{Version: "(devel)"}, Settings: []debug.BuildSetting{setting("vcs.revision", "abc")}}, want: version{"(devel)", "abc", prowCompat}},
		"a changed checkout":   {why: "nobody should take it for the commit", info: debug.BuildInfo{Settings: []debug.BuildSetting{setting("vcs.modified", "true"), setting("vcs.revision", "abc")}}, want: version{"(devel)", "abc-dirty", prowCompat}},
		"no build information": {want: version{"(devel)", "unknown", prowCompat}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := versionOf(&test.info); got != test.want {
				t.Errorf("%s: got %+v, want %+v", test.why, got, test.want)
			}
		})
	}
}
