package live

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

const (
	// settle is how long the files must be quiet before they are read: an update writes several.
	settle = 300 * time.Millisecond
	// poll is how often the files are looked at whatever the watch says: some file systems tell nothing.
	poll = time.Minute
)

// watch calls changed when something below the paths is not as the stamp says, until the context ends. A mounted ConfigMap changes by a
// symbolic link beside its files, so the folder around each path is watched too, and everything that links lead to. Where
// nothing can be watched, looking every minute finds changes.
func watch(ctx context.Context, paths []string, stamp string, changed func()) error {
	folder, events, failures := ignoreFolder, (chan fsnotify.Event)(nil), (chan error)(nil)
	if w, err := fsnotify.NewWatcher(); err == nil {
		defer func() { _ = w.Close() }() // nothing is lost by it
		folder, events, failures = func(dir string) { _ = w.Add(dir) }, w.Events, w.Errors
	}
	look := func() {
		if now := stampOf(paths, folder); now != stamp {
			stamp = now
			changed()
		}
	}
	look()
	regular := time.NewTicker(poll)
	defer regular.Stop()
	quiet := time.NewTimer(poll)
	defer quiet.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-events:
			quiet.Reset(settle)
		case _, some := <-failures: // such as too many events at once
			if some {
				quiet.Reset(settle)
			}
		case <-quiet.C:
			look()
		case <-regular.C: // also while a busy neighbour of the files never lets them be quiet
			look()
		}
	}
}

func ignoreFolder(string) {}

// stampOf is a text that is different when a file at or below the paths is. It names every folder on its way.
func stampOf(paths []string, folder func(string)) string {
	stamp := ""
	for _, path := range paths {
		folder(filepath.Dir(path))
		real, err := filepath.EvalSymlinks(path)
		if err != nil {
			stamp += path + ": " + err.Error() + "\n"
			continue
		}
		_ = filepath.WalkDir(real, func(name string, e fs.DirEntry, err error) error {
			switch {
			case err != nil:
				stamp += name + ": " + err.Error() + "\n"
			case e.IsDir():
				folder(name)
			default:
				stamp += fileStamp(name)
			}
			return nil
		})
	}
	return stamp
}

// fileStamp follows a symbolic link to its file.
func fileStamp(name string) string {
	info, err := os.Stat(name)
	if err != nil {
		return name + ": " + err.Error() + "\n"
	}
	return fmt.Sprintf("%s %d %d\n", name, info.Size(), info.ModTime().UnixNano())
}
