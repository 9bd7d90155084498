package parts

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/command"
	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/image"
	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/tekton"
)

// Builder finds or makes a build.
type Builder struct {
	// Sources is the module's embedded file tree.
	Sources fs.FS
	// Dir holds one folder per key.
	Dir string
	// Store takes the image layers.
	Store image.Store
	// Say prints a line of progress.
	Say func(format string, args ...any)
}

// Find returns the finished build for the Go toolchain on PATH, and whether there is one. It compiles nothing.
func (b Builder) Find(ctx context.Context) (Parts, bool, error) {
	dir, versions, err := b.place(ctx)
	if err != nil {
		return Parts{}, false, err
	}
	p, ok := open(dir, versions, b.Store)
	return p, ok, nil
}

// Ensure returns the finished build and makes it first if there is none. The caller holds the lock on Dir.
func (b Builder) Ensure(ctx context.Context) (Parts, error) {
	dir, versions, err := b.place(ctx)
	if err != nil {
		return Parts{}, err
	}
	if p, ok := open(dir, versions, b.Store); ok {
		return p, nil
	}
	if err := b.clear(dir); err != nil {
		return Parts{}, err
	}
	tmp := dir + ".new"
	if err := b.build(ctx, tmp, versions); err != nil {
		return Parts{}, err
	}
	if err := os.Rename(tmp, dir); err != nil {
		return Parts{}, err
	}
	p, ok := open(dir, versions, b.Store)
	if !ok {
		return Parts{}, fmt.Errorf("build %s is not complete although every step succeeded", dir)
	}
	return p, nil
}

// clear removes what a build that was killed, or whose layers were deleted, has left.
func (b Builder) clear(dir string) error {
	return errors.Join(os.RemoveAll(dir), os.RemoveAll(dir+".new"), os.MkdirAll(b.Dir, 0o755))
}

func (b Builder) place(ctx context.Context) (string, Versions, error) {
	versions, err := versionsOf(b.Sources)
	if err != nil {
		return "", Versions{}, err
	}
	goVersion, err := command.Run(ctx, "go", "env", "GOVERSION")
	if err != nil {
		return "", Versions{}, fmt.Errorf("find the Go toolchain on PATH: %w", err)
	}
	key, err := Key(b.Sources, strings.TrimSpace(goVersion), runtime.GOOS+"/"+runtime.GOARCH)
	return filepath.Join(b.Dir, key), versions, err
}

func (b Builder) build(ctx context.Context, dir string, versions Versions) error {
	src, bin := filepath.Join(dir, "src"), filepath.Join(dir, "bin")
	if err := os.CopyFS(src, b.Sources); err != nil {
		return err
	}
	if err := b.compile(ctx, src, bin, versions); err != nil {
		return err
	}
	if err := b.assets(dir); err != nil {
		return err
	}
	if err := b.release(ctx, src, filepath.Join(dir, releaseFile), versions.Tekton); err != nil {
		return err
	}
	if err := b.layers(dir, bin); err != nil {
		return err
	}
	return os.RemoveAll(src)
}

// compile builds everything with one `go build`: the programs share most packages, and links overlap with compiling.
func (b Builder) compile(ctx context.Context, src, bin string, versions Versions) error {
	targets := []string{"./cmd/hyperkube", "./cmd/tkn", "./cmd/pause"}
	for _, p := range TektonPrograms {
		targets = append(targets, "github.com/tektoncd/pipeline/cmd/"+p)
	}
	total := countPackages(ctx, src, targets)
	args := append([]string{"build", "-v", "-buildvcs=false", "-tags", buildTags, "-ldflags", ldflags(versions), "-o", bin + "/"}, targets...)
	cmd := goCommand(ctx, src, args...)
	lines, w := io.Pipe()
	cmd.Stdout, cmd.Stderr = w, w
	var compiled atomic.Int64
	said := make(chan string, 1)
	go func() { said <- follow(lines, &compiled) }()
	stop := every(15*time.Second, func() {
		b.Say("  still compiling: %d of at most %d packages", compiled.Load(), total)
	})
	err := cmd.Run()
	stop()
	_ = w.Close() // always nil
	tail := <-said
	if err != nil {
		return fmt.Errorf("go build of the cluster's programs: %w:\n%s", err, tail)
	}
	return nil
}

// buildTags leaves out gRPC's tracing pages, which keep the linker from dropping unused methods.
const buildTags = "grpcnotrace"

// countPackages is for the progress line only; 0 when it is not known.
func countPackages(ctx context.Context, src string, targets []string) int {
	out, err := command.Output(goCommand(ctx, src, append([]string{"list", "-deps", "-tags", buildTags}, targets...)...))
	if err != nil {
		return 0
	}
	return strings.Count(out, "\n")
}

// follow counts the lines, each of which names a package, and returns the last of them for an error.
func follow(r io.Reader, lines *atomic.Int64) string {
	var last []string
	s := bufio.NewScanner(r)
	for s.Scan() {
		lines.Add(1)
		last = append(last[max(0, len(last)-40):], s.Text())
	}
	return strings.Join(last, "\n")
}

// every calls do at the interval until the returned function is called.
func every(interval time.Duration, do func()) (stop func()) {
	ticker, done := time.NewTicker(interval), make(chan struct{})
	go func() {
		for {
			select {
			case <-ticker.C:
				do()
			case <-done:
				return
			}
		}
	}()
	return func() { ticker.Stop(); close(done) }
}

// goCommand keeps the environment's Go settings, but builds static binaries and looks at no workspace file.
func goCommand(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off", "PWD="+dir)
	return cmd
}

// ldflags drops symbols and stamps the versions: without them the API server calls itself v0.0.0-master, and Tekton's
// check for a minimum version stops its controller.
func ldflags(v Versions) string {
	flags := "-s -w -X knative.dev/pkg/changeset.rev=" + v.Tekton +
		" -X github.com/tektoncd/cli/pkg/cmd/version.clientVersion=" + strings.TrimPrefix(v.Tkn, "v")
	numbers := strings.SplitN(strings.TrimPrefix(v.Kubernetes, "v"), ".", 3)
	for _, p := range []string{"k8s.io/component-base/version", "k8s.io/client-go/pkg/version"} {
		for _, x := range []string{
			"gitVersion=" + v.Kubernetes, "gitMajor=" + numbers[0], "gitMinor=" + numbers[1],
			"gitCommit=bowsprit", "gitTreeState=clean", "buildDate=2026-01-01T00:00:00Z",
		} {
			flags += " -X " + p + "." + x
		}
	}
	return flags
}

// assets makes the links by which envtest and people find single programs in hyperkube.
func (b Builder) assets(dir string) error {
	assets := filepath.Join(dir, "assets")
	if err := os.MkdirAll(assets, 0o755); err != nil {
		return err
	}
	for _, name := range []string{"etcd", "kube-apiserver", "kubectl"} {
		if err := os.Symlink("../bin/hyperkube", filepath.Join(assets, name)); err != nil {
			return err
		}
	}
	return nil
}

// release prepares Tekton's manifests, so that `up` needs neither the module cache nor Go.
func (b Builder) release(ctx context.Context, src, to, version string) error {
	from, err := command.Output(goCommand(ctx, src, "list", "-m", "-f", "{{.Dir}}", "github.com/tektoncd/pipeline"))
	if err != nil {
		return err
	}
	prepared, err := tekton.Prepare(os.DirFS(filepath.Join(strings.TrimSpace(from), "config")), version)
	if err != nil {
		return err
	}
	return os.WriteFile(to, prepared, 0o644)
}

// layers turns the programs that run in pods into image layers and deletes their binaries.
func (b Builder) layers(dir, bin string) error {
	layers := map[string]image.Layer{}
	for _, program := range append([]string{"pause"}, TektonPrograms...) {
		at := path.Join("/ko-app", program) // where Tekton's controller looks for its own programs
		if program == "pause" {
			at = "/pause"
		}
		binary := filepath.Join(bin, program)
		l, err := b.Store.AddEntries([]image.Entry{{Path: at, From: binary}, {Path: "/tmp", Mode: 0o1777}})
		if err != nil {
			return err
		}
		layers[program] = l
		if err := os.Remove(binary); err != nil {
			return err
		}
	}
	text, err := json.MarshalIndent(layers, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, layersFile), text, 0o644)
}
