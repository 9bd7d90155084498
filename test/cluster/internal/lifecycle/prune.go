package lifecycle

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"time"
)

// keptBuilds is how many builds stay in the cache: the newest, and one to switch back to.
const keptBuilds = 2

var digestPattern = regexp.MustCompile(`sha256:([0-9a-f]{64})`)

// prune deletes builds that are older than the newest ones, and then every layer that no build names. The caller holds
// the build lock, and nothing is being built.
func (c Cluster) prune() error {
	for _, pattern := range []string{"parts/*", "rootfs/*.json"} {
		if err := c.keepNewest(pattern); err != nil {
			return err
		}
	}
	named, err := c.namedLayers()
	if err != nil {
		return err
	}
	blobs, err := filepath.Glob(filepath.Join(c.store().Dir, "sha256", "*"))
	if err != nil {
		return err
	}
	for _, b := range blobs {
		if !named[filepath.Base(b)] {
			if err := os.Remove(b); err != nil {
				return err
			}
		}
	}
	return c.removeStale()
}

func (c Cluster) keepNewest(pattern string) error {
	files, err := filepath.Glob(filepath.Join(c.Cache, pattern))
	if err != nil {
		return err
	}
	times := map[string]time.Time{}
	for _, f := range files {
		info, err := os.Stat(f)
		if err != nil {
			return err
		}
		times[f] = info.ModTime()
	}
	sort.Slice(files, func(i, j int) bool { return times[files[i]].After(times[files[j]]) })
	for _, f := range files[min(keptBuilds, len(files)):] {
		if err := os.RemoveAll(f); err != nil {
			return err
		}
	}
	return nil
}

// namedLayers reads every digest that a build's lists of layers mention.
func (c Cluster) namedLayers() (map[string]bool, error) {
	named := map[string]bool{}
	for _, pattern := range []string{"parts/*/layers.json", "rootfs/*.json"} {
		files, err := filepath.Glob(filepath.Join(c.Cache, pattern))
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				return nil, err
			}
			for _, m := range digestPattern.FindAllSubmatch(text, -1) {
				named[string(m[1])] = true
			}
		}
	}
	return named, nil
}

// removeStale deletes temporary files of commands that were killed long ago.
func (c Cluster) removeStale() error {
	const old = 24 * time.Hour
	for _, pattern := range []string{"blobs/layer-*", "push-*"} {
		files, err := filepath.Glob(filepath.Join(c.Cache, pattern))
		if err != nil {
			return err
		}
		for _, f := range files {
			info, err := os.Stat(f)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return err
			}
			if time.Since(info.ModTime()) > old {
				if err := os.RemoveAll(f); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
