package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

const (
	// Limits on what is read as a whole, in bytes. The job can write all of these files itself.
	markerLimit   = 64
	metadataLimit = 1 << 20
	recordsLimit  = 16 << 20
)

// folder is the one that the job's steps share with us, or one in it. The job owns it and runs code that nobody has reviewed, while we
// also see the bucket's credentials: whatever is in it is reached only through its root, where a link that leads outside is an error, and
// only regular files are opened.
type folder struct{ root *os.Root }

// openFolderOf opens a folder that the job cannot replace, such as a mount point.
func openFolderOf(dir string) (folder, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return folder{}, fmt.Errorf("open the logs: %w", err)
	}
	return folder{root}, nil
}

func (f folder) close() { _ = f.root.Close() } // nothing is written through it

// name is the path below the folder of a file that the options name by its whole path; an error comes from opening one that is elsewhere.
func (f folder) name(file string) string {
	name, err := filepath.Rel(f.root.Name(), file)
	if err != nil {
		return file
	}
	return name
}

// sub opens a folder in this one.
func (f folder) sub(dir string) (folder, error) {
	// With the dot at its end a pipe of that name is an error, where opening it would wait for a writer.
	root, err := f.root.OpenRoot(f.name(dir) + "/.")
	return folder{root}, err
}

// file opens a regular file to read, by its whole path.
func (f folder) file(file string) (*os.File, error) {
	opened, err := f.open(f.name(file))
	if err != nil {
		return nil, err
	}
	info, err := opened.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is no regular file", file)
	}
	if err != nil {
		return nil, errors.Join(err, opened.Close())
	}
	return opened, nil
}

// read reads a regular file of at most limit bytes, by its whole path.
func (f folder) read(file string, limit int64) ([]byte, error) {
	opened, err := f.file(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = opened.Close() }() // only read
	b, err := io.ReadAll(io.LimitReader(opened, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = fmt.Errorf("%s has more than %d bytes", file, limit)
	}
	return b, err
}

// replace makes a file by its whole path, in place of whatever has its name: nothing is written through a link or into a pipe.
func (f folder) replace(file, text string) error {
	name := f.name(file)
	if err := f.root.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	opened, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = io.WriteString(opened, text)
	return errors.Join(err, opened.Close())
}

// open opens whatever has the name, and does not wait for a pipe's writer.
func (f folder) open(name string) (*os.File, error) {
	return f.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}

// tree is the folder as something to walk through.
type tree struct{ folder }

// Open opens a file or a folder by its name below the folder.
func (t tree) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	f, err := t.open(name)
	if err != nil {
		return nil, err // a nil *os.File in an interface would not be nil
	}
	return f, nil
}
