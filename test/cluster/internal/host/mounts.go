package host

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// mount is one line of /proc/self/mountinfo.
type mount struct{ point, kind string }

func parseMountinfo(text string) ([]mount, error) {
	var all []mount
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		before, after, ok := strings.Cut(line, " - ")
		fields, kinds := strings.Fields(before), strings.Fields(after)
		if !ok || len(fields) < 5 || len(kinds) < 1 {
			return nil, fmt.Errorf("read mounts: line %q is not in the format of /proc/self/mountinfo", line)
		}
		all = append(all, mount{point: unescape(fields[4]), kind: kinds[0]})
	}
	return all, nil
}

// unescape turns the kernel's \040 back into a space, and so on.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+4 <= len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(n))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// MountsBelow lists the mount points below dir, those mounted last first.
func MountsBelow(dir string) ([]string, error) {
	text, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	mounts, err := parseMountinfo(string(text))
	if err != nil {
		return nil, err
	}
	var below []string
	for i := len(mounts) - 1; i >= 0; i-- {
		if strings.HasPrefix(mounts[i].point, dir+"/") {
			below = append(below, mounts[i].point)
		}
	}
	return below, nil
}

// UnmountBelow detaches everything that is mounted below dir: pods' root file systems and volumes, and the handles of
// their network namespaces.
func UnmountBelow(dir string) error {
	points, err := MountsBelow(dir)
	if err != nil {
		return err
	}
	for _, p := range points {
		err := unix.Unmount(p, unix.MNT_DETACH|unix.UMOUNT_NOFOLLOW)
		if err != nil && !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.ENOENT) { // went with its parent
			return fmt.Errorf("unmount %s: %w", p, err)
		}
	}
	return nil
}

// recorded reads a list that record has written; nil when there is none.
func recorded(file string) ([]string, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	list := []string{}
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, fmt.Errorf("read %s: %w", filepath.Base(file), err)
	}
	return list, nil
}
