package github

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"testing/fstest"

	"github.com/google/go-github/v92/github"
)

// The bounds of what is read of a repository: configurations are written by people, but anybody may open a pull request.
const (
	mostConfigFiles = 100
	mostConfigBytes = 512 << 10
)

// TooLargeError says that a repository holds more configuration than is read.
type TooLargeError struct{ Message string }

// Error is the sentence.
func (e *TooLargeError) Error() string { return e.Message }

// Files reads the named files and folders at the root of a repository, as they are in a commit, with everything below.
// What is not there is left out; a symbolic link is a file that holds its target. The second result is the same for the
// same content. A *TooLargeError says that there are more than 100 files, or more than 512 KiB.
//
// Only objects that are named by their content are asked for, so that an answer that was had once is not asked for again.
func (c *Client) Files(ctx context.Context, org, repo, commit string, names ...string) (fs.FS, string, error) {
	gh, err := c.in(ctx, org, repo)
	if err != nil {
		return nil, "", err
	}
	r := &treeReader{gh: gh, org: org, repo: repo, files: fstest.MapFS{}}
	root, err := r.tree(ctx, commit, false)
	if err != nil {
		return nil, "", err
	}
	key := ""
	for _, e := range root.Entries {
		for _, name := range names {
			if e.GetPath() == name {
				key += name + " " + e.GetSHA() + "\n"
				err = errors.Join(err, r.entry(ctx, name, e))
			}
		}
	}
	return r.files, key, err
}

// treeReader gathers files.
type treeReader struct {
	gh        *github.Client
	org, repo string
	files     fstest.MapFS
	bytes     int
}

func (r *treeReader) tree(ctx context.Context, sha string, recursive bool) (*github.Tree, error) {
	tree, _, err := r.gh.Git.GetTree(ctx, r.org, r.repo, sha, recursive)
	if err != nil {
		return nil, explain(err, "list the files of %s/%s at %s", r.org, r.repo, sha)
	}
	if tree.GetTruncated() {
		return nil, &TooLargeError{fmt.Sprintf("%s/%s holds more files at %s than GitHub lists", r.org, r.repo, sha)}
	}
	return tree, nil
}

// entry reads a file, or a folder with all below it.
func (r *treeReader) entry(ctx context.Context, name string, e *github.TreeEntry) error {
	if e.GetType() == "blob" {
		return r.file(ctx, name, e)
	}
	if e.GetType() != "tree" {
		return nil // a submodule holds no configuration of this repository
	}
	tree, err := r.tree(ctx, e.GetSHA(), true)
	if err != nil {
		return err
	}
	for _, below := range tree.Entries {
		if below.GetType() != "blob" || !configFile(below.GetPath()) {
			continue
		}
		if err := r.file(ctx, path.Join(name, below.GetPath()), below); err != nil {
			return err
		}
	}
	return nil
}

// configFile leaves out what no loader reads, such as README files beside job files.
func configFile(name string) bool {
	switch path.Ext(name) {
	case ".yaml", ".yml", ".prowignore":
		return true
	}
	return false
}

func (r *treeReader) file(ctx context.Context, name string, e *github.TreeEntry) error {
	if r.bytes += e.GetSize(); len(r.files) >= mostConfigFiles || r.bytes > mostConfigBytes {
		return &TooLargeError{fmt.Sprintf("%s/%s holds more than %d files or %d KiB of configuration", r.org, r.repo, mostConfigFiles, mostConfigBytes>>10)}
	}
	blob, _, err := r.gh.Git.GetBlob(ctx, r.org, r.repo, e.GetSHA())
	if err != nil {
		return explain(err, "read %s of %s/%s", name, r.org, r.repo)
	}
	data, err := base64.StdEncoding.DecodeString(blob.GetContent())
	if err != nil {
		return fmt.Errorf("read %s of %s/%s: %w", name, r.org, r.repo, err)
	}
	if !fs.ValidPath(name) || strings.Contains(name, "\x00") {
		return fmt.Errorf("a file of %s/%s has the name %.200q", r.org, r.repo, name)
	}
	r.files[name] = &fstest.MapFile{Data: data, Mode: 0o644}
	return nil
}

// File reads one file of a commit, by its path. ErrNotFound says that there is no such file; a folder is no file. A
// *TooLargeError says that it has more than 512 KiB.
func (c *Client) File(ctx context.Context, org, repo, commit, path string) ([]byte, error) {
	gh, err := c.in(ctx, org, repo)
	if err != nil {
		return nil, err
	}
	file, _, _, err := gh.Repositories.GetContents(ctx, org, repo, path, &github.RepositoryContentGetOptions{Ref: commit})
	if err != nil {
		return nil, explain(err, "read %.200q of %s/%s", path, org, repo)
	}
	if file == nil {
		return nil, &problem{doing: fmt.Sprintf("read %.200q of %s/%s", path, org, repo), kind: ErrNotFound, cause: errors.New("it is a folder")}
	}
	if file.GetEncoding() == "none" || file.GetSize() > mostConfigBytes {
		return nil, &TooLargeError{fmt.Sprintf("%.200q of %s/%s has %d bytes, more than %d", path, org, repo, file.GetSize(), mostConfigBytes)}
	}
	text, err := file.GetContent()
	if err != nil {
		return nil, fmt.Errorf("read %.200q of %s/%s: %w", path, org, repo, err)
	}
	return []byte(text), nil
}
