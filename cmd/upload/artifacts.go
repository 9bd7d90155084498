package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// artifacts are all files below the folder. Links are followed as long as they stay inside, and links to folders are not; what is no file,
// such as a socket, is left out. The error is about what could not be listed; the rest is there.
func (u *uploader) artifacts() ([]object, error) {
	if u.opts.Artifacts == "" {
		return nil, nil
	}
	// It stays open for what is stored from it.
	dir, err := u.logs.sub(u.opts.Artifacts)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("open the artifacts: %w", err)
	}
	var objects []object
	var errs []error
	err = fs.WalkDir(tree{dir}, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			errs = append(errs, fmt.Errorf("list the artifacts: %w", err))
			return nil
		}
		if entry.IsDir() {
			return nil
		}
		info, err := dir.root.Stat(name)
		switch {
		case err != nil:
			errs = append(errs, fmt.Errorf("artifact %s is left out: %w", name, err))
		case info.Mode().IsRegular():
			objects = append(objects, u.artifact(dir, name))
		default:
			_, _ = fmt.Fprintf(u.log, "upload: artifact %s is left out: it is no file\n", name)
		}
		return nil
	})
	return objects, errors.Join(append(errs, err)...)
}

func (u *uploader) artifact(dir folder, name string) object {
	stored, contentType, encoding := attributes(name, u.opts.MediaTypes)
	censored := u.censors(name)
	return object{
		// '#' would cut the address short in a browser.
		name:        path.Join(u.opts.Dir, "artifacts", strings.ReplaceAll(stored, "#", "%23")),
		contentType: contentType, encoding: encoding, compress: encoding == "" && u.compresses(name),
		open: func() (io.ReadCloser, error) {
			// The job may still run, and have replaced the file since it was listed.
			f, err := dir.file(filepath.Join(dir.root.Name(), name))
			switch {
			case err != nil:
				return nil, err
			case !censored:
				return f, nil
			}
			return u.censor.file(f)
		},
	}
}

// censors says whether a file's secrets are taken out: globs that exclude win over those that include, and without those all files are.
func (u *uploader) censors(name string) bool {
	matches := func(glob string) bool { return doublestar.MatchUnvalidated(glob, name) }
	if slices.ContainsFunc(u.opts.CensorExclude, matches) {
		return false
	}
	return len(u.opts.CensorInclude) == 0 || slices.ContainsFunc(u.opts.CensorInclude, matches)
}

// compresses says whether an object is compressed on its way, by the extension of its name.
func (u *uploader) compresses(name string) bool {
	ext := strings.TrimPrefix(path.Ext(name), ".")
	if ext == "gz" || ext == "gzip" {
		return false
	}
	return slices.Contains(u.opts.CompressFileTypes, "*") || slices.Contains(u.opts.CompressFileTypes, ext)
}

// attributes are those that follow from a file's name, as in Prow: x.txt.gz is stored as a x.txt that is encoded by gzip; where the type of
// what is inside is unknown, it stays what it is, under the shorter name all the same.
func attributes(name string, mediaTypes map[string]string) (stored, contentType, encoding string) {
	stored = name
	if ext := path.Ext(name); (ext == ".gz" || ext == ".gzip") && path.Base(name) != ext {
		stored, encoding = strings.TrimSuffix(name, ext), "gzip"
	}
	contentType = mediaType(path.Ext(stored), mediaTypes)
	if contentType == "" && encoding != "" {
		contentType, encoding = "application/gzip", ""
	}
	return stored, contentType, encoding
}

// mediaType is that of an extension with its dot; empty if it is not known.
func mediaType(ext string, own map[string]string) string {
	if t := own[strings.TrimPrefix(ext, ".")]; t != "" {
		return t
	}
	return mime.TypeByExtension(ext)
}
