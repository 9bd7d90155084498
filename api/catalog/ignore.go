package catalog

import (
	"bytes"
	"errors"
	"io/fs"
	"path"

	gitignore "github.com/denormal/go-gitignore"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// prowIgnore is the name of the files that say, in gitignore's syntax, which files beside and below them are no job files.
const prowIgnore = ".prowignore"

// ignore answers which files below a root are excluded. The rules are git's: an excluded folder excludes all below it, and
// the nearest file that says something about a path decides.
type ignore struct {
	fsys     fs.FS
	root     string
	rules    map[string]gitignore.GitIgnore
	problems prow.Problems
}

func newIgnore(fsys fs.FS, root string) *ignore {
	return &ignore{fsys: fsys, root: root, rules: map[string]gitignore.GitIgnore{}}
}

// file says whether a file below the root is excluded.
func (i *ignore) file(name string) bool { return i.excluded(name, false) }

func (i *ignore) excluded(name string, isDir bool) bool {
	if name == i.root || name == "." {
		return false
	}
	parent := path.Dir(name)
	if i.excluded(parent, true) {
		return true
	}
	local := path.Base(name)
	for dir := parent; ; dir = path.Dir(dir) {
		if rules := i.in(dir); rules != nil {
			if match := rules.Relative(local, isDir); match != nil {
				return match.Ignore()
			}
		}
		if dir == i.root || dir == "." {
			return false
		}
		local = path.Join(path.Base(dir), local)
	}
}

// in is what the file in one folder says; nil if there is none.
func (i *ignore) in(dir string) gitignore.GitIgnore {
	rules, known := i.rules[dir]
	if known {
		return rules
	}
	name := path.Join(dir, prowIgnore)
	data, err := fs.ReadFile(i.fsys, name)
	switch {
	case err == nil:
		rules = gitignore.New(bytes.NewReader(data), dir, func(gitignore.Error) bool { return true })
	case !errors.Is(err, fs.ErrNotExist):
		i.problems = append(i.problems, unreadable(name, err))
	}
	i.rules[dir] = rules
	return rules
}
