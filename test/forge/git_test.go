package forge

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// git runs git in a directory as a person's machine would and answers all output.
func (w *world) git(dir string, args ...string) (string, error) {
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = gitEnv("GIT_AUTHOR_NAME=Bob", "GIT_AUTHOR_EMAIL=bob@x.invalid", "GIT_COMMITTER_NAME=Bob", "GIT_COMMITTER_EMAIL=bob@x.invalid")
	out, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

func (w *world) mustGit(dir string, args ...string) string {
	w.t.Helper()
	out, err := w.git(dir, args...)
	if err != nil {
		w.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// remote is the URL of a repository with a token in it; no token for the anonymous.
func (w *world) remote(repo, token string) string {
	if token == "" {
		return w.URL() + "/" + repo + ".git"
	}
	return strings.Replace(w.URL(), "http://", "http://x-access-token:"+token+"@", 1) + "/" + repo + ".git"
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// noise is text that does not compress, the same each time.
func noise(size int) string {
	data := make([]byte, size)
	source := rand.NewChaCha8([32]byte{})
	_, _ = source.Read(data) // never fails
	return string(data)
}

// TestGit pushes and clones with real git over HTTP.
func TestGit(t *testing.T) {
	w := newWorld(t)
	token, err := w.Token("bob")
	w.ok(err)
	dir := filepath.Join(t.TempDir(), "clone")
	w.mustGit(".", "clone", "--quiet", w.remote("acme/site", token), dir)
	w.mustGit(dir, "checkout", "--quiet", "-b", "topic")
	write(t, filepath.Join(dir, "new.txt"), "new\n")
	write(t, filepath.Join(dir, "big.txt"), noise(3<<20)) // more than git sends in one piece
	w.mustGit(dir, "add", ".")
	w.mustGit(dir, "commit", "--quiet", "-m", "Add new")
	w.mustGit(dir, "push", "--quiet", "origin", "topic")
	head := w.mustGit(dir, "rev-parse", "HEAD")
	if got, want := w.events(), "create push check_suite.requested"; got != want {
		t.Errorf("events of a git push: got %s, want %s", got, want)
	}
	p, err := w.OpenPull(PullSpec{Who: "bob", Repo: "acme/site", Head: "topic", Title: "Add new"})
	w.ok(err)
	bare := filepath.Join(t.TempDir(), "fetch")
	w.mustGit(".", "init", "--quiet", bare)
	w.mustGit(bare, "fetch", "--quiet", "--depth=1", "--filter=blob:none", w.remote("acme/site", ""), "refs/pull/1/merge")
	w.mustGit(bare, "fetch", "--quiet", w.remote("acme/site", ""), "refs/pull/1/head", head)
	if got := w.mustGit(bare, "rev-parse", "FETCH_HEAD"); got != head {
		t.Errorf("refs/pull/1/head is %s, want %s", got, head)
	}
	w.events()
	w.mustGit(dir, "checkout", "--quiet", "main")
	w.mustGit(dir, "merge", "--quiet", "--no-ff", "-m", "Merge by hand", "topic")
	w.mustGit(dir, "push", "--quiet", "origin", "main")
	if got, want := w.events(), "push check_suite.requested pull_request.closed"; got != want {
		t.Errorf("events of a merge by push: got %s, want %s", got, want)
	}
	v, _ := w.Pull("acme/site", p.Number)
	if merge := w.mustGit(dir, "rev-parse", "HEAD"); !v.Merged || v.MergeCommitSHA != merge || v.MergedBy.Login != "bob" {
		t.Errorf("merged by push: merged %v as %s by %v; want %s by bob", v.Merged, v.MergeCommitSHA, v.MergedBy, merge)
	}
}

// TestGitAccess tries git with credentials that do not suffice.
func TestGitAccess(t *testing.T) {
	w := newWorld(t)
	_, err := w.CreateRepo(RepoSpec{Owner: "acme", Name: "secret", Private: true, Files: map[string]string{"a": "b"}})
	w.ok(err)
	stranger, err := w.Token("mallory")
	w.ok(err)
	dir := filepath.Join(t.TempDir(), "clone")
	w.mustGit(".", "clone", "--quiet", w.remote("acme/site", ""), dir)
	write(t, filepath.Join(dir, "new.txt"), "new\n")
	w.mustGit(dir, "add", ".")
	w.mustGit(dir, "commit", "--quiet", "-m", "Add new")
	w.events()
	for name, test := range map[string]struct {
		why, words string
		args       []string
	}{
		"a stranger must not push":            {"no write access", "403", []string{"push", w.remote("acme/site", stranger), "HEAD:refs/heads/x"}},
		"the anonymous must not push":         {"no credential", "terminal prompts disabled", []string{"push", w.remote("acme/site", ""), "HEAD:refs/heads/x"}},
		"a private repository is hidden":      {"as on GitHub", "not found", []string{"ls-remote", w.remote("acme/secret", stranger)}},
		"refs of pull requests are read-only": {"the forge keeps them", "hidden ref", []string{"push", w.remote("acme/site", w.token("bob")), "HEAD:refs/pull/7/head"}},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := w.git(dir, test.args...)
			if err == nil || !strings.Contains(out, test.words) {
				t.Errorf("%s: got error %v and %q, want %q", test.why, err, out, test.words)
			}
		})
	}
	if got := w.events(); got != "" {
		t.Errorf("refused pushes sent events: %s", got)
	}
}

func (w *world) token(login string) string {
	w.t.Helper()
	token, err := w.Token(login)
	w.ok(err)
	return token
}

// TestProtectedPush pushes with git against branch protection.
func TestProtectedPush(t *testing.T) {
	w := newWorld(t)
	dir := filepath.Join(t.TempDir(), "clone")
	w.mustGit(".", "clone", "--quiet", w.remote("acme/site", w.token("bob")), dir)
	w.mustGit(dir, "commit", "--quiet", "--allow-empty", "-m", "Empty")
	w.ok(w.Protect("acme/site", "main", ProtectionSpec{EnforceAdmins: true}))
	w.mustGit(dir, "push", "--quiet", "origin", "main")
	w.mustGit(dir, "commit", "--quiet", "--amend", "--allow-empty", "-m", "Other")
	if out, err := w.git(dir, "push", "--force", "origin", "main"); err == nil || !strings.Contains(out, "Cannot force-push to this branch") {
		t.Errorf("a forced push to a protected branch: %v %s", err, out)
	}
	if out, err := w.git(dir, "push", "origin", ":main"); err == nil || !strings.Contains(out, "Cannot delete this branch") {
		t.Errorf("deleting a protected branch: %v %s", err, out)
	}
	w.ok(w.Protect("acme/site", "main", ProtectionSpec{Checks: []string{"unit"}, Approvals: 1, EnforceAdmins: true}))
	w.mustGit(dir, "reset", "--quiet", "--hard", "origin/main")
	w.mustGit(dir, "commit", "--quiet", "--allow-empty", "-m", "Direct")
	if out, err := w.git(dir, "push", "origin", "main"); err == nil || !strings.Contains(out, "through a pull request") {
		t.Errorf("a direct push where a pull request is needed: %v %s", err, out)
	}
}
