// Package rootfs makes the file trees that images are built on: a small Debian with git, a static busybox, and the
// host's Go toolchain. They are kept as image layers in the cache, by key. It knows no image and no cluster.
package rootfs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/command"
	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/image"
)

// Packages are the Debian packages of the base tree beside the essential ones (bash, coreutils and so on).
var Packages = []string{"git", "make", "ca-certificates", "openssh-client"}

// suite is Debian 12; its key ring is on every Debian host.
const suite = "bookworm"

// Layers are the finished trees.
type Layers struct {
	// Debian holds the essential packages and Packages, without documentation.
	Debian image.Layer `json:"debian"`
	// Git is an /etc/gitconfig that lets git work in a folder of another user: Tekton's own helper makes a step's
	// working directory as user 65532, which git would otherwise refuse to touch for any other user.
	Git image.Layer `json:"git"`
	// Busybox is /bin/busybox with a link per applet.
	Busybox image.Layer `json:"busybox"`
	// Go is the host's toolchain in /usr/local/go, without tests and the go command's own sources.
	Go image.Layer `json:"go"`
	// GoCache is a build cache in GoCacheDir that holds what nearly every Go test needs compiled.
	GoCache image.Layer `json:"goCache"`
}

// Maker finds or makes the trees.
type Maker struct {
	// Dir holds one file per key.
	Dir   string
	Store image.Store
}

// Find returns the finished trees for this host's Go, and whether they are all there.
func (m Maker) Find(ctx context.Context) (Layers, bool, error) {
	file, err := m.file(ctx)
	if err != nil {
		return Layers{}, false, err
	}
	l, ok := m.read(file)
	return l, ok, nil
}

func (m Maker) read(file string) (Layers, bool) {
	text, err := os.ReadFile(file)
	var l Layers
	if err != nil || json.Unmarshal(text, &l) != nil {
		return Layers{}, false
	}
	for _, x := range []image.Layer{l.Debian, l.Git, l.Busybox, l.Go, l.GoCache} {
		if !m.Store.Has(x) {
			return Layers{}, false
		}
	}
	return l, true
}

// Ensure returns the trees and makes them first where they are missing. Making them needs root and mmdebstrap. The
// caller holds the lock on Dir.
func (m Maker) Ensure(ctx context.Context) (Layers, error) {
	file, err := m.file(ctx)
	if err != nil {
		return Layers{}, err
	}
	if l, ok := m.read(file); ok {
		return l, nil
	}
	var l Layers
	g, ctx := errgroup.WithContext(ctx)
	for into, build := range map[*image.Layer]func(context.Context) (image.Layer, error){
		&l.Debian: m.debian, &l.Git: m.gitconfig, &l.Busybox: m.busybox, &l.Go: m.goroot, &l.GoCache: m.goCache,
	} {
		g.Go(func() (err error) { *into, err = build(ctx); return err })
	}
	if err := g.Wait(); err != nil {
		return Layers{}, err
	}
	return l, m.write(file, l)
}

func (m Maker) write(file string, l Layers) error {
	text, err := json.MarshalIndent(l, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(m.Dir, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(file+".new", text, 0o644); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

// file is named after everything that decides what the trees hold, but for the day on which Debian was asked.
func (m Maker) file(ctx context.Context) (string, error) {
	out, err := command.Run(ctx, "go", "env", "GOVERSION")
	if err != nil {
		return "", fmt.Errorf("find the Go toolchain on PATH: %w", err)
	}
	return filepath.Join(m.Dir, Key(strings.TrimSpace(out), runtime.GOARCH)+".json"), nil
}

// Key hashes the recipe of the trees with the given Go version and architecture.
func Key(goVersion, arch string) string {
	h := sha256.New() // a hash never refuses a write
	_, _ = fmt.Fprintf(h, "%q\n", []any{"1", suite, Packages, debianOptions, goVersion, arch, gitconfig, leftOut, warmedProgram, warmedTest})
	return hex.EncodeToString(h.Sum(nil))[:20]
}

// debianOptions leave out what no job reads.
var debianOptions = []string{
	"--variant=essential", "--format=tar", "--quiet",
	"--dpkgopt=path-exclude=/usr/share/man/*",
	"--dpkgopt=path-exclude=/usr/share/doc/*",
	"--dpkgopt=path-exclude=/usr/share/info/*",
	"--dpkgopt=path-exclude=/usr/share/locale/*",
}

func (m Maker) debian(ctx context.Context) (image.Layer, error) {
	return m.Store.Add(func(w io.Writer) error {
		args := append(append([]string{}, debianOptions...), "--include="+strings.Join(Packages, ","), suite, "-")
		cmd := exec.CommandContext(ctx, "mmdebstrap", args...)
		var said strings.Builder
		cmd.Stdout, cmd.Stderr = w, &said
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("mmdebstrap: %w: %s", err, command.Tail(said.String(), 12))
		}
		return nil
	})
}

const gitconfig = "[safe]\n\tdirectory = *\n"

func (m Maker) gitconfig(context.Context) (image.Layer, error) {
	return m.Store.AddEntries([]image.Entry{{Path: "/etc/gitconfig", Text: gitconfig, Mode: 0o644}})
}

// busybox takes the program out of its package instead of installing it: the package would replace a busybox that the
// host already has.
func (m Maker) busybox(ctx context.Context) (image.Layer, error) {
	tmp, err := os.MkdirTemp("", "bowsprit-busybox-")
	if err != nil {
		return image.Layer{}, err
	}
	defer os.RemoveAll(tmp) //nolint:errcheck // a temporary folder
	if err := unpack(ctx, tmp, "busybox-static"); err != nil {
		return image.Layer{}, err
	}
	program := filepath.Join(tmp, "bin", "busybox")
	applets, err := command.Run(ctx, program, "--list")
	if err != nil {
		return image.Layer{}, err
	}
	entries := []image.Entry{{Path: "/bin/busybox", From: program}, {Path: "/tmp", Mode: 0o1777}}
	for _, a := range strings.Fields(applets) {
		if a != "busybox" {
			entries = append(entries, image.Entry{Path: "/bin/" + a, Link: "busybox"})
		}
	}
	return m.Store.AddEntries(entries)
}

// unpack downloads a Debian package and extracts its files below dir.
func unpack(ctx context.Context, dir, pkg string) error {
	download := exec.CommandContext(ctx, "apt-get", "download", "-qq", "-o", "APT::Sandbox::User=root", pkg)
	download.Dir = dir
	if _, err := command.Output(download); err != nil {
		return err
	}
	debs, err := filepath.Glob(filepath.Join(dir, "*.deb"))
	if err != nil {
		return fmt.Errorf("download %s: %w", pkg, err)
	}
	if len(debs) != 1 {
		return fmt.Errorf("download %s: found %d packages", pkg, len(debs))
	}
	_, err = command.Run(ctx, "dpkg-deb", "--extract", debs[0], dir)
	return err
}
