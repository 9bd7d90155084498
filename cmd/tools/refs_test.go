package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bowsprit-ci/bowsprit/pipelines/clonespec"
)

func TestEveryMergeMethodGivesTheTreeThatMergingByHandGives(t *testing.T) {
	for method, commits := range map[clonespec.MergeMethod]string{
		clonespec.MergeMethodMerge: "4", clonespec.MergeMethodSquash: "2", clonespec.MergeMethodRebase: "2",
	} {
		t.Run(string(method), func(t *testing.T) {
			o := newOrigin(t)
			fork := o.git("rev-parse", "HEAD")
			base := o.advance("base.txt", "base")
			one, two := o.pull("1", fork, "one.txt", "1"), o.pull("2", fork, "two.txt", "2")
			var heads []string
			for range 2 {
				opts := o.options(base, clonespec.Pull{Number: 1, SHA: one}, clonespec.Pull{Number: 2, SHA: two})
				opts.Refs[0].MergeMethod, opts.Refs[0].Depth = method, 1
				mustClone(t, opts)
				dir := opts.Refs[0].Dir
				if got, want := o.in(dir, "rev-parse", "HEAD^{tree}"), o.mergedTree(base, one, two); got != want {
					t.Errorf("tree %s, by hand %s", got, want)
				}
				if got := o.in(dir, "rev-list", "--count", base+"..HEAD"); got != commits {
					t.Errorf("%s commits on the base, want %s", got, commits)
				}
				if got := o.in(dir, "symbolic-ref", "--short", "HEAD"); got != "main" {
					t.Errorf("on branch %s", got)
				}
				heads = append(heads, o.in(dir, "rev-parse", "HEAD"))
			}
			if heads[0] != heads[1] {
				t.Errorf("two clones end at %s", heads)
			}
		})
	}
}

func TestABatchThatConflictsNamesThePair(t *testing.T) {
	for _, method := range []clonespec.MergeMethod{clonespec.MergeMethodMerge, clonespec.MergeMethodSquash, clonespec.MergeMethodRebase} {
		for why, tc := range map[string]struct {
			third, want string
		}{
			"with an earlier one": {"two.txt", "conflicts with pull request #2 ("},
			"with the base":       {"base.txt", "conflicts with main at "},
		} {
			t.Run(string(method)+" "+why, func(t *testing.T) {
				o := newOrigin(t)
				fork := o.git("rev-parse", "HEAD")
				base := o.advance("base.txt", "base")
				pulls := []clonespec.Pull{
					{Number: 1, SHA: o.pull("1", fork, "one.txt", "1")}, {Number: 2, SHA: o.pull("2", fork, "two.txt", "2")},
					{Number: 3, SHA: o.pull("3", fork, tc.third, "other")},
				}
				opts := o.options(base, pulls...)
				opts.Refs[0].MergeMethod = method
				_, err := tryClone(t, opts)
				if err == nil || exitStatus(err) != clonespec.ExitUnmergeable {
					t.Fatalf("error %v, want an unmergeable one", err)
				}
				for _, want := range []string{"pull request #3 (", tc.want, "\n  " + tc.third} {
					if !strings.Contains(err.Error(), want) {
						t.Errorf("error %q does not say %q", err, want)
					}
				}
			})
		}
	}
}

func TestWithoutASHAThePresentTipIsTaken(t *testing.T) {
	o := newOrigin(t)
	o.git("tag", "-a", "-m", "v1", "v1")
	o.git("push", "--quiet", "origin", "v1")
	tagged := o.git("rev-parse", "HEAD")
	tip := o.advance("later.txt", "later")
	pull := o.pull("5", tip, "five.txt", "5")
	for why, tc := range map[string]struct {
		base  string
		pulls []clonespec.Pull
		want  string
	}{
		"of a branch":                       {"main", nil, tip},
		"of an annotated tag":               {"v1", nil, tagged},
		"of a pull request":                 {"main", []clonespec.Pull{{Number: 5}}, pull},
		"of a pull request by another name": {"main", []clonespec.Pull{{Number: 9, Ref: "pull/5/head"}}, pull},
	} {
		t.Run(why, func(t *testing.T) {
			opts := o.options("", tc.pulls...)
			opts.Refs[0].BaseRef = tc.base
			mustClone(t, opts)
			if got := o.in(opts.Refs[0].Dir, "rev-list", "HEAD"); !strings.Contains(got, tc.want) || (tc.pulls == nil && !strings.HasPrefix(got, tc.want)) {
				t.Errorf("commits %s, want %s", got, tc.want)
			}
		})
	}
	opts := o.options("")
	opts.Refs[0].BaseRef = "no-such"
	if _, err := tryClone(t, opts); err == nil || exitStatus(err) != clonespec.ExitUnmergeable {
		t.Errorf("a branch that is not there: %v", err)
	}
}

func TestSeveralRefsAreClonedSideBySideAndLoggedOneByOne(t *testing.T) {
	o, other := newOrigin(t), newOrigin(t)
	opts := o.options(o.git("rev-parse", "HEAD"))
	extra := other.ref("")
	extra.Org, extra.Repo = "x", "y"
	missing := other.ref("")
	missing.URI = "file:///no/such/repository"
	opts.Refs, opts.Logs, opts.MaxParallel = append(opts.Refs, extra, missing), t.TempDir(), 2
	log, err := tryClone(t, opts)
	if err == nil || exitStatus(err) != clonespec.ExitUsage {
		t.Errorf("error %v, want that of the missing repository", err)
	}
	for _, heading := range []string{"== o/r\n", "== x/y\n"} {
		if !strings.Contains(log, heading) {
			t.Errorf("no %q in\n%s", heading, log)
		}
	}
	b, err := os.ReadFile(filepath.Join(opts.Logs, "clone-records.json"))
	if err != nil {
		t.Fatal(err)
	}
	var records []record
	if err := json.Unmarshal(b, &records); err != nil || len(records) != 3 {
		t.Fatalf("%d records, %v", len(records), err)
	}
	if records[0].Failed || records[1].Failed || !records[2].Failed || records[1].FinalSHA != other.git("rev-parse", "HEAD") || records[1].Refs.Org != "x" {
		t.Errorf("records: %s", b)
	}
}

func TestSparseAndBlobless(t *testing.T) {
	o := newOrigin(t)
	o.advance("docs/a.txt", "a")
	base := o.advance("src/b.txt", "b")
	o.in(o.bare, "config", "uploadpack.allowFilter", "true")
	o.in(o.bare, "config", "uploadpack.allowAnySHA1InWant", "true")
	head := o.pull("1", base, "docs/c.txt", "c")
	for why, sparse := range map[string][]string{"blobless": nil, "sparse": {"docs"}} {
		t.Run(why, func(t *testing.T) {
			opts := o.options(base, clonespec.Pull{Number: 1, SHA: head})
			opts.Refs[0].Blobless, opts.Refs[0].SparseFiles = true, sparse
			mustClone(t, opts)
			for file, want := range map[string]bool{"docs/a.txt": true, "docs/c.txt": true, "src/b.txt": sparse == nil} {
				if got := exists(filepath.Join(opts.Refs[0].Dir, file)); got != want {
					t.Errorf("%s is there: %v", file, got)
				}
			}
		})
	}
}

// guarded serves a repository to those who have the token, and nothing to others.
func guarded(t *testing.T, o *origin, token string) string {
	t.Helper()
	u, err := url.Parse(strings.TrimSuffix(o.serve(), "/o/r.git"))
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(u)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, password, _ := r.BasicAuth(); password != token {
			w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
			http.Error(w, "who are you", http.StatusUnauthorized)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	return srv.URL + "/o/r.git"
}

func TestATokenOpensTheRepositoryAndIsNeverSeen(t *testing.T) {
	const token = "ghs_secret-of-the-test"
	o := newOrigin(t)
	opts := o.options(o.git("rev-parse", "HEAD"))
	opts.Refs[0].URI, opts.Logs = guarded(t, o, token), t.TempDir()
	opts.TokenFile = filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(opts.TokenFile, []byte(token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	log := mustClone(t, opts)
	records, err := os.ReadFile(filepath.Join(opts.Logs, "clone-records.json"))
	if err != nil {
		t.Fatal(err)
	}
	config, err := os.ReadFile(filepath.Join(opts.Refs[0].Dir, ".git", "config"))
	if err != nil {
		t.Fatal(err)
	}
	basic := base64.StdEncoding.EncodeToString([]byte("x-access-token:" + token))
	for _, secret := range []string{token, basic} {
		if strings.Contains(log+string(records)+string(config), secret) {
			t.Errorf("%q is seen", secret)
		}
	}
	opts = o.options(opts.Refs[0].BaseSHA)
	opts.Refs[0].URI = guarded(t, o, token)
	if _, err := tryClone(t, opts); err == nil || exitStatus(err) != clonespec.ExitUsage {
		t.Errorf("without the token: %v", err)
	}
}

func TestWhatGitEchoesIsRedacted(t *testing.T) {
	g := &git{secrets: redactor([]string{"tok"}), log: &strings.Builder{}}
	err := g.note("git fetch tok", "fatal: tok", 0, os.ErrInvalid)
	if text := fmt.Sprint(err, g.records, g.log); strings.Contains(text, "tok") || !strings.Contains(text, "CENSORED") {
		t.Error(text)
	}
}

func TestAnAppsTokenIsThatOfTheOrganisation(t *testing.T) {
	const token = "ghs_of-the-installation"
	o := newOrigin(t)
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ey"):
			http.Error(w, "no JWT", http.StatusUnauthorized)
		case r.URL.Path == "/api/v3/repos/o/r/installation":
			_, _ = fmt.Fprint(w, `{"id":42}`)
		case r.Method == http.MethodPost && r.URL.Path == "/api/v3/app/installations/42/access_tokens":
			w.WriteHeader(http.StatusCreated)
			_, _ = fmt.Fprintf(w, `{"token":%q}`, token)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(api.Close)
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "x", http.StatusBadGateway) }))
	t.Cleanup(broken.Close)
	opts := o.options(o.git("rev-parse", "HEAD"))
	opts.Refs[0].URI = guarded(t, o, token)
	opts.App = &clonespec.App{ID: "7", PrivateKeyFile: privateKey(t), Endpoints: []string{broken.URL, api.URL + "/api/v3"}}
	if log := mustClone(t, opts); strings.Contains(log, token) {
		t.Errorf("the token is seen:\n%s", log)
	}
	// Where the App is not installed, a public repository is cloned without it.
	opts = o.options(opts.Refs[0].BaseSHA)
	opts.Refs[0].URI, opts.Refs[0].Org = o.serve(), "elsewhere"
	opts.App = &clonespec.App{ID: "7", PrivateKeyFile: privateKey(t), Endpoints: []string{api.URL + "/api/v3"}}
	if log := mustClone(t, opts); !strings.Contains(log, "not installed for elsewhere/r") {
		t.Errorf("nothing is said:\n%s", log)
	}
}

func TestAnAppsTokenGoesToItsOwnHostOnly(t *testing.T) {
	a := &app{endpoints: []string{"http://proxy.example.org", "https://api.github.com", "https://ghe.example.org/api/v3"}}
	for uri, want := range map[string]bool{
		"https://github.com/o/r": true, "https://ghe.example.org/o/r": true, "https://evil.example.org/o/r": false, "https://github.com.evil.org/o/r": false,
	} {
		if got := a.owns(uri); got != want {
			t.Errorf("%s: %v", uri, got)
		}
	}
}

func privateKey(t *testing.T) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "key.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestSSHUsesTheMountedKeysAndTheKnownHostsOnly(t *testing.T) {
	secret, home := t.TempDir(), t.TempDir()
	for name, text := range map[string]string{"id": "private", "id.pub": "public", "..2026_data": "x"} {
		if err := os.WriteFile(filepath.Join(secret, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := sshCommand(clonespec.Options{SSHKeyDirs: []string{secret}, KnownHosts: []string{"h ssh-ed25519 A"}}, home)
	key := filepath.Join(home, "key-0")
	want := "ssh -F /dev/null -oBatchMode=yes -oIdentitiesOnly=yes -oGlobalKnownHostsFile=/dev/null -oUserKnownHostsFile=" +
		filepath.Join(home, "known_hosts") + " -oStrictHostKeyChecking=yes -oIdentityFile=" + key
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
	info, err := os.Stat(key)
	if err != nil || info.Mode().Perm() != 0o400 {
		t.Errorf("the key: %v, %v", info, err)
	}
	if b, err := os.ReadFile(key); err != nil || string(b) != "private\n" {
		t.Errorf("the key: %q, %v", b, err)
	}
	if got, err := sshCommand(clonespec.Options{SSHKeyDirs: []string{secret}}, t.TempDir()); err != nil || !strings.Contains(got, "=accept-new ") {
		t.Errorf("without known hosts: %s, %v", got, err)
	}
}

func TestToolsAndResultsAreLeftForTheOtherSteps(t *testing.T) {
	o := newOrigin(t)
	opts := o.options(o.git("rev-parse", "HEAD"))
	out := t.TempDir()
	opts.Tools, opts.Results = filepath.Join(out, "tools"), []clonespec.Result{{Path: filepath.Join(out, "commit"), Value: "abc"}}
	t.Setenv(clonespec.EnvName, opts.String())
	if got := run([]string{"clone"}); got != 0 {
		t.Fatalf("status %d", got)
	}
	if b, err := os.ReadFile(filepath.Join(out, "commit")); err != nil || string(b) != "abc" {
		t.Errorf("result %q, %v", b, err)
	}
	if info, err := os.Stat(filepath.Join(opts.Tools, "bowsprit-tools")); err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("tools: %v, %v", info, err)
	}
}
