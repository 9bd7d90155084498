package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// npmPackage names one file inside one published version of an npm package.
type npmPackage struct {
	name, version string
	integrity     string // of the archive, as npm prints it
	file          string // path inside the archive
}

func (p npmPackage) String() string { return p.name + "@" + p.version }

// fetch downloads the archive with "npm pack" (which runs no script of the package), verifies its checksum and returns
// the content of the file.
func (p npmPackage) fetch() ([]byte, error) {
	dir, err := os.MkdirTemp("", "extract-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()

	cmd := exec.Command("npm", "pack", "--json", "--ignore-scripts", p.String())
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	answer, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("npm pack %s: %w\n%s", p, err, stderr.Bytes())
	}
	var packed []struct{ Filename, Integrity string }
	if err := json.Unmarshal(answer, &packed); err != nil || len(packed) != 1 {
		return nil, fmt.Errorf("npm pack %s answered %q, want the description of one archive", p, answer)
	}
	if packed[0].Integrity != p.integrity {
		return nil, fmt.Errorf("npm pack %s: checksum %s, want the pinned %s", p, packed[0].Integrity, p.integrity)
	}
	return p.unpack(filepath.Join(dir, filepath.Base(packed[0].Filename)))
}

// unpack returns the wanted file out of the archive.
func (p npmPackage) unpack(archive string) ([]byte, error) {
	file, err := os.Open(archive)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	zip, err := gzip.NewReader(file)
	if err != nil {
		return nil, fmt.Errorf("unpack %s: %w", p, err)
	}
	entries := tar.NewReader(zip)
	for {
		header, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("unpack %s: no file %s in it", p, p.file)
		}
		if err != nil {
			return nil, fmt.Errorf("unpack %s: %w", p, err)
		}
		if header.Name == p.file {
			return io.ReadAll(entries)
		}
	}
}
