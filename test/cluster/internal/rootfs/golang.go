package rootfs

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/command"
	"github.com/bowsprit-ci/bowsprit/test/cluster/internal/image"
)

// Where the toolchain and its warmed build cache are in an image.
const (
	GoDir      = "/usr/local/go"
	GoCacheDir = "/var/cache/go-build"
)

// leftOut are folders of GOROOT that no build or test of a module reads.
var leftOut = []string{"api", "doc", "misc", "test", "pkg/obj", "src/cmd"}

func (m Maker) goroot(ctx context.Context) (image.Layer, error) {
	root, err := command.Run(ctx, "go", "env", "GOROOT")
	if err != nil {
		return image.Layer{}, err
	}
	entries, err := image.Walk(strings.TrimSpace(root), GoDir, func(rel string, d fs.DirEntry) bool {
		return slices.Contains(leftOut, rel) || (d.IsDir() && d.Name() == "testdata") || strings.HasSuffix(rel, "_test.go")
	})
	if err != nil {
		return image.Layer{}, err
	}
	return m.Store.AddEntries(entries)
}

// A pod starts with an empty build cache, and compiling the standard library would be most of a small job. Building
// and testing this small program once fills a cache with what most Go programs use.
const (
	warmedProgram = "package warm\n\nimport (\n\t_ \"bufio\"\n\t_ \"bytes\"\n\t_ \"context\"\n\t_ \"encoding/json\"\n\t_ \"errors\"\n\t_ \"fmt\"\n" +
		"\t_ \"io\"\n\t_ \"math\"\n\t_ \"os\"\n\t_ \"path/filepath\"\n\t_ \"slices\"\n\t_ \"sort\"\n\t_ \"strconv\"\n\t_ \"strings\"\n\t_ \"sync\"\n\t_ \"time\"\n\t_ \"unicode\"\n)\n"
	warmedTest = "package warm\n\nimport \"testing\"\n\nfunc TestNothing(*testing.T) {}\n"
)

func (m Maker) goCache(ctx context.Context) (image.Layer, error) {
	tmp, err := os.MkdirTemp("", "bowsprit-go-cache-")
	if err != nil {
		return image.Layer{}, err
	}
	defer os.RemoveAll(tmp) //nolint:errcheck // a temporary folder
	module, cache := filepath.Join(tmp, "module"), filepath.Join(tmp, "cache")
	err = os.Mkdir(module, 0o755)
	for name, text := range map[string]string{"go.mod": "module warm\n", "warm.go": warmedProgram, "warm_test.go": warmedTest} {
		err = errors.Join(err, os.WriteFile(filepath.Join(module, name), []byte(text), 0o644))
	}
	if err != nil {
		return image.Layer{}, err
	}
	cmd := exec.CommandContext(ctx, "go", "test", "./...")
	cmd.Dir = module
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off", "GOCACHE="+cache, "PWD="+module)
	if _, err := command.Output(cmd); err != nil {
		return image.Layer{}, err
	}
	return m.cacheLayer(cache)
}

// cacheLayer makes the cache writable for a job of any user.
func (m Maker) cacheLayer(cache string) (image.Layer, error) {
	entries, err := image.Walk(cache, GoCacheDir, nil)
	if err != nil {
		return image.Layer{}, err
	}
	for i, e := range entries {
		switch {
		case e.From == "":
			entries[i].Mode = 0o777
		case path.Base(e.Path) == "trim.txt":
			entries[i].Mode = 0o666
		}
	}
	return m.Store.AddEntries(entries)
}
