package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// place copies this program into a folder, as bowsprit-tools, for containers whose image does not have it. It appears at once and
// whole, for everybody to run.
func place(dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("make the folder: %w", err)
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	if err := copyProgram(self, filepath.Join(dir, "bowsprit-tools")); err != nil {
		return fmt.Errorf("copy this program: %w", err)
	}
	return nil
}

func copyProgram(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }() // only read
	out, err := os.CreateTemp(filepath.Dir(to), ".bowsprit-tools-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(out.Name()) // the first error is the one to tell
		}
	}()
	if _, err = io.Copy(out, in); err != nil {
		_ = out.Close() // the first error is the one to tell
		return err
	}
	if err = out.Chmod(0o755); err != nil {
		_ = out.Close() // the first error is the one to tell
		return err
	}
	if err = out.Close(); err != nil {
		return err
	}
	return os.Rename(out.Name(), to)
}
