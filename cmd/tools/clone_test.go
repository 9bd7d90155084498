package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bowsprit-ci/bowsprit/pipelines/clonespec"
)

// oldProtocol makes git speak the protocol in which a server serves only the tips of its refs.
var oldProtocol = []string{"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=protocol.version", "GIT_CONFIG_VALUE_0=0"}

func TestTheTreeIsTheOneThatMergingByHandGives(t *testing.T) {
	for why, tc := range map[string]struct {
		overHTTP bool
		env      []string
		depth    int
	}{
		"over file":                             {},
		"over http":                             {overHTTP: true},
		"from a server that serves no SHAs":     {env: oldProtocol},
		"with a shallow base, to be deepened":   {depth: 1},
		"shallow, from a server without SHAs":   {depth: 1, env: oldProtocol},
		"shallow, over http, from tagged heads": {depth: 1, overHTTP: true},
	} {
		t.Run(why, func(t *testing.T) {
			o := newOrigin(t)
			fork := o.git("rev-parse", "HEAD")
			base := o.advance("base.txt", "base")
			one, two := o.pull("1", fork, "one.txt", "1"), o.pull("22", base, "dir/two.txt", "2")
			o.advance("later.txt", "the base branch goes on")
			opts := o.options(base, clonespec.Pull{Number: 1, SHA: one}, clonespec.Pull{Number: 22, SHA: two})
			opts.Refs[0].Depth = tc.depth
			if tc.overHTTP {
				opts.Refs[0].URI = o.serve()
			}
			mustClone(t, opts, tc.env...)
			if got, want := o.in(opts.Refs[0].Dir, "rev-parse", "HEAD^{tree}"), o.mergedTree(base, one, two); got != want {
				t.Errorf("tree %s, by hand %s", got, want)
			}
			if got := o.in(opts.Refs[0].Dir, "status", "--porcelain"); got != "" {
				t.Errorf("the work tree is not clean: %s", got)
			}
			if got := o.in(opts.Refs[0].Dir, "symbolic-ref", "--short", "HEAD"); got != "main" {
				t.Errorf("on branch %s, want main", got)
			}
		})
	}
}

func TestTheMergeCommitIsTheSameInEveryClone(t *testing.T) {
	o := newOrigin(t)
	base := o.git("rev-parse", "HEAD")
	one, two := o.pull("1", base, "one.txt", "1"), o.pull("2", base, "two.txt", "2")
	var heads []string
	for range 2 {
		opts := o.options(base, clonespec.Pull{Number: 1, SHA: one}, clonespec.Pull{Number: 2, SHA: two})
		mustClone(t, opts)
		heads = append(heads, o.in(opts.Refs[0].Dir, "log", "-2", "--format=%H %an %ae %at %ct %s"))
	}
	if diff := cmp.Diff(heads[0], heads[1]); diff != "" {
		t.Error(diff)
	}
	if want := "ci-robot ci-robot@k8s.io 1700000002 1700000002 merge"; !strings.Contains(heads[0], want) {
		t.Errorf("commits %q, want %q", heads[0], want)
	}
}

func TestWhatIsTestedIsTheNamedCommitEvenIfItsRefMovedOn(t *testing.T) {
	for why, env := range map[string][]string{"by SHA": nil, "by ref": oldProtocol} {
		t.Run(why, func(t *testing.T) {
			o := newOrigin(t)
			base := o.git("rev-parse", "HEAD")
			old := o.pull("1", base, "one.txt", "old")
			o.pull("1", old, "one.txt", "a push on top of it")
			o.advance("more.txt", "the base is not the tip any more")
			opts := o.options(base, clonespec.Pull{Number: 1, SHA: old})
			mustClone(t, opts, env...)
			b, err := os.ReadFile(filepath.Join(opts.Refs[0].Dir, "one.txt"))
			if err != nil || string(b) != "old" {
				t.Errorf("one.txt is %q (%v), want the text of the named commit", b, err)
			}
		})
	}
}

func TestACommitThatWasPushedAwayIsNotReplacedByAnother(t *testing.T) {
	o := newOrigin(t)
	base := o.git("rev-parse", "HEAD")
	gone := o.pull("1", base, "one.txt", "gone")
	o.pull("1", base, "one.txt", "force-pushed")
	log, err := tryClone(t, o.options(base, clonespec.Pull{Number: 1, SHA: gone}), oldProtocol...)
	if err == nil || exitStatus(err) != clonespec.ExitUnmergeable {
		t.Fatalf("error %v, want an unmergeable one\n%s", err, log)
	}
	for _, want := range []string{"pull request #1", gone, "moved on"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q does not say %q", err, want)
		}
	}
}

func TestAConflictNamesThePullRequestAndTheFiles(t *testing.T) {
	o := newOrigin(t)
	fork := o.git("rev-parse", "HEAD")
	base := o.advance("README", "one\nTWO\nthree\n")
	head := o.pull("12", fork, "README", "one\n2\nthree\n")
	opts := o.options(base, clonespec.Pull{Number: 12, SHA: head})
	opts.Logs = t.TempDir()
	_, err := tryClone(t, opts)
	if err == nil || exitStatus(err) != clonespec.ExitUnmergeable {
		t.Fatalf("error %v, want an unmergeable one", err)
	}
	for _, want := range []string{"#12", head, "conflicts with main", "\n  README"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q does not say %q", err, want)
		}
	}
	if r := readRecords(t, opts.Logs); !r.Failed || r.FinalSHA != "" || len(r.Commands) == 0 {
		t.Errorf("records of a failed clone: %+v", r)
	}
}

func readRecords(t *testing.T, dir string) record {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "clone-records.json"))
	if err != nil {
		t.Fatal(err)
	}
	var rs []record
	if err := json.Unmarshal(b, &rs); err != nil || len(rs) != 1 {
		t.Fatalf("%d records, %v", len(rs), err)
	}
	return rs[0]
}

func TestRecordsAndLogTellEveryCommand(t *testing.T) {
	o := newOrigin(t)
	opts := o.options(o.git("rev-parse", "HEAD"))
	opts.Logs = t.TempDir()
	log := mustClone(t, opts)
	r := readRecords(t, opts.Logs)
	if r.Failed || r.FinalSHA != opts.Refs[0].BaseSHA {
		t.Errorf("records: %+v", r)
	}
	if lines := strings.Count(log, "\n"); lines != len(r.Commands)+1 {
		t.Errorf("%d lines for %d commands and a summary:\n%s", lines, len(r.Commands), log)
	}
	if !strings.Contains(log, opts.Refs[0].BaseSHA+" is checked out in "+opts.Refs[0].Dir) {
		t.Errorf("no summary:\n%s", log)
	}
}

func TestEvilNamesAreOnlyNames(t *testing.T) {
	// Git itself allows these branch names; none of them may run anything or be taken for a flag.
	for _, branch := range []string{"$(touch${IFS}pwned)x", "a;touch${IFS}pwned", "`touch-pwned`", "x--upload-pack=touch", "release/$(params.x)", "ünï-code"} {
		t.Run(branch, func(t *testing.T) {
			o := newOrigin(t)
			base := o.git("rev-parse", "HEAD")
			o.git("push", "--quiet", "origin", "HEAD:refs/heads/"+branch)
			opts := o.options(base)
			opts.Refs[0].BaseRef = branch
			mustClone(t, opts)
			if got := o.in(opts.Refs[0].Dir, "symbolic-ref", "--short", "HEAD"); got != branch {
				t.Errorf("on branch %q, want %q", got, branch)
			}
			if found, _ := filepath.Glob(filepath.Join(opts.Refs[0].Dir, "*pwned*")); len(found) > 0 {
				t.Errorf("something was run: %v", found)
			}
		})
	}
}

func TestTagsComeAlongUnlessTheJobDoesWithout(t *testing.T) {
	o := newOrigin(t)
	o.git("tag", "v1")
	o.git("push", "--quiet", "origin", "v1")
	for why, tc := range map[string]struct {
		skip bool
		want string
	}{"with": {false, "v1"}, "without": {true, ""}} {
		opts := o.options(o.git("rev-parse", "HEAD"))
		opts.Refs[0].SkipFetchHead = tc.skip
		mustClone(t, opts)
		if got := o.in(opts.Refs[0].Dir, "tag"); got != tc.want {
			t.Errorf("%s tags: %q, want %q", why, got, tc.want)
		}
	}
}

func TestSubmodules(t *testing.T) {
	o := newOrigin(t)
	sub := filepath.Join(filepath.Dir(o.bare), "sub.git")
	o.in(o.work, "clone", "--quiet", "--bare", o.bare, sub)
	o.write(".gitmodules", "[submodule \"lib\"]\n\tpath = lib\n\turl = ../sub.git\n")
	o.git("update-index", "--add", "--cacheinfo", "160000,"+o.git("rev-parse", "HEAD")+",lib")
	o.git("add", ".gitmodules")
	o.git("commit", "--quiet", "-m", "submodule")
	o.git("push", "--quiet", "origin", "main")
	uri := o.serve()
	for why, skip := range map[string]bool{"a relative address counts from the repository's own": false, "skipped": true} {
		t.Run(why, func(t *testing.T) {
			opts := o.options(o.git("rev-parse", "HEAD"))
			opts.Refs[0].URI, opts.Refs[0].SkipSubmodules = uri, skip
			mustClone(t, opts)
			_, err := os.Stat(filepath.Join(opts.Refs[0].Dir, "lib", "README"))
			if (err == nil) == skip {
				t.Errorf("the submodule's file: %v", err)
			}
			if got := o.in(opts.Refs[0].Dir, "remote"); got != "" {
				t.Errorf("the clone has a remote: %s", got)
			}
		})
	}
}

func TestAFetchThatFailsIsTriedAgainAndThenBlamedOnTheServer(t *testing.T) {
	o := newOrigin(t)
	good := o.serve()
	broken := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if broken > 0 {
			broken--
			http.Error(w, "try again", http.StatusBadGateway)
			return
		}
		http.Redirect(w, r, strings.TrimSuffix(good, "/o/r.git")+r.URL.String(), http.StatusTemporaryRedirect)
	}))
	t.Cleanup(srv.Close)
	for why, tc := range map[string]struct{ broken, status int }{
		"a server that comes back":       {2, 0},
		"a server that stays broken":     {1000, clonespec.ExitUnavailable},
		"attempts are bounded by delays": {3, clonespec.ExitUnavailable},
	} {
		t.Run(why, func(t *testing.T) {
			broken = tc.broken
			opts := o.options(o.git("rev-parse", "HEAD"))
			opts.Refs[0].URI, opts.Refs[0].SkipFetchHead = srv.URL+"/o/r.git", true
			log, err := tryClone(t, opts)
			if got := status(err); got != tc.status {
				t.Errorf("status %d (%v), want %d\n%s", got, err, tc.status, log)
			}
		})
	}
}

func TestAPrivateRepositoryIsAMatterOfConfiguration(t *testing.T) {
	o := newOrigin(t)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("WWW-Authenticate", `Basic realm="GitHub"`)
		http.Error(w, "Repository not found.", http.StatusUnauthorized)
	}))
	t.Cleanup(srv.Close)
	opts := o.options(o.git("rev-parse", "HEAD"))
	opts.Refs[0].URI = srv.URL + "/o/r.git"
	log, err := tryClone(t, opts)
	if got := status(err); got != clonespec.ExitUsage {
		t.Errorf("status %d (%v), want %d\n%s", got, err, clonespec.ExitUsage, log)
	}
}

func status(err error) int {
	if err == nil {
		return 0
	}
	return exitStatus(err)
}

func TestTheVerb(t *testing.T) {
	o := newOrigin(t)
	opts := o.options(o.git("rev-parse", "HEAD"))
	opts.Logs, opts.Artifacts = t.TempDir(), filepath.Join(t.TempDir(), "artifacts")
	for why, tc := range map[string]struct {
		args   []string
		env    string
		status int
	}{
		"no verb":          {nil, opts.String(), clonespec.ExitUsage},
		"an unknown verb":  {[]string{"upload"}, opts.String(), clonespec.ExitUsage},
		"too many words":   {[]string{"clone", "x"}, opts.String(), clonespec.ExitUsage},
		"no options":       {[]string{"clone"}, "", clonespec.ExitUsage},
		"unknown options":  {[]string{"clone"}, `{"shell":"x"}`, clonespec.ExitUsage},
		"a good clone":     {[]string{"clone"}, opts.String(), 0},
		"a second attempt": {[]string{"clone"}, opts.String(), 0},
	} {
		t.Run(why, func(t *testing.T) {
			t.Setenv(clonespec.EnvName, tc.env)
			if got := run(tc.args); got != tc.status {
				t.Errorf("status %d, want %d", got, tc.status)
			}
		})
	}
	if info, err := os.Stat(opts.Artifacts); err != nil || info.Mode().Perm() != 0o777 {
		t.Errorf("the folder for artifacts: %v, %v", info, err)
	}
	info, err := os.Stat(filepath.Join(opts.Refs[0].Dir, "README"))
	if err != nil || info.Mode().Perm() != 0o666 {
		t.Errorf("a cloned file is not for every user to write: %v, %v", info, err)
	}
}

func TestShownQuotesWhatCouldForgeALine(t *testing.T) {
	got := shown([]string{"fetch", "--quiet", "a b", "x\n  0.10s  git ok", "refs/heads/$(x)", ""})
	want := `git fetch --quiet "a b" "x\n  0.10s  git ok" "refs/heads/$(x)" ""`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
