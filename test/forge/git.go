package forge

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// gitDir is the path of a bare repository; its methods run git in it.
type gitDir string

// zeroSHA stands for "no commit" in pushes.
const zeroSHA = "0000000000000000000000000000000000000000"

// gitError is a git command that ended with a status other than zero.
type gitError struct {
	Args   []string
	Code   int
	Stderr string
}

func (e *gitError) Error() string {
	return fmt.Sprintf("git %s: exit status %d: %s", strings.Join(e.Args, " "), e.Code, strings.TrimSpace(e.Stderr))
}

// gitEnv keeps the host's git configuration out, so that the forge is the same everywhere.
func gitEnv(extra ...string) []string {
	env := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=/nonexistent", "LC_ALL=C", "TZ=UTC",
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_TERMINAL_PROMPT=0",
	}
	return append(env, extra...)
}

// run runs git with input on stdin and returns stdout as it came.
func (g gitDir) run(env []string, input []byte, args ...string) ([]byte, error) {
	cmd := exec.Command("git", args...)
	cmd.Dir = string(g)
	cmd.Env = gitEnv(append(env, "GIT_DIR="+string(g))...)
	cmd.Stdin = bytes.NewReader(input)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return out.Bytes(), &gitError{Args: args, Code: exit.ExitCode(), Stderr: errOut.String()}
	}
	if err != nil {
		return nil, fmt.Errorf("run git %s: %w", strings.Join(args, " "), err)
	}
	return out.Bytes(), nil
}

// line runs git and returns stdout without the space around it.
func (g gitDir) line(args ...string) (string, error) {
	out, err := g.run(nil, nil, args...)
	return strings.TrimSpace(string(out)), err
}

// initGit makes a bare repository that serves any commit by its SHA, as GitHub does.
func initGit(path, branch string) (gitDir, error) {
	if err := os.MkdirAll(path, 0o755); err != nil {
		return "", fmt.Errorf("make the directory of a repository: %w", err)
	}
	g := gitDir(path)
	if _, err := g.run(nil, nil, "init", "--quiet", "--bare", "--template=", "--initial-branch="+branch, path); err != nil {
		return "", err
	}
	return g, g.configure()
}

// configure writes the settings and the hook of a bare repository.
func (g gitDir) configure() error {
	const config = `[core]
	repositoryformatversion = 0
	filemode = true
	bare = true
	logAllRefUpdates = false
[http]
	receivepack = true
[uploadpack]
	allowFilter = true
	allowAnySHA1InWant = true
	allowReachableSHA1InWant = true
	allowTipSHA1InWant = true
[receive]
	fsckObjects = false
	denyDeleteCurrent = warn
[gc]
	auto = 0
[transfer]
	unpackLimit = 1000000
`
	if err := os.WriteFile(filepath.Join(string(g), "config"), []byte(config), 0o644); err != nil {
		return fmt.Errorf("configure a repository: %w", err)
	}
	hooks := filepath.Join(string(g), "hooks")
	if err := os.MkdirAll(hooks, 0o755); err != nil {
		return fmt.Errorf("make the hooks directory of a repository: %w", err)
	}
	return os.WriteFile(filepath.Join(hooks, "update"), []byte(updateHook), 0o755)
}

// updateHook refuses what the forge said in the environment: FORGE_DENY lists refs with a reason, FORGE_NO_FORCE lists
// refs that may only move forward. It runs where the pushed objects are already readable.
const updateHook = `#!/bin/sh
ref=$1 old=$2 new=$3
reason=$(printf '%s\n' "$FORGE_DENY" | while IFS='	' read -r denied why; do
	if [ "$denied" = "$ref" ]; then printf '%s' "$why"; break; fi
done)
if [ -n "$reason" ]; then echo "error: GH006: Protected branch update failed for $ref." >&2; echo "error: $reason" >&2; exit 1; fi
case "
$FORGE_NO_FORCE
" in *"
$ref
"*)
	case $old in *[!0]*) ;; *) exit 0;; esac
	case $new in *[!0]*) ;; *) exit 0;; esac
	if ! git merge-base --is-ancestor "$old" "$new"; then
		echo "error: GH006: Protected branch update failed for $ref." >&2
		echo "error: Cannot force-push to this branch" >&2
		exit 1
	fi
esac
exit 0
`

// refsNow lists all refs: full name → SHA (of the tag object for annotated tags).
func (g gitDir) refsNow() (map[string]string, error) {
	out, err := g.line("for-each-ref", "--format=%(objectname) %(refname)")
	if err != nil {
		return nil, err
	}
	refs := map[string]string{}
	for l := range strings.Lines(out) {
		if sha, ref, ok := strings.Cut(strings.TrimSpace(l), " "); ok {
			refs[ref] = sha
		}
	}
	return refs, nil
}

// resolve finds the commit of a SHA, a ref, a branch or a tag; ok is false if there is none.
func (g gitDir) resolve(name string) (sha string, ok bool) {
	if name == "" || strings.HasPrefix(name, "-") || strings.ContainsAny(name, " ~^:?*[\\\x00") {
		return "", false
	}
	for _, full := range []string{name, "refs/heads/" + name, "refs/tags/" + name, "refs/" + name} {
		if full == name && !isHex(name) && !strings.HasPrefix(name, "refs/") && name != "HEAD" {
			continue
		}
		if sha, err := g.line("rev-parse", "--verify", "--quiet", "--end-of-options", full+"^{commit}"); err == nil {
			return sha, true
		}
	}
	return "", false
}

// isHex says whether s can be a full or shortened SHA.
func isHex(s string) bool {
	return len(s) >= 4 && len(s) <= 40 && strings.Trim(s, "0123456789abcdef") == ""
}

// updateRef moves a ref from old to sha; an empty old means that it must not exist, an empty sha deletes it.
func (g gitDir) updateRef(ref, sha, old string) error {
	if old == "" {
		old = zeroSHA
	}
	if sha == "" {
		_, err := g.run(nil, nil, "update-ref", "-d", ref, old)
		return err
	}
	_, err := g.run(nil, nil, "update-ref", ref, sha, old)
	return err
}

// isAncestor says whether a is reachable from b.
func (g gitDir) isAncestor(a, b string) bool {
	_, err := g.run(nil, nil, "merge-base", "--is-ancestor", a, b)
	return err == nil
}

// mergeBase is the best common ancestor, or empty if histories are unrelated.
func (g gitDir) mergeBase(a, b string) string {
	sha, err := g.line("merge-base", a, b)
	if err != nil {
		return ""
	}
	return sha
}

// identity is the environment under which commits are made.
func identity(author, committer SignatureView) []string {
	stamp := func(t time.Time) string { return fmt.Sprintf("%d +0000", t.Unix()) }
	return []string{
		"GIT_AUTHOR_NAME=" + author.Name, "GIT_AUTHOR_EMAIL=" + author.Email, "GIT_AUTHOR_DATE=" + stamp(author.Date),
		"GIT_COMMITTER_NAME=" + committer.Name, "GIT_COMMITTER_EMAIL=" + committer.Email,
		"GIT_COMMITTER_DATE=" + stamp(committer.Date),
	}
}

// commitTree makes a commit of a tree.
func (g gitDir) commitTree(tree string, parents []string, message string, author, committer SignatureView) (string, error) {
	args := []string{"commit-tree", tree}
	for _, p := range parents {
		args = append(args, "-p", p)
	}
	out, err := g.run(identity(author, committer), []byte(message), append(args, "-F", "-")...)
	return strings.TrimSpace(string(out)), err
}

// errConflict says that two trees do not merge.
var errConflict = errors.New("merge conflict")

// mergeTree merges two commits and returns the tree; errConflict if they conflict.
func (g gitDir) mergeTree(base, head string) (string, error) {
	out, err := g.run(nil, nil, "merge-tree", "--write-tree", "--no-messages", "--allow-unrelated-histories", base, head)
	var ge *gitError
	if errors.As(err, &ge) && ge.Code == 1 {
		return "", errConflict
	}
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(string(out)), nil
}
