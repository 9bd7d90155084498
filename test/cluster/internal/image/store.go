// Package image builds container images from files, keeps their layers by digest, pushes them, and serves them from a
// small registry. Layers are plain tar, not gzip: every byte moves over loopback, so compressing would only cost time.
// It does not know which images the cluster needs.
package image

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Layer names one tar in a Store.
type Layer struct {
	// Digest is "sha256:" and 64 hex digits; for an uncompressed layer it is the diff ID too.
	Digest string `json:"digest"`
	// Size is in bytes.
	Size int64 `json:"size"`
}

// Entry is one thing in a layer: a file of the host (From), a file with the given Text, a symbolic link (Link is its
// target), or, with none of the three, a folder.
type Entry struct {
	// Path is the absolute path inside the image. Folders above it are made with mode 0755.
	Path string
	From string
	Text string
	Link string
	// Mode is the permission bits, sticky bit included as 0o1000; 0 means 0755.
	Mode int64
}

// Store is a folder of blobs by digest, Dir/sha256/<hex>.
type Store struct{ Dir string }

// Has tells whether the layer's blob is there with the right size.
func (s Store) Has(l Layer) bool {
	info, err := os.Stat(s.Blob(l.Digest))
	return err == nil && info.Size() == l.Size
}

// Blob is the path of the blob with a digest of the form "sha256:<hex>".
func (s Store) Blob(digest string) string {
	return filepath.Join(s.Dir, "sha256", strings.TrimPrefix(digest, "sha256:"))
}

// Add stores what write produces as one layer. Nothing is kept when write returns an error.
func (s Store) Add(write func(io.Writer) error) (Layer, error) {
	if err := os.MkdirAll(filepath.Join(s.Dir, "sha256"), 0o755); err != nil {
		return Layer{}, err
	}
	f, err := os.CreateTemp(s.Dir, "layer-*")
	if err != nil {
		return Layer{}, err
	}
	defer os.Remove(f.Name()) //nolint:errcheck // after the rename it is gone
	sum := sha256.New()
	err = errors.Join(write(io.MultiWriter(f, sum)), f.Close())
	if err != nil {
		return Layer{}, fmt.Errorf("write image layer: %w", err)
	}
	info, err := os.Stat(f.Name())
	if err != nil {
		return Layer{}, err
	}
	l := Layer{Digest: "sha256:" + hex.EncodeToString(sum.Sum(nil)), Size: info.Size()}
	if err := os.Chmod(f.Name(), 0o644); err != nil {
		return Layer{}, err
	}
	return l, os.Rename(f.Name(), s.Blob(l.Digest))
}

// AddEntries stores a layer of the given entries, owned by root and without times, so that equal content has an equal
// digest.
func (s Store) AddEntries(entries []Entry) (Layer, error) {
	return s.Add(func(w io.Writer) error {
		t := tree{w: tar.NewWriter(w), made: map[string]bool{"/": true, ".": true}}
		for _, e := range entries {
			if err := t.add(e); err != nil {
				return err
			}
		}
		return t.w.Close()
	})
}

// tree writes a tar and remembers which folders it has made.
type tree struct {
	w    *tar.Writer
	made map[string]bool
}

func (t *tree) add(e Entry) error {
	if !path.IsAbs(e.Path) {
		return fmt.Errorf("path %q in the image must be absolute", e.Path)
	}
	if err := t.mkdirs(path.Dir(e.Path)); err != nil {
		return err
	}
	h := tar.Header{Name: strings.TrimPrefix(e.Path, "/"), Mode: e.Mode}
	if h.Mode == 0 {
		h.Mode = 0o755
	}
	switch {
	case e.From != "":
		return t.copy(h, e.From)
	case e.Text != "":
		h.Typeflag, h.Size = tar.TypeReg, int64(len(e.Text))
		return t.write(h, strings.NewReader(e.Text))
	case e.Link != "":
		h.Typeflag, h.Linkname = tar.TypeSymlink, e.Link
		return t.write(h, nil)
	}
	h.Typeflag, h.Name = tar.TypeDir, h.Name+"/"
	t.made[path.Clean(e.Path)] = true
	return t.write(h, nil)
}

func (t *tree) copy(h tar.Header, from string) error {
	f, err := os.Open(from)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // only read
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s: only regular files can be put into an image", from)
	}
	h.Typeflag, h.Size = tar.TypeReg, info.Size()
	return t.write(h, f)
}

func (t *tree) mkdirs(dir string) error {
	if t.made[dir] {
		return nil
	}
	if err := t.mkdirs(path.Dir(dir)); err != nil {
		return err
	}
	t.made[dir] = true
	return t.write(tar.Header{Name: strings.TrimPrefix(dir, "/") + "/", Typeflag: tar.TypeDir, Mode: 0o755}, nil)
}

func (t *tree) write(h tar.Header, content io.Reader) error {
	if err := t.w.WriteHeader(&h); err != nil || content == nil {
		return err
	}
	_, err := io.Copy(t.w, content)
	return err
}

// Walk lists what is below the host's folder dir as entries below the image's folder at: folders, regular files and
// symbolic links, with the executable bit and, for all, read permission. skip is asked with the path relative to dir
// (slashes, no leading dot); a skipped folder is not entered.
func Walk(dir, at string, skip func(rel string, d fs.DirEntry) bool) ([]Entry, error) {
	var entries []Entry
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		if rel != "." && skip != nil && skip(filepath.ToSlash(rel), d) {
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		e := Entry{Path: path.Join(at, filepath.ToSlash(rel))}
		switch {
		case d.IsDir():
		case d.Type()&fs.ModeSymlink != 0:
			if e.Link, err = os.Readlink(p); err != nil {
				return err
			}
		case d.Type().IsRegular():
			info, err := d.Info()
			if err != nil {
				return err
			}
			e.From, e.Mode = p, 0o644|int64(info.Mode().Perm()&0o111)
		default:
			return nil
		}
		entries = append(entries, e)
		return nil
	})
	return entries, err
}
