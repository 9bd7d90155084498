package forge

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// PushSpec is one commit to be pushed.
type PushSpec struct {
	Who     string            // login of the pusher, who is also author and committer
	Repo    string            // owner/name
	Branch  string            // made if it does not exist
	Base    string            // what to build on: branch or SHA; empty is the branch itself, or else the default branch
	Files   map[string]string // path → contents; contents that begin with #! are executable
	Remove  []string          // paths to delete
	Message string            // empty is "Update"
	Force   bool              // replace the branch instead of adding to it
	Empty   bool              // begin from an empty tree instead of Base's files
}

// Push commits files and pushes the commit, as a person would from a clone; it answers the new SHA.
func (f *Forge) Push(spec PushSpec) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	who, err := f.act(spec.Who)
	r, repoErr := f.mustRepo(spec.Repo)
	if err = errors.Join(err, repoErr); err != nil {
		return "", fmt.Errorf("push: %w", err)
	}
	if !atLeast(r.permission(who.acct), "write") {
		return "", fmt.Errorf("push to %s: permission denied to %s", spec.Repo, spec.Who)
	}
	return f.push(who, r, spec)
}

// PushDir pushes a directory of files as one commit, in place of all files there were. A .git folder is left out.
func (f *Forge) PushDir(spec PushSpec, dir string) (string, error) {
	spec.Files, spec.Empty = map[string]string{}, true
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if err == nil && d.Name() == ".git" {
				return fs.SkipDir
			}
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		spec.Files[filepath.ToSlash(name)] = string(data)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("read %s: %w", dir, err)
	}
	return f.Push(spec)
}

// PushCommit points a branch at a commit that exists already, as "git push origin <sha>:<branch>" does.
func (f *Forge) PushCommit(who, repo, branch, sha string, force bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	a, err := f.act(who)
	r, repoErr := f.mustRepo(repo)
	if err = errors.Join(err, repoErr); err != nil {
		return fmt.Errorf("push: %w", err)
	}
	if !atLeast(r.permission(a.acct), "write") {
		return fmt.Errorf("push to %s: permission denied to %s", repo, who)
	}
	return f.moveRef(a, r, "refs/heads/"+branch, sha, force)
}

// DeleteBranch deletes a branch, as "git push --delete" does.
func (f *Forge) DeleteBranch(who, repo, branch string) error {
	return f.PushCommit(who, repo, branch, "", true)
}

func (f *Forge) push(who *actor, r *repo, spec PushSpec) (string, error) {
	ref := "refs/heads/" + spec.Branch
	parent, err := spec.parent(r)
	if err != nil {
		return "", err
	}
	sha, err := f.makeCommit(who, r, parent, spec)
	if err != nil {
		return "", fmt.Errorf("commit to %s: %w", r.fullName(), err)
	}
	return sha, f.moveRef(who, r, ref, sha, spec.Force)
}

// parent finds the commit to build on; empty for the first commit of a repository.
func (s PushSpec) parent(r *repo) (string, error) {
	if s.Base != "" {
		sha, ok := r.git.resolve(s.Base)
		if !ok {
			return "", fmt.Errorf("push to %s: no commit %q", r.fullName(), s.Base)
		}
		return sha, nil
	}
	if sha := r.refs["refs/heads/"+s.Branch]; sha != "" {
		return sha, nil
	}
	return r.refs["refs/heads/"+r.defaultBranch], nil
}

// importRef is where fast-import leaves a new commit until its branch is moved.
const importRef = "refs/forge/import"

// makeCommit writes a commit by one run of git fast-import.
func (f *Forge) makeCommit(who *actor, r *repo, parent string, spec PushSpec) (string, error) {
	var in bytes.Buffer
	by := f.signature(who.acct)
	message := spec.Message
	if message == "" {
		message = "Update"
	}
	fmt.Fprintf(&in, "commit %s\n", importRef)
	for _, role := range []string{"author", "committer"} {
		fmt.Fprintf(&in, "%s %s <%s> %d +0000\n", role, by.Name, by.Email, by.Date.Unix())
	}
	fmt.Fprintf(&in, "data %d\n%s\n", len(message), message)
	if parent != "" {
		fmt.Fprintf(&in, "from %s\n", parent)
	}
	if spec.Empty {
		in.WriteString("deleteall\n")
	}
	for _, path := range spec.Remove {
		fmt.Fprintf(&in, "D %s\n", quotePath(path))
	}
	writeFiles(&in, spec.Files)
	in.WriteString("done\n")
	if _, err := r.git.run(nil, in.Bytes(), "fast-import", "--quiet", "--done", "--force", "--date-format=raw"); err != nil {
		return "", err
	}
	sha, err := r.git.line("rev-parse", importRef)
	if err != nil {
		return "", err
	}
	return sha, r.git.updateRef(importRef, "", sha)
}

func writeFiles(in *bytes.Buffer, files map[string]string) {
	paths := make([]string, 0, len(files))
	for p := range files {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	for _, p := range paths {
		mode := "100644"
		if strings.HasPrefix(files[p], "#!") {
			mode = "100755"
		}
		fmt.Fprintf(in, "M %s inline %s\ndata %d\n%s\n", mode, quotePath(p), len(files[p]), files[p])
	}
}

// quotePath writes a path for fast-import.
func quotePath(path string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(path) + `"`
}

// signature is how an account signs commits now.
func (f *Forge) signature(a *account) SignatureView {
	name := a.name
	if name == "" {
		name = a.login
	}
	email := a.email
	if email == "" {
		email = fmt.Sprintf("%d+%s@users.noreply.forge.invalid", a.id, a.login)
	}
	return SignatureView{Name: name, Email: email, Date: f.now()}
}

// webFlow is the committer of commits that the forge itself makes, as on GitHub.
func (f *Forge) webFlow() SignatureView {
	return SignatureView{Name: "GitHub", Email: "noreply@github.com", Date: f.now()}
}
