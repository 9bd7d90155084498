package catalog

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/bowsprit-ci/bowsprit/api/prow"
)

// maxFile is the largest file that is read, unpacked: configurations are written by people.
const maxFile = 32 << 20

// read reads a file and unpacks it if it is gzipped, as Prow does.
func read(fsys fs.FS, name string) ([]byte, error) {
	data, err := fs.ReadFile(fsys, name)
	if err != nil || !bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		return data, err
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	data, err = io.ReadAll(io.LimitReader(z, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = fmt.Errorf("more than %d MiB unpacked", maxFile>>20)
	}
	return data, err
}

// jobFiles lists the job files at a path, in lexical order: the file itself, or every *.yaml and *.yml below a folder that
// no .prowignore excludes. Two files must not have the same base name, which is Prow's rule (they become keys of one
// ConfigMap).
func jobFiles(fsys fs.FS, root string) ([]string, prow.Problems) {
	if info, err := fs.Stat(fsys, root); err != nil || !info.IsDir() {
		return []string{root}, nil //nolint:nilerr // a file that is not there is told when it is read
	}
	ignored := newIgnore(fsys, root)
	files, problems := walk(fsys, root, func(name string) bool { return isYAML(name) && !ignored.file(name) })
	seen := map[string]string{}
	unique := files[:0]
	for _, name := range files {
		base := path.Base(name)
		if seen[base] != "" {
			problems = append(problems, prow.Problem{Severity: prow.SeverityError, Code: "file-duplicate", File: name,
				Message: fmt.Sprintf("%s has the same base name; job files need different ones, in whatever folder", seen[base])})
			continue
		}
		seen[base] = name
		unique = append(unique, name)
	}
	return unique, append(problems, ignored.problems...)
}

// walk lists the files below a folder that are wanted, in lexical order. Names that begin with ".." are left out, since a
// mounted ConfigMap holds every file once more below such names.
func walk(fsys fs.FS, root string, wanted func(name string) bool) ([]string, prow.Problems) {
	var files []string
	err := fs.WalkDir(fsys, root, func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name != root && strings.HasPrefix(e.Name(), ".."):
			return skip(e)
		case !e.IsDir() && wanted(name):
			files = append(files, name)
		}
		return nil
	})
	if err != nil {
		return files, prow.Problems{unreadable(root, err)}
	}
	return files, nil
}

func skip(e fs.DirEntry) error {
	if e.IsDir() {
		return fs.SkipDir
	}
	return nil
}

func isYAML(name string) bool {
	ext := path.Ext(name)
	return ext == ".yaml" || ext == ".yml"
}

func unreadable(name string, err error) prow.Problem {
	return prow.Problem{Severity: prow.SeverityError, Code: "file-unreadable", File: name, Message: strings.TrimPrefix(err.Error(), "open "+name+": ")}
}
