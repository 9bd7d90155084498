package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// linkError is a place for a clone that a link leads to, so that nobody can say where it is.
type linkError struct{ path string }

func (e *linkError) Error() string {
	return fmt.Sprintf("%q is a link; a clone goes only where its folder says: remove the link, or clone into another folder", e.path)
}

// empty removes everything below a folder, but not the folder, which may be a mount; one that is not there is empty. What an earlier
// checkout or another task left in a shared volume must not take part in a clone: git would follow settings in a .git that it finds.
// Links are removed, never followed; the error is a *linkError where one leads to the folder itself.
func empty(dir string) error {
	if err := withoutLinks(dir); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("open the folder to empty it: %w", err)
	}
	defer func() { _ = root.Close() }() // nothing was written through it
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return fmt.Errorf("read the folder to empty it: %w", err)
	}
	for _, e := range entries {
		// A mount inside of the folder is emptied, and stays.
		if err := root.RemoveAll(e.Name()); err != nil && !errors.Is(err, syscall.EBUSY) {
			return fmt.Errorf("empty the folder %s: %w", dir, err)
		}
	}
	return nil
}

// withoutLinks refuses an absolute path with a link in it. It ends at the first part that is not there.
func withoutLinks(path string) error {
	at := string(filepath.Separator)
	for _, part := range strings.Split(filepath.Clean(path), at) {
		at = filepath.Join(at, part)
		info, err := os.Lstat(at)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return fmt.Errorf("look for links: %w", err)
		case info.Mode()&fs.ModeSymlink != 0:
			return &linkError{at}
		}
	}
	return nil
}
