package forge

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// commitFormat prints one commit, fields separated by NUL; the message is last.
const commitFormat = "%H%x00%T%x00%P%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct%x00%B%x01"

// commits lists commits by the arguments of git log, newest first unless the arguments say otherwise.
func (g gitDir) commits(args ...string) ([]CommitView, error) {
	all := append([]string{"log", "--format=tformat:" + commitFormat}, args...)
	out, err := g.run(nil, nil, all...)
	if err != nil {
		return nil, err
	}
	var list []CommitView
	for _, record := range strings.Split(string(out), "\x01") {
		if record = strings.TrimPrefix(record, "\n"); record == "" {
			continue
		}
		c, err := parseCommit(record)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}

func parseCommit(record string) (CommitView, error) {
	p := strings.SplitN(record, "\x00", 10)
	if len(p) != 10 {
		return CommitView{}, fmt.Errorf("read a commit: %d fields in %q", len(p), record)
	}
	return CommitView{
		SHA: p[0], Tree: p[1], Parents: strings.Fields(p[2]), Message: strings.TrimRight(p[9], "\n"),
		Author:    SignatureView{Name: p[3], Email: p[4], Date: unixTime(p[5])},
		Committer: SignatureView{Name: p[6], Email: p[7], Date: unixTime(p[8])},
	}, nil
}

func unixTime(s string) time.Time {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return time.Unix(0, 0).UTC()
	}
	return time.Unix(n, 0).UTC()
}

// commit reads one commit.
func (g gitDir) commit(sha string) (CommitView, error) {
	list, err := g.commits("-1", sha, "--")
	if err != nil {
		return CommitView{}, err
	}
	if len(list) != 1 {
		return CommitView{}, fmt.Errorf("no commit %s", sha)
	}
	return list[0], nil
}

// emptyTree is the tree without files, against which a root commit is compared.
const emptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"

// diff compares two trees; from may be empty for "nothing". Patches are read only if asked for.
func (g gitDir) diff(from, to string, patches bool) ([]FileView, error) {
	if from == "" {
		from = emptyTree
	}
	raw, err := g.run(nil, nil, "diff-tree", "-r", "-M", "--raw", "--numstat", "-z", "--no-abbrev", from, to)
	if err != nil {
		return nil, err
	}
	files, err := parseDiff(string(raw))
	if err != nil || !patches || len(files) == 0 {
		return files, err
	}
	return files, g.addPatches(from, to, files)
}

// addPatches reads the hunks of all files, without the headers that GitHub leaves out too. Git prints the files of a
// patch in the same order as it lists them.
func (g gitDir) addPatches(from, to string, files []FileView) error {
	out, err := g.run(nil, nil, "diff-tree", "-r", "-M", "-p", "--no-color", "--src-prefix=a/", "--dst-prefix=b/", from, to)
	if err != nil {
		return err
	}
	parts := strings.Split("\n"+string(out), "\ndiff --git ")[1:]
	if len(parts) != len(files) {
		return nil // a change of type (file to link) prints two: such a diff is shown without patches
	}
	for i, part := range parts {
		if at := strings.Index(part, "\n@@ "); at >= 0 {
			files[i].Patch = strings.TrimSuffix(part[at+1:], "\n")
		}
	}
	return nil
}

// statusNames maps git's letters to GitHub's words.
var statusNames = map[byte]string{'A': "added", 'D': "removed", 'M': "modified", 'R': "renamed", 'C': "copied", 'T': "changed"}

// parseDiff reads the output of diff-tree --raw --numstat -z: first all raw records, then all counts.
func parseDiff(out string) ([]FileView, error) {
	fields := strings.Split(strings.TrimSuffix(out, "\x00"), "\x00")
	byPath, order := map[string]*FileView{}, []string{}
	for i := 0; i < len(fields) && fields[i] != ""; {
		var err error
		if strings.HasPrefix(fields[i], ":") {
			var path string
			i, path, err = parseRaw(fields, i, byPath)
			order = append(order, path)
		} else {
			i, err = parseCount(fields, i, byPath)
		}
		if err != nil {
			return nil, err
		}
	}
	files := make([]FileView, 0, len(byPath))
	for _, path := range order {
		files = append(files, *byPath[path])
	}
	return files, nil
}

// parseRaw reads ":100644 100644 <old> <new> M", path[, new path]; it returns the next index and the path.
func parseRaw(fields []string, i int, byPath map[string]*FileView) (int, string, error) {
	head := strings.Fields(fields[i])
	if len(head) != 5 || i+1 >= len(fields) {
		return 0, "", fmt.Errorf("read a diff: record %q", fields[i])
	}
	v := &FileView{Status: statusNames[head[4][0]], SHA: head[3], Path: fields[i+1]}
	next := i + 2
	if v.Status == "renamed" || v.Status == "copied" {
		v.Previous, v.Path = fields[i+1], fields[i+2]
		next++
	}
	if v.Status == "removed" {
		v.SHA = head[2]
	}
	byPath[v.Path] = v
	return next, v.Path, nil
}

// parseCount reads "1\t2\tpath", or "1\t2\t", old, new for renames; "-" stands for binary.
func parseCount(fields []string, i int, byPath map[string]*FileView) (int, error) {
	p := strings.SplitN(fields[i], "\t", 3)
	if len(p) != 3 {
		return 0, fmt.Errorf("read a diff: count %q", fields[i])
	}
	path, next := p[2], i+1
	if path == "" {
		path, next = fields[i+2], i+3
	}
	if v := byPath[path]; v != nil {
		v.Additions, _ = strconv.Atoi(p[0]) // "-" (binary) counts as 0, as on GitHub
		v.Deletions, _ = strconv.Atoi(p[1])
	}
	return next, nil
}

// treeEntry is one line of ls-tree.
type treeEntry struct {
	mode, kind, sha, path string
	size                  int
}

// tree lists a tree; path names a folder or a file in it, empty for all of the top.
func (g gitDir) tree(treeish, path string, recursive bool) ([]treeEntry, error) {
	args := []string{"ls-tree", "-z", "-l", "--full-tree"}
	if recursive {
		args = append(args, "-r", "-t")
	}
	args = append(args, treeish)
	if path != "" {
		args = append(args, "--", path)
	}
	out, err := g.run([]string{"GIT_LITERAL_PATHSPECS=1"}, nil, args...)
	if err != nil {
		return nil, err
	}
	var list []treeEntry
	for _, l := range strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		meta, name, ok := strings.Cut(l, "\t")
		f := strings.Fields(meta)
		if !ok || len(f) != 4 {
			continue
		}
		size, _ := strconv.Atoi(f[3]) // "-" for trees: no size
		list = append(list, treeEntry{mode: f[0], kind: f[1], sha: f[2], size: size, path: name})
	}
	return list, nil
}
