package clonespec

import (
	"encoding/json"
	"errors"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func good() Options {
	return Options{
		Dir: "/home/prow/go/src/github.com/o/r", URI: "https://github.com/o/r.git", BaseRef: "main", BaseSHA: strings.Repeat("a", 40),
		Pulls: []Pull{{Number: 1, SHA: strings.Repeat("b", 40)}}, Depth: 3, Logs: "/logs", Artifacts: "/logs/artifacts",
	}
}

func TestValidateRefuses(t *testing.T) {
	for why, tc := range map[string]struct {
		spoil func(*Options)
		says  string
	}{
		"a relative folder":              {func(o *Options) { o.Dir = "src" }, "dir"},
		"a folder that climbs out":       {func(o *Options) { o.Dir = "/home/../etc" }, "dir"},
		"the root":                       {func(o *Options) { o.Dir = "/" }, "dir"},
		"a flag as address":              {func(o *Options) { o.URI = "--upload-pack=touch /tmp/x" }, "uri"},
		"a transport that runs programs": {func(o *Options) { o.URI = "ext::sh -c x" }, "uri"},
		"ssh, for which there is no key": {func(o *Options) { o.URI = "ssh://git@github.com/o/r" }, "uri"},
		"a password in the address":      {func(o *Options) { o.URI = "https://u:p@github.com/o/r" }, "uri"},
		"an address of two lines":        {func(o *Options) { o.URI = "https://github.com/o/r\nx" }, "uri"},
		"a flag as branch":               {func(o *Options) { o.BaseRef = "--upload-pack=x" }, "base_ref"},
		"HEAD as branch":                 {func(o *Options) { o.BaseRef = "HEAD" }, "base_ref"},
		"a branch as commit":             {func(o *Options) { o.BaseSHA = "main" }, "base_sha"},
		"an abbreviated commit":          {func(o *Options) { o.BaseSHA = "abc1234" }, "base_sha"},
		"a flag as head":                 {func(o *Options) { o.Pulls[0].SHA = "--all" }, "pulls[0]"},
		"a pull request without number":  {func(o *Options) { o.Pulls[0].Number = 0 }, "pulls[0]"},
		"a negative depth":               {func(o *Options) { o.Depth = -1 }, "depth"},
		"a log folder that is relative":  {func(o *Options) { o.Logs = "logs" }, "logs"},
		"an artifacts folder that is":    {func(o *Options) { o.Artifacts = "x" }, "artifacts"},
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
	want := good()
	want.BaseRef = "release/$(params.x)"
	text := want.String()
	if strings.Contains(text, "$") {
		t.Errorf("%s still has a variable in it", text)
	}
	got, err := Parse(text)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
	for why, bad := range map[string]string{"two values": text + text, "an unknown key": `{"x":1}`, "nothing": "", "a list": "[]"} {
		if _, err := Parse(bad); err == nil {
			t.Errorf("%s: no error", why)
		}
	}
}

func TestInertJSONMeansTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := map[string]string{"k": rapid.StringOf(rapid.SampledFrom([]rune(`$(){}\"/ab`+"\n\u2028<"))).Draw(t, "text")}
		var got map[string]string
		text, err := JSON(want)
		if err := errors.Join(err, json.Unmarshal([]byte(text), &got)); err != nil || got["k"] != want["k"] || strings.Contains(text, "$") {
			t.Fatalf("%q came back as %q from %s (%v)", want, got, text, err)
		}
	})
}

// TestValidBranchAgreesWithGit asks git itself about names made of the characters that its rules are about.
func TestValidBranchAgreesWithGit(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		t.Fatal("the tests of Bowsprit need git:", err)
	}
	alphabet := []rune("a./-@{~^:?*[\\ $()ü\t")
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringOfN(rapid.SampledFrom(alphabet), 1, 8, -1).Draw(t, "name")
		if rapid.IntRange(0, 4).Draw(t, "lock") == 0 {
			name += ".lock"
		}
		if strings.HasPrefix(name, "@{-") {
			return // git reads the previous branch here, which is no name
		}
		accepted := exec.Command(git, "check-ref-format", "--branch", name).Run() == nil
		if ValidBranch(name) && !accepted {
			t.Fatalf("%q passes, and git refuses it", name)
		}
		if accepted && !ValidBranch(name) && name != "@" {
			t.Fatalf("%q is refused, and git accepts it", name)
		}
	})
}
