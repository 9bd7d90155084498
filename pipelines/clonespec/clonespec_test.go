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
		Refs: []Ref{{
			Org: "o", Repo: "r", Dir: "/home/prow/go/src/github.com/o/r", URI: "https://github.com/o/r.git", BaseRef: "main", BaseSHA: strings.Repeat("a", 40),
			Pulls: []Pull{{Number: 1, SHA: strings.Repeat("b", 40)}}, Depth: 3, MergeMethod: MergeMethodSquash, SparseFiles: []string{"/docs"},
		}},
		Logs: "/logs", Artifacts: "/logs/artifacts", Tools: "/tools", Results: []Result{{Path: "/tekton/results/x", Value: "y"}},
		SSHKeyDirs: []string{"/secrets/ssh/a"}, KnownHosts: []string{"github.com ssh-ed25519 AAAA"}, CookieFile: "/secrets/cookies",
		App: &App{ID: "12", PrivateKeyFile: "/secrets/app/key", Endpoints: []string{"https://ghe.example.org/api/v3"}},
	}
}

func TestValidateRefuses(t *testing.T) {
	for why, tc := range map[string]struct {
		spoil func(*Options)
		says  string
	}{
		"a relative folder":                 {func(o *Options) { o.Refs[0].Dir = "src" }, "refs[0].dir"},
		"a folder that climbs out":          {func(o *Options) { o.Refs[0].Dir = "/home/../etc" }, "refs[0].dir"},
		"the root":                          {func(o *Options) { o.Refs[0].Dir = "/" }, "refs[0].dir"},
		"two clones in one folder":          {func(o *Options) { o.Refs = append(o.Refs, o.Refs[0]) }, "refs[1].dir"},
		"a flag as address":                 {func(o *Options) { o.Refs[0].URI = "--upload-pack=touch /tmp/x" }, "refs[0].uri"},
		"a transport that runs programs":    {func(o *Options) { o.Refs[0].URI = "ext::sh -c x" }, "refs[0].uri"},
		"such a transport behind a user":    {func(o *Options) { o.Refs[0].URI = "git@ext::sh" }, "refs[0].uri"},
		"a flag for ssh as host":            {func(o *Options) { o.Refs[0].URI = "ssh://-oProxyCommand=x/o/r" }, "refs[0].uri"},
		"a flag for ssh as user":            {func(o *Options) { o.Refs[0].URI = "-oProxyCommand=x@h:o/r" }, "refs[0].uri"},
		"a flag as path at an ssh host":     {func(o *Options) { o.Refs[0].URI = "git@h:-x" }, "refs[0].uri"},
		"a password in the address":         {func(o *Options) { o.Refs[0].URI = "https://u:p@github.com/o/r" }, "refs[0].uri"},
		"a password in an ssh address":      {func(o *Options) { o.Refs[0].URI = "ssh://u:p@github.com/o/r" }, "refs[0].uri"},
		"an address of two lines":           {func(o *Options) { o.Refs[0].URI = "https://github.com/o/r\nx" }, "refs[0].uri"},
		"a flag as branch":                  {func(o *Options) { o.Refs[0].BaseRef = "--upload-pack=x" }, "refs[0].base_ref"},
		"HEAD as branch":                    {func(o *Options) { o.Refs[0].BaseRef = "HEAD" }, "refs[0].base_ref"},
		"a branch as commit":                {func(o *Options) { o.Refs[0].BaseSHA = "main" }, "refs[0].base_sha"},
		"an abbreviated commit":             {func(o *Options) { o.Refs[0].BaseSHA = "abc1234" }, "refs[0].base_sha"},
		"a flag as head":                    {func(o *Options) { o.Refs[0].Pulls[0].SHA = "--all" }, "refs[0].pulls[0]"},
		"a pull request without number":     {func(o *Options) { o.Refs[0].Pulls[0].Number = 0 }, "refs[0].pulls[0]"},
		"a flag as a pull request's ref":    {func(o *Options) { o.Refs[0].Pulls[0].Ref = "--x" }, "refs[0].pulls[0].ref"},
		"a refspec as a pull request's ref": {func(o *Options) { o.Refs[0].Pulls[0].Ref = "a:b" }, "refs[0].pulls[0].ref"},
		"an unknown merge method":           {func(o *Options) { o.Refs[0].MergeMethod = "octopus" }, "refs[0].merge_method"},
		"a negative depth":                  {func(o *Options) { o.Refs[0].Depth = -1 }, "refs[0].depth"},
		"a pattern of two lines":            {func(o *Options) { o.Refs[0].SparseFiles[0] = "a\nb" }, "refs[0].sparse_files[0]"},
		"a negative number of clones":       {func(o *Options) { o.MaxParallel = -1 }, "max_parallel"},
		"a log folder that is relative":     {func(o *Options) { o.Logs = "logs" }, "logs"},
		"an artifacts folder that is":       {func(o *Options) { o.Artifacts = "x" }, "artifacts"},
		"a tools folder that is":            {func(o *Options) { o.Tools = "x" }, "tools"},
		"a result outside":                  {func(o *Options) { o.Results[0].Path = "../x" }, "results[0].path"},
		"a key folder that ends the word":   {func(o *Options) { o.SSHKeyDirs[0] = "/a -oProxyCommand=x" }, "ssh_key_dirs[0]"},
		"known hosts of two lines":          {func(o *Options) { o.KnownHosts[0] = "a\nb" }, "known_hosts[0]"},
		"a cookie file that is relative":    {func(o *Options) { o.CookieFile = "x" }, "cookie_file"},
		"a token file that is relative":     {func(o *Options) { o.App, o.TokenFile = nil, "x" }, "token_file"},
		"an App beside a token":             {func(o *Options) { o.TokenFile = "/x" }, "app"},
		"an App's id with a path in it":     {func(o *Options) { o.App.ID = "../x" }, "app.id"},
		"an App without a key":              {func(o *Options) { o.App.PrivateKeyFile = "" }, "app.private_key_file"},
		"an API that is a file":             {func(o *Options) { o.App.Endpoints[0] = "file:///x" }, "app.endpoints[0]"},
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

func TestAddresses(t *testing.T) {
	for uri, ssh := range map[string]bool{
		"https://github.com/o/r.git": false, "http://10.0.0.1:3000/o/r": false, "file:///srv/r.git": false,
		"ssh://git@github.com/o/r.git": true, "ssh://github.com:22/o/r": true, "git@github.com:o/r.git": true, "org-1.x@h:~/r": true,
	} {
		if !ValidURI(uri) || OverSSH(uri) != ssh {
			t.Errorf("%s: valid %v, over ssh %v", uri, ValidURI(uri), OverSSH(uri))
		}
	}
}

func TestOptionsComeBack(t *testing.T) {
	want := good()
	want.Refs[0].BaseRef = "release/$(params.x)"
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
