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

// jobFiles lists the job files at a path, in lexical order: the file itself, or every *.yaml and *.yml below a folder.
// Names that begin with ".." are left out, since a mounted ConfigMap holds every file once more below such names. Two
// files must not have the same base name, which is Prow's rule (they become keys of one ConfigMap).
func jobFiles(fsys fs.FS, root string) ([]string, prow.Problems) {
	var files []string
	var problems prow.Problems
	seen := map[string]string{}
	err := fs.WalkDir(fsys, root, func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name != root && strings.HasPrefix(e.Name(), ".."):
			return skip(e)
		case e.Name() == ".prowignore":
			problems = append(problems, prow.Problem{Severity: prow.SeverityError, Code: "prowignore", File: name,
				Message: "files of this kind are not honoured yet, and jobs that should be ignored must not run; remove it, or point to a folder without it"})
		case e.IsDir(), name != root && !isYAML(name):
		case seen[path.Base(name)] != "":
			problems = append(problems, prow.Problem{Severity: prow.SeverityError, Code: "file-duplicate", File: name,
				Message: fmt.Sprintf("%s has the same base name; job files need different ones, in whatever folder", seen[path.Base(name)])})
		default:
			seen[path.Base(name)] = name
			files = append(files, name)
		}
		return nil
	})
	if err != nil {
		problems = append(problems, unreadable(root, err))
	}
	return files, problems
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
